// SPDX-License-Identifier: MIT
// Many files on their way into a bucket, two at a time, each with its bar.

import * as api from "./api.js";
import { button, el } from "./dom.js";
import { bytes, count } from "./format.js";

const AT_ONCE = 2;

// Shows the progress in element. add(bucket, [{key, file}]) returns at once.
export class Uploads {
  #element; #waiting = []; #running = 0; #total = 0; #done = 0; #failed = 0; #bars = new Map();

  constructor(element) {
    this.#element = element;
  }

  add(bucket, files) {
    if (!this.#running) {
      this.#total = this.#done = this.#failed = 0;
      this.#element.replaceChildren(el("p.upload-sum", { role: "status" }), el("ul.upload-list", {}));
    }
    this.#element.hidden = false;
    this.#total += files.length;
    this.#waiting.push(...files.map(({ key, file }) => ({ bucket, key, file })));
    while (this.#running < AT_ONCE && this.#waiting.length) this.#run();
    this.#paint();
  }

  async #run() {
    this.#running++;
    for (let one; (one = this.#waiting.shift());) await this.#send(one);
    this.#running--;
    if (!this.#running && !this.#failed) this.#element.hidden = true;
  }

  async #send({ bucket, key, file }) {
    const bar = el("progress", { max: "1", "aria-label": key });
    const row = el("li", {}, el("span.key", {}, key), el("span.muted", {}, bytes(file.size)), bar);
    this.#element.lastChild.append(row);
    try {
      await api.put(bucket, key, file, (loaded, total) => (bar.value = total ? loaded / total : 1));
      row.remove();
      this.#done++;
    } catch (error) {
      this.#failed++;
      bar.replaceWith(el("span.wrong", {}, error.message), button("Try again", () => {
        row.remove();
        this.#failed--;
        this.#total--;
        this.add(bucket, [{ key, file }]);
      }));
    }
    this.#paint();
  }

  #paint() {
    const failed = this.#failed ? `, ${this.#failed} not stored` : "";
    this.#element.firstChild.textContent = `${this.#done} of ${count(this.#total, "file")} stored${failed}`;
  }
}
