// SPDX-License-Identifier: MIT
// The sheet that is drawn on: with a pen, a finger, a mouse, or the keys. It may have a picture under the strokes.
//
// new Pad(canvas, onChange): onChange() after each finished change. blob() is the sheet as a PNG, or the picture as it
// came when nothing was drawn on it.

import { drawStroke, fitted } from "./strokes.js";

const SIDE = 448; // 16 pixels for each of the 28 that most models see
const PAPER = "#fff", INK = "#15161a";
const KEY_STEP = SIDE / 56;

export class Pad {
  #canvas; #context; #onChange;
  #strokes = []; #picture = null; #current = null; #encoded = null; #undone = null;
  #pen = null; // the pen that the keys move: {x, y, down}
  width = 30;

  constructor(canvas, onChange) {
    this.#canvas = canvas;
    this.#onChange = onChange;
    canvas.width = canvas.height = SIDE;
    this.#context = canvas.getContext("2d");
    canvas.addEventListener("pointerdown", (event) => this.#down(event));
    canvas.addEventListener("pointermove", (event) => this.#move(event));
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => this.#up());
    canvas.addEventListener("keydown", (event) => this.#key(event));
    canvas.addEventListener("blur", () => this.#liftKeyPen());
    this.#paint();
  }

  get isEmpty() {
    return !this.#strokes.length && !this.#picture;
  }

  get canUndo() {
    return this.#strokes.length > 0 || this.#picture !== null || this.#undone !== null;
  }

  // --- changes ---

  undo() {
    if (this.#strokes.length) this.#strokes.pop();
    else if (this.#picture) this.#picture = null;
    else if (this.#undone) [this.#strokes, this.#picture, this.#undone] = [...this.#undone, null];
    this.#changed();
  }

  // What was there comes back with undo.
  clear() {
    if (!this.isEmpty) this.#undone = [this.#strokes, this.#picture];
    this.#strokes = [];
    this.#picture = null;
    this.#changed();
  }

  // A picture as somebody's file has it. Where the browser cannot show it, it is put as it is all the same: the function
  // says what is wrong with it. Returns whether it could be shown.
  async setPicture(blob) {
    const bitmap = await createImageBitmap(blob).catch(() => null);
    this.#strokes = [];
    this.#undone = null;
    this.#picture = { blob, bitmap };
    this.#changed();
    return bitmap !== null;
  }

  // The sheet's bytes. They are made when the pen is lifted, so they are mostly there when they are wanted.
  blob() {
    if (this.#picture && !this.#strokes.length) return Promise.resolve(this.#picture.blob);
    this.#encoded ??= new Promise((resolve) => this.#canvas.toBlob(resolve, "image/png"));
    return this.#encoded;
  }

  #changed() {
    this.#encoded = null;
    this.#paint();
    if (!this.isEmpty) this.blob();
    this.#onChange();
  }

  // --- pen, finger, mouse ---

  #point(event) {
    const box = this.#canvas.getBoundingClientRect();
    return {
      x: (event.clientX - box.left) / box.width * SIDE, y: (event.clientY - box.top) / box.height * SIDE,
      pressure: event.pressure,
    };
  }

  #down(event) {
    if (event.button !== 0 || this.#current) return;
    event.preventDefault();
    this.#canvas.focus({ preventScroll: true });
    this.#canvas.setPointerCapture(event.pointerId);
    this.#pen = null;
    this.#begin(this.#point(event), event.pointerType, event.pointerId);
    this.#paint();
  }

  #move(event) {
    if (!this.#current || event.pointerId !== this.#current.pointerId) return;
    const events = event.getCoalescedEvents?.() ?? [];
    for (const each of events.length ? events : [event]) this.#current.points.push(this.#point(each));
    this.#paint();
  }

  #up() {
    if (!this.#current) return;
    this.#current = null;
    this.#changed();
  }

  #begin(point, pointerType, pointerId) {
    this.#current = { points: [point], width: this.width, pointerType, pointerId };
    this.#strokes.push(this.#current);
    this.#undone = null;
  }

  // --- keys: arrows move, space lowers and lifts the pen ---

  #key(event) {
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === " ") this.#togglePen();
    else if (moves[event.key]) this.#movePen(moves[event.key], event.shiftKey ? 5 : 2);
    else return;
    event.preventDefault();
  }

  #togglePen() {
    this.#pen ??= { x: SIDE / 2, y: SIDE / 4 };
    if (this.#pen.down) return this.#liftKeyPen();
    this.#pen.down = true;
    this.#begin({ x: this.#pen.x, y: this.#pen.y, pressure: 0 }, "keys", null);
    this.#paint();
  }

  #movePen([dx, dy], steps) {
    const clamp = (value) => Math.max(0, Math.min(SIDE, value));
    this.#pen ??= { x: SIDE / 2, y: SIDE / 4 };
    this.#pen.x = clamp(this.#pen.x + dx * steps * KEY_STEP);
    this.#pen.y = clamp(this.#pen.y + dy * steps * KEY_STEP);
    if (this.#pen.down) this.#current?.points.push({ x: this.#pen.x, y: this.#pen.y, pressure: 0 });
    this.#paint();
  }

  #liftKeyPen() {
    if (!this.#pen?.down) return;
    this.#pen.down = false;
    this.#up();
  }

  // --- painting ---

  #paint() {
    const context = this.#context;
    context.fillStyle = PAPER;
    context.fillRect(0, 0, SIDE, SIDE);
    const bitmap = this.#picture?.bitmap;
    if (bitmap) {
      const { x, y, width, height } = fitted(bitmap.width, bitmap.height, SIDE);
      context.drawImage(bitmap, x, y, width, height);
    }
    context.strokeStyle = context.fillStyle = INK;
    context.lineCap = context.lineJoin = "round";
    for (const stroke of this.#strokes) drawStroke(context, stroke);
    this.#canvas.dataset.pen = this.#pen ? (this.#pen.down ? "down" : "up") : "none";
    this.#canvas.parentElement?.style.setProperty("--pen-x", `${(this.#pen?.x ?? 0) / SIDE * 100}%`);
    this.#canvas.parentElement?.style.setProperty("--pen-y", `${(this.#pen?.y ?? 0) / SIDE * 100}%`);
  }
}
