#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""bootstrap alone in an empty root folder, with nothing but /tmp beside it, against the local cloud; it is static, and
starts over there when a model overruns."""
import os
import shutil
import subprocess

from bucket import Bucket
from cloud import BUILD, Cloud, MODEL, PICTURE, check, skip
from overrun_test import SLOW
from runtime_api import RuntimeApi


def main():
    if not shutil.which("file"):
        skip("file(1) is not here")
    kind = subprocess.run(["file", "-b", BUILD / "bootstrap"], capture_output=True, text=True).stdout
    check("statically linked" in kind, kind)
    chroot = ["chroot"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "chroot"]
    if subprocess.run([*chroot, "/", "/bin/true"], capture_output=True).returncode:
        skip("this user may not change its root")

    with Cloud() as cloud:
        root = cloud.folder / "root"
        (root / "tmp").mkdir(parents=True)
        shutil.copy(BUILD / "bootstrap", root / "bootstrap")
        bucket = Bucket(cloud, "other").create()
        bucket.put("model.onnx", MODEL)
        bucket.put("digit.png", PICTURE)
        bucket.put("slow/model.onnx", SLOW)
        bucket.put("slow/digit.png", PICTURE)
        events = [{"bucket": "other", "key": key} for key in ("slow/digit.png", "digit.png")]
        with RuntimeApi(events, deadline_s=3) as api:
            environment = {"AWS_LAMBDA_RUNTIME_API": api.address, "AWS_ENDPOINT_URL_S3": cloud.endpoint,
                           "AWS_ACCESS_KEY_ID": "inkling", "AWS_SECRET_ACCESS_KEY": "inkling-local", "AWS_REGION": "us-east-1",
                           "AWS_LAMBDA_FUNCTION_NAME": "inkling", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024",
                           "PATH": os.environ["PATH"]}
            process = subprocess.Popen([*chroot, root, "/bootstrap"], env=environment)
            try:
                answers = api.wait()
            finally:
                process.kill()
                process.wait()
        check([kind for kind, _ in answers] == ["response"] * 2, answers)
        slow = bucket.get("slow/results.txt").decode()
        check(slow.startswith("error=too-slow ; "), slow)
        text = bucket.get("results.txt").decode()
        check(text.startswith(("class=7 ; probability=0.99", "class=7 ; probability=1.0")), text)
        check(sorted(os.listdir(root)) == ["bootstrap", "tmp"] and not os.listdir(root / "tmp"), "it left something behind")
    print("bootstrap:", (BUILD / "bootstrap").stat().st_size, "bytes")


if __name__ == "__main__":
    main()
