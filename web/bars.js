// SPDX-License-Identifier: MIT
// The classes of an answer, a bar each.

import { el } from "./dom.js";
import { percent } from "./format.js";

// classes: [{label, probability}], most likely first (docs/json.md)
export function bars(classes) {
  const row = ({ label, probability }, i) => {
    const bar = el("span.bar", { "aria-hidden": "true" });
    bar.style.setProperty("--share", `${Math.max(0, Math.min(1, probability)) * 100}%`);
    return el(i ? "li" : "li.first", {}, el("span.label", {}, label), bar, el("span.share", {}, percent(probability)));
  };
  return el("ol.bars", { "aria-label": "classes, most likely first" }, classes.map(row));
}
