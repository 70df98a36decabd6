# SPDX-License-Identifier: MIT
"""rclone: MD5 and UNSIGNED-PAYLOAD, parts with Expect, copies on the server."""
import os
import shutil
import subprocess

from cloud import KEY, MODEL, ODD_KEYS, PICTURE, SECRET, Cloud, check, skip

if not shutil.which("rclone"):
    skip("there is no rclone")


def main():
    with Cloud() as cloud:
        remote = {"TYPE": "s3", "PROVIDER": "Other", "ACCESS_KEY_ID": KEY, "SECRET_ACCESS_KEY": SECRET,
                  "ENDPOINT": cloud.endpoint, "REGION": "us-east-1", "CHUNK_SIZE": "5M", "UPLOAD_CUTOFF": "5M"}
        environment = dict(cloud.environment(), RCLONE_CONFIG=os.devnull,
                           **{f"RCLONE_CONFIG_C_{name}": value for name, value in remote.items()})

        def rclone(*arguments, status=0):
            done = subprocess.run(["rclone", "--retries=1", "--low-level-retries=1", *map(str, arguments)],
                                  env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
            check((done.returncode == 0) == (status == 0), arguments, done.returncode, done.stderr.decode())
            return done.stdout.decode()

        print(rclone("version").splitlines()[0])
        rclone("mkdir", "c:work")
        rclone("copyto", MODEL, "c:work/in/model.onnx")
        rclone("copyto", PICTURE, "c:work/in/digit.png")
        rclone("copyto", "c:work/in/digit.png", cloud.folder / "back.png")
        check((cloud.folder / "back.png").read_bytes() == PICTURE.read_bytes())
        listed = sorted(rclone("lsf", "-R", "c:work").split())
        check(listed == ["in/", "in/digit.png", "in/model.onnx"], listed)

        big = cloud.folder / "big"
        big.write_bytes(os.urandom(1 << 20) * 22 + b"tail")
        rclone("copyto", big, "c:work/big")
        rclone("copyto", "c:work/big", cloud.folder / "big.back")
        check((cloud.folder / "big.back").read_bytes() == big.read_bytes(), "the large file came back changed")
        rclone("copyto", "c:work/big", "c:work/big2")
        rclone("moveto", "c:work/big2", "c:work/big3")
        check("big3" in rclone("lsf", "c:work"))

        tree = cloud.folder / "tree"
        for key in ODD_KEYS:
            if "//" in key or ".." in key:
                continue  # no such file names
            (tree / key).parent.mkdir(parents=True, exist_ok=True)
            (tree / key).write_text(key)
        rclone("sync", tree, "c:work/tree")
        rclone("check", tree, "c:work/tree")
        rclone("sync", "c:work/tree", cloud.folder / "tree.back")
        rclone("check", tree, cloud.folder / "tree.back")
        check("tail" == rclone("cat", "--offset", 22 << 20, "c:work/big"))
        rclone("delete", "c:work")
        rclone("rmdir", "c:work")
        check("work" not in rclone("lsd", "c:"))


main()
