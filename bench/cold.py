#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A function's first event, with cold connections over TLS to the local cloud: bootstrap, bootstrap with its bucket known, and
Node.js with onnxruntime-node and @aws-sdk/client-s3 at the same job. Each answers, and the answer is looked at.

    cold.py [ROUNDS]     50; INK_BUILD is the build; node_modules in build/npm-cold (./do bench cold installs them)
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "e2e"))
from bucket import Bucket  # noqa: E402
from cloud import BUILD, Cloud, KEY, MODEL, PICTURE, SECRET  # noqa: E402
from runtime_api import RuntimeApi  # noqa: E402
from tls_front import Pki, TlsFront  # noqa: E402

EVENT = {"bucket": "handwriting", "key": "digit.png"}


def answers(bucket, command, environment):
    """Runs it once, so that what is timed is known to work; the first line of results.txt."""
    with RuntimeApi([EVENT]) as api:
        process = subprocess.Popen(command, env={**environment, "AWS_LAMBDA_RUNTIME_API": api.address})
        try:
            kind, said = api.wait()[0]
        finally:
            process.kill()
            process.wait()
    if kind != "response":
        sys.exit(f"{command}: {said}")
    line = bucket.get("results.txt").decode().splitlines()[0]
    bucket.delete("results.txt")
    return line


def node_command():
    """Beside its packages, where its imports look for them; None where there are none."""
    modules, node = BUILD / "npm-cold", shutil.which("node")
    if not node or not (modules / "node_modules" / "onnxruntime-node").exists():
        return None
    shutil.copy(ROOT / "bench" / "cold_node.mjs", modules)
    return [os.path.realpath(node), str(modules / "cold_node.mjs")]


def main():
    rounds = sys.argv[1] if len(sys.argv) > 1 else "50"
    with Cloud() as cloud:
        bucket = Bucket(cloud).create()
        bucket.put("model.onnx", MODEL)
        bucket.put("digit.png", PICTURE)
        event = cloud.folder / "event.json"
        event.write_text(json.dumps(EVENT))
        pki = Pki(cloud.folder / "pki")
        with TlsFront(cloud.port, pki.certificate("localhost")) as front:
            environment = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "AWS_REGION": "us-east-1",
                           "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "NODE_EXTRA_CA_CERTS": str(pki.bundle),
                           "AWS_ENDPOINT_URL_S3": f"https://localhost:{front.port}", "AWS_CA_BUNDLE": str(pki.bundle),
                           "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512"}
            functions = {"bootstrap": [str(BUILD / "bootstrap")],
                         "bootstrap, bucket known": ["/usr/bin/env", "INKLING_BUCKET=handwriting", str(BUILD / "bootstrap")]}
            if node := node_command():
                functions["Node.js"] = node
            else:
                print("no node, or no onnxruntime-node: inkling alone (./do bench cold installs it)")
            for name, command in functions.items():
                handshakes = front.handshakes
                print(f"{name}: {answers(bucket, command, environment)}; {front.handshakes - handshakes} connections", flush=True)
            subprocess.run([BUILD / "bench" / "bench-cold", rounds, event, BUILD / "bench" / "empty",
                            *(f"{name.replace(',', ' +')}={','.join(command)}" for name, command in functions.items())],
                           env=environment, check=True)


if __name__ == "__main__":
    main()
