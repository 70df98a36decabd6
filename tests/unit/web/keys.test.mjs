// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import test from "node:test";
import * as keys from "../../../web/keys.js";

test("where an answer goes", () => {
  const wanted = {
    "digit.png": "results.txt", "a/digit.png": "a/results.txt", "x.png": "x.results.txt", "a/b.JPG": "a/b.JPG.results.txt", "x.PNG": "x.PNG.results.txt",
    "digit.jpg": "digit.jpg.results.txt", "a.png/x.png": "a.png/x.results.txt",
  };
  for (const [key, answer] of Object.entries(wanted)) assert.equal(keys.answerKey(key, "txt"), answer);
  assert.equal(keys.reportKey("a/model.onnx", "json"), "a/model.report.json");
});

test("folders and names", () => {
  assert.equal(keys.folderOf("a/b/c"), "a/b/");
  assert.equal(keys.folderOf("c"), "");
  assert.equal(keys.nameOf("a/b/c"), "c");
});

test("names of buckets", () => {
  assert.deepEqual(["abc", "a.b-c9", "ab", "Abc", "-abc", "a..b", "a".repeat(64)].map(keys.isBucketName), [true, true, false, false, false, false, false]);
});

test("a file's name as a key", () => {
  assert.equal(keys.keyOfFile("C:\\fakepath\\x.png"), "x.png");
  assert.equal(keys.keyOfFile("/etc/x\n.png"), "x_.png");
  assert.equal(keys.keyOfFile(""), "digit.png");
});

test("what cannot be a key", () => {
  assert.equal(keys.keyProblem("a/x.png"), null);
  for (const key of ["", "a/", "七".repeat(342)]) assert.ok(keys.keyProblem(key), key);
});
