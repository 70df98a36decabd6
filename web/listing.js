// SPDX-License-Identifier: MIT
// A folder's entries in the order of their keys, kept up to date by what the stream tells.

import { answerKey, isForeign, isPicture, reportKey } from "./keys.js";

// UTF-8's order, which S3 lists in, is that of the code points; JavaScript compares UTF-16 units.
export function compareKeys(a, b) {
  const left = Array.from(a), right = Array.from(b);
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    if (left[i] !== right[i]) return left[i].codePointAt(0) - right[i].codePointAt(0);
  }
  return left.length - right.length;
}

export class Listing {
  entries = [];
  next = null; // there is more behind this key

  constructor(prefix) {
    this.prefix = prefix;
  }

  get(key) {
    return this.entries.find((entry) => entry.key === key);
  }

  append({ entries, next }) {
    for (const entry of entries) this.#put(entry);
    this.next = next;
  }

  // An event "object". Returns whether something that is listed here changed.
  apply(change) {
    if (!change.key.startsWith(this.prefix)) return false;
    const slash = change.key.indexOf("/", this.prefix.length);
    if (slash >= 0) {
      const folder = change.key.slice(0, slash + 1);
      if (change.change === "delete" || this.get(folder)) return false; // whether it was the last one, only the server knows
      return this.#add({ key: folder, folder: true });
    }
    if (change.change === "put") return this.#add({ ...change, folder: false });
    const before = this.entries.length;
    this.entries = this.entries.filter((entry) => entry.key !== change.key);
    return this.entries.length < before;
  }

  // Behind the last page that was read is the unknown: it comes with the next page.
  #add(entry) {
    if (this.next !== null && compareKeys(entry.key, this.next) > 0) return false;
    this.#put(entry);
    return true;
  }

  #put(entry) {
    let low = 0, high = this.entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compareKeys(this.entries[middle].key, entry.key) < 0) low = middle + 1;
      else high = middle;
    }
    this.entries.splice(low, this.entries[low]?.key === entry.key ? 1 : 0, entry);
  }
}

// The answers that belong to an entry of the list stand beside it, not below it: their keys.
export function folded(entries) {
  const keys = new Set();
  for (const { key, kind } of entries) {
    const of = isPicture(key) || isForeign(key) ? answerKey : kind === "model" ? reportKey : null;
    if (of) keys.add(of(key, "txt")).add(of(key, "json"));
  }
  return keys;
}
