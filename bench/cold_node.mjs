// SPDX-License-Identifier: MIT
// The function's job as one writes it for Node.js: a picture and its model from S3, onnxruntime-node, results.txt and
// results.json back. A custom runtime like bootstrap, so that both are started and asked in the same way.
import http from "node:http";
import { createRequire } from "node:module";

import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import * as ort from "onnxruntime-node";

const { PNG } = createRequire(import.meta.url)("pngjs");
const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const agent = new http.Agent({ keepAlive: true });
const s3 = new S3Client({ forcePathStyle: true });

function runtime(method, path, body) {
  return new Promise((done, failed) => {
    const request = http.request({ host, port, agent, method, path: `/2018-06-01/runtime/invocation/${path}` }, (answer) => {
      const parts = [];
      answer.on("data", (part) => parts.push(part));
      answer.on("end", () => done({ headers: answer.headers, text: Buffer.concat(parts).toString() }));
    });
    request.on("error", failed);
    request.end(body);
  });
}

async function get(Bucket, Key) {
  const answer = await s3.send(new GetObjectCommand({ Bucket, Key }));
  return { bytes: await answer.Body.transformToByteArray(), etag: answer.ETag };
}

// As MNIST has it: ink 1 on 0, its box scaled into 20x20, its centre of mass in the middle of 28x28.
function prepare(bytes) {
  const { width, height, data } = PNG.sync.read(Buffer.from(bytes));
  const ink = new Float32Array(width * height);
  let sum = 0;
  for (let i = 0; i < ink.length; i++) {
    const alpha = data[4 * i + 3] / 255;
    ink[i] = ((data[4 * i] + data[4 * i + 1] + data[4 * i + 2]) / 765) * alpha + (1 - alpha);
    sum += ink[i];
  }
  const light = sum / ink.length > 0.5;
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      if (light) ink[i] = 1 - ink[i];
      if (ink[i] < 0.3) continue;
      [left, right] = [Math.min(left, x), Math.max(right, x)];
      [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
    }
  const scale = Math.max(right - left + 1, bottom - top + 1) / 20;
  const [w, h] = [Math.max(1, Math.round((right - left + 1) / scale)), Math.max(1, Math.round((bottom - top + 1) / scale))];
  const small = new Float32Array(w * h);
  let [mass, mx, my] = [0, 0, 0];
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++) {
      let [total, count] = [0, 0];
      for (let v = Math.floor(top + y * scale); v < top + (y + 1) * scale && v < height; v++)
        for (let u = Math.floor(left + x * scale); u < left + (x + 1) * scale && u < width; u++) {
          total += Math.min(1, Math.max(0, (ink[v * width + u] - 0.3) / 0.3));
          count++;
        }
      const value = (small[y * w + x] = count ? total / count : 0);
      [mass, mx, my] = [mass + value, mx + value * x, my + value * y];
    }
  const [dx, dy] = [Math.round(13.5 - mx / mass), Math.round(13.5 - my / mass)];
  const input = new Float32Array(28 * 28);
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++)
      if (y + dy >= 0 && y + dy < 28 && x + dx >= 0 && x + dx < 28) input[(y + dy) * 28 + x + dx] = small[y * w + x];
  return input;
}

function softmax(scores) {
  const most = Math.max(...scores);
  const powers = Array.from(scores, (score) => Math.exp(score - most));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}

async function handle({ bucket, key }) {
  const [picture, model] = await Promise.all([get(bucket, key), get(bucket, "model.onnx")]);
  const session = await ort.InferenceSession.create(model.bytes, { intraOpNumThreads: 1 });
  const [input, output] = [session.inputNames[0], session.outputNames[0]];
  const answer = await session.run({ [input]: new ort.Tensor("float32", prepare(picture.bytes), [1, 1, 28, 28]) });
  const classes = softmax(answer[output].data)
    .map((probability, index) => ({ label: String(index), probability }))
    .sort((a, b) => b.probability - a.probability);
  const text = classes.map((c) => `class=${c.label} ; probability=${c.probability.toFixed(6)} \n`).join("");
  const json = JSON.stringify({ picture: { key, etag: picture.etag }, model: { etag: model.etag }, classes });
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: "results.json", Body: json, ContentType: "application/json" }));
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: "results.txt", Body: text, ContentType: "text/plain" }));
  const [now] = await Promise.all([
    s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key })),
    s3.send(new HeadObjectCommand({ Bucket: bucket, Key: "model.onnx" })),
  ]);
  return { handled: now.ETag === picture.etag ? 1 : 0 };
}

for (;;) {
  const event = await runtime("GET", "next");
  const id = event.headers["lambda-runtime-aws-request-id"];
  try {
    await runtime("POST", `${id}/response`, JSON.stringify(await handle(JSON.parse(event.text))));
  } catch (error) {
    await runtime("POST", `${id}/error`, JSON.stringify({ errorMessage: String(error), errorType: error.name }));
  }
}
