// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import test from "node:test";
import { age, bytes, count, duration, magnitude, percent, shape } from "../../../web/format.js";

test("bytes", () => {
  assert.deepEqual([0, 999, 1000, 9949, 99_500, 999_499, 999_500, 5e9, 1e15].map(bytes),
    ["0 B", "999 B", "1.0 kB", "9.9 kB", "100 kB", "999 kB", "1.0 MB", "5.0 GB", "1000 TB"]);
});

test("durations", () => {
  assert.deepEqual([null, 0.04, 9.94, 9.96, 999.4, 999.6, 61_000].map(duration), ["–", "0.0 ms", "9.9 ms", "10 ms", "999 ms", "1.0 s", "1 min"]);
});

test("a probability is not rounded to a certainty", () => {
  assert.deepEqual([1, 0.99999, 0.9999, 0.5, 0.00001, 0].map(percent), ["100.00 %", "> 99.99 %", "99.99 %", "50.00 %", "< 0.01 %", "0.00 %"]);
});

test("ages", () => {
  assert.deepEqual([-5, 0, 1499, 1500, 59_999, 60_000, 3_599_999, 3_600_000, 86_400_000 * 3].map(age),
    ["now", "now", "now", "1 s ago", "59 s ago", "1 min ago", "59 min ago", "1 h ago", "3 d ago"]);
});

test("counts, magnitudes, shapes", () => {
  assert.equal(count(1, "picture"), "1 picture");
  assert.equal(count(1200, "picture"), "1,200 pictures");
  assert.deepEqual([12, 1234, 6_903_770, 4.1e9].map(magnitude), ["12", "1.2 k", "6.9 M", "4.1 G"]);
  assert.deepEqual([null, [], ["N", 1, null]].map(shape), ["any shape", "a single value", "N × 1 × ?"]);
});
