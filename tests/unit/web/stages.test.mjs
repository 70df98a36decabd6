// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import test from "node:test";
import { MODEL, answerWords, outcomeWords, timeline } from "../../../web/stages.js";

const stages = (...names) => names.map((stage, i) => ({ stage, at_ms: i * i }));
const states = (run, names) => timeline(run, names).map(({ stage, state, ms }) => `${stage} ${state}${ms === null ? "" : ` ${ms}`}`);

test("nothing yet", () => {
  assert.deepEqual(states({ stages: [] }).slice(0, 2), ["event active", "fetch waiting"]);
});

test("in the middle", () => {
  assert.deepEqual(states({ wait_ms: 3, stages: stages("fetch", "decode", "prepare") }),
    ["event done 3", "fetch done 1", "decode done 3", "prepare active", "infer waiting", "results waiting", "store waiting"]);
});

test("over", () => {
  const run = { wait_ms: 0, outcome: "answered", stages: stages("fetch", "decode", "prepare", "infer", "results", "store", "done") };
  assert.deepEqual(states(run), ["event done 0", "fetch done 1", "decode done 3", "prepare done 5", "infer done 7", "results done 9", "store done 11"]);
});

test("a picture that changed meanwhile starts over: the last round counts", () => {
  const run = { wait_ms: 0, stages: stages("fetch", "decode", "prepare", "infer", "results", "store", "fetch", "decode") };
  assert.deepEqual(states(run).slice(1, 4), ["fetch done 13", "decode active", "prepare waiting"]);
});

test("a bad picture has no way beyond decoding", () => {
  const run = { wait_ms: 0, outcome: "refused", stages: stages("fetch", "decode", "results", "store", "done") };
  assert.deepEqual(states(run).slice(2, 5), ["decode done 3", "prepare waiting", "infer waiting"]);
});

test("a failure stays where it happened", () => {
  assert.equal(states({ wait_ms: 1, outcome: "failed", stages: stages("fetch") })[1], "fetch failed");
});

test("of a model the round that checked it, not the picture that is read again behind it", () => {
  const run = { wait_ms: 0, stages: stages("fetch", "check", "results", "store", "fetch", "decode", "prepare", "infer", "results", "store", "done") };
  assert.deepEqual(states(run, MODEL), ["event done 0", "fetch done 1", "check done 3", "results done 5", "store done 7"]);
});

test("words", () => {
  assert.equal(outcomeWords({ outcome: "retrying" }), "failed, will be tried again");
  assert.equal(answerWords({ answer: { text: "7" } }), "7");
  assert.equal(answerWords({ answer: { code: "no-ink", message: "nothing on it" } }), "nothing on it");
  assert.equal(answerWords({ error: { type: "Runtime.Denied", message: "why" } }), "Runtime.Denied: why");
  assert.equal(answerWords({}), null);
});
