// SPDX-License-Identifier: Apache-2.0
// What is drawn on the axis: a lane for each kind of mark, and one for each task.

import { clockMs, short } from "./dom.js";

export const TOP = 30;
const MARK_LANE = 22;
const TASK_LANE = 27;
const GROUP_LANE = 22;
const LAYERS = ["interface", "instance", "record"];
/** Marks closer than this are one; a desired count has its number beside it. */
const NEAR_PX = 5;
const NEAR_COUNTS_PX = 18;

const KINDS = [
  ["desired", (event) => event.layer === "service" && event.what !== "event"],
  ["ECS event", (event) => event.layer === "service" && event.what === "event"],
  ["call", (event) => event.layer === "call"],
  ["step", (event) => event.layer === "step"],
  ["DNS", (event) => event.layer === "dns"],
  ["HTTP", (event) => event.layer === "http"],
  ["fault", (event) => event.layer === "fault"],
];

/** The shapes of all lanes, their labels, and the height; see dom.js `shapes`. */
export function lanes(axis, marks, tasks) {
  const drawn = [];
  const labels = [];
  let y = TOP;
  for (const [kind, belongs] of KINDS) {
    const own = marks.filter((event) => belongs(event) && event.at >= axis.from);
    if (!own.length) continue;
    labels.push(label(kind, y + 15, "kind"), rule(axis, y + MARK_LANE));
    if (kind === "fault") drawn.push(...bands(axis, own, y));
    const least = kind === "desired" ? NEAR_COUNTS_PX : NEAR_PX;
    drawn.push(...apart(axis, own, least).flatMap(([x, events]) => mark(kind, events, x, y + 11)));
    y += MARK_LANE;
  }
  const seen = marks.filter((event) => event.at >= axis.from);
  const called = seen.filter((event) => event.layer === "http");
  const resolved = seen.filter((event) => event.layer === "dns");
  let group;
  for (const task of tasks) {
    if (task.service !== group) {
      group = task.service;
      labels.push(label(group.name ?? "outside of any service", y + 16, "group"));
      y += GROUP_LANE;
    }
    labels.push(label(short(task.id), y + 14, "id"), rule(axis, y + TASK_LANE));
    drawn.push(...lane(axis, task, y));
    const named = resolved.filter((event) => event.values?.includes(task.address));
    const heard = called.filter((event) => isOf(event, task));
    for (const [kind, events] of [["DNS", named], ["HTTP", heard]]) {
      const own = events.filter((event) => event.at >= task.began);
      drawn.push(...apart(axis, own).flatMap(([x, near]) => mark(kind, near, x, y + 7)));
    }
    y += TASK_LANE;
  }
  return { drawn, labels, height: y + 4 };
}

const isOf = (event, task) => (event.task ? event.task === task.id : event.address === task.address);

const label = (text, y, kind) => ["text", { class: `label ${kind}`, x: 0, y }, text];

const rule = (axis, y) => ["path", { class: "rule", d: `M0 ${y - 0.5}H${axis.right}` }];

/** A task's states as a bar, and below it what hangs on the task as three lines. */
function lane(axis, task, y) {
  const drawn = [];
  task.states.forEach(([state, at], place) => {
    const end = task.states[place + 1]?.[1] ?? axis.to;
    if (end < axis.from) return;
    const x = axis.x(at);
    if (state === "STOPPED") {
      drawn.push(["path", { class: "end", d: `M${px(x)} ${y + 2}v10` }, said(task, state, at)]);
    } else {
      const width = Math.max(1, axis.x(end) - x);
      drawn.push(["rect", { class: `state ${state}`, x: px(x), y: y + 2.5, width: px(width), height: 9 },
        said(task, state, at)]);
    }
  });
  LAYERS.forEach((layer, place) => {
    for (const [came, went] of task.layers[layer].spans) {
      const end = went ?? axis.to;
      if (end < axis.from) continue;
      const [x, to] = [axis.x(came), axis.x(end)];
      const words = `${layer} came ${clockMs(came)}${went === null ? "" : `, went ${clockMs(went)}`}`;
      drawn.push(["path", { class: `layer ${layer}`, d: `M${px(x)} ${y + 15.5 + place * 3.5}H${px(Math.max(to, x + 1))}` }, words]);
    }
  });
  return drawn;
}

const px = (x) => Math.round(x * 10) / 10;

function said(task, state, at) {
  return [`${short(task.id)} ${state} ${clockMs(at)}`, task.address, task.message].filter(Boolean).join(", ");
}

/** `[x, events]` of marks that lie so near that they would cover one another. */
function apart(axis, events, least = NEAR_PX) {
  const near = [];
  for (const event of events) {
    const x = axis.x(event.at);
    const last = near.at(-1);
    if (last && x - last[0] < least) last[1].push(event);
    else near.push([x, [event]]);
  }
  return near;
}

function mark(kind, events, x, y) {
  const event = events.at(-1);
  const more = events.length > 1 ? ` and ${events.length - 1} more` : "";
  const words = `${clockMs(event.at)} ${sentence(event)}${more}`;
  const at = px(x);
  if (kind === "desired") {
    return [["path", { class: "mark desired", d: `M${at} ${y - 9}v18` }, words],
      ["text", { class: "count", x: at + 4, y: y + 4 }, event.what === "went" ? "✕" : String(event.count)]];
  }
  return [["path", { class: `mark ${sign(event)}`, d: figure(event, at, y) }, words]];
}

function sign(event) {
  if (event.layer === "dns") return event.values?.length ? "dns" : "dns hollow";
  if (event.layer === "http") return event.status < 400 ? "http" : "http bad";
  return event.layer === "service" ? "event" : event.layer;
}

/** A diamond for DNS, a disc or a cross for HTTP, a triangle for ECS, a bar for calls. */
function figure(event, x, y) {
  if (event.layer === "dns") return `M${x} ${y - 5}l5 5l-5 5l-5 -5z`;
  if (event.layer === "http") {
    return event.status < 400 ? `M${x - 4} ${y}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z`
      : `M${x - 4} ${y - 4}l8 8m0 -8l-8 8`;
  }
  if (event.layer === "service") return `M${x - 5} ${y - 4}h10l-5 8z`;
  if (event.layer === "fault") return `M${x - 5} ${y + 4}h10l-5 -9z`;
  return `M${x} ${y - 6}v12`;
}

/** Faults from their beginning to their end. */
function bands(axis, events, y) {
  const drawn = [];
  const open = new Map();
  const band = (from, to, message) => drawn.push(["rect", {
    class: "band", x: px(axis.x(from)), y: y + 5, height: 12,
    width: px(Math.max(1, axis.x(to) - axis.x(from))),
  }, message]);
  for (const event of events) {
    if (event.what === "began") open.set(event.message, event.at);
    else {
      band(open.get(event.message) ?? axis.from, event.at, event.message);
      open.delete(event.message);
    }
  }
  open.forEach((from, message) => band(from, axis.to, message));
  return drawn;
}

/** An event that is no task's, in words. */
export function sentence(event) {
  const { layer, what, service, message } = event;
  if (layer === "service") {
    if (what === "desired") return `${service}: desired count ${event.count}`;
    return what === "went" ? `${service}: has gone` : message;
  }
  if (layer === "call") return `${event.api} ${what}${event.status >= 400 ? `: refused with ${event.status}` : ""}`;
  if (layer === "dns") {
    const values = event.values ?? [];
    return `${event.name} ${event.type}: ${values.length ? values.join(", ") : event.status}`;
  }
  if (layer === "http") {
    return [`${event.name}:`, event.status, event.address ?? message].filter(Boolean).join(" ");
  }
  if (layer === "step") return `${event.name} ${what}${message ? `: ${message}` : ""}`;
  return `fault ${what}: ${message}`;
}
