// SPDX-License-Identifier: MIT
// Which bucket the page is about, and what the server said of itself.

const watchers = new Set();

export const place = { bucket: "", about: null };

export function setBucket(bucket) {
  if (bucket === place.bucket) return;
  place.bucket = bucket;
  sessionStorage.setItem("inkling-bucket", bucket);
  for (const watcher of watchers) watcher(bucket);
}

export const onBucket = (watcher) => watchers.add(watcher);
