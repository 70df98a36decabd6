// SPDX-License-Identifier: MIT
// A picture with frames round what was found on it.

import { el, svg } from "./dom.js";

// The frames of an answer (docs/json.md): the ink's box, or a box for each character. [x, y, width, height] in the
// picture's pixels, widened to whole pixels inside the picture; boxes that are none are left out.
export function framesOf(answer) {
  const { width, height } = answer.picture;
  const boxes = answer.characters?.length ? answer.characters.map((c) => c.box) : [answer.found?.box];
  return boxes.filter((box) => Array.isArray(box) && box.every(Number.isFinite)).map(([x, y, w, h]) => {
    const left = Math.max(0, Math.floor(x)), top = Math.max(0, Math.floor(y));
    return { x: left, y: top, width: Math.min(width, Math.ceil(x + w)) - left, height: Math.min(height, Math.ceil(y + h)) - top };
  }).filter((frame) => frame.width > 0 && frame.height > 0);
}

// url: of the picture's bytes; answer: what was found in it, or null.
export function framedPicture(url, answer, description) {
  const image = el("img", { src: url, alt: description });
  const box = el("div.framed", {}, image);
  image.addEventListener("error", () => box.replaceChildren(el("p.nothing", {}, "The browser cannot show this picture.")));
  if (answer?.picture?.width && answer.picture.height) {
    const { width, height } = answer.picture;
    const frames = framesOf(answer);
    box.append(svg("svg", { viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" },
      frames.map((frame) => svg("rect", { ...frame, "vector-effect": "non-scaling-stroke" }))));
  }
  return box;
}
