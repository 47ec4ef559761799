// SPDX-License-Identifier: Apache-2.0
// The live page: events in, pictures out, a few times a second at the most.
//
// For tests and measurements `body` says `data-connection`, `data-events` (how many came) and
// `data-drawn`, the time of the latest event that is drawn; `data-drawn-since` is the time of the
// first event that was drawn together with it.

import { clock, h, keyed, setText } from "./dom.js";
import { Log } from "./log.js";
import { Model, Scope } from "./model.js";
import { Reach } from "./reach.js";
import { Records } from "./records.js";
import { Services } from "./services.js";
import { listen } from "./stream.js";
import { Timeline } from "./timeline.js";

/** From one drawing to the next: drawing many tasks leaves the machine most of the time. */
const PAUSE_MS = { least: 100, most: 500, share: 4 };

/** What is shown when there is no account. */
const NOTHING = new Scope("", "");

const at = (id) => document.getElementById(id);
const model = new Model();
const services = new Services(at("cards"), later);
const timeline = new Timeline(at("axis"), at("timeline-note"), at("timeline-legend"), at("timeline-table"), () => later(0));
const records = new Records(at("zones"), (scope, answer) => {
  scope.answered(answer);
  later(0);
});
const reach = new Reach(at("ways"));
const log = new Log(at("lines"), at("log-note"));

let chosen = null;
let known = false;
let isDue = false;
let drawnAt = -Infinity;
let pause = PAUSE_MS.least;

/** A message that is posted while a frame is made comes after it. */
const afterFrame = new MessageChannel();
afterFrame.port1.onmessage = () => {
  const took = performance.now() - drawnAt;
  pause = Math.min(PAUSE_MS.most, Math.max(PAUSE_MS.least, PAUSE_MS.share * took));
};

/** Draws in so many milliseconds, or when the pause after the last drawing has ended. */
function later(ms) {
  if (ms > 0) setTimeout(later, ms, 0);
  else if (!isDue) {
    isDue = true;
    const wait = Math.max(0, drawnAt + pause - performance.now());
    setTimeout(() => requestAnimationFrame(draw), wait);
  }
}

function draw() {
  isDue = false;
  drawnAt = performance.now();
  if (!known) return;
  const scope = pick() ?? NOTHING;
  at("empty").hidden = !scope.isEmpty;
  const counts = {
    services: services.draw(scope),
    timeline: timeline.draw(scope),
    records: records.draw(scope),
    reach: reach.draw(scope, model.reach),
    log: log.draw(scope),
  };
  for (const id of ["services", "timeline", "records", "reach", "log"]) {
    at(id).hidden = !counts[id];
    document.querySelector(`#contents a[href="#${id}"]`).hidden = !counts[id];
  }
  at("contents").hidden = !Object.values(counts).some(Boolean);
  report();
  afterFrame.port2.postMessage(null);
}

/** Which account and region is shown: the one that was chosen, else the first with something. */
function pick() {
  const scopes = model.choices;
  const scope = scopes.find((each) => each.key === chosen) ?? scopes.find((each) => !each.isEmpty) ?? scopes[0];
  keyed(at("scope"), scopes, (each) => each.key,
    (each) => h("option", { value: each.key }, named(each)), () => {});
  at("picker").hidden = scopes.length < 2;
  at("where").hidden = scopes.length !== 1;
  if (scope) {
    if (at("scope").value !== scope.key) at("scope").value = scope.key;
    setText(at("where"), named(scope));
  }
  return scope;
}

const named = ({ account, region }) => [account, region].filter(Boolean).join(", ");

function report() {
  const { dataset } = document.body;
  dataset.events = model.total;
  if (!model.fresh) return;
  dataset.drawnSince = new Date(model.fresh.first).toISOString();
  dataset.drawn = new Date(model.fresh.last).toISOString();
  model.fresh = null;
}

const HEARD = {
  past: (document) => model.past(document),
  present: ({ events }) => {
    model.present(events);
    known = true;
  },
  changes: ({ events }) => model.changes(events),
  reach: (data) => {
    model.reach = data;
  },
};

const CONNECTION = {
  open: () => "Connected: what happens is shown as it happens.",
  lost: () => `Connection lost at ${clock(Date.now())}; what you see is from then. Trying again …`,
  refused: () => "The endpoint refuses this page: close others of it that are open, and reload it.",
};

listen("/_localaws/events",
  (name, data) => {
    HEARD[name](data);
    later(0);
  },
  (state) => {
    if (document.body.dataset.connection === state) return;
    document.body.dataset.connection = state;
    setText(at("connection"), CONNECTION[state]());
  });

at("scope").addEventListener("change", ({ target }) => {
  chosen = target.value;
  later(0);
});
setText(at("own-terraform"), [
  `export AWS_ENDPOINT_URL=${location.origin}`,
  "export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test",
  "terraform apply",
].join("\n"));
