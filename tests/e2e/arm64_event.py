#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The function for arm64, run by qemu: an event against the local cloud, answered as the one for this machine answers it."""
import json
import os
import shutil
import subprocess
import zipfile

from bucket import Bucket
from cloud import BUILD, Cloud, MODEL, PICTURE, check, skip
from runtime_api import RuntimeApi


def answer(cloud, name, program):
    """results.json of what this program makes of an event."""
    bucket = Bucket(cloud, name).create()
    bucket.put("model.onnx", MODEL)
    bucket.put("digit.png", PICTURE)
    with RuntimeApi([{"bucket": name, "key": "digit.png"}]) as api:
        environment = {"AWS_LAMBDA_RUNTIME_API": api.address, "AWS_ENDPOINT_URL_S3": cloud.endpoint,
                       "AWS_ACCESS_KEY_ID": "inkling", "AWS_SECRET_ACCESS_KEY": "inkling-local", "AWS_REGION": "us-east-1",
                       "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512", "PATH": os.environ["PATH"]}
        process = subprocess.Popen(program, env=environment)
        try:
            answers = api.wait()
        finally:
            process.kill()
            process.wait()
    check(answers[0][0] == "response", answers)
    return json.loads(bucket.get("results.json"))


def main():
    if not (BUILD / "arm64" / "bootstrap").exists():
        skip("no build for arm64 here: ./do build --arch arm64")
    if not shutil.which("qemu-aarch64"):
        skip("qemu-aarch64 (Debian's qemu-user) is not here")
    with Cloud() as cloud:
        made = cloud.folder / "function.zip"
        for args in (["-o", made], ["--check", made]):
            subprocess.run([BUILD / "inkling", "package", "--arch", "arm64", *args], check=True)
        with zipfile.ZipFile(made) as zipped:
            zipped.extract("bootstrap", cloud.folder)
        os.chmod(cloud.folder / "bootstrap", 0o755)
        there = answer(cloud, "there", ["qemu-aarch64", cloud.folder / "bootstrap"])["classes"][0]
        here = answer(cloud, "here", [BUILD / "bootstrap"])["classes"][0]
        print("there", there, "here", here)
        check(there["label"] == here["label"] == "7", "another answer")
        check(abs(there["probability"] - here["probability"]) < 1e-4, "another probability")


if __name__ == "__main__":
    main()
