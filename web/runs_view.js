// SPDX-License-Identifier: MIT
// Runs: what the function was woken for and how it came out, kept over restarts of the server.

import * as api from "./api.js";
import { button, byId, el, empty, failure } from "./dom.js";
import { on } from "./events.js";
import { age, duration, moment, percent } from "./format.js";
import { latencyChart } from "./latency.js";
import * as live from "./live.js";
import { onBucket, place } from "./place.js";
import { to } from "./route.js";
import { answerWords, outcomeWords } from "./stages.js";
import { toast } from "./toast.js";
import { WatchPanel, runLinks } from "./watch.js";

const PAGE = 100, KEPT = 500;

export function initRuns() {
  const body = byId("runs"), prefix = byId("runs-prefix"), outcome = byId("runs-outcome"), detail = byId("run-detail");
  const panel = new WatchPanel(byId("run-watch"));
  let runs = [], next = null, generation = 0, frame = 0, openId = null;
  const visible = () => !byId("view-runs").hidden;
  const filter = () => ({ bucket: place.bucket, prefix: prefix.value, outcome: outcome.value, limit: PAGE });
  const fits = (run) => run.bucket === place.bucket && (run.key ?? "").startsWith(prefix.value) && (!outcome.value || run.outcome === outcome.value);

  async function load() {
    const mine = ++generation;
    try {
      const page = await api.runs(filter());
      if (mine !== generation) return;
      ({ runs, next } = page);
      byId("runs-waiting").textContent = page.waiting ? `${page.waiting} waiting to be taken up` : "";
      byId("runs-status").replaceChildren();
      paint();
    } catch (error) {
      if (mine === generation) byId("runs-status").replaceChildren(failure(error, button("Try again", load)));
    }
  }

  async function more() {
    const mine = generation;
    try {
      const page = await api.runs({ ...filter(), before: next });
      if (mine !== generation) return;
      runs.push(...page.runs);
      next = page.next;
      paint();
    } catch (error) {
      toast(error.message);
    }
  }

  function paint() {
    const filtered = prefix.value || outcome.value;
    body.replaceChildren(...runs.map(row));
    body.closest("table").hidden = !runs.length;
    byId("runs-more").hidden = next === null;
    byId("runs-chart").replaceChildren(...(runs.length ? [latencyChart(runs.slice(0, 200))] : []));
    byId("runs-empty").replaceChildren(...(runs.length ? [] : [filtered
      ? empty("No run fits the filter", "Take the filter away, or choose another outcome.")
      : empty("Nothing has run yet", "Put a picture in the bucket, here under Draw or with any S3 client: each one wakes the function once.")]));
  }

  function row(run) {
    const answer = answerWords(run) ?? "", bad = run.answer?.code || run.error;
    return el("tr", { "data-outcome": run.outcome },
      el("th", { scope: "row", "data-name": "key" }, el("a.key", { href: to("runs", run.id) }, run.key ?? "(no key)")),
      el(bad ? "td.wrong.clip" : "td.clip", { "data-name": "answer", title: answer }, answer),
      el("td.number", { "data-name": "probability" }, Number.isFinite(run.answer?.probability) ? percent(run.answer.probability) : ""),
      el("td", { "data-name": "outcome" }, el("span.chip", { "data-outcome": run.outcome }, outcomeWords(run))),
      el("td.number", { "data-name": "duration" }, duration(run.duration_ms)),
      el("td.number", { "data-name": "attempts" }, String(run.attempts ?? "")),
      el("td.number", { "data-name": "when", title: moment(run.received_at_ms) }, age(Date.now() - run.received_at_ms)),
      el("td.actions", {}, button("Retry", () => retry(run), { "aria-label": `Retry ${run.key ?? "the event"}` })));
  }

  live.watch((run, what) => {
    if (openId === run.id) panel.update(run);
    if (what !== "run" || !run.outcome) return;
    const at = runs.findIndex(({ id }) => id === run.id);
    if (at >= 0 && fits(run)) runs[at] = run;
    else if (at >= 0) runs.splice(at, 1);
    else if (fits(run)) runs.unshift(run);
    else return;
    runs.length = Math.min(runs.length, Math.max(KEPT, PAGE));
    if (!frame && visible()) frame = requestAnimationFrame(() => {
      frame = 0;
      paint();
    });
  });

  async function retry(run) {
    try {
      const { key } = await api.retry(run.id);
      toast(`${key ?? "The event"} is handled once more.`);
    } catch (error) {
      toast(error.message);
    }
  }

  // --- one run ---

  async function open(id) {
    openId = id;
    detail.hidden = false;
    byId("run-links").replaceChildren();
    byId("run-failure").replaceChildren();
    try {
      const run = live.byId(id)?.outcome === "running" ? live.byId(id) : await api.run(id);
      if (openId !== id) return;
      panel.show(run);
      byId("run-links").replaceChildren(runLinks(run, () => retry(run)));
      if (run.failure) byId("run-failure").replaceChildren(el("h4", {}, "The failure record"), el("pre", { tabindex: "0" }, JSON.stringify(run.failure, null, 2)));
    } catch (error) {
      if (openId === id) panel.clear("This run cannot be shown", error.message);
    }
    detail.scrollIntoView({ block: "nearest" });
  }

  byId("runs-filter").addEventListener("submit", (event) => event.preventDefault());
  prefix.addEventListener("input", load);
  outcome.addEventListener("change", load);
  byId("runs-more").addEventListener("click", more);
  on("connected", ({ resumed }) => !resumed && visible() && load());
  onBucket(() => visible() && load());

  return {
    show([id]) {
      load();
      if (id) return open(id);
      openId = null;
      detail.hidden = true;
    },
  };
}
