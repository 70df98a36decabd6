// SPDX-License-Identifier: MIT
// How long the last runs took: a dot each, newest on the right, on a scale of powers of ten.

import { el, svg } from "./dom.js";
import { duration } from "./format.js";

const WIDTH = 640, HEIGHT = 120, LEFT = 52, RIGHT = 8, TOP = 10, BOTTOM = 12;

export function median(numbers) {
  if (!numbers.length) return null;
  const sorted = [...numbers].sort((a, b) => a - b), middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

// The powers of ten round all of them: [lowest, highest], at least one apart.
export function decades(numbers) {
  const low = Math.floor(Math.log10(Math.max(0.1, Math.min(...numbers))));
  const high = Math.ceil(Math.log10(Math.max(0.1, Math.max(...numbers))));
  return [low, Math.max(high, low + 1)];
}

// runs: newest first, as the server lists them
export function latencyChart(runs) {
  const done = runs.filter((run) => Number.isFinite(run.duration_ms)).reverse();
  if (done.length < 2) return el("p.muted", {}, "Two runs make a chart.");
  const times = done.map((run) => run.duration_ms), [low, high] = decades(times), middle = median(times);
  const x = (i) => LEFT + (WIDTH - LEFT - RIGHT) * (i + 0.5) / done.length;
  const y = (ms) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - (Math.log10(Math.max(0.1, ms)) - low) / (high - low));
  const lines = Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i)).map((ms) =>
    svg("g", {}, svg("line.grid", { x1: LEFT, x2: WIDTH - RIGHT, y1: y(ms), y2: y(ms) }),
      svg("text", { x: LEFT - 6, y: y(ms) + 4, "text-anchor": "end" }, duration(ms).replace(".0", ""))));
  const dots = done.map((run, i) => svg("circle", { cx: x(i), cy: y(run.duration_ms), r: done.length > 120 ? 2 : 3.2, "data-outcome": run.outcome },
    svg("title", {}, `${run.key ?? ""}: ${duration(run.duration_ms)}${run.cold ? ", cold" : ""}`)));
  return el("figure.latency", {}, el("figcaption", {}, `The last ${done.length} runs in the function: half of them within ${duration(middle)}`),
    svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": `median ${duration(middle)}, slowest ${duration(Math.max(...times))}` },
      lines, svg("line.median", { x1: LEFT, x2: WIDTH - RIGHT, y1: y(middle), y2: y(middle) }), dots));
}
