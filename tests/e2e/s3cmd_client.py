# SPDX-License-Identifier: MIT
"""s3cmd: no blank after the commas in Authorization, region "US" when it creates a bucket, parts of 15 MiB."""
import os
import shutil
import subprocess

from cloud import KEY, MODEL, PICTURE, SECRET, Cloud, check, skip

if not shutil.which("s3cmd"):
    skip("there is no s3cmd")


def main():
    with Cloud() as cloud:
        settings = cloud.folder / "s3cfg"
        settings.write_text(f"[default]\naccess_key = {KEY}\nsecret_key = {SECRET}\nhost_base = 127.0.0.1:{cloud.port}\n"
                            f"host_bucket = 127.0.0.1:{cloud.port}\nuse_https = False\n")

        def s3cmd(*arguments, status=0, options=()):
            done = subprocess.run(["s3cmd", "-c", settings, "--no-progress", *options, *map(str, arguments)],
                                  env=cloud.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
            check(done.returncode == status, arguments, done.returncode, done.stdout.decode(), done.stderr.decode())
            return done.stdout.decode() + done.stderr.decode()

        print(s3cmd("--version").strip())
        s3cmd("mb", "s3://work")
        s3cmd("put", MODEL, "s3://work/in/model.onnx")
        s3cmd("put", PICTURE, "s3://work/in/digit.png", "--add-header=x-amz-meta-who:me")
        s3cmd("get", "s3://work/in/digit.png", cloud.folder / "back.png")
        check((cloud.folder / "back.png").read_bytes() == PICTURE.read_bytes())
        check("in/model.onnx" in s3cmd("ls", "-r", "s3://work"))
        check("DIR" in s3cmd("ls", "s3://work"))
        info = s3cmd("info", "s3://work/in/digit.png")
        check("image/png" in info and "x-amz-meta-who: me" in info, info)
        check("Location:" in s3cmd("info", "s3://work"))
        big = cloud.folder / "big"
        big.write_bytes(os.urandom(1 << 20) * 32 + b"tail")
        s3cmd("put", big, "s3://work/big file +%ü")
        s3cmd("get", "s3://work/big file +%ü", cloud.folder / "big.back")
        check((cloud.folder / "big.back").read_bytes() == big.read_bytes(), "the large file came back changed")
        s3cmd("cp", "s3://work/in/digit.png", "s3://work/copy.png")
        s3cmd("mv", "s3://work/copy.png", "s3://work/moved.png")
        check("moved.png" in s3cmd("ls", "s3://work"))
        (cloud.folder / "tree").mkdir()
        (cloud.folder / "tree" / "x").write_text("x")
        s3cmd("sync", f"{cloud.folder}/tree/", "s3://work/tree/")
        s3cmd("del", "s3://work/tree/x")
        check("NotEmpty" in s3cmd("rb", "s3://work", status=13))
        refusal = s3cmd("ls", options=["--signature-v2"], status=11)
        check("AWS4-HMAC-SHA256" in refusal, refusal)
        s3cmd("del", "--recursive", "--force", "s3://work")  # DeleteObjects
        s3cmd("rb", "s3://work")
        check("work" not in s3cmd("ls"))


main()
