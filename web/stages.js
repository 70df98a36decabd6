// SPDX-License-Identifier: MIT
// What is drawn of an invocation's way: each stage's state and how long it took.

export const PICTURE = ["event", "fetch", "decode", "prepare", "infer", "results", "store"];
export const MODEL = ["event", "fetch", "check", "results", "store"];

// Of all rounds (each begins at fetch) the last one that counts, with the moment when the next thing began.
//
// A picture's last round: it starts over when the object has changed meanwhile. Of a model the last one that checks it: its
// folder's digit.png is read again behind that.
function lastRound(stages, names) {
  const ended = stages.map(({ stage, at_ms }, i) => ({ stage, began: at_ms, ended: stages[i + 1]?.at_ms ?? null }));
  const starts = ended.flatMap(({ stage }, i) => (stage === "fetch" ? [i] : []));
  const rounds = starts.map((start, i) => ended.slice(start, starts[i + 1]));
  const checks = (round) => round.some(({ stage }) => stage === "check");
  return (names === MODEL ? rounds.findLast(checks) : null) ?? rounds.at(-1) ?? [];
}

// The stages of a run as [{stage, state: "waiting" | "active" | "done" | "failed", ms: number | null}].
// "event" is the time from the stored object to the function.
export function timeline(run, names = PICTURE) {
  const round = lastRound(run?.stages ?? [], names);
  const failed = run?.outcome === "failed" || run?.outcome === "retrying";
  return names.map((stage) => {
    if (stage === "event") {
      const ms = run?.wait_ms ?? null;
      return { stage, state: ms === null ? "active" : "done", ms };
    }
    const one = round.findLast((each) => each.stage === stage);
    if (!one) return { stage, state: "waiting", ms: null };
    if (one.ended !== null) return { stage, state: "done", ms: one.ended - one.began };
    return { stage, state: failed ? "failed" : "active", ms: null };
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
