// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import test from "node:test";
import { decades, median } from "../../../web/latency.js";

test("median", () => {
  assert.equal(median([]), null);
  assert.equal(median([3, 1, 20]), 3);
  assert.equal(median([4, 1, 20, 2]), 3);
});

test("the scale", () => {
  assert.deepEqual(decades([5, 7]), [0, 1]);
  assert.deepEqual(decades([10, 10]), [1, 2]);
  assert.deepEqual(decades([0, 3000]), [-1, 4]);
});
