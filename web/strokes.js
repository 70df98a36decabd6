// SPDX-License-Identifier: MIT
// A stroke of the pen: points {x, y, pressure} in pixels of the sheet, and how it is drawn.

// How wide the pen draws at a point. A mouse says 0.5 all the time, a finger often 0 or 1: these draw the chosen width.
export function widthAt(width, pressure, pointerType) {
  if (pointerType !== "pen" || !pressure) return width;
  return width * (0.45 + 1.1 * pressure);
}

// Draws through the middles of the points with the points as controls: smooth, and close to what the hand did.
// context: a CanvasRenderingContext2D, or whatever has its beginPath, moveTo, quadraticCurveTo, arc, fill and stroke.
export function drawStroke(context, stroke) {
  const { points, width, pointerType } = stroke;
  const at = (point) => widthAt(width, point.pressure, pointerType);
  if (points.length === 1) {
    context.beginPath();
    context.arc(points[0].x, points[0].y, at(points[0]) / 2, 0, 2 * Math.PI);
    context.fill();
    return;
  }
  let from = points[0];
  for (let i = 1; i < points.length; i++) {
    const control = points[i - 1], next = points[i];
    const middle = i === points.length - 1 ? next : { x: (control.x + next.x) / 2, y: (control.y + next.y) / 2 };
    context.lineWidth = (at(control) + at(next)) / 2;
    context.beginPath();
    context.moveTo(from.x, from.y);
    context.quadraticCurveTo(control.x, control.y, middle.x, middle.y);
    context.stroke();
    from = middle;
  }
}

// Where a picture of width x height goes on a sheet of side x side: as large as fits, in the middle.
export function fitted(width, height, side) {
  const scale = Math.min(side / width, side / height);
  return { x: (side - width * scale) / 2, y: (side - height * scale) / 2, width: width * scale, height: height * scale };
}
