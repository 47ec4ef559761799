// SPDX-License-Identifier: Apache-2.0
// The record sets of each zone, and what DNS answers when it is asked.

import { clockMs, counted, h, keyed, number, sameName, setAttribute, setText } from "./dom.js";

/** Addresses that are shown of a name. */
const MOST = 64;

class Name {
  constructor(ask) {
    this.values = h("ul", { class: "values" });
    this.about = h("span", { class: "about" });
    this.rest = h("p", { class: "note" });
    this.title = h("h4");
    this.button = h("button", { type: "button" }, "Ask the name");
    this.reply = h("p", { class: "reply", role: "status" });
    this.element = h("div", { class: "name" },
      h("div", { class: "name-head" }, this.title, this.about, this.button),
      this.reply, this.values, this.rest);
    this.button.addEventListener("click", () => ask(this));
  }

  draw(name, answer) {
    this.name = name;
    setText(this.title, name.name);
    setAttribute(this.button, "aria-label", `Ask the name ${name.name} ${name.type}`);
    const ttl = name.ttl === undefined ? "" : `, TTL ${name.ttl} s`;
    setText(this.about, `${name.type}${ttl}, ${counted(name.sets.size, "record set")}`);
    setAttribute(this.element, "data-name", name.name);
    setAttribute(this.element, "data-type", name.type);
    setAttribute(this.element, "data-sets", name.sets.size);
    const isAnswer = answer && sameName(answer.name, name.name) && answer.type === name.type;
    const sets = [...name.sets].flatMap(([task, { values, healthy }]) =>
      values.map((value) => ({ key: `${task} ${value}`, value, healthy, came: isAnswer && answer.values.has(value) })));
    // Those that came stand first.
    sets.sort((one, other) => Number(other.came) - Number(one.came));
    keyed(this.values, sets.slice(0, MOST), (set) => set.key,
      () => h("li", {}, h("span", {}), h("span", { class: "word" })),
      (item, { value, healthy, came }) => {
        setAttribute(item, "data-came", came ? "yes" : "no");
        setText(item.children[0], value);
        setText(item.children[1], came ? "came" : healthy ? "" : "unhealthy");
      });
    setText(this.rest, sets.length > MOST ? `${number(sets.length - MOST)} more are not shown.` : "");
    this.rest.hidden = sets.length <= MOST;
  }
}

export class Records {
  /** `answered(answer)` is told what DNS said. */
  constructor(parent, answered) {
    this.parent = parent;
    this.answered = answered;
    this.views = new WeakMap();
    this.drawn = {};
  }

  draw(scope) {
    const { namesVersion, answer } = scope;
    const same = this.drawn.scope === scope && this.drawn.answer === answer;
    if (same && this.drawn.namesVersion === namesVersion) return scope.names.size;
    this.drawn = { scope, answer, namesVersion };
    const zones = grouped(scope.names.values());
    keyed(this.parent, [...zones], ([zone]) => `${scope.key} ${zone}`,
      ([zone]) => h("section", { class: "zone" }, h("h3", {}, "Zone ", h("code", {}, zone)), h("div")),
      (element, [, names]) => keyed(element.lastChild, names, (name) => name.key,
        () => {
          const view = new Name((asked) => this.#ask(asked));
          this.views.set(view.element, view);
          return view.element;
        },
        (child, name) => this.views.get(child).draw(name, answer)));
    return scope.names.size;
  }

  async #ask(view) {
    const { scope } = this.drawn;
    const query = new URLSearchParams({ name: view.name.name, type: view.name.type, account: scope.account });
    view.button.disabled = true;
    try {
      const reply = await fetch(`/_localaws/ask?${query}`);
      const text = await reply.text();
      if (!reply.ok) throw new Error(text.trim() || `the endpoint replied ${reply.status}`);
      const answer = JSON.parse(text);
      setText(view.reply, said(answer));
      setAttribute(view.reply, "data-came", answer.values.length);
      setAttribute(view.reply, "data-of", answer.of);
      this.answered(scope, { ...answer, at: Date.parse(answer.at) });
    } catch (error) {
      setText(view.reply, `Nobody answered: ${error.message}`);
    } finally {
      view.button.disabled = false;
      view.button.focus();
    }
  }
}

function said({ at, status, values, of, type }) {
  const when = `At ${clockMs(Date.parse(at))}: `;
  if (!values.length) return `${when}${status}, no ${type} record.`;
  const limit = of > values.length ? " DNS answers eight at the most." : "";
  return `${when}${number(values.length)} of ${number(of)} came: ${values.join(", ")}.${limit}`;
}

function grouped(names) {
  const zones = new Map();
  for (const name of names) zones.set(name.zone, [...(zones.get(name.zone) ?? []), name]);
  return zones;
}
