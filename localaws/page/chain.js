// SPDX-License-Identifier: Apache-2.0
// Task, interface, instance, record, DNS, HTTP: a row for each task, or for many a cell for each.

import { clock, clockMs, counted, h, keyed, number, sameName, setAttribute, setText, short } from "./dom.js";

/** So many tasks have rows; more have cells. */
const ROWS = 20;
/** How long a task that has gone can still be seen in its row. */
const LINGER_MS = 2500;
/** Rows of tasks that have gone: a service whose tasks keep failing would fill the picture. */
const LINGERING = 4;

/** Signs to which the line from the station before is drawn. */
const LINKED = new Set(["yes", "bad", "answer"]);
const STATIONS = ["task", "interface", "instance", "record", "DNS", "HTTP"];
const LEVELS = ["the task alone", "interface", "instance", "record"];

export class Chain {
  /** `later(ms)` asks for another drawing. */
  constructor(later) {
    this.later = later;
    this.leaving = new Map();
    this.rows = h("tbody", { role: "rowgroup" });
    const head = STATIONS.map((name) => h("th", { scope: "col", role: "columnheader" }, name));
    this.table = h("table", { class: "chain", role: "table", "aria-label": "Tasks" },
      h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, ...head)), this.rows);
    this.cells = h("div", { class: "cells", role: "img" });
    this.note = h("p", { class: "note" });
    this.key = h("ul", { class: "legend", "aria-label": "Signs of the cells" }, ...cellSigns());
    this.element = h("div", {}, this.table, this.cells, this.key, this.note);
    this.cells.addEventListener("pointerover", ({ target }) => this.#name(target));
  }

  /** Whether a row is to be taken away. */
  get isDue() {
    return this.leaving.size > 0;
  }

  draw(service, answer) {
    const live = [...service.live.values()];
    const inRows = live.length <= ROWS;
    this.table.hidden = !inRows || (!live.length && !this.leaving.size);
    this.cells.hidden = this.key.hidden = inRows;
    if (inRows) this.#drawRows(live, answer);
    else this.#drawCells(live, answer);
    setText(this.note, note(live, answer));
    this.note.hidden = !this.note.textContent;
  }

  #drawRows(live, answer) {
    const now = performance.now();
    const wanted = new Set(live.map((task) => task.id));
    for (const [id, left] of this.leaving) {
      if (wanted.has(id) || left.until <= now) this.leaving.delete(id);
    }
    for (const row of this.rows.children) {
      const { task } = row;
      if (wanted.has(task.id) || this.leaving.has(task.id) || !task.isGone || row.wasLeaving) continue;
      row.wasLeaving = true;
      this.leaving.set(task.id, { task, until: now + LINGER_MS });
      this.later(LINGER_MS + 20);
    }
    const left = [...this.leaving.values()].slice(-LINGERING).map((each) => each.task);
    const shown = [...live, ...left].slice(0, ROWS).sort(byBegin);
    this.table.hidden = !shown.length;
    keyed(this.rows, shown, (task) => task.id, createRow, (row, task) => updateRow(row, task, answer));
    keyed(this.cells, [], String, null, null);
  }

  #drawCells(live, answer) {
    this.leaving.clear();
    live.sort(byBegin);
    keyed(this.cells, live, (task) => task.id, () => h("i"), (cell, task) => updateCell(cell, task, answer));
    keyed(this.rows, [], String, null, null);
    const levels = LEVELS.map((name, level) => [name, live.filter((task) => levelOf(task) === level).length]);
    const words = levels.filter(([, count]) => count).map(([name, count]) => `${number(count)} ${name}`);
    setAttribute(this.cells, "aria-label", `${counted(live.length, "task")}; how far each came: ${words.join(", ")}`);
  }

  #name(cell) {
    if (!cell.task) return;
    const { id, state, address } = cell.task;
    setAttribute(cell, "title", `${short(id)} ${state ?? "by hand"} ${address ?? ""}`);
  }
}

const byBegin = (one, other) => one.began - other.began || (one.id < other.id ? -1 : 1);

function createRow(task) {
  const cells = STATIONS.map((name, place) => h(place ? "td" : "th", {
    role: place ? "cell" : "rowheader", scope: place ? undefined : "row", class: `at-${name.toLowerCase()}`,
  }, h("span", { class: "node", "aria-hidden": "true" }), h("span", { class: "what" }), h("span", { class: "which" })));
  const row = h("tr", { role: "row", "data-task": task.id }, ...cells);
  row.task = task;
  return row;
}

function updateRow(row, task, answer) {
  const key = `${task.version} ${answer?.at}`;
  if (row.drawn === key) return;
  row.drawn = key;
  if (!task.isGone) row.wasLeaving = false;
  row.task = task;
  setAttribute(row, "data-phase", task.phase);
  const all = stations(task, answer);
  all.forEach(([on, what, which], place) => {
    const cell = row.children[place];
    setAttribute(cell, "data-on", on);
    const isLinked = (place === 0 || LINKED.has(on)) && LINKED.has(all[place + 1]?.[0]);
    setAttribute(cell, "data-link", isLinked ? "yes" : "no");
    setText(cell.children[1], what);
    setText(cell.children[2], which);
  });
}

/** For each station: what its sign is, what it says, and which one it is. */
function stations(task, answer) {
  const { interface: own, instance, record } = task.layers;
  const there = (layer, past) => (layer.isOn ? "yes" : layer.spans.length ? past : "no");
  return [
    [task.phase, task.state ?? "by hand", [short(task.id), zoneEnd(task.zone)].filter(Boolean).join(" ")],
    [there(own, "gone"), own.isOn ? task.address ?? "there" : own.spans.length ? "gone" : "–",
      own.first?.id ?? (task.state === null ? task.address ?? "" : "")],
    [instance.isOn && task.health === "UNHEALTHY" ? "bad" : there(instance, "gone"),
      instance.isOn ? task.health?.toLowerCase() ?? "registered" : instance.spans.length ? "gone" : "–",
      instance.isOn ? instance.first?.registry ?? "" : ""],
    [there(record, "gone"), record.isOn ? record.first?.type ?? "there" : record.spans.length ? "gone" : "–",
      record.first?.ttl === undefined ? "" : `TTL ${record.first.ttl}`],
    dns(task, record, answer),
    http(task.http),
  ];
}

function dns(task, record, answer) {
  const own = record.first?.name;
  const isOfIt = answer && answer.at >= task.began && own && sameName(own, answer.name);
  if (!isOfIt) return ["no", "–", "not asked"];
  if (task.isIn(answer)) return ["answer", "came", clock(answer.at)];
  return ["no", "not in it", clock(answer.at)];
}

function http(heard) {
  if (!heard) return ["no", "–", "not asked"];
  const isGood = heard.status !== undefined && heard.status < 400;
  return [isGood ? "yes" : "bad", String(heard.status ?? "nobody"), clock(heard.at)];
}

const zoneEnd = (zone) => zone?.match(/[0-9][a-z]$/)?.[0] ?? "";

/** How far along the chain a task is: 0 to 3. */
function levelOf({ layers }) {
  if (layers.record.isOn) return 3;
  if (layers.instance.isOn) return 2;
  return layers.interface.isOn ? 1 : 0;
}

function updateCell(cell, task, answer) {
  cell.task = task;
  const leaves = task.phase === "stopping" || task.phase === "stopped";
  const sign = `c${levelOf(task)}${leaves ? " leaves" : ""}${task.isIn(answer) ? " answered" : ""}`;
  if (cell.className !== sign) cell.className = sign;
}

function cellSigns() {
  const signs = [["c0", "task"], ["c1", "+ interface"], ["c2", "+ instance"], ["c3", "+ record"],
    ["c0 leaves", "stopping"], ["c3 answered", "in the latest DNS answer"]];
  return signs.map(([sign, words]) => h("li", {}, h("i", { class: sign, "aria-hidden": "true" }), words));
}

function note(live, answer) {
  if (!live.length) return "There is no task.";
  if (!answer) return "";
  const here = live.filter((task) => task.isIn(answer)).length;
  if (!here) return "";
  return `◆ marks the latest DNS answer, of ${clockMs(answer.at)}: it named ${counted(here, "task")} of those here.`;
}
