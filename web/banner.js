// SPDX-License-Identifier: MIT
// The banner for a lost connection. It goes by itself.

import { byId, announce } from "./dom.js";
import { on, reconnect } from "./events.js";

const PATIENCE_MS = 700; // a stream that breaks off and is back at once is no news

export function initBanner() {
  const banner = byId("banner"), text = byId("banner-text"), state = byId("connection");
  let timer = null;

  const show = (message) => {
    text.textContent = message;
    banner.hidden = false;
    state.dataset.state = "lost";
    state.textContent = "not connected";
  };
  on("lost", ({ error }) => {
    if (error.code === "no-token") return;
    if (!banner.hidden) show(error.message);
    else timer ??= setTimeout(() => show(error.message), PATIENCE_MS);
  });
  on("connected", () => {
    clearTimeout(timer);
    timer = null;
    if (!banner.hidden) announce("The connection is there again.");
    banner.hidden = true;
    state.dataset.state = "there";
    state.textContent = "connected";
  });
  byId("banner-retry").addEventListener("click", reconnect);
}
