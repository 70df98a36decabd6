// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import test from "node:test";
import { Listing, compareKeys, folded } from "../../../web/listing.js";

const put = (key, etag = "1") => ({ key, etag, change: "put", kind: "picture", size: 1, modified_at_ms: 0 });
const keysOf = (listing) => listing.entries.map(({ key }) => key);

test("the order is that of UTF-8", () => {
  const keys = ["a", "b/", "é", "七", "\u{ffff}", "\u{1f600}"];
  assert.deepEqual([...keys].sort(compareKeys), keys);
  assert.deepEqual([...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))), keys);
});

test("objects come and go", () => {
  const listing = new Listing("a/");
  listing.append({ entries: [put("a/b.png"), put("a/d.png")], next: null });
  assert.ok(listing.apply(put("a/c.png")));
  assert.ok(!listing.apply(put("b.png")));
  assert.ok(listing.apply(put("a/f/x.png")));
  assert.ok(!listing.apply(put("a/f/y.png")), "the folder is there already");
  assert.deepEqual(keysOf(listing), ["a/b.png", "a/c.png", "a/d.png", "a/f/"]);
  assert.ok(listing.apply(put("a/c.png", "2")));
  assert.equal(listing.get("a/c.png").etag, "2");
  assert.ok(listing.apply({ key: "a/b.png", change: "delete" }));
  assert.ok(!listing.apply({ key: "a/none", change: "delete" }));
  assert.deepEqual(keysOf(listing), ["a/c.png", "a/d.png", "a/f/"]);
});

test("what lies behind the last page waits for it", () => {
  const listing = new Listing("");
  listing.append({ entries: [put("a"), put("c")], next: "c" });
  assert.ok(!listing.apply(put("d")));
  assert.ok(listing.apply(put("b")));
  listing.append({ entries: [put("d"), put("e")], next: null });
  assert.deepEqual(keysOf(listing), ["a", "b", "c", "d", "e"]);
});

test("answers that stand beside what they answer", () => {
  const keys = folded([put("digit.png"), put("x.jpg"), put("photo.heic"), { key: "m.onnx", kind: "model" }, { key: "notes.txt", kind: "other" }]);
  for (const key of ["results.txt", "results.json", "x.jpg.results.txt", "photo.heic.results.json", "m.report.txt"]) assert.ok(keys.has(key), key);
  assert.equal(keys.size, 8);
});
