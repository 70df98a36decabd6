// SPDX-License-Identifier: MIT
// A model's report (NAME.report.json, docs/json.md) as a page.

import { el } from "./dom.js";
import { bytes, count, duration, magnitude, shape } from "./format.js";

const list = (title, items) => (items?.length ? [el("h4", {}, title), el("ul", {}, items.map((item) => el("li", {}, item)))] : []);
const fact = (name, value) => (value === null || value === undefined ? null : el("div", {}, el("dt", {}, name), el("dd", {}, value)));

// How the reference characters were read, in a sentence; null where the model was not shown any.
export function referenceWords(references) {
  if (!references?.shown) return null;
  const share = `${references.right} of inkling's ${references.shown} reference characters`;
  const next = references.next > 0 ? `; in the next best way ${references.next}` : "";
  return `${references.sure ? "It reads" : "It reads only"} ${share}${next}.`;
}

// How a picture is shown to it: the numbers, without what "why" says in words.
function pictureWords({ width, height, channels, layout, scale, mean, std, polarity, transposed }) {
  return [`${width} × ${height}`, channels === 1 ? "grey" : `${channels} channels`, layout, polarity, transposed ? "transposed" : null,
    `scale ${scale}`, `mean ${mean?.join(" ")}`, `std ${std?.join(" ")}`].filter(Boolean).join(", ");
}

function referenceFacts(references) {
  if (!references) return [];
  const { range, polarity, transposed, confused } = references;
  return [fact("convention found", [range, polarity, transposed ? "transposed" : null].filter((x) => typeof x === "string").join(", ") || null),
    fact("most frequent mistake", confused?.shown ? `${confused.shown} read as ${confused.read}, ${count(confused.times, "time")}` : null)];
}

export function reportView(report) {
  const interfaceOf = (values) => (values ?? []).map(({ name, type, shape: dims }) => `${name}: ${type ?? ""} ${shape(dims)}`).join("; ");
  return [
    el("p.verdict", { "data-usable": report.usable ? "yes" : "no" }, report.usable ? "Usable" : "Not usable"),
    report.error ? el("p.code", {}, report.error) : null,
    referenceWords(report.references) ? el("p", {}, referenceWords(report.references)) : null,
    ...list("What stands against it", report.problems),
    ...list("Advice", report.advice),
    el("dl.facts", {},
      fact("input", interfaceOf(report.inputs) || null), fact("output", interfaceOf(report.outputs) || null),
      fact("a picture takes", Number.isFinite(report.run_us) ? duration(report.run_us / 1000) : null),
      fact("multiply-adds", Number.isFinite(report.multiply_adds) ? magnitude(report.multiply_adds) : null),
      fact("parameters", Number.isFinite(report.parameters) ? `${magnitude(report.parameters)} (${bytes(report.parameter_bytes ?? 0)})` : null),
      fact("memory", Number.isFinite(report.memory_bytes) ? bytes(report.memory_bytes) : null),
      ...referenceFacts(report.references),
      fact("shown pictures as", report.pictures && pictureWords(report.pictures)), fact("because", report.pictures?.why?.join("; ")),
      fact("made by", report.producer ? `${report.producer} ${report.producer_version ?? ""}, opset ${report.opset}` : null)),
    report.operators?.length ? el("p.operators", {}, report.operators.map(({ name, count: times }) => el("span.chip", {}, times > 1 ? `${name} × ${times}` : name))) : null,
  ].filter(Boolean);
}
