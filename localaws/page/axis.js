// SPDX-License-Identifier: Apache-2.0
// The timeline's one axis: times to pixels, with quiet times cut out.

import { clock, duration } from "./dom.js";

const CUT = 34;
const LEAST = 56;
const MOST_BURSTS = 8;
const MOST_MS = 600_000;
const STEPS = [10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 10e3, 20e3, 60e3, 120e3, 300e3];
const TICK_PX = 62;

export class Axis {
  /** `bursts` are `[from, to]` in milliseconds; the latest that fit between the edges are shown. */
  constructor(bursts, left, right) {
    this.left = left;
    this.right = right;
    const shown = latest(bursts, right - left);
    this.isCut = shown.length < bursts.length || shown[0][0] > bursts.at(-shown.length)[0];
    this.parts = laidOut(shown, left, right);
    this.from = this.parts[0].from;
    this.to = this.parts.at(-1).to;
  }

  x(ms) {
    for (const part of this.parts) {
      if (ms < part.from) return part.x - (part === this.parts[0] ? 0 : CUT / 2);
      if (ms <= part.to) return part.x + ((ms - part.from) / (part.to - part.from)) * part.width;
    }
    return this.right;
  }

  /** `[x, text, isStart]`: each burst begins with the time of day, and goes on from there. */
  ticks() {
    const ticks = [];
    for (const { from, to, x, width } of this.parts) {
      ticks.push([x, clock(from), true]);
      const step = STEPS.find((each) => (each / (to - from)) * width >= TICK_PX);
      for (let after = step; step && from + after < to; after += step) {
        ticks.push([this.x(from + after), `+${duration(after)}`, false]);
      }
    }
    return ticks;
  }

  /** `[x, text]` for each cut: how long nothing happened. */
  cuts() {
    return this.parts.slice(1).map((part, place) => [
      part.x - CUT / 2, duration(part.from - this.parts[place].to),
    ]);
  }
}

function latest(bursts, width) {
  const room = Math.max(1, Math.min(MOST_BURSTS, Math.floor(width / (2 * LEAST + CUT))));
  const shown = [];
  let left = MOST_MS;
  for (const [from, to] of bursts.slice(-room).reverse()) {
    if (left <= 0) break;
    shown.unshift([Math.max(from, to - left), to]);
    left -= to - from;
  }
  return shown;
}

function laidOut(shown, left, right) {
  const padded = shown.map(([from, to]) => {
    const pad = Math.max(40, (to - from) * 0.04);
    return [from - pad, to + pad];
  });
  // By the square root, so that a long burst leaves the short ones legible.
  const weights = padded.map(([from, to]) => Math.sqrt(to - from));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const free = right - left - CUT * (padded.length - 1) - LEAST * padded.length;
  let x = left;
  return padded.map(([from, to], place) => {
    const part = { from, to, x, width: LEAST + (free * weights[place]) / total };
    x += part.width + CUT;
    return part;
  });
}
