// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import test from "node:test";
import { drawStroke, fitted, widthAt } from "../../../web/strokes.js";

// A context that writes down what it is told.
function recorder() {
  const calls = [];
  const note = (name) => (...numbers) => calls.push([name, ...numbers]);
  const names = ["beginPath", "moveTo", "quadraticCurveTo", "arc", "fill", "stroke"];
  return { calls, ...Object.fromEntries(names.map((name) => [name, note(name)])) };
}

test("pressure is the pen's alone", () => {
  assert.equal(widthAt(20, 0.5, "mouse"), 20);
  assert.equal(widthAt(20, 1, "touch"), 20);
  assert.equal(widthAt(20, 0, "pen"), 20); // a pen that knows no pressure
  assert.ok(widthAt(20, 0.1, "pen") < widthAt(20, 0.5, "pen") && widthAt(20, 0.5, "pen") < widthAt(20, 1, "pen"));
  assert.equal(widthAt(20, 0.5, "pen"), 20);
});

test("a tap is a dot", () => {
  const context = recorder();
  drawStroke(context, { points: [{ x: 5, y: 6, pressure: 0.5 }], width: 10, pointerType: "mouse" });
  assert.deepEqual(context.calls, [["beginPath"], ["arc", 5, 6, 5, 0, 2 * Math.PI], ["fill"]]);
});

test("a stroke begins at its first point, ends at its last, and has no gaps", () => {
  const context = recorder(), points = [[0, 0], [10, 0], [10, 10], [30, 10]].map(([x, y]) => ({ x, y, pressure: 0 }));
  drawStroke(context, { points, width: 10, pointerType: "touch" });
  const moves = context.calls.filter(([name]) => name === "moveTo"), curves = context.calls.filter(([name]) => name === "quadraticCurveTo");
  assert.deepEqual(moves[0], ["moveTo", 0, 0]);
  assert.deepEqual(curves.at(-1).slice(3), [30, 10]);
  for (let i = 1; i < moves.length; i++) assert.deepEqual(moves[i].slice(1), curves[i - 1].slice(3));
});

test("a picture fits the sheet and keeps its shape", () => {
  assert.deepEqual(fitted(200, 100, 100), { x: 0, y: 25, width: 100, height: 50 });
  assert.deepEqual(fitted(10, 20, 100), { x: 25, y: 0, width: 50, height: 100 });
});
