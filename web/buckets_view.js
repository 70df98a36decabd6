// SPDX-License-Identifier: MIT
// Buckets: folders and objects, answers beside their pictures, as they come.

import * as api from "./api.js";
import * as aws from "./aws_command.js";
import { button, byId, el, empty, failure } from "./dom.js";
import { on } from "./events.js";
import { age, bytes, moment, percent } from "./format.js";
import { answerKey, isForeign, isModel, isPicture, keyOfFile, nameOf, reportKey } from "./keys.js";
import * as live from "./live.js";
import { Listing, folded } from "./listing.js";
import { onBucket, place } from "./place.js";
import { to } from "./route.js";
import { Lazy } from "./lazy.js";
import { copyText, toast } from "./toast.js";
import { Uploads } from "./uploads.js";

const PAGE = 600; // entries asked for at a time: 200 pictures with both their answers
const THUMB_BYTES = 8_000_000;
const UNDO_MS = 8000;

export function initBuckets() {
  const list = byId("objects"), status = byId("buckets-status");
  const uploads = new Uploads(byId("uploads")), lazy = new Lazy();
  let listing = new Listing(""), prefix = "", showAnswers = false, generation = 0, frame = 0;
  const rows = new Map(); // key -> {row, etag}
  const leaving = new Map(); // key -> etag of what is about to be deleted
  const visible = () => !byId("view-buckets").hidden;

  // --- reading ---

  async function load() {
    const mine = ++generation;
    try {
      const page = await api.objects(place.bucket, prefix, { limit: PAGE });
      if (mine !== generation) return;
      listing = new Listing(prefix);
      listing.append(page);
      status.replaceChildren();
      paint();
    } catch (error) {
      if (mine !== generation) return;
      status.replaceChildren(failure(error, button("Try again", load)));
    }
  }

  async function more() {
    const mine = generation;
    try {
      const page = await api.objects(place.bucket, prefix, { limit: PAGE, after: listing.next });
      if (mine !== generation) return;
      listing.append(page);
      paint();
    } catch (error) {
      toast(error.message);
    }
  }

  // --- painting ---

  function repaintSoon() {
    if (!frame && visible()) frame = requestAnimationFrame(() => {
      frame = 0;
      paint();
    });
  }

  function paint() {
    const hidden = showAnswers ? new Set() : folded(listing.entries);
    const shown = listing.entries.filter((entry) => !hidden.has(entry.key) && !leaving.has(entry.key));
    paintPath();
    byId("folded").textContent = hidden.size && !showAnswers ? "Answers stand beside their pictures." : "";
    byId("objects-more").hidden = listing.next === null;
    byId("objects-empty").replaceChildren(...(shown.length || listing.next !== null ? [] : [empty("This folder is empty",
      "Drop pictures or a model.onnx here, or choose files. Each picture wakes the function, and its answer appears beside it.")]));
    list.closest("table").hidden = shown.length === 0;
    const keep = new Set(shown.map((entry) => entry.key));
    for (const [key, { row }] of rows) {
      if (keep.has(key)) continue;
      row.remove();
      rows.delete(key);
    }
    shown.forEach((entry, i) => {
      let known = rows.get(entry.key);
      if (!known || known.etag !== entry.etag || known.modified !== entry.modified_at_ms) {
        const row = entry.folder ? folderRow(entry) : objectRow(entry);
        known?.row.replaceWith(row);
        known = { row, etag: entry.etag, modified: entry.modified_at_ms };
        rows.set(entry.key, known);
      }
      if (list.children[i] !== known.row) list.insertBefore(known.row, list.children[i] ?? null);
    });
  }

  function paintPath() {
    const parts = prefix.split("/").slice(0, -1);
    const link = (text, at) => el("a", { href: to("buckets", place.bucket, at) }, text);
    byId("path").replaceChildren(link(place.bucket, ""), ...parts.flatMap((part, i) =>
      [el("span", { "aria-hidden": "true" }, " / "), link(part || "(no name)", `${parts.slice(0, i + 1).join("/")}/`)]));
  }

  function folderRow({ key }) {
    return el("tr", {}, el("td.thumb", {}, el("span.folder", { "aria-hidden": "true" })),
      el("th", { scope: "row" }, el("a.key", { href: to("buckets", place.bucket, key) }, key.slice(prefix.length))),
      el("td.beside"), el("td.kind", {}, "folder"), el("td.number"), el("td.number"), el("td.actions"));
  }

  function objectRow(entry) {
    const { key, kind, size, modified_at_ms } = entry;
    const thumb = el("td.thumb"), answer = el("td.beside");
    if (isPicture(key) && size <= THUMB_BYTES) lazy.when(thumb, () => showThumb(thumb, key));
    if (isPicture(key) || isForeign(key) || kind === "model") lazy.when(answer, () => showAnswer(answer, key));
    const name = key.slice(prefix.length) || "(no name)";
    return el("tr", {}, thumb, el("th", { scope: "row" }, el("span.key", {}, name)), answer,
      el("td.kind", { title: entry.type }, kind), el("td.number", {}, bytes(size)),
      el("td.number", { title: moment(modified_at_ms) }, age(Date.now() - modified_at_ms)),
      el("td.actions", {},
        button("Download", () => download(key), { "aria-label": `Download ${name}` }),
        button("Copy command", () => copyText(`${aws.environment(place.about)} ${aws.get(place.bucket, key, keyOfFile(name))}`,
          "The aws command that fetches it is copied."), { "aria-label": `Copy command for ${name}` }),
        button("Delete", () => askToDelete(entry), { "aria-label": `Delete ${name}` })));
  }

  async function showThumb(cell, key) {
    const url = URL.createObjectURL(await api.getBlob(place.bucket, key));
    const image = el("img", { src: url, alt: "" });
    const done = () => URL.revokeObjectURL(url);
    image.addEventListener("load", done);
    image.addEventListener("error", () => {
      done();
      image.replaceWith(el("span.wrong", { title: "the browser cannot show it" }, "?"));
    });
    cell.replaceChildren(image);
  }

  // What the answer object says, where there is one yet.
  async function showAnswer(cell, key) {
    const model = isModel(key), at = model ? reportKey(key, "json") : answerKey(key, "json");
    if (!listing.get(at)) return;
    const answer = JSON.parse(await api.getText(place.bucket, at));
    if (model) return paintAnswer(cell, answer.usable ? { text: "usable" } : { code: answer.error ?? "not usable", message: answer.problems?.join("; ") }, key);
    const first = answer.classes?.[0];
    paintAnswer(cell, answer.error ?? { text: answer.text ?? first?.label ?? "", probability: first?.probability }, key);
  }

  function paintAnswer(cell, answer, key) {
    const words = answer.code ? el("span.wrong", { title: answer.message }, answer.code)
      : el("span", {}, el("b.read-small", {}, answer.text), Number.isFinite(answer.probability) ? ` ${percent(answer.probability)}` : "");
    cell.replaceChildren(isModel(key) ? el("a", { href: to("models", key) }, words) : words);
  }

  // --- news ---

  on("object", (change) => {
    if (change.bucket !== place.bucket) return;
    if (listing.apply(change)) repaintSoon();
    const answered = ["answer", "report"].includes(change.kind) && change.key.endsWith(".json") && change.change === "put";
    if (!answered || !visible()) return;
    for (const { key } of listing.entries) {
      if ((isModel(key) ? reportKey(key, "json") : answerKey(key, "json")) !== change.key) continue;
      const cell = rows.get(key)?.row.querySelector(".beside");
      if (cell) lazy.when(cell, () => showAnswer(cell, key));
    }
  });
  live.watch((run, what) => {
    if (what !== "run" || run.bucket !== place.bucket || !run.answer) return;
    const cell = rows.get(run.key)?.row.querySelector(".beside");
    if (cell) paintAnswer(cell, run.answer, run.key);
  });
  on("connected", ({ resumed }) => !resumed && visible() && load());

  // --- doing ---

  async function download(key) {
    try {
      const url = URL.createObjectURL(await api.getBlob(place.bucket, key));
      el("a", { href: url, download: keyOfFile(key) }).click();
      setTimeout(() => URL.revokeObjectURL(url), 60_000);
    } catch (error) {
      toast(error.message);
    }
  }

  // S3 has no undo: the page waits before it asks.
  function askToDelete({ key, etag }) {
    const { bucket } = place;
    leaving.set(key, etag);
    paint();
    const back = () => {
      leaving.delete(key);
      paint();
    };
    toast(`${nameOf(key)} will be deleted`, {
      shown_ms: UNDO_MS,
      action: { text: "Undo", run: back },
      done: async () => {
        try {
          await api.remove(bucket, key, etag);
          listing.apply({ key, change: "delete" });
        } catch (error) {
          toast(error.code === "changed" ? `${nameOf(key)} was put again meanwhile and is kept.` : error.message);
        }
        back();
      },
    });
  }

  function take(files) {
    uploads.add(place.bucket, files.map(({ path, file }) => ({ key: prefix + path.split("/").map(keyOfFile).join("/"), file })));
  }

  byId("objects-more").addEventListener("click", more);
  byId("show-answers").addEventListener("change", (event) => {
    showAnswers = event.target.checked;
    paint();
  });
  byId("choose-files").addEventListener("change", (event) => {
    take([...event.target.files].map((file) => ({ path: file.name, file })));
    event.target.value = "";
  });
  onBucket(() => {
    prefix = "";
    if (visible()) load();
  });

  return {
    take,
    accepts: () => true,
    show([, wanted]) {
      prefix = wanted ?? "";
      rows.clear();
      list.replaceChildren();
      load();
    },
  };
}
