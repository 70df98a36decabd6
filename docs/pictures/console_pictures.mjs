// SPDX-License-Identifier: MIT
// usage: INK_BUILD=build INK_SOURCE=. python3 tests/e2e/console_page.py console_pictures.mjs FOLDER
// The pictures of docs/console.md.
import { readFileSync } from "node:fs";
import { SEVEN, THREE, draw, files, openBrowser, openConsole, put, putAndRead, show } from "./console_browser.mjs";

const folder = process.argv[3], picture = readFileSync(files["4_marker.png"]);
const browser = await openBrowser();
const save = (page, name) => page.screenshot({ path: `${folder}/console-${name}.png` });

async function readOne(page, points) {
  await draw(page, points);
  await putAndRead(page);
  await page.waitForSelector("#watch .seen canvas");
}

const page = await openConsole(browser, { viewport: { width: 1180, height: 860 } });
await readOne(page, SEVEN);
await save(page, "draw");
await page.click("#watch .switch input");
await page.waitForSelector("#watch .squeeze .bars");
await page.locator("#watch").screenshot({ path: `${folder}/console-watch.png` });
await put("class/model.onnx", readFileSync(files["digits.onnx"]));
await put("class/broken.onnx", readFileSync(files["bad.onnx"]));
for (const name of ["anna.png", "ben.png", "cem.png"]) await put(`class/${name}`, picture);
await put("class/cut.png", readFileSync(files["cut.png"]));
await show(page, `models/${encodeURIComponent("class/model.onnx")}`);
await page.waitForSelector("#model-graph .card");
await page.waitForSelector("#model-report .verdict");
await save(page, "models");
await show(page, "runs");
await page.waitForFunction(() => document.querySelectorAll("#runs tr").length >= 7 && !document.querySelector('#runs [data-outcome="running"]'));
await save(page, "runs");

const dark = await openConsole(browser, { viewport: { width: 1180, height: 860 }, colorScheme: "dark" });
await readOne(dark, THREE);
await save(dark, "dark");
const phone = await openConsole(browser, { viewport: { width: 390, height: 844 }, deviceScaleFactor: 1, isMobile: true });
await readOne(phone, THREE);
await phone.screenshot({ path: `${folder}/console-phone.png`, fullPage: true });
await browser.close();
process.stdin.destroy();
