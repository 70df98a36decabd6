// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import test from "node:test";
import { fold, sorted } from "../../../web/graph_fold.js";
import { layout, settle } from "../../../web/graph_layout.js";
import { linesOf, pathOf, shortened } from "../../../web/graph_view.js";

// Graphs as the server sends them, from lines [op, inputs, outputs]; value 0 is the input, the last output the model's.
function graphOf(lines) {
  const nodes = lines.map(([op, inputs, outputs]) => ({ op, domain: "", name: "", inputs, outputs, attributes: {} }));
  const most = Math.max(...nodes.flatMap(({ inputs, outputs }) => [...inputs, ...outputs]));
  const values = Array.from({ length: most + 1 }, (_, i) => ({ name: `v${i}`, type: "float", shape: null, weight: false }));
  return { nodes, values, inputs: [0], outputs: [nodes.at(-1).outputs[0]], left_out: 0 };
}

// `blocks` residual blocks of six nodes each.
function residual(blocks) {
  const lines = [];
  let value = 0;
  for (let b = 0; b < blocks; b++) {
    const from = value;
    for (const op of ["Conv", "Relu", "Conv", "Mul"]) lines.push([op, [value], [++value]]);
    lines.push(["Add", [value, from], [++value]], ["Relu", [value], [++value]]);
  }
  return graphOf(lines);
}

const chain = (ops) => graphOf(ops.map((op, i) => [op, [i], [i + 1]]));

function drawn(graph, opened) {
  const { cards, edges } = fold(sorted(graph), opened);
  return { cards, edges, ...layout(cards.map(() => ({ width: 100, height: 40 })), edges) };
}

function assertReadable({ cards, edges, boxes, lines, width, height }) {
  for (const { from, to } of edges) assert.ok(boxes[from].y + boxes[from].height < boxes[to].y, "edges go down");
  for (let i = 0; i < boxes.length; i++) {
    assert.ok(boxes[i].x >= -1e-6 && boxes[i].x + boxes[i].width <= width + 1e-6 && boxes[i].y >= 0 && boxes[i].y + boxes[i].height <= height + 1e-6);
    for (let k = 0; k < i; k++) {
      const apart = Math.abs(boxes[i].x - boxes[k].x) >= 100 || Math.abs(boxes[i].y - boxes[k].y) >= 40;
      assert.ok(apart, `${cards[i].id} and ${cards[k].id} overlap`);
    }
  }
  lines.forEach((points, i) => {
    const from = boxes[edges[i].from], to = boxes[edges[i].to];
    assert.ok(Math.abs(points[0].x - (from.x + 50)) < 1e-6 && Math.abs(points.at(-1).x - (to.x + 50)) < 1e-6, "lines end at boxes");
  });
}

test("ten nodes are drawn one by one", () => {
  const result = drawn(chain(["Conv", "Relu", "MaxPool", "Conv", "Relu", "MaxPool", "Flatten", "Gemm", "Relu", "Gemm"]));
  assert.equal(result.cards.length, 12); // and input and output
  assert.equal(result.edges.length, 11);
  assertReadable(result);
});

test("what repeats becomes one card, and opens", () => {
  const graph = residual(84); // 504 nodes
  const { cards, foldable } = fold(graph);
  const repeat = cards.find(({ kind }) => kind === "repeat");
  assert.equal(repeat.period, 6);
  assert.ok(repeat.times >= 83);
  assert.ok(cards.length < 12, `${cards.length} cards`);
  assertReadable(drawn(graph));
  const open = drawn(graph, new Set(foldable));
  assert.ok(open.cards.length > 200);
  assertReadable(open);
});

test("every node is on exactly one card", () => {
  for (const opened of [new Set(), new Set(fold(residual(20)).foldable)]) {
    const on = fold(residual(20), opened).cards.flatMap(({ nodes }) => nodes).sort((a, b) => a - b);
    assert.deepEqual(on, Array.from({ length: 120 }, (_, i) => i));
  }
});

test("activations stand on the card of what they activate, unless somebody else takes it too", () => {
  const lines = Array.from({ length: 30 }, (_, i) => [["Conv", "Relu", "Gemm", "MaxPool", "Abs", "Conv", "Neg"][(i * i + i) % 7], [i], [i + 1]]);
  const graph = graphOf(lines), before = fold(graph).cards.length;
  graph.nodes.push({ op: "Sin", domain: "", name: "", inputs: [lines.findIndex(([op]) => op === "Conv") + 1], outputs: [31], attributes: {} });
  graph.values.push({ name: "v31", type: "float", shape: null, weight: false });
  assert.ok(before < 32);
  assert.ok(fold(graph).cards.length >= before + 1);
});

test("nodes in any order, and in a circle", () => {
  const graph = graphOf([["C", [2], [3]], ["A", [0], [1]], ["B", [1], [2]]]);
  assert.equal(sorted(graph).nodes.map(({ op }) => op).join(""), "ABC");
  const circle = graphOf([["A", [2], [1]], ["B", [1], [2]], ["C", [2], [3]]]);
  assert.equal(sorted(circle).nodes.length, 3);
  assert.equal(drawn(circle).boxes.length, 5);
  const itself = graphOf([["A", [1], [1]]]);
  assert.equal(drawn(itself).cards.length, 3);
});

test("a model without nodes, and 2,000 that have nothing in common, in good time", () => {
  assert.equal(drawn({ nodes: [], values: [{ name: "x" }], inputs: [0], outputs: [0] }).cards.length, 2);
  let seed = 1;
  const random = (below) => (seed = (seed * 48271) % 2147483647) % below;
  const lines = Array.from({ length: 2000 }, (_, i) => [`Op${random(60)}`, [Math.max(0, i - random(8)), Math.max(0, i - random(30))], [i + 1]]);
  const began = performance.now();
  const { boxes } = drawn(graphOf(lines));
  assert.equal(boxes.length, 2002);
  assert.ok(performance.now() - began < 20_000);
});

test("places keep order and distance, as close to the wishes as can be", () => {
  assert.deepEqual(settle([0, 100, 200], [10, 10], [1, 1, 1]), [0, 100, 200]);
  assert.deepEqual(settle([0, 0], [10], [1, 1]), [-5, 5]);
  assert.deepEqual(settle([50, 0], [10], [1, 1]), [20, 30]);
  const heavy = settle([0, 0], [10], [99, 1]);
  assert.ok(Math.abs(heavy[0]) < 0.2);
});

test("the words on a card", () => {
  const graph = chain(["Conv", "Relu"]);
  graph.nodes[0].attributes.kernel_shape = "3, 3";
  graph.values[2].shape = ["N", 8, 28, 28];
  assert.deepEqual(linesOf({ kind: "node", nodes: [0, 1] }, graph).map(({ text }) => text), ["Conv 3×3", "Relu", "N × 8 × 28 × 28"]);
  assert.equal(shortened("七".repeat(40)).length, 26);
  assert.equal(pathOf([{ x: 0, y: 0 }, { x: 0, y: 10 }, { x: 5, y: 20 }]), "M0 0V10C0 15 5 15 5 20");
});
