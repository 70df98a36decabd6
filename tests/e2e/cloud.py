# SPDX-License-Identifier: MIT
"""Starts and ends a local cloud for a test, and has what all these tests need.

    with Cloud() as cloud:
        cloud.endpoint, cloud.port, cloud.environment()

The server's log is shown when the test fails. A test that lacks a client calls skip(): exit status 77.
"""
import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

SOURCE = pathlib.Path(os.environ.get("INK_SOURCE") or pathlib.Path(__file__).resolve().parents[2])
BUILD = pathlib.Path(os.environ.get("INK_BUILD") or SOURCE / "build")
SHARED = pathlib.Path(os.environ.get("INK_SHARED") or SOURCE / ".." / "shared")
MODEL = SOURCE / "models" / "digits.onnx"
PICTURE = SOURCE / "demo" / "digit.png"
KEY, SECRET = "inkling", "inkling-local"

# Keys that are hard on clients and servers; all of them are legal.
ODD_KEYS = ["a//b", "dots/../x", "per%cent", "per%25cent", "a+b c", "zwölf/七.png", "semi;colon&and=equals", "~tilde",
            "star*(x)!'", "quote\"<>", "é", "#hash?query"]


def skip(why):
    print("skipped:", why)
    sys.exit(77)


def check(good, *what):
    if not good:
        raise AssertionError(" ".join(str(w) for w in what))


class Cloud:
    def __init__(self, *arguments, folder=None):
        self.arguments = list(arguments)
        self.given = folder

    def __enter__(self):
        if not (BUILD / "bootstrap").exists():
            skip("build/bootstrap, the function, is not there")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="inkling-e2e-"))
        self.log = open(self.folder / "log", "wb")
        self.start()
        return self

    def start(self):
        program = os.environ.get("INK_SERVE") or BUILD / "inkling-serve"
        port_file = self.folder / "port"
        with contextlib.suppress(FileNotFoundError):
            port_file.unlink()
        data = self.given or self.folder / "data"
        command = [program, "--dir", data, "--listen", "127.0.0.1:0", "--port-file", port_file, "--verbose"]
        self.process = subprocess.Popen(command + self.arguments, stdout=self.log, stderr=self.log, env=self.clean())
        deadline = time.time() + 30
        while not (port_file.exists() and port_file.read_text().strip()):
            if self.process.poll() is not None or time.time() > deadline:
                self.show_log()
                raise AssertionError("the local cloud did not start")
            time.sleep(0.01)
        self.port = int(port_file.read_text())
        self.endpoint = f"http://127.0.0.1:{self.port}"

    def stop(self, how=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError("the local cloud did not end within 20 s of SIGTERM")
        return self.process.returncode

    def __exit__(self, kind, error, trace):
        try:
            status = self.stop()
            if kind is None:
                check(status == 0, "the local cloud ended with", status)
        except AssertionError:
            kind = AssertionError
            raise
        finally:
            if kind is not None and kind is not SystemExit:
                self.show_log()
            self.log.close()
            shutil.rmtree(self.folder, ignore_errors=True)
        return False

    def show_log(self):
        self.log.flush()
        text = (self.folder / "log").read_text(errors="replace")
        print("--- the local cloud's log (last 60 lines)", *text.splitlines()[-60:], sep="\n", file=sys.stderr)

    @staticmethod
    def clean():
        """The environment without anybody's AWS settings."""
        return {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}

    def environment(self):
        """For an AWS client: our keys and endpoint, a home of its own."""
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        return dict(self.clean(), HOME=str(home), AWS_ACCESS_KEY_ID=KEY, AWS_SECRET_ACCESS_KEY=SECRET,
                    AWS_REGION="us-east-1", AWS_DEFAULT_REGION="us-east-1", AWS_ENDPOINT_URL=self.endpoint,
                    AWS_EC2_METADATA_DISABLED="true", AWS_PAGER="", AWS_CONFIG_FILE=str(home / "aws-config"),
                    AWS_MAX_ATTEMPTS="1")
