// SPDX-License-Identifier: MIT
// Making elements. Text from outside becomes a text node or an attribute's value; nothing in web/ parses HTML.

const SVG = "http://www.w3.org/2000/svg";

function fill(node, properties, children) {
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "value" || name === "checked") node[name] = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat()) {
    if (child !== null && child !== undefined && child !== false) node.append(child);
  }
  return node;
}

// el("p.muted.small", {title: "..."}, "text", child): an element with classes, attributes, listeners and children.
export function el(what, properties, ...children) {
  const [name, ...classes] = what.split(".");
  const node = document.createElement(name);
  if (classes.length) node.className = classes.join(" ");
  return fill(node, properties, children);
}

export function svg(what, properties, ...children) {
  const [name, ...classes] = what.split(".");
  const node = document.createElementNS(SVG, name);
  if (classes.length) node.setAttribute("class", classes.join(" "));
  return fill(node, properties, children);
}

export const byId = (id) => document.getElementById(id);

// "Nothing here yet", and what to do next.
export function empty(title, ...next) {
  return el("div.empty", {}, el("p.empty-title", {}, title), el("p", {}, ...next));
}

// Something went wrong: what happened, and how to go on.
export function failure(error, ...next) {
  return el("div.failure", { role: "alert" }, el("p", {}, error.message), next.length ? el("p", {}, ...next) : null);
}

export const button = (text, onclick, properties = {}) => el("button", { type: "button", onclick, ...properties }, text);

// What is said to screen readers alone.
export function announce(text) {
  byId("announcer").textContent = text;
}
