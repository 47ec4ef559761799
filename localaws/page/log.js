// SPDX-License-Identifier: Apache-2.0
// What happened that is no task's, in words: the latest first.

import { clockMs, h, keyed, number, setText } from "./dom.js";
import { sentence } from "./lanes.js";

const MOST = 40;
const NAMES = { service: "ECS", call: "call", dns: "DNS", http: "HTTP", step: "step", fault: "fault" };

let count = 0;
const numbers = new WeakMap();

function numberOf(event) {
  if (!numbers.has(event)) numbers.set(event, (count += 1));
  return numbers.get(event);
}

export class Log {
  constructor(list, note) {
    this.list = list;
    this.note = note;
  }

  draw(scope) {
    const { marks } = scope;
    const shown = marks.slice(-MOST).reverse();
    const others = marks.length - shown.length;
    setText(this.note, others ? `The latest first; ${number(others)} earlier ones are not shown.` : "The latest first.");
    keyed(this.list, shown, numberOf,
      (event) => h("li", {}, h("time", { datetime: new Date(event.at).toISOString() }, clockMs(event.at)),
        h("span", { class: "kind" }, NAMES[event.layer] ?? event.layer), h("span", { class: "said" }, sentence(event))),
      () => {});
    return shown.length;
  }
}
