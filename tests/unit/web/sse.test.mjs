// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import test from "node:test";
import { sseReader } from "../../../web/sse.js";

const text = 'event: hello\ndata: {"boot":"1"}\n\n: still here\n\nid: 7\nevent: run\ndata: {"id":"七"}\n\ndata:a\ndata: b\r\n\r\nevent: none\n\nid: 9\n';
const wanted = [{ id: undefined, event: "hello", data: '{"boot":"1"}' }, { id: "7", event: "run", data: '{"id":"七"}' },
  { id: undefined, event: "message", data: "a\nb" }];

test("a stream in pieces of every size", () => {
  for (let size = 1; size <= text.length; size++) {
    const got = [], read = sseReader((message) => got.push(message));
    for (let at = 0; at < text.length; at += size) read(text.slice(at, at + size));
    assert.deepEqual(got, wanted, `pieces of ${size}`);
  }
});
