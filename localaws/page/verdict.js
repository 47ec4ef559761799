// SPDX-License-Identifier: Apache-2.0
// Whether what is desired, runs, is registered and is in DNS agrees, in words.

import { number } from "./dom.js";

/** Returns `{agrees, words, settled}`; `settled` is false while tasks start or stop. */
export function verdict(service, counts) {
  const { desired, everHad } = service;
  const { running, starting, stopping, instances, records, left } = counts;
  const moving = [];
  if (starting) moving.push(`${number(starting)} starting`);
  if (stopping) moving.push(`${number(stopping)} stopping`);
  const wrong = [];
  const missing = desired === null ? 0 : desired - running - starting;
  if (missing > 0) wrong.push(`${number(missing)} missing`);
  if (desired !== null && running > desired) wrong.push(`${number(running - desired)} too many`);
  if (everHad.instance && instances < running) {
    wrong.push(`${number(running - instances)} without an instance`);
  }
  if (everHad.record && records < running) {
    wrong.push(`${number(running - records)} without a record`);
  }
  if (left) wrong.push(`${number(left)} gone, but not from Cloud Map`);
  const layers = [everHad.instance && instances, everHad.record && records];
  const equal = layers.every((count) => count === false || count === running);
  if (!moving.length && !wrong.length && equal) return { agrees: true, settled: true, words: agreed(service) };
  const words = [...moving, ...wrong].join(", ") || "not the same number";
  return { agrees: false, settled: !moving.length, words };
}

function agreed({ everHad, desired }) {
  if (desired === 0 || everHad.record) return "all agree";
  return everHad.instance ? "all agree; no DNS records" : "all agree; not in Cloud Map";
}
