// SPDX-License-Identifier: MIT
// usage: node console_page.mjs OPTIONS [STEP...]     (console_page.py writes the options)
// What people do with the console's page, done in a browser.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import readline from "node:readline";
import { SEVEN, THREE, ask, connected, draw, drop, endpoint, files, openBrowser, openConsole, put, putAndRead, script, show, token, until } from "./console_browser.mjs";

const VIEWS = ["draw", "buckets", "models", "runs", "evaluate"];
const PAGE_BYTES_MAX = 150_000;
const ANSWER_MS_MAX = 40;
const browser = await openBrowser();
const lines = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]();

async function serveAgain() {
  console.log("serve again");
  assert.equal((await lines.next()).value, "done");
}

const putModel = () => put("model.onnx", readFileSync(files["digits.onnx"]));
const rowOf = (page, key) => page.locator("#objects tr", { has: page.locator(`text="${key}"`) });
const firstBar = (page) => page.textContent("#watch .bars li.first .label");

// --- the steps: each has a page of its own; whatever goes wrong in it fails the step ---

async function drawsAndReads(page) {
  for (const [points, wanted] of [[THREE, "3"], [SEVEN, "7"]]) {
    await draw(page, points);
    const { text, probability } = await putAndRead(page);
    assert.equal(text, wanted);
    assert.ok(probability >= 0.99, `${wanted}: ${probability}`);
    await page.waitForSelector("#watch .seen canvas");
    assert.equal(await firstBar(page), wanted);
    await page.click("#pad-clear");
  }
  assert.deepEqual(await page.locator("#watch .stages li").evaluateAll((all) => all.map((li) => `${li.dataset.stage} ${li.dataset.state}`)),
    ["event", "fetch", "decode", "prepare", "infer", "results", "store"].map((stage) => `${stage} done`));
  for (const time of await page.locator("#watch .stage-time").allTextContents()) assert.match(time, / m?s$/);
  assert.match(await page.textContent("#watch .watch-head"), /answered(warm|cold)/);
  assert.match(await page.textContent("#watch .papers"), /digit\.png: 7/, "log lines");
  // the ink's frame lies round what was drawn
  const frame = await page.locator("#watch .framed rect").evaluate((rect) => ["x", "y", "width", "height"].map((name) => Number(rect.getAttribute(name)) / 448));
  assert.ok(frame[0] > 0.18 && frame[0] < 0.28 && frame[1] > 0.15 && frame[1] < 0.25 && frame[2] > 0.4 && frame[3] > 0.5, frame.join(" "));
  // what the model saw has ink, and says its values
  const ink = await page.locator("#watch .seen canvas").evaluate((canvas) =>
    canvas.getContext("2d").getImageData(0, 0, 28, 28).data.filter((value, i) => i % 4 === 0 && value > 128).length);
  assert.ok(ink > 30 && ink < 300, `${ink} bright pixels`);
  await page.hover("#watch .seen canvas");
  assert.match(await page.textContent("#watch .seen-value"), /^row 1[45], column 1[45]: \d+$/);
  await page.click("#watch .switch input");
  await page.waitForSelector("#watch .squeeze .bars");
  assert.match(await page.textContent("#watch .squeeze"), /It would have answered \d/);
  // nothing is left of the token where it could be seen, and undo brings back what clear took
  assert.ok(!page.url().includes(token));
  assert.ok(await page.isDisabled("#pad-clear"));
  await page.click("#pad-undo");
  assert.ok(await page.isEnabled("#pad-clear"));
}

async function opensLightly(page) {
  const before = page.answers.length;
  for (const view of VIEWS) await show(page, view);
  const all = page.answers.slice(0, before), own = all.filter((answer) => /^(\/|\/_inkling\/web\/.*)$/.test(new URL(answer.url()).pathname));
  const distinct = new Map(own.map((answer) => [answer.url(), answer])); // one that is shown twice is kept
  const bodies = await Promise.all([...distinct.values()].map(async (answer) => (await answer.body()).length));
  const bytes = bodies.reduce((sum, n) => sum + n, 0);
  console.log(`page weight: ${bytes} bytes in ${distinct.size} files`);
  assert.ok(own.length > 10 && bytes <= PAGE_BYTES_MAX, `${bytes} bytes`);
  for (const answer of page.answers) assert.equal(new URL(answer.url()).origin.replace("localhost", "127.0.0.1"), endpoint, "nothing is asked of anybody else");
  assert.match((await all[0].headerValue("content-security-policy")), /default-src 'none'/);
}

async function takesWhatIsDropped(page) {
  await drop(page, "4_marker.png");
  await page.waitForFunction(() => document.getElementById("draw-key").value === "4_marker.png");
  assert.equal((await putAndRead(page)).text, "4");
  const stored = await fetch(`${endpoint}/_inkling/object?bucket=handwriting&key=4_marker.png`, { headers: { "X-Inkling-Token": token } });
  assert.ok(Buffer.from(await stored.arrayBuffer()).equals(readFileSync(files["4_marker.png"])), "the bytes as they were dropped");

  await drop(page, "cut.png");
  await page.waitForFunction(() => document.getElementById("draw-key").value === "cut.png");
  await page.click("#draw-put");
  await page.waitForSelector("#watch .code");
  assert.match(await page.textContent("#watch .answer"), /bad-image.*cut\.png/);

  await drop(page, "digits.onnx"); // a model, on the page for pictures: it finds its way
  await page.waitForSelector("#model-report .verdict");
  assert.equal(await page.textContent("#model-report .verdict"), "Usable");
  assert.match(await page.textContent("#model-report"), /300 of inkling's 300 reference characters/);
  await page.waitForSelector("#model-graph .card");
  assert.equal(await page.locator("#model-graph .card.node").count(), 14);

  await page.fill("#model-name", "broken/model.onnx");
  await drop(page, "bad.onnx");
  await page.waitForSelector('#model-report .verdict[data-usable="no"]');
  assert.match(await page.textContent("#model-report"), /bad-model.*not an ONNX model/);
  await page.waitForSelector("#model-graph .failure");

  await page.fill("#model-name", "large/model.onnx");
  await drop(page, "large.onnx");
  await page.waitForFunction(() => document.querySelector("#model-graph .graph-tools")?.textContent.includes("504 nodes"));
  await page.waitForFunction(() => document.getElementById("model-report").textContent.includes("not-a-classifier"));
  assert.ok(await page.locator("#model-graph .card").count() < 12, "what repeats is one card");
  await page.click("#model-graph [data-unfold]");
  assert.ok(await page.locator("#model-graph .card").count() > 200);
  await page.fill("#model-name", "notes.txt");
  await drop(page, "digits.onnx");
  await page.waitForFunction(() => document.getElementById("model-problem").textContent.includes(".onnx"));
}

async function keepsHundreds(page) {
  await show(page, "buckets/handwriting/many%2F");
  await page.waitForSelector("#objects-empty .empty");
  const buffer = readFileSync(files["4_marker.png"]), names = Array.from({ length: 200 }, (_, i) => `${String(i).padStart(3, "0")}.png`);
  await page.setInputFiles("#choose-files", names.map((name) => ({ name, mimeType: "image/png", buffer })));
  await page.waitForFunction(() => document.querySelectorAll("#objects tr").length === 200);
  // answers appear beside their pictures without a reload, thumbnails when they come into sight
  for (const name of [names[0], names[99], names[199]]) {
    await rowOf(page, name).scrollIntoViewIfNeeded();
    await until(() => rowOf(page, name).locator(".beside").textContent(), (text) => /^4 /.test(text), `the answer of ${name}`);
    await rowOf(page, name).locator("td.thumb img").waitFor();
  }
  await page.waitForSelector("#uploads", { state: "hidden" });
  await page.check("#show-answers");
  await until(() => page.locator("#objects tr").count(), (count) => count === 600, "the answers as objects");
  await page.uncheck("#show-answers");

  await rowOf(page, "001.png").locator("text=Delete").click();
  await until(() => rowOf(page, "001.png").count(), (count) => count === 0, "gone from the list");
  await page.click(".toast >> text=Undo");
  await until(() => rowOf(page, "001.png").count(), (count) => count === 1, "back again");
  await rowOf(page, "002.png").locator("text=Delete").click();
  await until(() => ask("objects?bucket=handwriting&prefix=many/&limit=1000"), ({ entries }) => !entries.some(({ key }) => key === "many/002.png"), "deleted in the bucket");
  await page.click("#path a >> nth=0");
  await page.waitForSelector('#objects a >> text="many/"');
  await page.fill("#bucket-name", "No good name");
  await page.click("#bucket-form button");
  await page.waitForFunction(() => document.getElementById("bucket-problem").textContent !== "");
}

// Text from outside stays text, wherever it is shown.
async function showsHostileTextAsText(page) {
  const picture = readFileSync(files["4_marker.png"]);
  const keys = ["<img src=x onerror=window.hacked=1><script>.png", `"'><svg onload=window.hacked=1>.png`, "<table><h1>x.png", "a\nb\t\u202egnp.png", "javascript:window.hacked=1.png"];
  for (const key of keys) await put(`bad/${key}`, picture);
  await put("bad/model.json", readFileSync(files["hostile.json"]));
  await put("bad/model.onnx", readFileSync(files["digits.onnx"]));
  await put("worse/model.onnx", readFileSync(files["hostile.onnx"]));
  await put("bad/digit.png", picture);
  await until(() => ask("runs?bucket=handwriting&prefix=bad/"), ({ runs }) => runs.length >= 8 && runs.every(({ outcome }) => outcome !== "running"), "all of them run");
  await until(() => ask("runs?bucket=handwriting&prefix=worse/"), ({ runs }) => runs.some(({ outcome }) => outcome === "refused"), "the model is refused");

  const holds = async (where, text) => until(() => page.textContent(where), (all) => all.includes(text), `${where} shows ${text}`);
  await show(page, `buckets/handwriting/${encodeURIComponent("bad/")}`);
  for (const key of keys.slice(0, 3)) await holds("#objects", key);
  await holds("#objects", script); // a label, beside its picture
  await show(page, "runs");
  await holds("#runs", keys[0]);
  await page.click(`#runs a >> nth=0`);
  await page.waitForSelector("#run-watch .bars");
  await show(page, `models/${encodeURIComponent("worse/model.onnx")}`);
  await page.waitForSelector("#model-graph .card[data-problem]");
  await page.click("#model-graph .card.node >> nth=0");
  await holds("#model-graph .graph-details", script); // the name of a node
  await holds("#model-report", "Frobnicate");
  await show(page, "draw");
  await page.fill("#draw-key", `bad/${script}.png`); // a slash in it makes folders, which hold as well
  await draw(page, SEVEN);
  await page.click("#draw-put");
  await page.waitForSelector("#watch .bars");
  await holds("#watch", `bad/${script}.png`);
  await holds("#watch .read", script);
  assert.equal(await page.evaluate(() => window.hacked), undefined);
  assert.equal(await page.locator('script:not([src^="/_inkling/web/"]), img[src="x"], svg[onload], h1 >> text=x.png').count(), 0);
}

async function outlivesTheServer(page) {
  await draw(page, THREE);
  await putAndRead(page);
  const runs = (await ask("runs?limit=500")).runs.length;
  // away for as long as it takes the page to say so; then nobody touches anything
  await page.route("**/_inkling/events", (route) => route.abort());
  await serveAgain();
  await page.waitForSelector("#banner:not([hidden])");
  await page.unroute("**/_inkling/events");
  await page.waitForSelector("#banner", { state: "hidden" });
  await connected(page);
  await page.click("#pad-clear");
  await draw(page, SEVEN);
  assert.equal((await putAndRead(page)).text, "7");
  await show(page, "runs");
  await until(() => page.locator("#runs tr").count(), (count) => count >= Math.min(100, runs + 1), "runs of before the restart");
  page.faults = page.faults.filter((fault) => !/ERR_|Failed to load resource/.test(fault)); // of the time without a server
}

async function fitsAPhone(page) {
  await putModel();
  const box = await page.locator("#pad").boundingBox();
  const session = await page.context().newCDPSession(page);
  const touch = (type, points) => session.send("Input.dispatchTouchEvent",
    { type, touchPoints: points.map(([x, y]) => ({ x: box.x + x * box.width, y: box.y + y * box.height })) });
  await touch("touchStart", [SEVEN[0]]);
  for (let i = 1; i < SEVEN.length; i++) {
    for (const part of [0.25, 0.5, 0.75, 1]) await touch("touchMove", [SEVEN[i - 1].map((from, axis) => from + (SEVEN[i][axis] - from) * part)]);
  }
  await touch("touchEnd", []);
  await until(async () => { // a tap that follows at once is still taken for a part of the stroke
    await page.locator("#draw-put").tap();
    return page.locator("#watch .watch-head").count();
  }, (count) => count > 0, "the tap on Put");
  await page.waitForSelector("#watch .read");
  assert.equal(await page.textContent("#watch .read"), "7");
  await page.waitForSelector("#watch .seen canvas");
  const there = { draw: "#watch .bars", buckets: "#objects tr", "models/model.onnx": "#model-graph .card", runs: "#runs tr", evaluate: "#evaluate-empty .empty" };
  for (const [view, sign] of Object.entries(there)) {
    await show(page, view);
    await page.waitForSelector(sign);
    const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(content <= window, `${view}: ${content} pixels wide in a window of ${window}`);
  }
}

async function worksWithKeysAlone(page) {
  const focused = () => page.evaluate(() => document.activeElement?.id ?? "");
  const tabTo = async (id) => {
    for (let i = 0; i < 60 && await focused() !== id; i++) await page.keyboard.press("Tab");
    assert.equal(await focused(), id);
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
    assert.notEqual(outline, "none", `${id} shows that it has the focus`);
  };
  await putModel();
  await tabTo("pad");
  await page.keyboard.press("Space"); // a 1: the pen begins in the upper middle
  for (let i = 0; i < 13; i++) await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Space");
  await tabTo("draw-key");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#watch .read");
  assert.equal(await page.textContent("#watch .read"), "1");
  await page.keyboard.press("Shift+Tab");
  await page.evaluate(() => document.activeElement.blur());
  await tabTo("nav-models");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#models a");
  await page.focus('#models a >> text="model.onnx"');
  await page.keyboard.press("Enter");
  await page.waitForSelector("#model-graph .card");
  for (let i = 0; i < 60 && !await page.evaluate(() => document.activeElement.classList.contains("card")); i++) await page.keyboard.press("Tab");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  assert.match(await page.textContent("#model-graph .graph-details"), /Conv|Relu/);
  await tabTo("nav-draw").catch(() => page.focus("#nav-draw"));
}

async function pleasesAxe(page) {
  const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  await putModel();
  await draw(page, THREE);
  await putAndRead(page);
  await page.waitForSelector("#watch .seen canvas");
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    for (const view of [...VIEWS, "models/model.onnx", "one run"]) {
      await show(page, view === "one run" ? "runs" : view);
      if (view === "models/model.onnx") await page.waitForSelector("#model-graph .card");
      if (view === "buckets") await page.waitForSelector("#objects tr");
      if (view === "runs") await page.waitForSelector("#runs tr");
      if (view === "one run") await page.click("#runs a >> nth=0").then(() => page.waitForSelector("#run-watch .bars"));
      await page.evaluate(source);
      const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
      const serious = violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
      assert.deepEqual(serious.map(({ id, nodes }) => `${view} ${colorScheme}: ${id}: ${nodes.slice(0, 3).map((n) => `${n.html} ${n.failureSummary}`)}`), []);
    }
  }
}

async function evaluates(page) {
  for (const label of ["3", "4"]) await put(`labelled/${label}/x.png`, readFileSync(files["4_marker.png"]));
  await show(page, "evaluate");
  await page.fill("#evaluate-prefix", "labelled/");
  await page.click("#evaluate-form button");
  await page.waitForSelector("#evaluate-report:not([hidden])");
  const frame = page.frameLocator("#evaluate-report");
  await frame.locator("h1").waitFor();
  assert.match(await frame.locator("body").textContent(), /1 of 2 right/);
  assert.equal(await page.getAttribute("#evaluate-report", "sandbox"), "");
  await page.click("#evaluations >> text=Remove");
  await page.waitForSelector("#evaluate-empty .empty");
}

// From releasing "Put" to the answer on the screen. Rounds, because others may work on the machine as well: one calm round counts.
async function answersAtOnce(page) {
  const rounds = [];
  let fastest = Infinity;
  await draw(page, SEVEN);
  await page.evaluate(() => {
    const button = document.getElementById("draw-put");
    button.addEventListener("pointerup", () => (window.released = performance.now()));
    window.answered = () => new Promise((resolve) => {
      const watch = new MutationObserver(() => {
        if (!document.querySelector("#watch .read")) return;
        watch.disconnect();
        requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - window.released)));
      });
      button.addEventListener("pointerup", () => watch.observe(document.getElementById("watch"), { subtree: true, childList: true }), { once: true });
    });
  });
  for (let round = 0; round < 10; round++) {
    const times = [];
    for (let i = 0; i < 15; i++) {
      await page.evaluate(() => void (window.time = window.answered()));
      await page.click("#draw-put");
      times.push(await page.evaluate(() => window.time));
      await page.waitForSelector("#watch .seen canvas");
    }
    times.sort((a, b) => a - b);
    rounds.push(times[7]);
    fastest = Math.min(fastest, times[0]);
    console.log(`from Put to the answer: median ${times[7].toFixed(1)} ms, fastest ${times[0].toFixed(1)} ms, slowest ${times[14].toFixed(1)} ms`);
    if (times[7] <= ANSWER_MS_MAX) return;
  }
  // on a machine with more work than processors, the fastest still says what the console itself takes
  const busy = os.loadavg()[0] > os.cpus().length;
  if (busy && fastest <= ANSWER_MS_MAX) return console.log("the machine is busy: the fastest one counts");
  assert.fail(`medians of ${rounds.map((ms) => ms.toFixed(1)).join(", ")} ms`);
}

const phone = { viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };
const steps = [[opensLightly], [drawsAndReads], [takesWhatIsDropped], [keepsHundreds], [showsHostileTextAsText], [fitsAPhone, phone], [worksWithKeysAlone],
  [pleasesAxe], [evaluates], [answersAtOnce], [outlivesTheServer]];
const chosen = process.argv.slice(3);
try {
  for (const [step, options] of steps.filter(([{ name }]) => !chosen.length || chosen.includes(name))) {
    const began = performance.now(), page = await openConsole(browser, options);
    try {
      await step(page);
      assert.deepEqual(page.faults, [], "errors on the console");
    } catch (error) {
      process.exitCode = 1;
      console.log(`FAILED ${step.name}:`, error, page.faults);
      console.log((await page.innerText("body").catch(() => "")).replace(/\s+/g, " ").slice(0, 1500));
    }
    await page.context().close().catch(() => {});
    console.log(`${step.name}: ${((performance.now() - began) / 1000).toFixed(1)} s`);
  }
} finally {
  await browser.close();
  lines.return?.();
  process.stdin.destroy();
}
