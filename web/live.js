// SPDX-License-Identifier: MIT
// Runs as they happen: what the stream says of a run, put together. Only the newest are kept.

import { on } from "./events.js";

const KEPT = 300, LINES = 200;
const runs = new Map(); // by id, in the order of their last news
const watchers = new Set();

function touch(id, change) {
  const run = runs.get(id) ?? { id, stages: [], log: [] };
  runs.delete(id);
  runs.set(id, Object.assign(run, change));
  if (runs.size > KEPT) runs.delete(runs.keys().next().value);
  return run;
}

function tell(run, what) {
  for (const watcher of watchers) watcher(run, what);
}

on("run", (run) => {
  const known = runs.get(run.id);
  const again = known && run.outcome === "running" && run.attempts > known.attempts;
  tell(touch(run.id, again ? { ...run, log: [] } : run), "run");
});

on("stage", ({ id, stage, at_ms }) => {
  const run = touch(id, {});
  run.stages = [...run.stages, { stage, at_ms }];
  tell(run, "stage");
});

on("log", ({ id, level, text }) => {
  const run = touch(id, {});
  if (run.log.length < LINES) run.log.push({ level, text });
  tell(run, "log");
});

// Calls watcher(run, "run" | "stage" | "log") at each change. Returns a function that ends it.
export function watch(watcher) {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

// The run that a PUT began. Its news may be here before the answer to that PUT.
export function byRequest(put_request_id) {
  return [...runs.values()].findLast((run) => run.put_request_id === put_request_id);
}

export const byId = (id) => runs.get(id);

export const isOver = (run) => run.outcome !== undefined && run.outcome !== "running" && run.outcome !== "retrying";
