// SPDX-License-Identifier: MIT
// The page: takes the token from the address, asks the server who it is, and shows one view at a time.

import * as api from "./api.js";
import { initBanner } from "./banner.js";
import { initBuckets } from "./buckets_view.js";
import { byId, el } from "./dom.js";
import { initDraw } from "./draw_view.js";
import { initDrop } from "./drop.js";
import { initEvaluate } from "./evaluate_view.js";
import { listen, on } from "./events.js";
import { isBucketName, isModel } from "./keys.js";
import { initModels } from "./models_view.js";
import { onBucket, place, setBucket } from "./place.js";
import { parse, to } from "./route.js";
import { initRuns } from "./runs_view.js";
import { toast } from "./toast.js";

const TITLES = { draw: "Draw", buckets: "Buckets", models: "Models", runs: "Runs", evaluate: "Evaluate" };
let views = {}, shown = "draw";

// "#token=HEX" never stays in the address: it would be in the history, and in what is pasted to others.
function takeToken() {
  const match = /[#&]token=([0-9a-f]+)/.exec(location.hash);
  if (!match) return;
  api.setToken(match[1]);
  history.replaceState(null, "", "/");
}

function showView() {
  const route = parse(location.hash) ?? (location.hash ? null : { view: "draw", rest: [] });
  if (!route) return; // a place within the page
  const view = TITLES[route.view] ? route.view : "draw";
  shown = view;
  document.title = `${TITLES[view]} · inkling`;
  for (const name of Object.keys(TITLES)) {
    byId(`view-${name}`).hidden = name !== view;
    byId(`nav-${name}`).setAttribute("aria-current", name === view ? "page" : "false");
  }
  if (view === "buckets" && route.rest[0]) setBucket(route.rest[0]);
  views[view].show?.(route.rest);
}

function takeFiles(files) {
  if (!files.length) return;
  const model = files.length === 1 && isModel(files[0].path);
  if (model && shown === "draw") {
    location.hash = to("models"); // views.models.take() goes on to that one
    views.models.take(files);
  } else if (files.some((file) => views[shown].accepts?.(file))) {
    views[shown].take(files);
  } else {
    toast(shown === "models" ? "A model's name ends in .onnx." : "Drop files under Draw, Buckets, Models or Evaluate.");
  }
}

// --- buckets ---

async function loadBuckets() {
  const { buckets } = await api.buckets();
  const names = buckets.map(({ name }) => name);
  byId("bucket").replaceChildren(...names.map((name) => el("option", { value: name }, name)));
  if (!names.includes(place.bucket)) setBucket(names.includes(place.about.bucket) ? place.about.bucket : names[0] ?? place.about.bucket);
  byId("bucket").value = place.bucket;
}

async function makeBucket(event) {
  event.preventDefault();
  const name = byId("bucket-name").value.trim(), problem = byId("bucket-problem");
  problem.textContent = isBucketName(name) ? "" : "A bucket's name has 3 to 63 small letters, digits, dots and hyphens.";
  if (!isBucketName(name)) return;
  try {
    await api.makeBucket(name);
    await loadBuckets();
    setBucket(name);
    byId("bucket-name").value = "";
    location.hash = to("buckets", name);
  } catch (error) {
    problem.textContent = error.message;
  }
}

// --- start ---

function askForToken(message) {
  byId("locked").hidden = false;
  byId("shell").hidden = true;
  byId("locked-message").textContent = message ?? "";
}

async function start() {
  try {
    place.about = await api.about();
  } catch (error) {
    if (error.code === "no-token") return askForToken(api.hasToken() ? "That was another server's token." : "");
    byId("starting").textContent = `${error.message} This page tries again by itself.`;
    setTimeout(start, 2000);
    return;
  }
  place.bucket = sessionStorage.getItem("inkling-bucket") ?? place.about.bucket;
  byId("locked").hidden = true;
  byId("starting").hidden = true;
  byId("shell").hidden = false;
  byId("version").textContent = place.about.version;
  byId("endpoint").textContent = place.about.endpoint;
  views = { draw: initDraw(), buckets: initBuckets(), models: initModels(), runs: initRuns(), evaluate: initEvaluate() };
  initDrop(takeFiles);
  initBanner();
  onBucket((name) => (byId("bucket").value = name));
  on("connected", () => loadBuckets().catch(() => {}));
  on("lost", ({ error }) => error.code === "no-token" && askForToken("The server has another token now."));
  byId("bucket").addEventListener("change", (event) => {
    setBucket(event.target.value);
    if (shown === "buckets") location.hash = to("buckets", event.target.value);
  });
  byId("bucket-form").addEventListener("submit", makeBucket);
  addEventListener("hashchange", showView);
  await loadBuckets().catch(() => {});
  showView();
  listen();
}

byId("locked-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const token = /([0-9a-f]{16,})\s*$/.exec(byId("locked-token").value)?.[1];
  if (!token) return askForToken("The token is what stands behind #token= in the address that inkling serve printed.");
  api.setToken(token);
  location.reload();
});
addEventListener("hashchange", () => {
  if (!/[#&]token=/.test(location.hash)) return;
  takeToken();
  location.reload();
});
takeToken();
start();
