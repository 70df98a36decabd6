// SPDX-License-Identifier: MIT
// Models: which there are and who uses them; one of them with its report and its graph.

import * as api from "./api.js";
import { button, byId, el, empty, failure } from "./dom.js";
import { on } from "./events.js";
import { bytes, count } from "./format.js";
import { GraphView } from "./graph_view.js";
import { isModel, keyProblem, nameOf, reportKey } from "./keys.js";
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
  let chosen = null, awaited = null, abort = new AbortController(), timer = null;
  const visible = () => !byId("view-models").hidden;

  // --- all of them ---

  async function load() {
    try {
      const { models, builtin, truncated } = await api.models(place.bucket);
      list.replaceChildren(...models.map(card), builtinCard(builtin));
      if (truncated) list.append(el("p.note", {}, "There are more models than are shown here."));
      if (!models.length) list.prepend(empty("No model here yet", "Drop a model.onnx on this page: it is checked at once, and answers the pictures of its folder and those below. ",
        "Until then the built-in digits model does."));
    } catch (error) {
      list.replaceChildren(failure(error, button("Try again", load)));
    }
  }

  function folders(all) {
    const some = all.slice(0, 4).map(({ folder, pictures }) => `${folder || "the top folder"} (${count(pictures, "picture")})`);
    return some.join(", ") + (all.length > 4 ? ` and ${all.length - 4} more` : "");
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

  function builtinCard(all) {
    return el("li.card-link", {}, el("span.key", {}, "built-in"), el("p.muted", {}, all.length ? `answers ${folders(all)}` : "answers where a folder has no model.onnx of its own"));
  }

  // --- one ---

  async function open(key) {
    abort.abort();
    abort = new AbortController();
    chosen = key;
    one.hidden = false;
    byId("model-key").textContent = key;
    report.replaceChildren(el("p.reading", {}, "fetching its report …"));
    graphBox.replaceChildren(el("p.reading", {}, "drawing its graph …"));
    await Promise.all([openReport(abort.signal), openGraph(abort.signal)]);
  }

  async function openReport(signal) {
    try {
      const text = await api.getText(place.bucket, reportKey(chosen, "json"), { signal });
      report.replaceChildren(...reportView(JSON.parse(text)));
    } catch (error) {
      if (error.name === "AbortError") return;
      report.replaceChildren(error.code === "not-found" ? el("p.reading", {}, "There is no report yet; it is shown as soon as it is made.") : failure(error));
    }
  }

  async function openGraph(signal) {
    try {
      const answer = await api.graph(place.bucket, chosen, { signal });
      if (answer.nodes?.length) graph.show(answer);
      else graphBox.replaceChildren(answer.error ? failure(answer.error) : empty("No nodes", "The graph of this model is empty."));
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
    location.hash = to("models", key);
    try {
      const progress = byId("model-progress");
      const stored = await api.putWithProgress(place.bucket, key, file, "application/octet-stream", (loaded, total) => {
        progress.hidden = loaded === total;
        progress.value = total ? loaded / total : 1;
      });
      awaited = stored.request_id;
      const run = live.byRequest(awaited);
      if (run) panel.update(run);
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
    if (["model", "settings", "report"].includes(kind)) {
      clearTimeout(timer);
      timer = setTimeout(load, 150); // several at a time
    }
    if (chosen && change === "put" && key === reportKey(chosen, "json")) open(chosen);
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
      document.title = chosen ? `${nameOf(chosen)} · inkling` : "Models · inkling";
      load();
      if (chosen) open(chosen);
    },
  };
}
