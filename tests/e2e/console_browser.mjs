// SPDX-License-Identifier: MIT
// A browser with the console in it, for console_page.mjs: pages that write down what goes wrong in them, strokes, drops.
import { readFileSync } from "node:fs";
import path from "node:path";
import { chromium } from "playwright-core";

export const { endpoint, token, files, chromium: program, script } = JSON.parse(process.argv[2]);
const PATIENCE_MS = 60_000; // the machine may have a lot to do

export const SEVEN = [[0.28, 0.25], [0.72, 0.25], [0.6, 0.45], [0.5, 0.65], [0.43, 0.82]];
export const THREE = [[0.33, 0.25], [0.45, 0.18], [0.6, 0.2], [0.66, 0.3], [0.6, 0.42], [0.48, 0.47], [0.62, 0.52], [0.68, 0.65], [0.62, 0.78],
  [0.48, 0.84], [0.33, 0.78]];

// With a profile of its own, which goes with it.
export function openBrowser() {
  return chromium.launch({
    executablePath: program, headless: true,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
      "--disable-sync"],
  });
}

// A new window with the console open. page.faults collects errors of any kind; page.answers what was fetched.
export async function openConsole(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  page.faults = [];
  page.answers = [];
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && page.faults.push(message.text()));
  page.on("pageerror", (error) => page.faults.push(error.stack));
  page.on("response", (response) => page.answers.push(response));
  await page.goto(`${endpoint}/#token=${token}`);
  await connected(page);
  return page;
}

export const connected = (page) => page.waitForSelector("#connection[data-state=there]");
export const show = async (page, view) => {
  await page.evaluate((name) => (location.hash = `#/${name}`), view);
  await page.waitForSelector(`#view-${view.split("/")[0]}:not([hidden])`);
};

// points: of the sheet's side, 0..1
export async function draw(page, points) {
  const box = await page.locator("#pad").boundingBox();
  const at = ([x, y]) => [box.x + x * box.width, box.y + y * box.height];
  await page.mouse.move(...at(points[0]));
  await page.mouse.down();
  for (const point of points.slice(1)) await page.mouse.move(...at(point), { steps: 4 });
  await page.mouse.up();
}

// Puts what is on the sheet and waits for the answer. Returns {text, results, probability}: what stands there, results.txt and its first line's.
export async function putAndRead(page) {
  await page.click("#draw-put");
  await page.waitForSelector("#watch .read");
  const text = await page.textContent("#watch .read");
  await page.waitForSelector("#watch .papers section:not([hidden]) pre");
  await page.waitForFunction(() => document.querySelector("#watch pre").textContent !== "");
  const results = await page.textContent("#watch pre");
  return { text, results, probability: Number(/probability=([0-9.]+)/.exec(results)?.[1]) };
}

// Drops files on the window as a file manager does.
export async function drop(page, ...names) {
  const given = names.map((name) => ({ name, base64: readFileSync(files[name] ?? name).toString("base64") }));
  await page.evaluate((all) => {
    const transfer = new DataTransfer();
    for (const { name, base64 } of all) transfer.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], name));
    for (const type of ["dragenter", "dragover", "drop"]) {
      document.body.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));
    }
  }, given.map(({ name, base64 }) => ({ name: path.basename(name), base64 })));
}

// Stores an object as the page does, but from here.
export async function put(key, body) {
  const answer = await fetch(`${endpoint}/_inkling/object?bucket=handwriting&key=${encodeURIComponent(key)}`,
    { method: "PUT", body, headers: { "X-Inkling-Token": token } });
  if (!answer.ok) throw new Error(`${key}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

export async function ask(call) {
  return (await fetch(`${endpoint}/_inkling/${call}`, { headers: { "X-Inkling-Token": token } })).json();
}

// Waits until good(await what()) holds; returns it.
export async function until(what, good, why) {
  for (const end = Date.now() + PATIENCE_MS; ;) {
    const value = await what();
    if (good(value)) return value;
    if (Date.now() > end) throw new Error(`${why}: ${JSON.stringify(value)?.slice(0, 2000)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
