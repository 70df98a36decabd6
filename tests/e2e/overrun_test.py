#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Computations that are not done before the function's time is over: answered too-slow all the same, and the process goes
on. The models here are one product of matrices that takes minutes, which nothing can look at the clock in."""
import base64
import contextlib
import json
import os
import pathlib
import re
import struct
import subprocess
import time
import unittest

from answers_test import field, model, node
from bucket import Bucket
from cloud import BUILD, Cloud, MODEL, PICTURE
from runtime_api import RuntimeApi

TIMEOUT_S = 5
SIDE = 4096  # 7e10 multiply-adds of integers
# everything about the pictures is said, so that nothing is tried when the model is loaded
SETTLED = json.dumps({"labels": list("0123456789"), "polarity": "dark-ink", "scale": 0.5, "transpose": False, "mean": 0, "std": 1})


def numbers(name, *values):
    return field(5, field(1, len(values)) + field(2, 7) + field(8, name) + field(9, struct.pack(f"<{len(values)}q", *values)))


def cast(of, to, kind):
    return node("Cast", [of], [to]) + field(5, field(1, "to") + field(3, kind) + field(20, 2))


SLOW = model([node("ReduceMax", ["x"], ["m"]), cast("m", "i", 7), node("Reshape", ["i", "one"], ["j"]),
              node("Expand", ["j", "square"], ["a"]), node("MatMul", ["a", "a"], ["b"]),
              node("Slice", ["b", "from", "to"], ["c"]), cast("c", "y", 1)],
             numbers("one", 1) + numbers("square", SIDE, SIDE) + numbers("from", 0, 0) + numbers("to", 1, 10))


class Overrun(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cloud = Cloud("--timeout", str(TIMEOUT_S), "--workers", "1", "--retry-waits", "100,100").__enter__()
        cls.addClassCleanup(cls.cloud.__exit__, None, None, None)
        cls.bucket = Bucket(cls.cloud)
        cls.bucket.answer("warm/digit.png", PICTURE)

    def pid(self):
        """The one process of the function, which the server may have put behind others that keep it apart."""
        found, below = [], [self.cloud.process.pid]
        while below:
            process = pathlib.Path(f"/proc/{below.pop()}")
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it has ended in the meantime
                found += [int(process.name)] if (process / "comm").read_text() == "bootstrap\n" else []
                for thread in (process / "task").iterdir():
                    with contextlib.suppress(FileNotFoundError):
                        below += (thread / "children").read_text().split()
        self.assertEqual(len(found), 1)
        return found[0]

    def connections(self):
        """What it has open itself: its log, which it was started with, may be a pipe as well."""
        found = set()
        for file in pathlib.Path(f"/proc/{self.pid()}/fd").iterdir():
            if file.name in "012":
                continue
            with contextlib.suppress(FileNotFoundError):  # closed in the meantime
                found.add(os.readlink(file))
        return {name for name in found if name.startswith(("socket:", "pipe:"))}

    def failures(self):
        """What failed invocations said so far."""
        return re.findall(r"Runtime\.\w+: .*", (self.cloud.folder / "log").read_text(errors="replace"))

    def overruns(self, act):
        """What `act` returns. It is done within the function's time, in one try, or the process would have been replaced; it
        starts over without what the one before it had open, and with the priority that it had."""
        pid, connections = self.pid(), self.connections()
        priority = os.getpriority(os.PRIO_PROCESS, pid)
        failures = self.failures()
        result = act()
        self.bucket.answer(f"next/{time.time()}.png", PICTURE)
        self.assertEqual((pid, self.failures()), (self.pid(), failures))
        self.assertFalse(self.connections() & connections)
        self.assertEqual(os.getpriority(os.PRIO_PROCESS, pid), priority)
        return result

    def wait_until_it_computes(self):
        """Nothing but the product of matrices takes so much of a CPU."""
        def used_s():
            fields = pathlib.Path(f"/proc/{self.pid()}/stat").read_text().rpartition(")")[2].split()
            return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        before = used_s()
        while used_s() < before + 0.3:
            time.sleep(0.01)

    def check_overran(self, text, what):
        found = re.fullmatch(rf"error=too-slow ; message={what} after (\d\.\d) s, [^\n]* \n", text)
        self.assertTrue(found, text)
        self.assertTrue(TIMEOUT_S / 2 < float(found[1]) < TIMEOUT_S, text)

    def put_model(self, folder):
        etag = self.bucket.put(f"{folder}/model.onnx", SLOW)
        return self.bucket.wait_json(f"{folder}/model.report.json", lambda report: report["model"]["etag"] == etag)

    def test_load(self):
        report = self.overruns(lambda: self.put_model("load"))
        self.assertEqual((report["usable"], report["error"]), (False, "too-slow"))
        self.assertIn("the model was not loaded after", report["problems"][0])
        text, answer = self.overruns(lambda: self.bucket.answer("load/a.png", PICTURE))
        self.check_overran(text, "a.png: the model was not loaded")
        self.assertEqual((answer["error"]["code"], answer["model"]["key"]), ("too-slow", "load/model.onnx"))

    def test_run(self):
        self.bucket.put("run/model.json", SETTLED)
        self.bucket.answer("run/first.png", PICTURE)  # the settings' own event is over: it would read digit.png
        self.assertTrue(self.bucket.answer("run/digit.png", PICTURE)[0].startswith("class=7 "))
        report = self.overruns(lambda: self.put_model("run"))
        self.assertEqual((report["usable"], report["error"]), (False, "too-slow"))
        # the picture that was read again for the new model
        text = self.bucket.wait("run/results.txt", lambda text: text.startswith(b"error=")).decode()
        self.assertRegex(text, r"^error=too-slow ; message=model.onnx: the report was not done ")
        text, answer = self.overruns(lambda: self.bucket.answer("run/a.png", PICTURE))
        self.check_overran(text, "a.png: it was not read")
        self.assertEqual((answer["error"]["code"], answer["model"]["key"]), ("too-slow", "run/model.onnx"))

    def test_changed_meanwhile(self):
        """Nothing is said about a picture that was not looked at: the next try is for the new one."""
        self.overruns(lambda: self.put_model("changed"))
        self.bucket.put("changed/a.png", PICTURE)
        self.wait_until_it_computes()
        failures = self.failures()
        self.bucket.delete("changed/model.onnx")
        self.assertTrue(self.bucket.answer("changed/a.png", PICTURE)[0].startswith("class=7 "))
        self.assertEqual(self.failures()[len(failures):], ["Runtime.Changed: handwriting/changed/a.png: it changed"])

    # --- without the local cloud's function ---

    def run_function(self, event, deadline_s, **variables):
        """What a function of its own answers to one event, and its log."""
        with RuntimeApi([event], deadline_s) as api:
            environment = dict(self.cloud.environment(), AWS_LAMBDA_RUNTIME_API=api.address, **variables)
            process = subprocess.Popen([BUILD / "bootstrap"], env=environment, stderr=subprocess.PIPE, text=True)
            try:
                answers = api.wait()
            finally:
                process.kill()
                log = process.communicate()[1]
        return answers, log

    def test_batch(self):
        """What is behind the one that took the time goes back into the queue, unless it is the same object."""
        other = Bucket(self.cloud, "unwired").create()
        other.put("slow/model.onnx", SLOW)
        keys = ["first.png", "slow/a.png", "next.png", "first.png", "slow/a.png"]
        for key in keys:
            other.put(key, PICTURE)
        messages = [{"eventSource": "aws:sqs", "messageId": f"m{i}", "body": json.dumps({"bucket": "unwired", "key": key})}
                    for i, key in enumerate(keys)]
        answers, log = self.run_function({"Records": messages}, TIMEOUT_S)
        self.assertEqual(answers, [("response", {"batchItemFailures": [{"itemIdentifier": "m2"}]})], log)
        self.assertTrue(other.get("first.results.txt").startswith(b"class=7 "))
        self.assertTrue(other.get("slow/a.results.txt").startswith(b"error=too-slow "))
        self.assertIsNone(other.get("next.results.txt"))

    def test_warm(self):
        """A model that overruns before the first invocation is not loaded again then."""
        other = Bucket(self.cloud, "warm").create()
        other.put("model.onnx", SLOW)
        other.put("near/model.onnx", MODEL)
        other.put("near/a.png", PICTURE)
        answers, log = self.run_function({"bucket": "warm", "key": "near/a.png"}, TIMEOUT_S, INKLING_BUCKET="warm")
        self.assertEqual(answers, [("response", {"handled": 1, "ignored": 0})], log)
        self.assertEqual(log.count("starting over"), 1, log)
        self.assertTrue(other.get("near/a.results.txt").startswith(b"class=7 "))

    def test_posted(self):
        """Whoever posted the picture is told; nothing is written into the bucket."""
        other = Bucket(self.cloud, "posted").create()
        other.put("model.onnx", SLOW)
        event = {"version": "2.0", "requestContext": {"http": {"method": "POST"}},
                 "body": base64.b64encode(PICTURE.read_bytes()).decode(), "isBase64Encoded": True}
        answers, log = self.run_function(event, TIMEOUT_S, INKLING_BUCKET="posted", INKLING_COLD="1")
        self.assertEqual((answers[0][0], answers[0][1]["statusCode"]), ("response", 504), log)
        error = json.loads(answers[0][1]["body"])["error"]
        self.assertEqual(error["code"], "too-slow")
        self.assertIn("the picture: the model was not loaded after", error["message"])
        self.assertEqual(other.keys(), ["model.onnx"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
