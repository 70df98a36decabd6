// SPDX-License-Identifier: MIT
// One picture from the camera, where the browser has one and lets it be used.

import { byId } from "./dom.js";

export const hasCamera = () => Boolean(navigator.mediaDevices?.getUserMedia);

const waitFor = (dialog) => new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true }));

// Resolves to a JPEG's blob, or null when it was cancelled. Throws with a sentence when there is no camera.
export async function takePicture() {
  const dialog = byId("camera"), video = byId("camera-video");
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } } });
  } catch (error) {
    throw new Error(error.name === "NotAllowedError" ? "The browser does not let this page use the camera: allow it beside the address."
      : "No camera was found. Choose a picture instead.");
  }
  try {
    video.srcObject = stream;
    await video.play();
    dialog.returnValue = "";
    dialog.showModal();
    if (await waitFor(dialog) !== "take") return null;
    const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
    canvas.getContext("2d").drawImage(video, 0, 0);
    return await canvas.convertToBlob({ type: "image/jpeg", quality: 0.92 });
  } finally {
    stream.getTracks().forEach((track) => track.stop());
    video.srcObject = null;
  }
}
