// SPDX-License-Identifier: MIT
// The drawing of a graph: cards and lines as SVG, in a box that scrolls; one card at a time is chosen, with the pointer or the arrow
// keys, and told about beside the drawing.

import { button, el, svg } from "./dom.js";
import { count, shape } from "./format.js";
import { fold, sorted } from "./graph_fold.js";
import { layout } from "./graph_layout.js";

const MARGIN = 16, LINE = 17, PAD_X = 12, PAD_Y = 9;
const TEXT_MAX = 26, LETTER = 7.4, LETTER_SMALL = 6.3;
const ZOOMS = [0.25, 0.35, 0.5, 0.7, 1, 1.4, 2];

export const shortened = (text, most = TEXT_MAX) => {
  const letters = Array.from(text);
  return letters.length > most ? `${letters.slice(0, most - 1).join("")}…` : text;
};

// The lines on a card: [{text, kind: "title" | "line" | "shape"}].
export function linesOf(card, graph) {
  const shapeOf = (value) => (graph.values[value]?.shape ? [{ text: shortened(shape(graph.values[value].shape)), kind: "shape" }] : []);
  if (card.kind === "input" || card.kind === "output") {
    return [{ text: shortened(graph.values[card.value]?.name || card.kind), kind: "title" }, ...shapeOf(card.value)];
  }
  const ops = card.nodes.map((i) => graph.nodes[i]);
  const last = ops.at(-1).outputs.find((value) => value >= 0);
  if (card.kind === "repeat") {
    const inside = ops.slice(0, card.period).map((node) => node.op);
    const shown = inside.slice(0, 5).map((op) => ({ text: shortened(op), kind: "line" }));
    if (inside.length > 5) shown.push({ text: `and ${inside.length - 5} more`, kind: "shape" });
    return [{ text: `${card.times} × the same ${card.period}`, kind: "title" }, ...shown, ...shapeOf(last)];
  }
  const [first, ...rest] = ops;
  const kernel = first.attributes?.kernel_shape?.replaceAll(", ", "×");
  return [{ text: shortened(kernel ? `${first.op} ${kernel}` : first.op), kind: "title" },
    ...rest.map((node) => ({ text: shortened(node.op), kind: "line" })), ...shapeOf(last)];
}

function sizeOf(lines) {
  const widths = lines.map(({ text, kind }) => Array.from(text).length * (kind === "title" ? LETTER : LETTER_SMALL));
  return { width: Math.max(64, ...widths) + 2 * PAD_X, height: lines.length * LINE + 2 * PAD_Y - 3 };
}

// Through the points, leaving and arriving straight down.
export function pathOf(points) {
  const at = (n) => Math.round(n * 10) / 10;
  return points.map(({ x, y }, i) => {
    if (i === 0) return `M${at(x)} ${at(y)}`;
    const from = points[i - 1], middle = (from.y + y) / 2;
    return from.x === x ? `V${at(y)}` : `C${at(from.x)} ${at(middle)} ${at(x)} ${at(middle)} ${at(x)} ${at(y)}`;
  }).join("");
}

export class GraphView {
  #root; #graph = null; #opened = new Set(); #cards = []; #groups = []; #chosen = 0; #zoom = 1; #size = { width: 0, height: 0 };
  #scroll = el("div.graph-scroll", {}); #details = el("div.graph-details", { role: "status" });

  constructor(root) {
    this.#root = root;
  }

  show(graph) {
    this.#graph = sorted(graph);
    this.#opened.clear();
    this.#zoom = 1;
    const zoom = (by) => () => this.#setZoom(ZOOMS[Math.max(0, Math.min(ZOOMS.length - 1, ZOOMS.findIndex((z) => z >= this.#zoom - 1e-6) + by))]);
    const left = graph.left_out ? ` (${graph.left_out} more are not drawn)` : "";
    this.#root.replaceChildren(
      el("div.graph-tools", {}, el("span.muted", {}, count(graph.nodes.length, "node") + left),
        button("−", zoom(-1), { "aria-label": "Smaller" }), button("+", zoom(1), { "aria-label": "Larger" }),
        button("Whole", () => this.#fit(), { title: "the whole drawing" }),
        button("", () => this.#foldOrUnfold(), { "data-unfold": "" })),
      this.#scroll, this.#details);
    this.#draw();
  }

  #draw() {
    const { cards, edges, foldable } = fold(this.#graph, this.#opened);
    const texts = cards.map((card) => linesOf(card, this.#graph));
    const { boxes, lines, width, height } = layout(texts.map(sizeOf), edges);
    this.#cards = cards;
    this.#size = { width: width + 2 * MARGIN, height: height + 2 * MARGIN };
    this.#groups = cards.map((card, i) => this.#card(card, texts[i], boxes[i], i));
    const drawing = svg("svg.graph", {
      viewBox: `${-MARGIN} ${-MARGIN} ${this.#size.width} ${this.#size.height}`, role: "group",
      "aria-label": `${count(cards.length, "card")}: arrow keys go from one to the next`,
    }, svg("g.edges", { "aria-hidden": "true" }, lines.map((points) => svg("path", { d: pathOf(points) }))), this.#groups);
    this.#scroll.replaceChildren(drawing);
    const unfold = this.#root.querySelector("[data-unfold]");
    unfold.hidden = !foldable.length;
    unfold.textContent = this.#opened.size ? "Fold" : "Unfold all";
    this.#setZoom(this.#zoom);
    this.#choose(Math.min(this.#chosen, cards.length - 1), false);
  }

  #card(card, lines, box, i) {
    const problem = card.nodes.some((n) => this.#graph.nodes[n].problem);
    const group = svg(`g.card.${card.kind}`, {
      transform: `translate(${box.x} ${box.y})`, tabindex: "-1", role: "button", "data-problem": problem ? "" : null,
      "aria-label": lines.map(({ text }) => text).join(" ") + (problem ? " cannot be run" : ""),
      onclick: () => this.#choose(i, true), ondblclick: () => this.#open(card), onkeydown: (event) => this.#key(event, i),
    });
    if (card.kind === "repeat") group.append(svg("rect.behind", { x: 5, y: 5, width: box.width, height: box.height, rx: 8 }));
    group.append(svg("rect.face", { width: box.width, height: box.height, rx: card.kind === "input" || card.kind === "output" ? 18 : 8 }));
    lines.forEach(({ text, kind }, row) =>
      group.append(svg(`text.${kind}`, { x: box.width / 2, y: PAD_Y + 11 + row * LINE, "text-anchor": "middle" }, text), " "));
    return group;
  }

  // --- choosing ---

  #key(event, i) {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (step) this.#choose(Math.max(0, Math.min(this.#cards.length - 1, i + step)), true);
    else if (event.key === "Enter" || event.key === " ") this.#open(this.#cards[i]);
    else return;
    event.preventDefault();
  }

  #choose(i, focus) {
    if (i < 0) return;
    this.#groups.forEach((group, k) => {
      group.setAttribute("tabindex", k === i ? "0" : "-1");
      group.classList.toggle("chosen", k === i && focus);
    });
    this.#chosen = i;
    if (focus) this.#groups[i].focus();
    this.#details.replaceChildren(...(focus ? this.#describe(this.#cards[i])
      : [el("p.muted", {}, "Choose a card to see its attributes and shapes.")]));
  }

  #describe(card) {
    const { nodes, values } = this.#graph;
    const value = (v) => { // -1: an argument that is left out
      const { name, type, shape: dims, weight } = values[v] ?? { name: "–" };
      return [name || "?", type, dims && shape(dims), weight && "a weight"].filter(Boolean).join(", ");
    };
    if (card.value !== undefined) return [el("h4", {}, `The model's ${card.kind}`), el("p", {}, value(card.value))];
    const shown = card.kind === "repeat" ? card.nodes.slice(0, card.period) : card.nodes;
    const open = card.kind === "repeat" ? [el("p", {}, `These ${card.period} nodes come ${card.times} times in a row. `, button("Unfold", () => this.#open(card)))] : [];
    return [...open, ...shown.slice(0, 12).map((i) => this.#describeNode(nodes[i], value))];
  }

  #describeNode(node, value) {
    const rows = [...Object.entries(node.attributes ?? {}), ...node.inputs.map((v, i) => [`input ${i + 1}`, value(v)]),
      ...node.outputs.map((v, i) => [`output ${i + 1}`, value(v)])];
    return el("section", {}, el("h4", {}, node.op, node.domain ? el("span.muted", {}, ` ${node.domain}`) : null), node.name ? el("p.key", {}, node.name) : null,
      node.problem ? el("p.wrong", {}, node.problem) : null,
      el("dl", {}, rows.map(([name, text]) => el("div", {}, el("dt", {}, name), el("dd", {}, text)))));
  }

  // --- folding, zooming ---

  #open(card) {
    if (card.kind !== "repeat") return;
    this.#opened.add(card.id);
    this.#draw();
    this.#choose(this.#chosen, true);
  }

  #foldOrUnfold() {
    this.#opened = new Set(this.#opened.size ? [] : fold(this.#graph).foldable);
    this.#draw();
  }

  #setZoom(zoom) {
    this.#zoom = zoom;
    const drawing = this.#scroll.firstChild;
    drawing.setAttribute("width", this.#size.width * zoom);
    drawing.setAttribute("height", this.#size.height * zoom);
  }

  #fit() {
    this.#setZoom(Math.min(1, this.#scroll.clientWidth / this.#size.width, this.#scroll.clientHeight / this.#size.height));
    this.#scroll.scrollTo(0, 0);
  }
}
