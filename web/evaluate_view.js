// SPDX-License-Identifier: MIT
// Evaluate: how good is a model on labelled pictures? The report is the page of `inkling eval --html`.

import * as api from "./api.js";
import { button, byId, el, empty, failure } from "./dom.js";
import { on } from "./events.js";
import { count } from "./format.js";
import { belongs, relativePaths } from "./labelled.js";
import { onBucket, place } from "./place.js";
import { to } from "./route.js";

const FILES_MAX = 20_000, AT_ONCE = 4;
const ended = (evaluation) => ["done", "failed", "cancelled"].includes(evaluation.state);

export function initEvaluate() {
  const list = byId("evaluations"), status = byId("evaluate-status"), model = byId("evaluate-model");
  let evaluations = [], shown = null;
  const visible = () => !byId("view-evaluate").hidden;

  async function load() {
    try {
      const [all, { models }] = await Promise.all([api.evaluations(), api.models(place.bucket)]);
      evaluations = all.evaluations;
      const before = model.value;
      model.replaceChildren(el("option", { value: "" }, "built-in digits model"), ...models.map(({ key }) => el("option", { value: key }, key)));
      model.value = models.some(({ key }) => key === before) ? before : "";
      paint();
    } catch (error) {
      status.replaceChildren(failure(error, button("Try again", load)));
    }
  }

  function paint() {
    list.replaceChildren(...evaluations.map(item));
    byId("evaluate-empty").replaceChildren(...(evaluations.length ? [] : [empty("Nothing has been evaluated yet",
      "A labelled folder has a folder for each label (7/x.png), or names that begin with the label (7_x.png), or a LABELS.tsv.")]));
  }

  function item(evaluation) {
    const { id, state, done, total, message } = evaluation, name = evaluation.model?.key ?? "built-in";
    const words = { filling: "taking files", running: `${done} of ${count(total, "picture")}`, done: count(total, "picture"), failed: message, cancelled: "ended" }[state] ?? state;
    return el("li.card-link", { "data-chosen": id === shown ? "" : null }, el("span.key", {}, name), el(state === "failed" ? "p.wrong" : "p.muted", {}, words),
      state === "running" ? el("progress", { value: total ? done / total : 0, max: "1", "aria-label": `${name}: ${words}` }) : null,
      el("p.links", {}, evaluation.report ? el("a", { href: to("evaluate", id) }, "Show the report") : null,
        button(ended(evaluation) ? "Remove" : "Stop", () => end(id), { "aria-label": `${ended(evaluation) ? "Remove" : "Stop"} the evaluation of ${name}` })));
  }

  function showReport() {
    const frame = byId("evaluate-report"), evaluation = evaluations.find(({ id }) => id === shown);
    frame.hidden = !evaluation?.report;
    if (evaluation?.report && frame.getAttribute("src") !== evaluation.report) frame.src = evaluation.report;
  }

  async function end(id) {
    try {
      await api.endEvaluation(id);
    } catch (error) {
      status.replaceChildren(failure(error));
    }
    if (shown === id) shown = null;
    await load();
    showReport();
  }

  const chosenModel = () => (model.value ? { bucket: place.bucket, key: model.value } : null);

  async function begin(event) {
    event.preventDefault();
    status.replaceChildren();
    try {
      const { id } = await api.newEvaluation(chosenModel(), { bucket: place.bucket, prefix: byId("evaluate-prefix").value });
      shown = id;
      await load();
    } catch (error) {
      status.replaceChildren(failure(error));
    }
  }

  // A folder from somebody's disk: it goes to the server's own folder, not into the bucket.
  async function take(files) {
    const wanted = relativePaths(files).filter(({ path }) => belongs(path));
    if (!wanted.length) return status.replaceChildren(failure(new Error("There are no pictures in what was dropped.")));
    if (wanted.length > FILES_MAX) return status.replaceChildren(failure(new Error(`At most ${count(FILES_MAX, "picture")} at a time; these are ${wanted.length}.`)));
    const bar = el("progress", { value: 0, max: wanted.length, "aria-label": "files given to the server" });
    status.replaceChildren(el("p", {}, `${count(wanted.length, "file")} on the way `, bar));
    let id = null;
    try {
      ({ id } = await api.newEvaluation(chosenModel(), null));
      const waiting = [...wanted];
      await Promise.all(Array.from({ length: AT_ONCE }, async () => {
        for (let one; (one = waiting.shift());) {
          await api.evaluationFile(id, one.path, one.file);
          bar.value++;
        }
      }));
      await api.startEvaluation(id);
      shown = id;
      status.replaceChildren();
      await load();
    } catch (error) {
      status.replaceChildren(failure(error));
      if (id) await api.endEvaluation(id).catch(() => {});
    }
  }

  on("evaluation", (evaluation) => {
    const at = evaluations.findIndex(({ id }) => id === evaluation.id);
    if (at >= 0) evaluations[at] = evaluation;
    else evaluations.unshift(evaluation);
    if (!visible()) return;
    paint();
    showReport();
  });
  on("connected", ({ resumed }) => !resumed && visible() && load());
  onBucket(() => visible() && load());
  byId("evaluate-form").addEventListener("submit", begin);
  byId("evaluate-files").addEventListener("change", (event) => {
    take([...event.target.files].map((file) => ({ path: file.webkitRelativePath || file.name, file })));
    event.target.value = "";
  });

  return {
    take,
    accepts: () => true,
    async show([id]) {
      if (id) shown = id;
      await load();
      showReport();
    },
  };
}
