#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Starts moto_server (an S3 that is not ours) on a free port and runs test-aws-s3-real against it.
usage: s3_moto.py TEST_PROGRAM       exit 77: no moto_server here"""
import os
import shutil
import socket
import subprocess
import sys
import time

moto = shutil.which("moto_server") or shutil.which("/root/.pyenv/shims/moto_server")
if not moto or subprocess.run([moto, "--help"], capture_output=True).returncode:
    print("skipped: no moto_server")
    sys.exit(77)
with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]
server = subprocess.Popen([moto, "-H", "127.0.0.1", "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
try:
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except OSError:
            time.sleep(0.1)
    env = {**os.environ, "AWS_ENDPOINT_URL_S3": f"http://127.0.0.1:{port}", "AWS_ACCESS_KEY_ID": "k",
           "AWS_SECRET_ACCESS_KEY": "s", "AWS_REGION": "us-east-1"}
    sys.exit(subprocess.run([sys.argv[1]], env=env).returncode)
finally:
    server.terminate()
    server.wait()
