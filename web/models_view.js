// SPDX-License-Identifier: MIT
// Models: which there are and who uses them; one of them with its report and its graph.

import * as api from "./api.js";
import { button, byId, el, empty, failure } from "./dom.js";
import { on } from "./events.js";
import { bytes, count } from "./format.js";
import { GraphView } from "./graph_view.js";
import { isModel, keyProblem, reportKey } from "./keys.js";
import * as live from "./live.js";
import { onBucket, place } from "./place.js";
import { reportView } from "./report_view.js";
import { to } from "./route.js";
import { Lazy } from "./lazy.js";
import { WatchPanel } from "./watch.js";

export function initModels() {
  const list = byId("models"), one = byId("model"), report = byId("model-report"), graphBox = byId("model-graph");
  const panel = new WatchPanel(byId("model-watch")), graph = new GraphView(graphBox);
  const lazy = new Lazy();
  let all = new Map(), drawn = null; // the models by key; key and etag of the one whose graph is drawn
  let chosen = null, awaited = null, abort = new AbortController(), timer = null, again = false;
  const visible = () => !byId("view-models").hidden;

  // --- all of them ---

  async function load() {
    try {
      const { models, builtin, truncated } = await api.models(place.bucket);
      all = new Map(models.map((model) => [model.key, model]));
      list.replaceChildren(...models.map(card), builtinCard(builtin));
      if (truncated) list.append(el("p.note", {}, "There are more models than are shown here."));
      if (!models.length) list.prepend(empty("No model here yet", "Drop a model.onnx on this page: it is checked at once, and answers the pictures of its folder and those below. ",
        "Until then the built-in digits model does."));
    } catch (error) {
      list.replaceChildren(failure(error, button("Try again", load)));
    }
  }

  function folders(those) {
    const some = those.slice(0, 4).map(({ folder, pictures }) => `${folder || "the top folder"} (${count(pictures, "picture")})`);
    return some.join(", ") + (those.length > 4 ? ` and ${those.length - 4} more` : "");
  }

  function card(model) {
    const uses = model.folders.length ? `answers ${folders(model.folders)}` : model.answers ? "no pictures use it yet" : "is only checked: pictures are answered by a model.onnx";
    const verdict = el("span.chip", {}, model.report ? "…" : "not checked yet");
    if (model.report) lazy.when(verdict, () => showVerdict(verdict, model.report));
    return el("li.card-link", { "data-chosen": model.key === chosen ? "" : null },
      el("a.key", { href: to("models", model.key) }, model.key), " ", verdict, el("p.muted", {}, `${bytes(model.size)} · ${uses}`));
  }

  async function showVerdict(chip, key) {
    const { usable, error } = JSON.parse(await api.getText(place.bucket, key));
    chip.textContent = usable ? "usable" : error ?? "not usable";
    chip.dataset.outcome = usable ? "answered" : "refused";
  }

  function builtinCard(those) {
    return el("li.card-link", {}, el("span.key", {}, "built-in"), el("p.muted", {}, those.length ? `answers ${folders(those)}` : "answers where a folder has no model.onnx of its own"));
  }

  // --- one ---

  async function open(key) {
    abort.abort();
    abort = new AbortController();
    chosen = key;
    one.hidden = false;
    byId("model-key").textContent = key;
    const etag = `${key} ${all.get(key)?.etag}`;
    await Promise.all([openReport(abort.signal), etag === drawn ? null : openGraph(etag, abort.signal)]);
  }

  async function openReport(signal) {
    const at = all.get(chosen)?.report;
    if (!at) return report.replaceChildren(el("p.reading", {}, "There is no report yet; it is shown as soon as it is made."));
    try {
      report.replaceChildren(...reportView(JSON.parse(await api.getText(place.bucket, at, { signal }))));
    } catch (error) {
      if (error.name !== "AbortError") report.replaceChildren(failure(error));
    }
  }

  async function openGraph(etag, signal) {
    graphBox.replaceChildren(el("p.reading", {}, "drawing its graph …"));
    drawn = null;
    try {
      const answer = await api.graph(place.bucket, chosen, { signal });
      drawn = etag;
      if (answer.nodes?.length) graph.show(answer);
      else graphBox.replaceChildren(answer.error ? failure(answer.error) : empty("No nodes", "The graph of this model is empty."));
      if (answer.nodes?.length && answer.error) graphBox.prepend(failure(answer.error));
    } catch (error) {
      if (error.name !== "AbortError") graphBox.replaceChildren(failure(error));
    }
  }

  // --- a new one ---

  async function take(files) {
    const { file } = files.find(({ path }) => isModel(path)) ?? files[0];
    const key = byId("model-name").value.trim() || "model.onnx", why = keyProblem(key) ?? (isModel(key) ? null : "A model's name ends in .onnx.");
    byId("model-problem").textContent = why ?? "";
    if (why) return;
    panel.begin(key, file);
    byId("model-watch").hidden = false;
    one.hidden = true;
    try {
      const progress = byId("model-progress");
      const stored = await api.put(place.bucket, key, file, (loaded, total) => {
        progress.hidden = loaded === total;
        progress.value = total ? loaded / total : 1;
      });
      awaited = stored.request_id;
      const run = live.byRequest(awaited);
      if (run) panel.update(run);
      location.hash = to("models", key);
    } catch (error) {
      panel.fail(error);
    }
    byId("model-progress").hidden = true;
  }

  live.watch((run) => {
    if (awaited && run.put_request_id === awaited && isModel(run.key ?? "")) panel.update(run);
  });

  on("object", ({ bucket, key, kind, change }) => {
    if (bucket !== place.bucket || !visible()) return;
    if (!["model", "settings", "report"].includes(kind)) return;
    const fresh = chosen && change === "put" && key === reportKey(chosen, "json");
    again ||= fresh;
    clearTimeout(timer);
    timer = setTimeout(async () => { // several come at a time
      await load();
      if (again && chosen) open(chosen);
      again = false;
    }, 100);
  });
  on("connected", ({ resumed }) => !resumed && visible() && load());
  onBucket(() => {
    chosen = null;
    one.hidden = true;
    if (visible()) load();
  });
  byId("model-file").addEventListener("change", (event) => {
    take([...event.target.files].map((file) => ({ path: file.name, file })));
    event.target.value = "";
  });

  return {
    take,
    accepts: ({ path }) => isModel(path),
    show([key]) {
      chosen = key ?? null;
      one.hidden = !chosen;
      byId("model-watch").hidden = !panel.run || (chosen !== null && panel.run.key !== chosen);
      load().then(() => chosen && open(chosen));
    },
  };
}
