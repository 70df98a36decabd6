// SPDX-License-Identifier: MIT
// A labelled folder from somebody's disk (docs/using.md), file by file.

// What a labelled folder is made of; anything else in it stays where it is.
export const belongs = (path) => /\.(png|jpe?g|webp|gif|bmp|tsv)$/i.test(path);

// "7/x.png" for "pictures/7/x.png" of a dropped folder "pictures": the labels are the folders below it.
export function relativePaths(files) {
  const tops = new Set(files.map(({ path }) => path.split("/")[0]));
  const oneFolder = tops.size === 1 && files.every(({ path }) => path.includes("/"));
  const deeper = files.some(({ path }) => path.split("/").length > 2 || /(^|\/)[^/]*\.tsv$/i.test(path) || /\/[^/_]{1,2}_[^/]*$/.test(path));
  return files.map(({ path, file }) => ({ path: oneFolder && deeper ? path.slice(path.indexOf("/") + 1) : path, file }));
}
