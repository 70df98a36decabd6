// SPDX-License-Identifier: MIT
// A line at the lower edge of the window that goes away by itself.

import { button, byId, el } from "./dom.js";

const SHOWN_MS = 6000;

// Shows text, with a button where action is given: {text, run}. Pointing at it or tabbing into it keeps it there.
// done() is called when it goes without the button having been pressed.
export function toast(text, { action, done, shown_ms = SHOWN_MS } = {}) {
  let timer;
  const close = () => {
    clearTimeout(timer);
    box.remove();
  };
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      close();
      done?.();
    }, shown_ms);
  };
  const press = () => {
    close();
    action.run();
  };
  const box = el("div.toast", {
    onpointerenter: () => clearTimeout(timer), onpointerleave: wait, onfocusin: () => clearTimeout(timer), onfocusout: wait,
  }, el("span", {}, text), action ? button(action.text, press) : null);
  byId("toasts").append(box);
  wait();
}

export async function copyText(text, said) {
  try {
    await navigator.clipboard.writeText(text);
    toast(said);
  } catch {
    toast(text, { shown_ms: 20_000 }); // no clipboard here: it can be copied from there
  }
}
