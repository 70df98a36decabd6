// SPDX-License-Identifier: MIT
// Where the cards of a graph go: in layers from top to bottom, edges always downwards, as few crossings as a few sweeps give.
// (Sugiyama, Tagawa, Toda 1981; the places within a layer by isotonic regression.)
//
//   layout([{width, height}], [{from, to}])  ->  {boxes: [{x, y, width, height}], lines: [[{x, y}...]], width, height}
//
// x, y is a box's upper left corner; lines go with the edges, in their order. The edges of a cycle go
// wherever they must.

const GAP_X = 22, GAP_Y = 42, THREAD = 10; // pixels; a thread is an edge that passes through a layer
const SWEEPS = 6;

// The longest way from a source, for each box.
function layersOf(count, edges) {
  const after = Array.from({ length: count }, () => []), waiting = new Array(count).fill(0), layer = new Array(count).fill(0);
  for (const { from, to } of edges) {
    after[from].push(to);
    waiting[to]++;
  }
  const source = waiting.map((n) => n === 0);
  const ready = waiting.flatMap((n, i) => (n ? [] : [i]));
  for (let at; (at = ready.shift()) !== undefined;) {
    for (const to of after[at]) {
      layer[to] = Math.max(layer[to], layer[at] + 1);
      if (--waiting[to] === 0) ready.push(to);
    }
  }
  // a source that is needed late only (a mask) stands just above where it is needed
  for (let i = 0; i < count; i++) {
    if (source[i] && after[i].length) layer[i] = Math.min(...after[i].map((to) => layer[to])) - 1;
  }
  return layer;
}

// Items of layers: boxes, and threads where an edge passes a layer. up and down are the neighbours' items.
function threadEdges(boxes, edges, layer) {
  const items = boxes.map((box, i) => ({ width: box.width, height: box.height, layer: layer[i], up: [], down: [], thread: false }));
  const paths = edges.map(({ from, to }) => {
    const path = [items[from]];
    for (let l = layer[from] + 1; l < layer[to]; l++) {
      items.push({ width: THREAD, height: 0, layer: l, up: [], down: [], thread: true });
      path.push(items.at(-1));
    }
    path.push(items[to]);
    for (let i = 1; i < path.length; i++) {
      path[i - 1].down.push(path[i]);
      path[i].up.push(path[i - 1]);
    }
    return path;
  });
  return { items, paths };
}

const mean = (numbers) => numbers.reduce((sum, n) => sum + n, 0) / numbers.length;

function orderLayers(layers) {
  const number = (row) => row.forEach((item, i) => (item.place = i));
  layers.forEach(number);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const down = sweep % 2 === 0, side = down ? "up" : "down";
    for (const row of down ? layers : [...layers].reverse()) {
      for (const item of row) item.wish = item[side].length ? mean(item[side].map((other) => other.place / Math.max(1, other.row.length - 1))) : null;
      for (const item of row) item.wish ??= item.place / Math.max(1, row.length - 1);
      row.sort((a, b) => a.wish - b.wish || a.place - b.place);
      number(row);
    }
  }
}

// The places closest to the wishes (least squares, weighted) that keep order and distance: pool adjacent violators.
export function settle(wishes, distances, weights) {
  const blocks = [];
  let shift = 0;
  wishes.forEach((wish, i) => {
    shift += i ? distances[i - 1] : 0;
    let block = { sum: (wish - shift) * weights[i], weight: weights[i], count: 1 };
    while (blocks.length && blocks.at(-1).sum / blocks.at(-1).weight > block.sum / block.weight) {
      const left = blocks.pop();
      block = { sum: left.sum + block.sum, weight: left.weight + block.weight, count: left.count + block.count };
    }
    blocks.push(block);
  });
  const out = [];
  shift = 0;
  for (const { sum, weight, count } of blocks) {
    for (let i = 0; i < count; i++) {
      shift += out.length ? distances[out.length - 1] : 0;
      out.push(sum / weight + shift);
    }
  }
  return out;
}

function placeAcross(layers) {
  const distance = (a, b) => (a.width + b.width) / 2 + GAP_X;
  for (const row of layers) {
    let x = 0;
    row.forEach((item, i) => (item.x = i ? (x += distance(row[i - 1], item)) : 0));
    row.forEach((item) => (item.x -= x / 2));
  }
  for (let sweep = 0; sweep < 2 * SWEEPS; sweep++) {
    const down = sweep % 2 === 0, side = down ? "up" : "down";
    for (const row of down ? layers : [...layers].reverse()) {
      const wishes = row.map((item) => (item[side].length ? mean(item[side].map((other) => other.x)) : item.x));
      const distances = row.slice(1).map((item, i) => distance(row[i], item));
      // long edges are drawn straight before boxes are centred
      const weights = row.map((item) => (item.thread && item[side].every((other) => other.thread) ? 8 : 1));
      settle(wishes, distances, weights).forEach((x, i) => (row[i].x = x));
    }
  }
}

export function layout(boxes, edges) {
  if (!boxes.length) return { boxes: [], lines: [], width: 0, height: 0 };
  const layer = layersOf(boxes.length, edges);
  const { items, paths } = threadEdges(boxes, edges, layer);
  const layers = Array.from({ length: Math.max(...layer) + 1 }, () => []);
  for (const item of items) {
    item.row = layers[item.layer];
    item.row.push(item);
  }
  orderLayers(layers);
  placeAcross(layers);
  let y = 0;
  for (const row of layers) {
    const height = Math.max(...row.map((item) => item.height), 0);
    for (const item of row) item.y = y + (height - item.height) / 2;
    y += height + GAP_Y;
  }
  const left = items.reduce((least, item) => Math.min(least, item.x - item.width / 2), Infinity);
  const right = items.reduce((most, item) => Math.max(most, item.x + item.width / 2), -Infinity);
  return {
    boxes: boxes.map(({ width, height }, i) => ({ x: items[i].x - width / 2 - left, y: items[i].y, width, height })),
    lines: paths.map((path) => path.flatMap((item, i) => {
      const x = item.x - left;
      if (item.thread) return [{ x, y: item.y }];
      return [{ x, y: i === 0 ? item.y + item.height : item.y }];
    })),
    width: right - left, height: y - GAP_Y,
  };
}
