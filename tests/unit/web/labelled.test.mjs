// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import test from "node:test";
import { belongs, relativePaths } from "../../../web/labelled.js";

const paths = (...list) => relativePaths(list.map((path) => ({ path }))).map(({ path }) => path);

test("the folder that was dropped is no label, the folders in it are", () => {
  assert.deepEqual(paths("pictures/7/x.png", "pictures/8/y.png"), ["7/x.png", "8/y.png"]);
  assert.deepEqual(paths("pictures/LABELS.tsv", "pictures/x.png"), ["LABELS.tsv", "x.png"]);
  assert.deepEqual(paths("pictures/7_x.png", "pictures/8_y.png"), ["7_x.png", "8_y.png"]);
});

test("folders that are labels themselves stay", () => {
  assert.deepEqual(paths("7/x.png", "8/y.png"), ["7/x.png", "8/y.png"]);
  assert.deepEqual(paths("7/x.png"), ["7/x.png"]);
  assert.deepEqual(paths("7_x.png"), ["7_x.png"]);
});

test("what is taken", () => {
  assert.deepEqual(["a.png", "a.JPEG", "LABELS.tsv", ".DS_Store", "x.txt"].map(belongs), [true, true, true, false, false]);
});
