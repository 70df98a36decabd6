// SPDX-License-Identifier: MIT
// What the model saw, enlarged: a square a pixel, its value when pointed at or walked to with the arrow keys.

import { el } from "./dom.js";

// The values of seen, a byte each: they come as base64 (docs/json.md).
export const valuesOf = ({ values }) => Uint8Array.from(atob(values), (c) => c.charCodeAt(0));

// The bytes of an ImageData of such values; channels is 1 or 3.
export function rgba({ width, height, channels }, values) {
  const out = new Uint8ClampedArray(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) out[4 * i + c] = values[i * channels + (channels === 3 ? c : 0)];
    out[4 * i + 3] = 255;
  }
  return out;
}

export function valueWords({ width, channels }, values, x, y) {
  const at = (y * width + x) * channels;
  return `row ${y + 1}, column ${x + 1}: ${Array.from(values.subarray(at, at + channels)).join(", ")}`;
}

export function seenPicture(seen, description) {
  const { width, height } = seen, values = valuesOf(seen);
  const canvas = el("canvas", { width, height, tabindex: "0", role: "img", "aria-label": `${description}. Arrow keys read its values.` });
  canvas.getContext("2d").putImageData(new ImageData(rgba(seen, values), width, height), 0, 0);
  const mark = el("div.seen-mark", { hidden: true });
  const value = el("p.seen-value", { role: "status" }, `${width} × ${height}`);
  let cell = null;

  const show = (x, y) => {
    cell = { x: Math.max(0, Math.min(width - 1, x)), y: Math.max(0, Math.min(height - 1, y)) };
    mark.hidden = false;
    Object.assign(mark.style, {
      left: `${cell.x / width * 100}%`, top: `${cell.y / height * 100}%`, width: `${100 / width}%`, height: `${100 / height}%`,
    });
    value.textContent = valueWords(seen, values, cell.x, cell.y);
  };
  const hide = () => {
    cell = null;
    mark.hidden = true;
    value.textContent = `${width} × ${height}`;
  };
  canvas.addEventListener("pointermove", (event) => {
    const box = canvas.getBoundingClientRect();
    show(Math.floor((event.clientX - box.left) / box.width * width), Math.floor((event.clientY - box.top) / box.height * height));
  });
  canvas.addEventListener("pointerleave", hide);
  canvas.addEventListener("blur", hide);
  canvas.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!step) return;
    event.preventDefault();
    const from = cell ?? { x: Math.floor(width / 2), y: Math.floor(height / 2) };
    show(from.x + step[0], from.y + step[1]);
  });
  return el("div.seen", {}, el("div.seen-frame", {}, canvas, mark), value);
}
