// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import test from "node:test";
import { rgba, valueWords, valuesOf } from "../../../web/seen.js";

const encoded = (...values) => Buffer.from(values).toString("base64");

test("grey and coloured", () => {
  const grey = { width: 2, height: 1, channels: 1, values: encoded(0, 200) };
  assert.deepEqual([...rgba(grey, valuesOf(grey))], [0, 0, 0, 255, 200, 200, 200, 255]);
  const colour = { width: 1, height: 2, channels: 3, values: encoded(1, 2, 3, 4, 5, 6) };
  assert.deepEqual([...rgba(colour, valuesOf(colour))], [1, 2, 3, 255, 4, 5, 6, 255]);
});

test("the value of a pixel", () => {
  const seen = { width: 2, height: 2, channels: 3, values: encoded(...Array(12).keys()) };
  assert.equal(valueWords(seen, valuesOf(seen), 1, 1), "row 2, column 2: 9, 10, 11");
});
