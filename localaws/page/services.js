// SPDX-License-Identifier: Apache-2.0
// A card for each service: four figures that should be one, the verdict, and its chain.

import { Chain } from "./chain.js";
import { h, keyed, number, setAttribute, setText } from "./dom.js";
import { verdict } from "./verdict.js";

/** With more services than these, a chain is drawn when it is opened. */
const OPEN_CHAINS = 6;
const FIGURES = ["desired", "running", "instances", "records"];

class Card {
  constructor(service, isOpen, later) {
    this.figures = Object.fromEntries(FIGURES.map((name) => [name, h("b", {}, "–")]));
    this.signs = FIGURES.slice(1).map(() => h("span", { class: "sign", "aria-hidden": "true" }));
    this.words = h("span", {});
    this.chain = new Chain(later);
    this.more = h("details", { class: "more chain-box", open: isOpen },
      h("summary", {}, "The chain of its tasks"), this.chain.element);
    this.more.addEventListener("toggle", () => later(0));
    const figures = FIGURES.map((name, place) => [
      place ? this.signs[place - 1] : null,
      h("span", { class: "figure" }, this.figures[name], h("span", { class: "unit" }, name)),
    ]);
    this.element = h("article", { class: "card" },
      h("h3", {}, ...title(service)),
      h("p", { class: "figures" }, ...figures.flat()),
      h("p", { class: "verdict" }, h("span", { class: "sign", "aria-hidden": "true" }), this.words),
      this.more);
    if (service.name !== undefined) {
      setAttribute(this.element, "data-cluster", service.cluster);
      setAttribute(this.element, "data-service", service.name);
    }
    this.drawn = {};
  }

  draw(service, answer) {
    const isOpen = this.more.open;
    const same = this.drawn.version === service.version && this.drawn.service === service;
    if (same && this.drawn.answer === answer && this.drawn.isOpen === isOpen && !this.chain.isDue) return;
    this.drawn = { version: service.version, service, answer, isOpen };
    const counts = service.counts();
    this.#figures(service, counts);
    if (isOpen) this.chain.draw(service, answer);
  }

  #figures(service, counts) {
    const owned = service.name !== undefined;
    const shown = { ...counts, desired: owned ? service.desired ?? "–" : "–" };
    for (const name of FIGURES) {
      setText(this.figures[name], typeof shown[name] === "number" ? number(shown[name]) : shown[name]);
      setAttribute(this.element, `data-${name}`, shown[name]);
    }
    const applies = [owned, service.everHad.instance || !counts.running, service.everHad.record || !counts.running];
    const values = [shown.desired, shown.running, shown.instances, shown.records];
    this.signs.forEach((sign, place) => {
      setText(sign, !applies[place] ? "·" : values[place] === values[place + 1] ? "=" : "≠");
    });
    const { agrees, settled, words } = owned ? verdict(service, counts)
      : { agrees: null, settled: true, words: "tasks and instances that no service keeps" };
    setText(this.words, words);
    setAttribute(this.element, "data-agrees", agrees === null ? null : agrees ? "yes" : "no");
    setAttribute(this.element, "data-settled", settled ? "yes" : "no");
  }
}

function title(service) {
  if (service.name === undefined) return ["Outside of any service"];
  return [h("span", { class: "cluster" }, `${service.cluster} /\u200b `), service.name];
}

/** All cards of an account and region. */
export class Services {
  constructor(parent, later) {
    this.parent = parent;
    this.later = later;
    this.cards = new WeakMap();
  }

  draw(scope) {
    const shown = [...scope.services.values()].filter(
      (service) => service.live.size || (service.name !== undefined && !service.went),
    );
    const isOpen = shown.length <= OPEN_CHAINS;
    keyed(this.parent, shown, (service) => `${scope.key} ${service.cluster} ${service.name}`,
      (service) => {
        const card = new Card(service, isOpen, this.later);
        this.cards.set(card.element, card);
        return card.element;
      },
      (element, service) => this.cards.get(element).draw(service, scope.answer));
    return shown.length;
  }
}
