// SPDX-License-Identifier: MIT
// One run, as it happens and afterwards: its way through the function, the answer, what was found and seen, the log.
//
//   const panel = new WatchPanel(element);
//   panel.show(run, blob)   begins with a run (of live.js or of the server); blob: its picture, where it is at hand
//   panel.update(run)       the same run has news

import * as api from "./api.js";
import { bars } from "./bars.js";
import { announce, button, el, empty, failure } from "./dom.js";
import { duration, percent } from "./format.js";
import { framedPicture } from "./frames.js";
import { answerKey, isModel } from "./keys.js";
import { isOver } from "./live.js";
import { to } from "./route.js";
import { seenPicture } from "./seen.js";
import { MODEL, PICTURE, answerWords, outcomeWords, timeline } from "./stages.js";

export class WatchPanel {
  #root; #run = null; #blob = null; #url = null; #abort = null; #parts = null; #squeezed = false; #detailed = false; #look = null;
  #results = null; #resultsBox = null; #log = null; #logBox = null;

  constructor(root) {
    this.#root = root;
  }

  get run() {
    return this.#run;
  }

  clear(...message) {
    this.#forget();
    this.#root.replaceChildren(empty(...message));
  }

  // The picture is on its way to the bucket; there is no run yet.
  begin(key, blob) {
    this.show({ key, stages: [], log: [] }, blob);
  }

  show(run, blob = null) {
    this.#forget();
    this.#blob = blob;
    this.#parts = this.#build(run);
    this.#root.replaceChildren(...Object.values(this.#parts));
    this.update(run);
  }

  update(run) {
    this.#run = run;
    this.#paintHead();
    this.#paintStages();
    this.#paintAnswer();
    this.#paintLog();
    if (isOver(run) && !this.#detailed && !isModel(run.key ?? "")) {
      this.#detailed = true;
      this.#loadDetails();
    }
  }

  // The picture could not be put at all.
  fail(error) {
    this.#parts.answer.replaceChildren(failure(error, "Nothing was stored. Press Put again when this is solved."));
  }

  #forget() {
    this.#abort?.abort();
    this.#abort = new AbortController();
    if (this.#url) URL.revokeObjectURL(this.#url);
    this.#url = null;
    this.#run = null;
    this.#look = null;
    this.#detailed = false;
  }

  #build(run) {
    const names = isModel(run.key ?? "") ? MODEL : PICTURE;
    const step = (stage) => el("li", { "data-stage": stage }, el("span.dot", { "aria-hidden": "true" }),
      el("span.stage-name", {}, stage), el("span.stage-time", {}));
    return {
      head: el("div.watch-head", {}),
      stages: el(`ol.stages.steps-${names.length}`, { "aria-label": "the way of the event" }, names.map(step)),
      answer: el("div.answer", {}),
      figures: el("div.figures", {}),
      papers: el("div.papers", {}),
    };
  }

  // --- while it runs ---

  #paintHead() {
    const run = this.#run, words = outcomeWords(run);
    this.#parts.head.replaceChildren(
      el("h3.key", {}, run.key ?? "an event without a key"),
      el("p.chips", {},
        el("span.chip", { "data-outcome": run.outcome ?? "waiting" }, words),
        run.cold === undefined || run.cold === null ? null
          : el("span.chip", { title: run.cold ? "a process had to be started first" : "the process was there already" }, run.cold ? "cold" : "warm"),
        Number.isFinite(run.duration_ms) ? el("span.chip", { title: "in the function" }, duration(run.duration_ms)) : null,
        run.attempts > 1 ? el("span.chip", {}, `${run.attempts} attempts`) : null));
  }

  #paintStages() {
    const names = isModel(this.#run.key ?? "") ? MODEL : PICTURE;
    timeline(this.#run, names).forEach(({ state, ms }, i) => {
      const item = this.#parts.stages.children[i];
      item.dataset.state = state;
      item.lastChild.textContent = ms === null ? "" : duration(ms);
    });
  }

  #paintAnswer() {
    const run = this.#run, { answer } = this.#parts;
    if (!isOver(run) && run.outcome !== "retrying") {
      if (!answer.firstChild) answer.append(el("p.reading", {}, "reading …"));
      return;
    }
    const shown = JSON.stringify([run.outcome, run.answer, run.error, run.attempts]);
    if (answer.dataset.shown === shown) return;
    answer.dataset.shown = shown;
    answer.replaceChildren(...this.#answerParts(run));
    announce(answer.textContent);
  }

  #answerParts(run) {
    const words = answerWords(run);
    if (isModel(run.key ?? "") && run.answer) {
      return [el("p.code", {}, run.answer.code ?? run.answer.text), run.answer.code ? el("p", {}, words) : null,
        el("p", {}, el("a", { href: to("models", run.key) }, "See its report"))].filter(Boolean);
    }
    if (run.outcome === "answered") {
      const parts = [el(words.length > 3 ? "p.read.long" : "p.read", {}, words)];
      if (Number.isFinite(run.answer.probability)) parts.push(el("p.sure", {}, percent(run.answer.probability)));
      return parts;
    }
    if (run.outcome === "done") return [el("p", {}, words ?? "There was nothing to answer: the object is gone, or it is none that is read.")];
    if (run.outcome === "refused") return [el("p.code", {}, run.answer?.code ?? "error"), el("p", {}, words)];
    const next = run.outcome === "retrying" ? "The same event is tried again by itself."
      : "It was given up. Retry has the same event handled once more; its log below says more.";
    return [el("p.code", {}, run.outcome), el("p", {}, words ?? "no reason was given"), el("p.muted", {}, next)];
  }

  #paintLog() {
    const log = this.#run.log ?? [];
    if (!this.#parts.papers.firstChild) {
      this.#results = el("pre", { tabindex: "0", "aria-label": "results.txt" });
      this.#log = el("pre", { tabindex: "0", "aria-label": "log lines" });
      this.#resultsBox = el("section.paper", { hidden: true }, el("h4", {}, ""), this.#results);
      this.#logBox = el("section.paper", { hidden: true }, el("h4", {}, "Log"), this.#log);
      this.#parts.papers.append(this.#resultsBox, this.#logBox);
    }
    this.#logBox.hidden = log.length === 0;
    while (this.#log.children.length > log.length) this.#log.lastChild.remove();
    for (let i = this.#log.children.length; i < log.length; i++) {
      this.#log.append(el("span.line", { "data-level": log[i].level }, `${log[i].text}\n`));
    }
  }

  // --- when it is over ---

  async #loadDetails() {
    const { bucket, key } = this.#run, { signal } = this.#abort;
    const wanted = [
      this.#blob ?? api.getBlob(bucket, key, { signal }),
      api.look(bucket, key, "auto", { signal }),
      this.#run.answer ? api.getText(bucket, answerKey(key, "txt"), { signal }) : Promise.reject(new Error("")),
    ];
    const [blob, look, text] = await Promise.allSettled(wanted);
    if (signal.aborted) return;
    if (text.status === "fulfilled") {
      this.#resultsBox.hidden = false;
      this.#resultsBox.firstChild.textContent = answerKey(key, "txt");
      this.#results.textContent = text.value;
    }
    if (blob.status === "fulfilled") this.#url = URL.createObjectURL(blob.value);
    this.#look = look.status === "fulfilled" ? look.value : null;
    await this.#paintFigures(look.reason ?? blob.reason);
  }

  #figure(title, ...content) {
    return el("figure", {}, el("figcaption", {}, title), ...content);
  }

  async #paintFigures(error) {
    const { figures } = this.#parts, look = this.#look, run = this.#run;
    const changed = look && run.etag && look.picture?.etag && look.picture.etag !== run.etag;
    const parts = [];
    if (look?.classes?.length) {
      parts.push(this.#figure("How sure", bars(look.classes)));
    }
    if (this.#url) parts.push(this.#figure("The picture, and the ink that was found", framedPicture(this.#url, changed ? null : look, `The picture ${run.key}`)));
    if (look) parts.push(...this.#seenFigures(look, "What the model saw"));
    figures.replaceChildren(...parts);
    if (changed) figures.prepend(el("p.note", {}, "The picture was put again since; this shows what is there now."));
    if (!look && error?.message) figures.append(failure(error));
    if (look) figures.append(this.#squeezeSwitch());
    if (this.#squeezed && look) await this.#showSqueeze();
  }

  #seenFigures(look, title) {
    if (look.seen) return [this.#figure(title, seenPicture(look.seen, title))];
    const several = (look.characters ?? []).filter((c) => c.seen);
    if (!several.length) return [];
    return [this.#figure(title, el("div.several", {}, several.map((c) =>
      el("div", {}, seenPicture(c.seen, `${title}: ${c.classes?.[0]?.label ?? "a character"}`), el("p.label", {}, c.classes?.[0]?.label ?? "?")))))];
  }

  // What a plain resize to the model's size would have shown it, and what it would have answered.
  #squeezeSwitch() {
    const box = el("input", { type: "checkbox", role: "switch", checked: this.#squeezed });
    box.addEventListener("change", () => {
      this.#squeezed = box.checked;
      this.#parts.figures.querySelector(".squeeze")?.remove();
      if (box.checked) this.#showSqueeze();
    });
    return el("label.switch", {}, box, "Beside it: the picture merely squeezed, as simple pipelines do");
  }

  async #showSqueeze() {
    const { bucket, key } = this.#run, { signal } = this.#abort;
    const box = el("div.squeeze", {}, el("p.reading", {}, "squeezing …"));
    this.#parts.figures.append(box);
    try {
      const look = await api.look(bucket, key, "seed", { signal });
      const first = look.classes?.[0];
      const answer = first ? `It would have answered ${first.label}, ${percent(first.probability)} sure.` : look.error?.message ?? "";
      box.replaceChildren(...this.#seenFigures(look, "What it would have seen, squeezed"),
        this.#figure("and answered", el("p", {}, answer), look.classes?.length ? bars(look.classes.slice(0, 5)) : null));
    } catch (error) {
      if (error.name !== "AbortError") box.replaceChildren(failure(error));
    }
  }
}

// The links below a run in a list of runs.
export function runLinks(run, onRetry) {
  const answer = run.answer?.key;
  return el("p.links", {},
    button("Retry", onRetry, { title: "has the same event handled once more" }),
    answer ? el("a", { href: to("buckets", run.bucket, answer.slice(0, answer.lastIndexOf("/") + 1)) }, "Show it in its bucket") : null);
}
