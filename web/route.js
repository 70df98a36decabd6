// SPDX-License-Identifier: MIT
// The address's part behind '#': "#/runs/12" is view "runs" with ["12"]. What does not begin with "#/" is no route.

export function parse(hash) {
  if (!hash.startsWith("#/")) return null;
  const [view, ...rest] = hash.slice(2).split("/");
  try {
    return { view, rest: rest.map(decodeURIComponent) };
  } catch {
    return { view, rest: [] };
  }
}

export const to = (view, ...rest) => `#/${[view, ...rest.map(encodeURIComponent)].join("/")}`;
