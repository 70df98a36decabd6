// SPDX-License-Identifier: MIT
// What a key in a bucket stands for, and where its answer goes (docs/using.md).

export const folderOf = (key) => key.slice(0, key.lastIndexOf("/") + 1);
export const nameOf = (key) => key.slice(key.lastIndexOf("/") + 1);

const pictureName = /\.(png|jpe?g|webp|gif|bmp)$/i;
const foreignName = /\.(heic|heif|tiff?|avif|svg|pdf)$/i;

export const isPicture = (key) => pictureName.test(key);
export const isModel = (key) => /\.onnx$/i.test(key);
// pictures that are not read: they are answered with what to do
export const isForeign = (key) => foreignName.test(key);

// "a/x.results.json" for "a/x.png", "a/results.json" for "a/digit.png"; ending is "txt" or "json"
export function answerKey(key, ending) {
  if (nameOf(key) === "digit.png") return `${folderOf(key)}results.${ending}`;
  return `${key.replace(/\.png$/, "")}.results.${ending}`;
}

export const reportKey = (key, ending) => `${key.replace(/\.onnx$/, "")}.report.${ending}`;

// The name of a file from somebody's disk, as a key: without the folders of that disk and without control characters.
export function keyOfFile(name) {
  return name.split(/[\\/]/).pop().replace(/[\u0000-\u001f\u007f]/g, "_") || "digit.png";
}

// S3's names of buckets, as far as a page needs to know.
export const isBucketName = (name) => /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !name.includes("..");

// Why it cannot be a key, or null.
export function keyProblem(key) {
  if (!key) return "Give the object a name, such as digit.png.";
  if (new TextEncoder().encode(key).length > 1024) return "A key has at most 1,024 bytes.";
  if (key.endsWith("/")) return "That names a folder: add the name of the object behind it.";
  return null;
}
