// SPDX-License-Identifier: Apache-2.0
// The timeline as one picture, with a legend and the same as a table.

import { Axis } from "./axis.js";
import { clock, clockMs, counted, h, keyed, number, s, setAttribute, setText, shapes, short } from "./dom.js";
import { lanes, TOP } from "./lanes.js";

/** The tasks that have a lane: those that changed last. */
const LANES = 24;
const LABELS_PX = 78;
const COLUMNS = ["PROVISIONING", "PENDING", "ACTIVATING", "RUNNING", "DEACTIVATING", "STOPPED"];
const LAYERS = ["interface", "instance", "record"];

export class Timeline {
  constructor(axisElement, note, legend, details, again) {
    this.note = note;
    this.details = details;
    this.table = details.querySelector(".scroll");
    this.grid = s("g", { class: "grid" });
    this.labels = s("g");
    this.marks = s("g");
    this.svg = s("svg", { role: "img", "aria-labelledby": "timeline-title timeline-note" },
      patterns(), this.grid, this.labels, this.marks);
    axisElement.append(this.svg);
    legend.append(...signs());
    details.addEventListener("toggle", again);
    this.width = 0;
    new ResizeObserver(([{ contentRect }]) => {
      this.width = Math.floor(contentRect.width);
      again();
    }).observe(axisElement);
  }

  /** Draws what has changed; returns whether there is anything to draw. */
  draw(scope) {
    if (!scope.bursts.length) return false;
    // Read when it changes: to ask for it here would have the browser lay the page out.
    const width = Math.max(260, this.width);
    const axis = new Axis(scope.bursts, LABELS_PX, width - 2);
    const { shown, others } = choose(scope, axis);
    const { drawn, labels, height } = lanes(axis, scope.marks, shown);
    setAttribute(this.svg, "viewBox", `0 0 ${width} ${height}`);
    setAttribute(this.svg, "width", width);
    setAttribute(this.svg, "height", height);
    shapes(this.grid, grid(axis, height));
    shapes(this.labels, labels);
    shapes(this.marks, drawn);
    setText(this.note, note(axis, shown, others));
    if (this.details.open) this.#tabulate(shown);
    return true;
  }

  #tabulate(tasks) {
    if (!this.body) {
      const heads = ["task", "service", "address", ...COLUMNS.map(title), ...LAYERS];
      this.body = h("tbody");
      this.table.append(h("table", { class: "plain" },
        h("thead", {}, h("tr", {}, ...heads.map((head) => h("th", { scope: "col" }, head)))), this.body));
    }
    keyed(this.body, tasks, (task) => task.id,
      (task) => h("tr", {}, h("th", { scope: "row" }, short(task.id)),
        ...Array.from({ length: 2 + COLUMNS.length + LAYERS.length }, () => h("td"))),
      (row, task) => {
        const states = new Map(task.states);
        const texts = [task.service.name ?? "none", task.address ?? "",
          ...COLUMNS.map((state) => (states.has(state) ? clockMs(states.get(state)) : "")),
          ...LAYERS.map((layer) => task.layers[layer].spans.map(span).join("; "))];
        texts.forEach((text, place) => setText(row.children[place + 1], text));
      });
  }
}

const title = (state) => state[0] + state.slice(1).toLowerCase();

const span = ([came, went]) => `${clockMs(came)} to ${went === null ? "now" : clockMs(went)}`;

/** The tasks that changed last, by service and beginning; and how many others there are. */
function choose(scope, axis) {
  const inSight = [...scope.tasks.values()].filter((task) => task.service && endOf(task) >= axis.from);
  const services = [...scope.services.values()];
  const shown = inSight.slice(-LANES).sort((one, other) =>
    services.indexOf(one.service) - services.indexOf(other.service)
    || one.began - other.began || (one.id < other.id ? -1 : 1));
  return { shown, others: inSight.length - shown.length };
}

function endOf(task) {
  if (!task.isGone) return Infinity;
  const ends = Object.values(task.layers).flatMap((layer) => layer.spans.map(([, went]) => went));
  return Math.max(task.states.at(-1)?.[1] ?? 0, ...ends);
}

function note(axis, shown, others) {
  const words = [`From ${clock(axis.from)} to ${clock(axis.to)}`];
  if (axis.isCut) words.push("what was before is not shown");
  words.push(`${counted(shown.length, "task")}${others ? `, those that changed last; ${number(others)} more not shown` : ""}`);
  return `${words.join("; ")}. Where the axis is cut nothing happened.`;
}

function grid(axis, height) {
  const drawn = [];
  const taken = [];
  // The times of day first: one that is left out is missed more than one in between.
  for (const [x, text, isStart] of axis.ticks().sort((one, other) => other[2] - one[2])) {
    drawn.push(["path", { class: isStart ? "start" : "tick", d: `M${x.toFixed(1)} ${TOP - 6}V${height}` }]);
    const to = x + 7 * text.length + 6;
    if (to > axis.right + 8 || taken.some(([from, end]) => x < end && to > from)) continue;
    drawn.push(["text", { class: isStart ? "time" : "after", x: (x + 2).toFixed(1), y: 14 }, text]);
    taken.push([x, to]);
  }
  for (const [x, text] of axis.cuts()) {
    drawn.push(["path", { class: "cut", d: `M${x - 3} ${TOP - 6}${"l6 8l-6 8".repeat(Math.ceil((height - TOP) / 16))}` }]);
    drawn.push(["text", { class: "quiet", x, y: 27 }, text]);
  }
  return drawn;
}

function patterns() {
  const pattern = (id, size, ...inside) => s("pattern", {
    id, width: size, height: size, patternUnits: "userSpaceOnUse",
  }, ...inside);
  const line = (d) => s("path", { class: "ink", d });
  return s("defs", {},
    pattern("p-sparse", 6, s("circle", { class: "dot", cx: 3, cy: 3, r: 0.9 })),
    pattern("p-dense", 3, s("circle", { class: "dot", cx: 1.5, cy: 1.5, r: 0.8 })),
    pattern("p-up", 5, line("M-1 1L1 -1M0 5L5 0M4 6L6 4")),
    pattern("p-down", 5, line("M-1 4L1 6M0 0L5 5M4 -1L6 1")));
}

function signs() {
  const sign = (words, ...inside) => h("li", {},
    s("svg", { width: 26, height: 14, "aria-hidden": "true" }, ...inside), words);
  const bar = (state) => s("rect", { class: `state ${state}`, x: 1, y: 2.5, width: 24, height: 9 });
  const line = (layer, y) => s("path", { class: `layer ${layer}`, d: `M1 ${y}H25` });
  const path = (name, d) => s("path", { class: `mark ${name}`, d });
  return [
    sign("provisioning", bar("PROVISIONING")), sign("pending", bar("PENDING")),
    sign("activating", bar("ACTIVATING")), sign("running", bar("RUNNING")),
    sign("stopping", bar("STOPPING")), sign("stopped", s("path", { class: "end", d: "M13 2v10" })),
    sign("below it, from above: interface, instance, record",
      line("interface", 3.5), line("instance", 7), line("record", 10.5)),
    sign("DNS answer, hollow: none", path("dns", "M8 2l5 5l-5 5l-5 -5z"), path("dns hollow", "M20 2l5 5l-5 5l-5 -5z")),
    sign("HTTP answer, failure", path("http", "M4 7a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z"), path("http bad", "M16 3l8 8m0 -8l-8 8")),
    sign("ECS event", path("event", "M8 3h10l-5 8z")), sign("call that may change something", path("call", "M13 1v12")),
    sign("fault", path("fault", "M8 11h10l-5 -9z")),
  ];
}
