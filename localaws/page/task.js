// SPDX-License-Identifier: Apache-2.0
// A task, and the interface, the instance and the records that hang on it.

/** What a state is, in one word; the pictures know these only. */
const PHASES = {
  PROVISIONING: "starting",
  PENDING: "starting",
  ACTIVATING: "starting",
  RUNNING: "running",
  DEACTIVATING: "stopping",
  STOPPING: "stopping",
  DEPROVISIONING: "stopping",
  STOPPED: "stopped",
};

/** Interfaces, instances or records of one task, of which there is mostly one. */
class Layer {
  constructor() {
    this.open = new Map();
    /** `[came, went]`; `went` is null while there is one. */
    this.spans = [];
    this.unseen = new Set();
  }

  get isOn() {
    return this.open.size > 0;
  }

  /** The facts of the first that is there. */
  get first() {
    return this.open.values().next().value;
  }

  came(key, event) {
    this.unseen.delete(key);
    if (!this.isOn) this.spans.push([event.at, null]);
    this.open.set(key, event);
  }

  went(key, at) {
    if (this.open.delete(key) && !this.isOn) this.spans.at(-1)[1] = at;
  }

  sweep(at) {
    for (const key of this.unseen) this.went(key, at);
    this.unseen.clear();
  }
}

export class Task {
  constructor(id, at) {
    this.id = id;
    this.began = at;
    this.service = null;
    this.state = null;
    /** `[state, at]` in the order of their times. */
    this.states = [];
    this.address = null;
    this.zone = null;
    this.message = null;
    this.health = null;
    this.http = null;
    this.layers = { interface: new Layer(), instance: new Layer(), record: new Layer() };
    this.unseen = false;
    this.version = 0;
  }

  /** `by hand` is an instance that no task has. */
  get phase() {
    return this.state === null ? "by hand" : PHASES[this.state] ?? "starting";
  }

  get hasLayer() {
    return Object.values(this.layers).some((layer) => layer.isOn);
  }

  get isGone() {
    return (this.state === null || this.phase === "stopped") && !this.hasLayer;
  }

  /** Whether a DNS answer has this task's address. */
  isIn(answer) {
    // An address may have been another task's when DNS said it.
    return Boolean(answer && this.began <= answer.at && answer.values.has(this.address));
  }

  /** Takes the state that it has entered, or, when that is no news, the one that it is in. */
  enter(event, isNew) {
    this.unseen = false;
    this.version += 1;
    if (isNew || this.state !== event.what) {
      this.states.push([event.what, event.at]);
      this.began = Math.min(this.began, event.at);
    }
    this.state = event.what;
    this.address = event.address ?? this.address;
    this.zone = event.zone_name ?? this.zone;
    this.message = event.message ?? this.message;
  }

  change(event) {
    this.version += 1;
    const layer = this.layers[event.layer];
    const key = [event.id, event.registry, event.zone, event.name, event.type].join(" ");
    if (event.what === "came") {
      layer.came(key, event);
      this.address = event.address ?? this.address;
      if (event.type === "A") this.address ??= event.values?.[0] ?? null;
    } else if (event.what === "went") layer.went(key, event.at);
    else this.health = event.what;
  }

  /** An HTTP answer, or why there was none. */
  heard(event) {
    this.version += 1;
    this.http = event;
  }

  expect() {
    this.unseen = this.state !== null && this.state !== "STOPPED";
    for (const layer of Object.values(this.layers)) layer.unseen = new Set(layer.open.keys());
  }

  sweep(at) {
    this.version += 1;
    if (this.unseen) {
      this.state = "STOPPED";
      this.states.push(["STOPPED", at]);
      this.unseen = false;
    }
    for (const layer of Object.values(this.layers)) layer.sweep(at);
  }
}
