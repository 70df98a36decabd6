// SPDX-License-Identifier: MIT
// Draw: the sheet, the name under which it is put, and beside it what becomes of it.

import * as api from "./api.js";
import * as aws from "./aws_command.js";
import { hasCamera, takePicture } from "./camera.js";
import { announce, byId } from "./dom.js";
import { on } from "./events.js";
import { isModel, isPicture, keyOfFile, keyProblem, nameOf } from "./keys.js";
import * as live from "./live.js";
import { Pad } from "./pad.js";
import { onBucket, place } from "./place.js";
import { copyText, toast } from "./toast.js";
import { WatchPanel } from "./watch.js";

const OTHERS_MS = 250; // somebody else's pictures are followed when no other has come for that long

export function initDraw() {
  const key = byId("draw-key"), put = byId("draw-put"), problem = byId("draw-problem"), hint = byId("pad-hint");
  const panel = new WatchPanel(byId("watch"));
  let awaited = null; // put_request_id of what was put here last
  let ownUntilOver = false, otherTimer = null;
  let named = false; // the name is that of a file which is on the sheet

  const pad = new Pad(byId("pad"), () => {
    hint.hidden = !pad.isEmpty;
    hint.textContent = "Draw a digit here";
    byId("pad-undo").disabled = !pad.canUndo;
    byId("pad-clear").disabled = pad.isEmpty;
    problem.textContent = "";
  });

  const blank = () => panel.clear("Nothing has been read yet", `Draw a digit on the sheet and press Put: it is stored in the bucket “${place.bucket}”, `,
    "which wakes the function, and you see here what it makes of it. Pictures put by any other client show up here too.");

  // --- put ---

  async function putPicture() {
    const why = keyProblem(key.value) ?? (pad.isEmpty ? "The sheet is empty: draw something, or drop a picture on it." : null);
    problem.textContent = why ?? "";
    if (why) return (pad.isEmpty ? byId("pad") : key).focus();
    const name = key.value;
    awaited = null;
    ownUntilOver = true;
    const blob = await pad.blob();
    panel.begin(name, blob);
    try {
      const stored = await api.put(place.bucket, name, blob);
      awaited = stored.request_id;
      const run = live.byRequest(awaited);
      if (run) panel.update(run);
      ownUntilOver = !run || !live.isOver(run);
      if (!isPicture(name)) {
        ownUntilOver = false;
        if (!run) panel.clear("Stored", `“${name}” is in the bucket. Only pictures (.png .jpg .webp .gif .bmp) wake the function: nothing more will come.`);
      }
    } catch (error) {
      ownUntilOver = false;
      panel.fail(error);
    }
  }

  live.watch((run) => {
    if (awaited && run.put_request_id === awaited) {
      panel.update(run);
      if (live.isOver(run)) ownUntilOver = false;
      return;
    }
    if (panel.run?.id && panel.run.id === run.id) panel.update(run);
    else if (!ownUntilOver && run.bucket === place.bucket && isPicture(run.key ?? "") && live.isOver(run)) follow(run);
  });

  // Someone else put a picture: shown when it is quiet, so that hundreds at once do not flicker by.
  function follow(run) {
    clearTimeout(otherTimer);
    otherTimer = setTimeout(() => {
      if (ownUntilOver || byId("view-draw").hidden || panel.run?.id === run.id) return;
      awaited = null;
      panel.show(run);
    }, OTHERS_MS);
  }

  // A put whose answer got lost with the connection is in the list of runs.
  on("connected", async ({ resumed }) => {
    if (resumed || !awaited || !ownUntilOver) return;
    const { runs } = await api.runs({ bucket: place.bucket, limit: 50 }).catch(() => ({ runs: [] }));
    const run = runs.find((r) => r.put_request_id === awaited);
    if (run) panel.update(run);
    if (run && live.isOver(run)) ownUntilOver = false;
  });

  // --- the sheet's tools ---

  async function take(files) {
    const { path, file } = files.find(({ path: name }) => isPicture(name)) ?? files[0];
    const shown = await pad.setPicture(file);
    key.value = keyOfFile(path);
    named = true;
    hint.hidden = shown;
    hint.textContent = shown ? "" : `${nameOf(path)} cannot be shown here. Put it all the same: the answer says what is wrong with it.`;
    announce(`${path} is on the sheet`);
    if (files.length > 1) toast("One picture at a time here; the Buckets page takes many.");
  }

  async function photograph() {
    try {
      const blob = await takePicture();
      if (blob) await take([{ path: "photo.jpg", file: blob }]);
    } catch (error) {
      problem.textContent = error.message;
    }
  }

  byId("pad-undo").addEventListener("click", () => pad.undo());
  byId("pad-clear").addEventListener("click", () => {
    if (named) key.value = "digit.png";
    named = false;
    pad.clear();
  });
  byId("pad-width").addEventListener("input", (event) => {
    pad.width = Number(event.target.value);
    byId("pad-nib").style.setProperty("--nib", `${pad.width / 448 * byId("pad").clientWidth}px`);
  });
  byId("pad-file").addEventListener("change", (event) => {
    if (event.target.files.length) take([...event.target.files].map((file) => ({ path: file.name, file })));
    event.target.value = "";
  });
  byId("pad-camera").hidden = !hasCamera();
  byId("pad-camera").addEventListener("click", photograph);
  byId("draw-form").addEventListener("submit", (event) => {
    event.preventDefault();
    putPicture();
  });
  byId("draw-copy").addEventListener("click", () =>
    copyText(`${aws.environment(place.about)} ${aws.put(place.bucket, key.value, nameOf(key.value))}`, "The aws command that does the same is copied."));
  addEventListener("keydown", (event) => {
    if (byId("view-draw").hidden || !(event.ctrlKey || event.metaKey) || event.target.matches("input[type=text]")) return;
    if (event.key !== "z") return;
    pad.undo();
    event.preventDefault();
  });
  onBucket(blank);
  put.disabled = false;
  blank();
  return { take: (files) => take(files), accepts: ({ path }) => !isModel(path) };
}
