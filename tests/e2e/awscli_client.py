# SPDX-License-Identifier: MIT
"""The AWS CLI: argument 1 is the program. Debian's (2.9, Content-MD5) and today's (crc32) differ on the wire."""
import json
import os
import shutil
import subprocess
import sys

from cloud import MODEL, PICTURE, Cloud, check, skip

program = shutil.which(sys.argv[1])
if not program:
    skip(f"there is no {sys.argv[1]}")


class Aws:
    def __init__(self, cloud):
        self.environment = cloud.environment()
        self.endpoint = cloud.endpoint

    def __call__(self, *arguments, status=0):
        # the old one knows --endpoint-url only
        done = subprocess.run([program, "--endpoint-url", self.endpoint, *map(str, arguments)], env=self.environment,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
        check((done.returncode == 0) == (status == 0), arguments, done.returncode, done.stderr.decode())
        return (done.stdout if status == 0 else done.stderr).decode()


def main():
    with Cloud() as cloud:
        aws = Aws(cloud)
        print(aws("--version").strip())
        aws("s3", "mb", "s3://work")
        aws("s3", "cp", MODEL, "s3://work/in/model.onnx")
        aws("s3", "cp", PICTURE, "s3://work/in/digit.png", "--metadata", "who=me")
        aws("s3", "cp", "s3://work/in/digit.png", cloud.folder / "back.png")
        check((cloud.folder / "back.png").read_bytes() == PICTURE.read_bytes())
        check("model.onnx" in aws("s3", "ls", "s3://work/in/"))
        check("PRE in/" in aws("s3", "ls", "s3://work"))
        head = json.loads(aws("s3api", "head-object", "--bucket", "work", "--key", "in/digit.png"))
        check(head["ContentType"] == "image/png" and head["Metadata"] == {"who": "me"}, head)

        big = cloud.folder / "big"
        big.write_bytes(os.urandom(1 << 20) * 25 + b"tail")
        aws("s3", "cp", big, "s3://work/big")
        check(json.loads(aws("s3api", "head-object", "--bucket", "work", "--key", "big"))["ETag"].endswith('-4"'))
        aws("s3", "cp", "s3://work/big", cloud.folder / "big.back")  # in ranges, each of them If-Match with new CLIs
        check((cloud.folder / "big.back").read_bytes() == big.read_bytes(), "the large file came back changed")
        aws("s3", "cp", "s3://work/big", "s3://work/big2")  # UploadPartCopy
        aws("s3", "mv", "s3://work/big2", "s3://work/ümläut +%.bin")
        check("ümläut +%.bin" in aws("s3", "ls", "s3://work"))

        folder = cloud.folder / "tree"
        (folder / "a b").mkdir(parents=True)
        for i in range(30):
            (folder / "a b" / f"{i}.txt").write_text(str(i))
            os.utime(folder / "a b" / f"{i}.txt", (1e9, 1e9))  # S3's dates have whole seconds
        aws("s3", "sync", folder, "s3://work/tree")
        check(aws("s3", "sync", folder, "s3://work/tree").strip() == "", "the second sync sent something")
        aws("s3", "sync", "s3://work/tree", cloud.folder / "tree.back")
        check(len(list((cloud.folder / "tree.back" / "a b").iterdir())) == 30)
        aws("configure", "set", "default.s3.signature_version", "s3v4")  # 1.x would make the old kind of URL
        url = aws("s3", "presign", "s3://work/tree/a b/7.txt").strip()
        got = subprocess.run(["curl", "-sf", url], stdout=subprocess.PIPE, timeout=20)
        check(got.stdout == b"7", got)
        check("NoSuchKey" in aws("s3api", "get-object", "--bucket", "work", "--key", "none", os.devnull, status=1))
        check("BucketNotEmpty" in aws("s3", "rb", "s3://work", status=1))
        aws("s3", "rm", "--recursive", "s3://work/tree")
        check(aws("s3", "ls", "s3://work/tree/", status=1) == "")
        aws("s3", "rb", "--force", "s3://work")
        check("work" not in aws("s3", "ls"))


main()
