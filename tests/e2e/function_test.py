#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The function between its platform and its bucket, both played here: what goes over the wire to each of them, whatever the
pictures say."""
import collections
import http.server
import json
import os
import random
import subprocess
import threading
import time
import unittest
import urllib.parse

from cloud import BUILD, PICTURE, SOURCE, Cloud, skip
from runtime_api import RuntimeApi

TRACE = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0;Lineage=1:a87bd80c:0"


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64  # as many connections at once as the function makes


class SlowS3:
    """Keeps what it was asked and how many asked at a time; each answer takes `delay_s`."""

    def __init__(self, delay_s=0.0):
        self.delay_s, self.objects, self.requests, self.now, self.most = delay_s, {}, [], 0, 0
        self.lock = threading.Lock()

    def __enter__(self):
        s3 = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def answer(self, status, body=b""):
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("ETag", f'"{hash(body) & 0xffffffff:08x}"')
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            def handle_one(self):
                key = urllib.parse.unquote(self.path).split("?")[0]
                sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                with s3.lock:
                    s3.requests.append((self.command, key, dict(self.headers)))
                    s3.now += 1
                    s3.most = max(s3.most, s3.now)
                time.sleep(s3.delay_s)
                with s3.lock:
                    s3.now -= 1
                    if self.command == "PUT":
                        s3.objects[key] = sent
                    body = s3.objects.get(key)
                self.answer(404 if body is None else 200, b"" if body is None or self.command == "PUT" else body)

            do_GET = do_HEAD = do_PUT = handle_one

            def log_message(self, *_):
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.endpoint = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()


def places(node, found):
    """All (container, key) in a JSON value."""
    for key, value in list(node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else []):
        found.append((node, key))
        places(value, found)
    return found


def mutated(chance, seeds):
    """An event with some of its values replaced, taken away or exchanged with those of other events; at times the bytes."""
    event = json.loads(json.dumps(chance.choice(seeds)))
    odd = [None, True, 0, -1, 1e300, "", "x" * 2000, "\0", "a\0b", "ä/%zz+%00", "../..", [], {}, [[]], {"Records": []}]
    for _ in range(chance.randint(1, 3)):
        found = places(event, [])
        if not found:
            break
        node, key = chance.choice(found)
        way = chance.randint(0, 3)
        if way == 0:
            node[key] = json.loads(json.dumps(chance.choice(odd)))
        elif way == 1:
            del node[key]
        elif way == 2:
            other, at = chance.choice(places(chance.choice(seeds), []) or [(odd, 0)])
            node[key] = json.loads(json.dumps(other[at]))
        elif isinstance(node[key], str) and node[key]:
            text, at = node[key], chance.randrange(len(node[key]))
            node[key] = text[:at] + chance.choice(["", "{", '"', "\\", "\u0007", "é", text[at:at + 9] * 3]) + text[at + 1:]
    if chance.random() < 0.9:
        return event
    body = bytearray(json.dumps(event).encode())
    body[chance.randrange(len(body))] = chance.randrange(256)
    return bytes(body[:chance.randint(0, len(body))] if chance.random() < 0.2 else body)


class Function(unittest.TestCase):
    def run_function(self, api, s3, **variables):
        """A variable that is None is not set."""
        environment = dict(Cloud.clean(), AWS_ACCESS_KEY_ID="key", AWS_SECRET_ACCESS_KEY="secret", AWS_SESSION_TOKEN="token",
                           AWS_REGION="eu-central-1", AWS_ENDPOINT_URL=s3.endpoint, AWS_LAMBDA_RUNTIME_API=api.address,
                           AWS_LAMBDA_FUNCTION_NAME="digits") | variables
        return subprocess.Popen([BUILD / "bootstrap"], env={k: v for k, v in environment.items() if v is not None},
                                stderr=subprocess.PIPE, text=True)

    def answers(self, api, s3, **variables):
        """What the platform was told, and the log."""
        process = self.run_function(api, s3, **variables)
        try:
            return api.wait(), process
        finally:
            process.kill()
            process.log = process.communicate()[1]

    def test_trace_goes_out_unsigned(self):
        """Lambda stops an event that came round in a circle by it."""
        with SlowS3() as s3, RuntimeApi([{"bucket": "b", "key": "a.png"}], headers={"Lambda-Runtime-Trace-Id": TRACE}) as api:
            s3.objects["/b/a.png"] = PICTURE.read_bytes()
            answers, process = self.answers(api, s3)
        self.assertEqual(answers, [("response", {"handled": 1, "ignored": 0})], process.log)
        self.assertTrue(s3.objects["/b/a.results.txt"].startswith(b"class=7 "))
        for method, key, headers in s3.requests:
            self.assertEqual(headers.get("X-Amzn-Trace-Id"), TRACE, (method, key))
            self.assertIn("x-amz-security-token", headers["Authorization"])
            self.assertNotIn("x-amzn-trace-id", headers["Authorization"].lower())

    def test_invocation_id_is_echoed(self):
        with SlowS3() as s3, RuntimeApi([{"Event": "s3:TestEvent"}, {"what": 1}],
                                        headers={"Lambda-Runtime-Invocation-Id": "inv-7"}) as api:
            answers, process = self.answers(api, s3)
            self.assertEqual([kind for kind, _ in answers], ["response", "error"], process.log)
            self.assertEqual([headers["Lambda-Runtime-Invocation-Id"] for headers in api.seen], ["inv-7", "inv-7"])
            self.assertEqual(api.seen[1]["Lambda-Runtime-Function-Error-Type"], "Runtime.BadFormat")

    def test_what_has_timed_out_is_no_end(self):
        """410 Gone: nobody waits for this answer any more; the next event is handled."""
        with SlowS3() as s3, RuntimeApi([{"Event": "s3:TestEvent"}, {"what": 1}, {"Event": "s3:TestEvent"}], statuses=[410, 410, 202]) as api:
            answers, process = self.answers(api, s3)
        self.assertEqual([kind for kind, _ in answers], ["response", "error", "response"], process.log)
        self.assertEqual(process.log.count("no longer waits"), 2)

    def test_what_cannot_start_says_so(self):
        with SlowS3() as s3, RuntimeApi([]) as api:
            process = self.run_function(api, s3, AWS_SECRET_ACCESS_KEY=None)
            log = process.communicate(timeout=60)[1]
            self.assertEqual(process.returncode, 1, log)
            self.assertEqual([(kind, error["errorType"]) for kind, error in api.answers], [("error", "Runtime.Denied")], log)
            self.assertIn("AWS_SECRET_ACCESS_KEY is not set", api.answers[0][1]["errorMessage"])

    def test_mutated_events(self):
        """Whatever somebody sends: each gets its answer from one and the same process."""
        seeds = [json.loads((path / "event.json").read_text()) for path in sorted((SOURCE / "tests/golden/events").iterdir())]
        chance = random.Random(1)
        events = [mutated(chance, seeds) for _ in range(20000 if os.environ.get("INK_LONG") else 10000)]
        with SlowS3() as s3, RuntimeApi(events) as api:
            process = self.run_function(api, s3, AWS_LAMBDA_LOG_LEVEL="FATAL")
            threading.Thread(target=process.stderr.read, daemon=True).start()  # its log may not fill the pipe
            try:
                answers = api.wait(150)
                self.assertIsNone(process.poll())
            finally:
                process.kill()
                process.wait()
        self.assertEqual(len(answers), len(events))
        kinds = collections.Counter(kind if kind == "response" else error["errorType"] for kind, error in answers)
        print(dict(kinds), len(s3.requests), "requests")
        self.assertEqual(set(kinds) - {"response", "Runtime.BadFormat", "Runtime.TooBig", "Runtime.NotFound"}, set())
        self.assertGreater(min(kinds["response"], kinds["Runtime.BadFormat"]), len(events) / 10)

    def test_a_batch_goes_together(self):
        """Twelve messages take a few round trips, not sixty; and the client has bounds."""
        messages = [{"eventSource": "aws:sqs", "messageId": f"m{i}", "body": json.dumps({"bucket": "b", "key": f"in/{i}.png"})}
                    for i in range(12)]
        with SlowS3(delay_s=0.2) as s3, RuntimeApi([{"Records": messages}]) as api:
            for i in range(12):
                s3.objects[f"/b/in/{i}.png"] = PICTURE.read_bytes()
            answers, process = self.answers(api, s3, INKLING_METRICS="on")
        self.assertEqual(answers, [("response", {"batchItemFailures": []})], process.log)
        for i in range(12):
            self.assertTrue(s3.objects[f"/b/in/{i}.results.txt"].startswith(b"class=7 "))
        self.assertLessEqual(s3.most, 16)
        self.assertGreaterEqual(s3.most, 8)
        # of each picture: get, two puts, look; and two folders' model and settings, and a look at the models
        self.assertEqual(len(s3.requests), 12 * 4 + 4 + 2, s3.requests)
        lines = [json.loads(line) for line in process.log.splitlines() if line.startswith('{"_aws"')]
        self.assertEqual([line["Pictures"] for line in lines], [1] * 12)
        self.assertEqual({line["FunctionName"] for line in lines}, {"digits"})
        self.assertTrue(all(line["FetchMs"] >= 200 and line["StoreMs"] >= 400 for line in lines), lines)


if __name__ == "__main__":
    if not (BUILD / "bootstrap").exists():
        skip("build/bootstrap, the function, is not there")
    os.environ.pop("INKLING_METRICS", None)
    unittest.main(verbosity=2)
