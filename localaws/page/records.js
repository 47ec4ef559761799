// SPDX-License-Identifier: Apache-2.0
// The record sets of each zone, and what DNS answers when it is asked.

import { clockMs, counted, h, keyed, number, sameName, setAttribute, setText } from "./dom.js";

/** Addresses that are shown of a name. */
const MOST = 64;
const MOST_ANSWERS = 8;
/** The records that every zone has; nobody asks for them. */
const OF_THE_ZONE = new Set(["NS", "SOA"]);

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
    this.button.hidden = OF_THE_ZONE.has(name.type);
    setText(this.title, name.name);
    setAttribute(this.button, "aria-label", `Ask the name ${name.name} ${name.type}`);
    const ttl = name.ttl === undefined ? "" : `, TTL ${name.ttl} s`;
    setText(this.about, `${name.type}${ttl}, ${counted(name.sets.size, "record set")}`);
    setAttribute(this.element, "data-name", name.name);
    setAttribute(this.element, "data-type", name.type);
    setAttribute(this.element, "data-sets", name.sets.size);
    const isAnswer = answer && sameName(answer.name, name.name) && answer.type === name.type;
    const answered = new Set(isAnswer ? [...answer.values].map(spelling) : []);
    const sets = [...name.sets].flatMap(([task, { values, healthy }]) =>
      values.map((value) => ({ key: `${task} ${value}`, value, healthy, came: answered.has(spelling(value)) })));
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
  /** `answered(scope, answer)` hears what was answered. */
  constructor(parent, answered) {
    this.parent = parent;
    this.answered = answered;
    this.views = new WeakMap();
    this.drawn = {};
  }

  draw(scope) {
    const { namesVersion, answer } = scope;
    const same = this.drawn.scope === scope && this.drawn.answer === answer;
    if (same && this.drawn.namesVersion === namesVersion) return this.drawn.count;
    this.drawn = { scope, answer, namesVersion };
    const { zones } = scope;
    keyed(this.parent, [...zones], ([zone]) => `${scope.key} ${zone}`,
      ([zone]) => h("section", { class: "zone" },
        h("h3", {}, "Zone ", h("span", {}), h("code", {}, zone)), h("div")),
      (element, [, names]) => {
        setText(element.querySelector("h3 span"), zoneName(names));
        this.#names(element.lastChild, names, answer);
      });
    this.drawn.count = zones.size;
    return zones.size;
  }

  #names(parent, names, answer) {
    const own = (name) => OF_THE_ZONE.has(name.type);
    const ordered = [...names].sort((one, other) => own(one) - own(other));
    keyed(parent, ordered, (name) => name.key,
      () => {
        const view = new Name((asked) => this.#ask(asked));
        this.views.set(view.element, view);
        return view.element;
      },
      (child, name) => this.views.get(child).draw(name, answer));
  }

  async #ask(view) {
    const { scope } = this.drawn;
    const { name, type, zone } = view.name;
    // Other VPCs may have a zone of that name.
    const query = new URLSearchParams({ name, type, zone, account: scope.account });
    view.button.disabled = true;
    try {
      const reply = await fetch(`/_localaws/ask?${query}`);
      const answer = await reply.json();
      if (answer.error) throw new Error(answer.error);
      setText(view.reply, said(answer));
      setAttribute(view.reply, "data-came", answer.values.length);
      setAttribute(view.reply, "data-of", answer.of);
      this.answered(scope, { ...answer, at: Date.parse(answer.at) });
    } catch (error) {
      setText(view.reply, `No answer: ${error.message}`);
    } finally {
      view.button.disabled = false;
      view.button.focus();
    }
  }
}

function zoneName(names) {
  const soa = names.find((name) => name.type === "SOA");
  return soa ? `${soa.name} ` : "";
}

/** A value as DNS says it, who has written it in another way: `a.test`, `A.test.`, `2001:DB8:0::1`. */
function spelling(value) {
  return value.toLowerCase().split(" ").map((part) => {
    if (!part.includes(":")) return part.replace(/\.$/, "");
    return URL.canParse(`http://[${part}]`) ? new URL(`http://[${part}]`).hostname : part;
  }).join(" ");
}

function said({ at, status, values, of, type }) {
  const when = `At ${clockMs(Date.parse(at))}: `;
  if (!values.length) return `${when}${status}, no ${type} record.`;
  const limit = values.length === of ? "" : values.length < MOST_ANSWERS
    ? " The others are unhealthy, or the weights chose another." : " DNS answers eight at the most.";
  return `${when}${number(values.length)} of ${number(of)} came: ${values.join(", ")}.${limit}`;
}
