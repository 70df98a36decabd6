#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""bootstrap behind another implementation of the Runtime API: @architect/sandbox, where npm has installed it. What it
writes is what it writes behind `inkling invoke`."""
import pathlib
import shutil
import subprocess

from bucket import Bucket
from cloud import BUILD, Cloud, MODEL, PICTURE, SOURCE, check, skip

NPM = SOURCE / "build" / "npm"


def main():
    if not shutil.which("node") or not (NPM / "node_modules/@architect/sandbox").exists():
        skip("node or @architect/sandbox is not here")
    with Cloud() as cloud:
        bucket = Bucket(cloud, "other").create()  # not wired: only the sandbox's function reads here
        bucket.put("model.onnx", MODEL)
        bucket.put("digit.png", PICTURE)
        script = pathlib.Path(__file__).with_name("architect_sandbox.cjs")
        done = subprocess.run(["node", script, NPM, BUILD / "bootstrap", cloud.endpoint, "other", "digit.png"],
                              env=cloud.environment(), capture_output=True, text=True, timeout=120)
        check(done.returncode == 0, done.stdout, done.stderr)
        text = bucket.wait("results.txt").decode()
        check(text.startswith(("class=7 ; probability=0.99", "class=7 ; probability=1.0")), text, done.stdout, done.stderr)
        bucket.delete("results.txt")
        done = subprocess.run([BUILD / "inkling", "invoke", "-", "--s3", cloud.endpoint], env=Cloud.clean(), capture_output=True,
                              text=True, timeout=120, input='{"bucket": "other", "key": "digit.png"}')
        check(done.returncode == 0, done.stdout, done.stderr)
        check(bucket.get("results.txt").decode() == text, "behind `inkling invoke` it writes something else", done.stderr)


if __name__ == "__main__":
    main()
