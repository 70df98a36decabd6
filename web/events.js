// SPDX-License-Identifier: MIT
// What the server tells, for as long as the page is open: one stream that is taken up again when it breaks off.
//
//   on("run" | "stage" | "log" | "object" | "evaluation", data => ...)
//   on("connected", {resumed})   each time that it is there again; resumed false: read lists anew
//   on("lost", {error, again_ms})

import { ApiError, errorOf, headers, unreachable } from "./api.js";
import { sseReader } from "./sse.js";

const SILENCE_MS = 25_000; // a comment comes every 10 s
const WAIT_MS = [250, 500, 1000, 2000, 5000];

const listeners = new Map();
let lastId = "", failures = 0, wake = null;

export function on(event, listener) {
  if (!listeners.has(event)) listeners.set(event, new Set());
  listeners.get(event).add(listener);
  return () => listeners.get(event).delete(listener);
}

function tell(event, data) {
  for (const listener of listeners.get(event) ?? []) listener(data);
}

function take({ id, event, data }) {
  if (id) lastId = id;
  const value = JSON.parse(data);
  if (event === "hello") tell("connected", value);
  else tell(event, value);
}

// Reads until the stream ends; throws when it breaks off or says nothing for too long.
async function readOnce() {
  const abort = new AbortController();
  let timer;
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(() => abort.abort(), SILENCE_MS);
  };
  try {
    alive();
    const response = await fetch("/_inkling/events", {
      headers: headers(lastId ? { "Last-Event-ID": lastId } : {}), cache: "no-store", signal: abort.signal,
    });
    if (!response.ok) throw errorOf(response.status, await response.text());
    const read = sseReader(take), reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    failures = 0;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      alive();
      read(value);
    }
  } finally {
    clearTimeout(timer);
    abort.abort();
  }
}

// Tries again at once: the network came back, or somebody pressed the button.
export function reconnect() {
  wake?.();
}

export async function listen() {
  for (;;) {
    let error = unreachable();
    try {
      await readOnce();
    } catch (thrown) {
      if (thrown instanceof ApiError) error = thrown;
    }
    const again_ms = WAIT_MS[Math.min(failures++, WAIT_MS.length - 1)];
    tell("lost", { error, again_ms });
    await new Promise((resolve) => {
      wake = resolve;
      setTimeout(resolve, again_ms);
    });
  }
}

addEventListener("online", reconnect);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && reconnect());
