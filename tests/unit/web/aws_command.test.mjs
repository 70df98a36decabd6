// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import test from "node:test";
import * as aws from "../../../web/aws_command.js";

test("a shell reads back what was quoted, whatever it is", () => {
  const texts = ["digit.png", "a b", "it's", "$(touch x)", "`id`", "a;b&c|d", "new\nline", "tab\tand \\ and '", "é七", "*?[x]", "-n", "!x", "\u007f"];
  for (const text of texts) {
    const out = execFileSync("bash", ["-c", `printf %s ${aws.shellWord(text)}`]);
    assert.equal(out.toString(), text);
  }
});

test("a key with a newline does not become a second line", () => {
  assert.ok(!aws.put("b", "x\nrm -rf /", "f").includes("\n"));
});

test("commands", () => {
  assert.equal(aws.put("b", "a/digit.png", "digit.png"), "aws s3 cp digit.png s3://b/a/digit.png");
  assert.equal(aws.get("b", "-x.png", "-x.png"), "aws s3 cp s3://b/-x.png ./-x.png");
  assert.match(aws.environment({ endpoint: "http://127.0.0.1:1", access_key: "k", secret: "s'", region: "r" }), /AWS_SECRET_ACCESS_KEY='s'\\'''/);
});
