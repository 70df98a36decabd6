// SPDX-License-Identifier: MIT
// A model's graph (docs/console-api.md, GET /_inkling/graph) as the cards that are drawn: what repeats becomes one card, and an
// activation stands on the card of what it activates. So 500 nodes become some dozens.

const SMALL = 24; // up to so many nodes, nothing is folded
const PERIOD_MAX = 240, PERIOD_MIN = 3, SAVED_MIN = 6;
const FAR = 400; // a node so far back (a mask, a position) is the same one for all repeats

const light = new Set(["Relu", "LeakyRelu", "PRelu", "Clip", "Sigmoid", "HardSigmoid", "HardSwish", "Tanh", "Gelu", "Elu", "Selu", "Softplus", "Erf",
  "BatchNormalization", "InstanceNormalization", "LayerNormalization", "Dropout", "Identity", "Cast", "Softmax", "LogSoftmax", "Flatten", "Squeeze",
  "Unsqueeze", "Reshape", "Transpose"]);

// For each node the nodes whose outputs it takes; constants count as weights.
function dependencies(graph) {
  const maker = new Map();
  graph.nodes.forEach((node, i) => {
    if (node.op !== "Constant") node.outputs.forEach((value) => maker.set(value, i));
  });
  return graph.nodes.map((node) => [...new Set(node.inputs.filter((v) => v >= 0 && maker.has(v)).map((v) => maker.get(v)))]);
}

// The same graph with its nodes in an order in which they can run; files mostly have them so. In a cycle, which only a broken model has,
// any order will do.
export function sorted(graph) {
  const before = dependencies(graph), begun = new Set(), placed = new Set();
  for (let first = 0; first < graph.nodes.length; first++) {
    for (const stack = [first]; stack.length;) {
      const at = stack.at(-1);
      if (begun.has(at)) {
        placed.add(at);
        stack.pop();
      } else {
        begun.add(at);
        stack.push(...before[at].filter((from) => !begun.has(from)).reverse());
      }
    }
  }
  return { ...graph, nodes: [...placed].map((i) => graph.nodes[i]) };
}

// What makes two nodes the same for a repeat: operator, and how far back its inputs come from.
function signatures(nodes, before) {
  const words = new Map();
  return nodes.map((node, i) => {
    const word = [node.domain, node.op, ...before[i].map((from) => Math.min(i - from, FAR)).sort((a, b) => a - b)].join(" ");
    if (!words.has(word)) words.set(word, words.size);
    return words.get(word);
  });
}

// The repeat in [from, to) that saves most: {start, period, times}, or null. With equal savings, the shorter period.
function bestRepeat(signs, from, to) {
  let best = null;
  for (let period = PERIOD_MIN; period <= Math.min(PERIOD_MAX, (to - from) >> 1); period++) {
    let same = 0;
    for (let i = from; i + period <= to; i++) {
      if (i + period < to && signs[i] === signs[i + period]) {
        same++;
        continue;
      }
      const saved = Math.floor(same / period) * period;
      if (saved >= SAVED_MIN && saved > (best?.saved ?? 0)) best = { start: i - same, period, times: saved / period + 1, saved };
      same = 0;
    }
  }
  return best;
}

function findRepeats(signs, from, to, out) {
  const best = to - from >= 2 * PERIOD_MIN ? bestRepeat(signs, from, to) : null;
  if (!best) return out;
  findRepeats(signs, from, best.start, out);
  out.push(best);
  return findRepeats(signs, best.start + best.period * best.times, to, out);
}

// Returns {cards, edges}. opened: the ids of repeats that are to be shown unfolded.
//
// A card is {id, kind: "node" | "repeat" | "input" | "output", nodes: [place in graph.nodes], period, times, value}; an edge
// {from, to, value} joins the places of two cards, value being what flows.
export function fold(graph, opened = new Set()) {
  const { nodes } = graph, before = dependencies(graph);
  const repeats = nodes.length > SMALL ? findRepeats(signatures(nodes, before), 0, nodes.length, []) : [];
  const cards = graph.inputs.map((value) => ({ id: `in${value}`, kind: "input", nodes: [], value }));
  const cardOf = new Array(nodes.length).fill(-1);

  const readers = new Map(); // value -> how many take it
  for (const node of nodes) for (const value of node.inputs) readers.set(value, (readers.get(value) ?? 0) + 1);
  for (const value of graph.outputs) readers.set(value, (readers.get(value) ?? 0) + 1);

  const repeatAt = new Map(repeats.map((repeat) => [repeat.start, repeat]));
  for (let i = 0; i < nodes.length;) {
    const repeat = repeatAt.get(i), id = `r${i}`;
    if (repeat && !opened.has(id)) {
      const length = repeat.period * repeat.times;
      cards.push({ id, kind: "repeat", nodes: Array.from({ length }, (_, k) => i + k), period: repeat.period, times: repeat.times });
      cardOf.fill(cards.length - 1, i, i + length);
      i += length;
      continue;
    }
    if (nodes[i].op !== "Constant") cardOf[i] = joined(graph, i, before[i], cardOf, cards, readers) ?? cards.push({ id: `n${i}`, kind: "node", nodes: [i] }) - 1;
    i++;
  }
  const foldable = repeats.map((repeat) => `r${repeat.start}`);
  for (const value of graph.outputs) cards.push({ id: `out${value}`, kind: "output", nodes: [], value });
  return { cards, edges: edgesOf(graph, cards, cardOf), foldable };
}

// The card that a light node goes on: that of the only node before it, when nobody else takes what that makes.
function joined(graph, i, before, cardOf, cards, readers) {
  if (graph.nodes.length <= SMALL || !light.has(graph.nodes[i].op) || before.length !== 1) return null;
  const from = graph.nodes[before[0]], card = cardOf[before[0]];
  const only = from.outputs.reduce((sum, value) => sum + (readers.get(value) ?? 0), 0) === 1;
  if (!only || cards[card]?.kind !== "node" || cards[card].nodes.at(-1) !== before[0]) return null;
  cards[card].nodes.push(i);
  return card;
}

function edgesOf(graph, cards, cardOf) {
  const maker = new Map(), edges = new Map();
  cards.forEach(({ kind, value }, i) => kind === "input" && maker.set(value, i));
  graph.nodes.forEach((node, i) => node.outputs.forEach((value) => cardOf[i] >= 0 && maker.set(value, cardOf[i])));
  const join = (value, to) => {
    const from = maker.get(value);
    if (from !== undefined && from !== to) edges.set(`${from} ${to}`, { from, to, value });
  };
  graph.nodes.forEach((node, i) => cardOf[i] >= 0 && node.inputs.forEach((value) => join(value, cardOf[i])));
  cards.forEach(({ kind, value }, i) => kind === "output" && join(value, i));
  return [...edges.values()];
}
