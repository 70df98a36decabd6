#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What `inkling package` makes, unpacked into an empty root folder with nothing but /tmp beside it, against the local cloud: its
bootstrap is static; a bucket's model answers, and where there is none the one in the zip, with its settings."""
import json
import os
import shutil
import subprocess
import zipfile

from bucket import Bucket
from cloud import BUILD, Cloud, MODEL, PICTURE, check, skip
from runtime_api import RuntimeApi

WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]


def unpack_function(folder):
    """function.zip with a model that has settings, unpacked as Lambda does it; the root folder."""
    model = folder / "words.onnx"
    shutil.copy(MODEL, model)
    model.with_suffix(".json").write_text(json.dumps({"labels": WORDS}))
    subprocess.run([BUILD / "inkling", "package", "-o", folder / "function.zip", "--model", model], check=True)
    task = folder / "root" / "var" / "task"
    task.mkdir(parents=True)
    (folder / "root" / "tmp").mkdir()
    with zipfile.ZipFile(folder / "function.zip") as zipped:
        for info in zipped.infolist():
            zipped.extract(info, task)
            os.chmod(task / info.filename, info.external_attr >> 16 & 0o777)
    return folder / "root"


def listing(root):
    return sorted(os.path.relpath(os.path.join(path, name), root) for path, folders, files in os.walk(root)
                  for name in folders + files)


def main():
    if not shutil.which("file"):
        skip("file(1) is not here")
    chroot = ["chroot"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "chroot"]
    if subprocess.run([*chroot, "/", "/bin/true"], capture_output=True).returncode:
        skip("this user may not change its root")

    with Cloud() as cloud:
        root = unpack_function(cloud.folder)
        before = listing(root)
        kind = subprocess.run(["file", "-b", root / "var/task/bootstrap"], capture_output=True, text=True).stdout
        check("statically linked" in kind, kind)
        with_model, without = Bucket(cloud, "with-model").create(), Bucket(cloud, "without").create()
        with_model.put("model.onnx", MODEL)
        for bucket in (with_model, without):
            bucket.put("digit.png", PICTURE)
        events = [{"bucket": bucket.name, "key": "digit.png"} for bucket in (with_model, without)]
        with RuntimeApi(events) as api:
            environment = {"AWS_LAMBDA_RUNTIME_API": api.address, "AWS_ENDPOINT_URL_S3": cloud.endpoint,
                           "AWS_ACCESS_KEY_ID": "inkling", "AWS_SECRET_ACCESS_KEY": "inkling-local", "AWS_REGION": "us-east-1",
                           "AWS_LAMBDA_FUNCTION_NAME": "inkling", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
                           "LAMBDA_TASK_ROOT": "/var/task", "PATH": os.environ["PATH"]}
            process = subprocess.Popen([*chroot, root, "/var/task/bootstrap"], env=environment)
            try:
                answers = api.wait()
            finally:
                process.kill()
                process.wait()
        check([kind for kind, _ in answers] == ["response", "response"], answers)
        text = with_model.get("results.txt").decode()
        check(text.startswith(("class=7 ; probability=0.99", "class=7 ; probability=1.0")), text)
        text = without.get("results.txt").decode()
        check(text.startswith("class=seven ; probability="), text)
        check(json.loads(without.get("results.json"))["model"] == "packaged", without.get("results.json"))
        check(listing(root) == before, "it left something behind", listing(root))
    print("bootstrap:", (BUILD / "bootstrap").stat().st_size, "bytes")


if __name__ == "__main__":
    main()
