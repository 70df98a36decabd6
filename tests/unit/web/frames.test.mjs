// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import test from "node:test";
import { framesOf } from "../../../web/frames.js";

const picture = { width: 100, height: 50 };

test("the ink's box, in whole pixels inside the picture", () => {
  assert.deepEqual(framesOf({ picture, found: { box: [10.4, 5.6, 20.1, 10.2] } }), [{ x: 10, y: 5, width: 21, height: 11 }]);
  assert.deepEqual(framesOf({ picture, found: { box: [-5, -5, 500, 500] } }), [{ x: 0, y: 0, width: 100, height: 50 }]);
});

test("a box for each character", () => {
  const characters = [{ box: [0, 0, 10, 10] }, { box: [20, 0, 10, 10] }];
  assert.equal(framesOf({ picture, found: { box: [0, 0, 30, 10] }, characters }).length, 2);
});

test("no box, or one that is none", () => {
  for (const found of [undefined, {}, { box: null }, { box: ["a", 0, 1, 1] }, { box: [200, 0, 5, 5] }, { box: [0, 0, 0, 0] }]) {
    assert.deepEqual(framesOf({ picture, found }), []);
  }
});
