// SPDX-License-Identifier: Apache-2.0
// What the events of docs/timeline.md add up to, for each account and region. Knows no document.

import { Task } from "./task.js";

/** After so long without an event the timeline's axis is cut. */
const QUIET_MS = 3000;
/** Tasks that have gone, and marks, that are remembered for each account and region. */
const GONE_TASKS = 2000;
const MARKS = 4000;

const LAYERS = new Set(["interface", "instance", "record"]);

/** The event, with its time in milliseconds; not a copy, as thousands may come at once. */
function timed(event) {
  event.at = Date.parse(event.at);
  return event;
}

/** An ECS service, or the tasks that belong to none. */
export class Service {
  constructor(cluster, name) {
    this.cluster = cluster;
    this.name = name;
    this.desired = null;
    this.groups = [];
    this.went = false;
    this.unseen = false;
    /** Whether a task of it ever had an instance, and a record. */
    this.everHad = { instance: false, record: false };
    /** Tasks that have not stopped, or of which something is left. */
    this.live = new Map();
    this.version = 0;
  }

  counts() {
    const counts = { running: 0, starting: 0, stopping: 0, instances: 0, records: 0, left: 0 };
    for (const task of this.live.values()) {
      if (task.phase in counts) counts[task.phase] += 1;
      if (task.layers.instance.isOn) counts.instances += 1;
      if (task.layers.record.isOn) counts.records += 1;
      if (task.phase === "stopped") counts.left += 1;
    }
    return counts;
  }
}

/** Everything of one account in one region. */
export class Scope {
  constructor(account, region) {
    this.account = account;
    this.region = region;
    this.key = `${account}/${region ?? ""}`;
    this.services = new Map();
    /** Ordered by the last change. */
    this.tasks = new Map();
    this.byAddress = new Map();
    /** Record sets by zone, name and type. */
    this.names = new Map();
    /** What is no task's: desired counts, ECS's events, calls, answers, steps, faults. */
    this.marks = [];
    /** Times with events, `[from, to]`, apart by QUIET_MS at the least. */
    this.bursts = [];
    /** The latest DNS answer. */
    this.answer = null;
    this.version = 0;
    this.namesVersion = 0;
  }

  get isEmpty() {
    if ([...this.services.values()].some((service) => !service.went || service.live.size)) {
      return false;
    }
    return ![...this.names.values()].some((name) => name.sets.size);
  }

  /** The names of each zone that has any record set, by the zone's id. */
  get zones() {
    const zones = new Map();
    for (const name of this.names.values()) {
      if (!zones.has(name.zone)) zones.set(name.zone, []);
      zones.get(name.zone).push(name);
    }
    return new Map([...zones].filter(([, names]) => names.some((name) => name.sets.size)));
  }

  service(event) {
    const key = event.service === undefined ? "" : `${event.cluster}/${event.service}`;
    let service = this.services.get(key);
    if (!service) this.services.set(key, (service = new Service(event.cluster, event.service)));
    return service;
  }

  task(event) {
    let task = this.tasks.get(event.task);
    if (task === undefined) task = new Task(event.task, event.at);
    else this.tasks.delete(event.task);
    this.tasks.set(event.task, task);
    return task;
  }

  apply(event, isNew = true) {
    this.version += 1;
    if (isNew) this.#extend(event.at);
    if (event.layer === "task") this.#taskEntered(event, isNew);
    else if (LAYERS.has(event.layer)) this.#layerChanged(event);
    else this.#marked(event, isNew);
  }

  #taskEntered(event, isNew) {
    const task = this.task(event);
    // An instance may come before we know whose it is.
    task.service?.live.delete(task.id);
    task.service = this.service(event);
    task.enter(event, isNew);
    if (event.address) this.byAddress.set(event.address, task);
    this.#settle(task);
  }

  #layerChanged(event) {
    if (event.layer === "record") this.#recordChanged(event);
    if (event.task === undefined) return;
    const task = this.task(event);
    task.service ??= this.service({});
    task.change(event);
    if (event.address && event.what === "came") this.byAddress.set(event.address, task);
    if (event.what === "came" && event.layer in task.service.everHad) {
      task.service.everHad[event.layer] = true;
    }
    this.#settle(task);
  }

  /** Puts a task where it belongs: to those that live, or to those that have gone. */
  #settle(task) {
    const { live } = task.service;
    if (task.isGone) live.delete(task.id);
    else live.set(task.id, task);
    task.service.version += 1;
    if (this.tasks.size > 2 * GONE_TASKS) this.#forget();
  }

  #recordChanged(event) {
    const key = `${event.zone} ${event.name} ${event.type}`;
    let name = this.names.get(key);
    if (!name) {
      const { zone, type } = event;
      this.names.set(key, (name = { key, zone, name: event.name, type, sets: new Map() }));
    }
    const { alias, values = [], healthy = true } = event;
    const identifier = event.task ?? event.set ?? "";
    if (event.what === "came") {
      name.ttl = event.ttl ?? name.ttl;
      name.sets.set(identifier, { values: alias ? [`alias of ${alias}`] : values, healthy });
    } else name.sets.delete(identifier);
    this.namesVersion += 1;
  }

  #marked(event, isNew) {
    if (event.layer === "service" && event.what !== "event") {
      const service = this.service(event);
      service.version += 1;
      service.unseen = false;
      service.went = event.what === "went";
      service.desired = service.went ? 0 : event.count;
      service.groups = event.groups ?? service.groups;
    }
    if (event.layer === "dns") this.answered(event);
    if (event.layer === "http") {
      const task = this.tasks.get(event.task) ?? this.byAddress.get(event.address);
      task?.heard(event);
      if (task?.service) task.service.version += 1;
    }
    if (!isNew) return;
    this.marks.push(event);
    if (this.marks.length > 2 * MARKS) this.marks.splice(0, MARKS);
  }

  /** Takes a DNS answer for the latest, unless a later one is there. */
  answered(answer) {
    if (this.answer && this.answer.at > answer.at) return;
    this.answer = { ...answer, values: new Set(answer.values ?? []) };
    this.version += 1;
  }

  #extend(at) {
    const last = this.bursts.at(-1);
    if (last && at - last[1] <= QUIET_MS) last[1] = Math.max(last[1], at);
    else this.bursts.push([at, at]);
  }

  #forget() {
    const gone = [...this.tasks.values()].filter((task) => task.isGone);
    for (const task of gone.slice(0, Math.max(0, gone.length - GONE_TASKS))) {
      this.tasks.delete(task.id);
      if (this.byAddress.get(task.address) === task) this.byAddress.delete(task.address);
    }
  }

  /** Before `present`: what it does not name has gone. */
  expect() {
    for (const task of this.tasks.values()) task.expect();
    for (const service of this.services.values()) service.unseen = true;
    for (const name of this.names.values()) name.sets.clear();
    this.namesVersion += 1;
  }

  /** After `present`. */
  sweep() {
    const at = this.bursts.at(-1)?.[1] ?? 0;
    for (const service of this.services.values()) {
      if (service.unseen && service.name !== undefined) service.went = true;
    }
    for (const task of this.tasks.values()) {
      task.sweep(at);
      if (task.service) this.#settle(task);
    }
  }
}

/** All accounts and regions. */
export class Model {
  constructor() {
    this.scopes = new Map();
    /** Events without an account or without a region, and whether they are news. */
    this.everywhere = [];
    this.reach = { ends: [], ways: [] };
    /** The first and the last time of what has come since it was last drawn. */
    this.fresh = null;
    this.total = 0;
  }

  past(document) {
    this.#clear();
    this.changes(document.events);
  }

  changes(events) {
    for (const event of events.map(timed)) {
      this.#count(event.at);
      if (event.layer === "account" && event.what === "reset") this.#clear();
      else this.#apply(event, true);
    }
  }

  present(events) {
    for (const scope of this.scopes.values()) scope.expect();
    for (const event of events.map(timed)) this.#apply(event, false);
    for (const scope of this.scopes.values()) scope.sweep();
  }

  /** The accounts and regions to choose from: one without a region only when it is all there is. */
  get choices() {
    const all = [...this.scopes.values()];
    const regional = new Set(all.filter((scope) => scope.region).map((scope) => scope.account));
    return all.filter((scope) => scope.region || !regional.has(scope.account));
  }

  #scope(account, region) {
    const key = `${account}/${region ?? ""}`;
    let scope = this.scopes.get(key);
    if (!scope) {
      this.scopes.set(key, (scope = new Scope(account, region)));
      for (const [event, isNew] of this.everywhere) {
        if (event.account === undefined || event.account === account) scope.apply(event, isNew);
      }
    }
    return scope;
  }

  /** Route 53 has no region, and faults have no account: such events are in each one. */
  #apply(event, isNew) {
    if (event.region !== undefined) return this.#scope(event.account, event.region).apply(event, isNew);
    if (event.account !== undefined) this.#scope(event.account);
    this.everywhere.push([event, isNew]);
    if (this.everywhere.length > 2 * MARKS) this.everywhere.splice(0, MARKS);
    for (const scope of this.scopes.values()) {
      if (event.account === undefined || event.account === scope.account) scope.apply(event, isNew);
    }
  }

  #clear() {
    this.scopes.clear();
    this.everywhere.length = 0;
    this.reach = { ends: [], ways: [] };
  }

  #count(at) {
    this.total += 1;
    if (!this.fresh) this.fresh = { first: at, last: at };
    else this.fresh.last = Math.max(this.fresh.last, at);
  }
}
