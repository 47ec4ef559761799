// SPDX-License-Identifier: Apache-2.0
// Who may reach whom by security group, as a table with the reason.

import { h, keyed, number, setAttribute, setText } from "./dom.js";

/** Every service reaches for every other: with many services only the first ways are shown. */
const MOST = 200;

export class Reach {
  constructor(parent) {
    this.body = h("tbody");
    this.rest = h("p", { class: "note", hidden: true });
    const heads = ["from", "to", "port", "", "why"].map((head) =>
      head ? h("th", { scope: "col" }, head) : h("th", { scope: "col" }, "allowed"));
    parent.append(h("table", { class: "plain ways" }, h("thead", {}, h("tr", {}, ...heads)), this.body), this.rest);
  }

  /** Draws the ways of an account and region; returns how many there are. */
  draw(scope, reach) {
    if (this.drawn?.reach === reach && this.drawn.scope === scope) return this.drawn.count;
    const isOwn = (end) => end.account === scope.account && end.region === scope.region;
    const ways = reach.ways.filter((way) => isOwn(reach.ends[way.from]) || isOwn(reach.ends[way.to]));
    this.drawn = { scope, reach, count: ways.length };
    const names = called(reach.ends);
    keyed(this.body, ways.slice(0, MOST), (way) => `${way.from} ${way.to} ${way.port}`,
      () => h("tr", {}, h("th", { scope: "row" }), h("td"), h("td", { class: "num" }), h("td"), h("td", { class: "why" })),
      (row, way) => {
        setAttribute(row, "data-open", way.open ? "yes" : "no");
        const texts = [names[way.from], names[way.to], way.port,
          way.open ? "✓ yes" : "✕ no", way.reason ?? "a rule lets it in"];
        texts.forEach((text, place) => setText(row.children[place], text));
      });
    setText(this.rest, ways.length > MOST ? `${number(ways.length - MOST)} more are not shown.` : "");
    this.rest.hidden = ways.length <= MOST;
    return ways.length;
  }
}

/** The names of the ends: a service with its cluster where another one has its name. */
function called(ends) {
  const alike = new Map();
  const place = (end) => `${end.account} ${end.region} ${end.service}`;
  for (const end of ends) alike.set(place(end), (alike.get(place(end)) ?? 0) + 1);
  return ends.map((end) => {
    if (end.bastion) return `bastion of ${end.vpc}`;
    if (!end.service) return end.vpc ?? "?";
    return alike.get(place(end)) > 1 ? `${end.cluster}/${end.service}` : end.service;
  });
}
