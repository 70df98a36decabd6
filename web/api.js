// SPDX-License-Identifier: MIT
// The calls of docs/console-api.md. Each returns its JSON, or throws an ApiError whose message is a sentence for people.

let token = sessionStorage.getItem("inkling-token") ?? "";

export const hasToken = () => token !== "";

export function setToken(text) {
  token = text;
  sessionStorage.setItem("inkling-token", text);
}

export class ApiError extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export function address(path, parameters = {}) {
  const query = Object.entries(parameters)
    .filter(([, value]) => value !== undefined && value !== null && value !== "")
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return `/_inkling/${path}${query.length ? `?${query.join("&")}` : ""}`;
}

export const headers = (more) => ({ "X-Inkling-Token": token, ...more });

// What a failed answer says; a server that is ended in the middle says nothing that can be parsed.
export function errorOf(status, text) {
  try {
    const { code, message } = JSON.parse(text).error;
    return new ApiError(status, code, message);
  } catch {
    return new ApiError(status, "broken", `The server answered with status ${status}.`);
  }
}

export const unreachable = () =>
  new ApiError(0, "unreachable", "The server does not answer. Is inkling serve still running?");

// The answer as it came, for who wants more than its JSON. options as fetch has them.
export async function request(method, path, parameters, options = {}) {
  let response;
  try {
    response = await fetch(address(path, parameters), { method, ...options, headers: headers(options.headers) });
  } catch (error) {
    throw error.name === "AbortError" ? error : unreachable();
  }
  if (!response.ok) throw errorOf(response.status, await response.text().catch(() => ""));
  return response;
}

async function json(method, path, parameters, options) {
  const response = await request(method, path, parameters, options);
  return response.json().catch(() => {
    throw unreachable();
  });
}

const body = (value) => ({ body: JSON.stringify(value), headers: { "Content-Type": "application/json" } });

export const about = () => json("GET", "about");
export const buckets = () => json("GET", "buckets");
export const makeBucket = (bucket) => json("PUT", "bucket", { bucket });
export const objects = (bucket, prefix, more) => json("GET", "objects", { bucket, prefix, ...more });
export const remove = (bucket, key, etag) =>
  json("DELETE", "object", { bucket, key }, etag ? { headers: { "If-Match": `"${etag}"` } } : {});
export const look = (bucket, key, fit, options) => json("GET", "look", { bucket, key, fit }, options);
export const graph = (bucket, key, options) => json("GET", "graph", { bucket, key }, options);
export const models = (bucket) => json("GET", "models", { bucket });
export const runs = (filter) => json("GET", "runs", filter);
export const run = (id) => json("GET", "run", { id });
export const retry = (id) => json("POST", "retry", { id });

export const evaluations = () => json("GET", "evaluations");
export const newEvaluation = (model, pictures) => json("POST", "evaluation", {}, body({ model, pictures }));
export const evaluationFile = (id, path, file) => json("PUT", "evaluation/file", { id, path }, { body: file });
export const startEvaluation = (id) => json("POST", "evaluation/start", { id });
export const endEvaluation = (id) => json("DELETE", "evaluation", { id });

export async function getBlob(bucket, key, options) {
  return (await request("GET", "object", { bucket, key }, options)).blob();
}

export async function getText(bucket, key, options) {
  return (await request("GET", "object", { bucket, key }, options)).text();
}

// onProgress(loaded, total) is why this is no fetch, which does not say how much of a body has left.
export function put(bucket, key, blob, onProgress) {
  return new Promise((resolve, reject) => {
    const call = new XMLHttpRequest();
    call.open("PUT", address("object", { bucket, key }));
    for (const [name, value] of Object.entries(headers({ "Content-Type": blob.type || "application/octet-stream" }))) {
      call.setRequestHeader(name, value);
    }
    if (onProgress) call.upload.onprogress = (event) => onProgress(event.loaded, event.total);
    call.onerror = () => reject(unreachable());
    call.onload = () => {
      if (call.status >= 300) return reject(errorOf(call.status, call.responseText));
      try {
        resolve(JSON.parse(call.responseText));
      } catch {
        reject(unreachable());
      }
    };
    call.send(blob);
  });
}
