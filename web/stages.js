// SPDX-License-Identifier: MIT
// What is drawn of an invocation's way: each stage's state and how long it took.

export const PICTURE = ["event", "fetch", "decode", "prepare", "infer", "results", "store"];
export const MODEL = ["event", "fetch", "check", "results", "store"];

// The stages of a run as [{stage, state: "waiting" | "active" | "done" | "failed", ms: number | null}].
//
// run.stages has when each began. It may begin again at fetch, when the object has changed meanwhile: the last
// round counts. "event" is the time from the stored object to the function.
export function timeline(run, names = PICTURE) {
  const all = run?.stages ?? [];
  const first = all.findLastIndex(({ stage }) => stage === "fetch");
  const round = first < 0 ? all : all.slice(first);
  const began = new Map(), ended = new Map();
  round.forEach(({ stage, at_ms }, i) => {
    began.set(stage, at_ms);
    if (i > 0) ended.set(round[i - 1].stage, at_ms);
  });
  const over = began.has("done");
  const last = round.at(-1)?.stage;
  const failed = run?.outcome === "failed" || run?.outcome === "retrying";
  return names.map((stage) => {
    if (stage === "event") {
      const taken = run !== null && run !== undefined && (run.wait_ms ?? null) !== null;
      return { stage, state: taken ? "done" : "active", ms: run?.wait_ms ?? null };
    }
    if (ended.has(stage)) return { stage, state: "done", ms: ended.get(stage) - began.get(stage) };
    if (stage === last && !over) return { stage, state: failed ? "failed" : "active", ms: null };
    return { stage, state: "waiting", ms: null };
  });
}

// In a few words: how it came out.
export function outcomeWords(run) {
  switch (run.outcome) {
    case "running": return "running";
    case "answered": return "answered";
    case "refused": return "cannot be read";
    case "done": return "nothing to answer";
    case "retrying": return "failed, will be tried again";
    case "failed": return "failed, given up";
    default: return "on its way";
  }
}

// The answer of a run as a line, "7 · 99.98 %" without the number; null where there is none.
export function answerWords(run) {
  if (run.answer?.code) return run.answer.message;
  if (run.answer) return run.answer.text;
  return run.error ? `${run.error.type}: ${run.error.message}` : null;
}
