# SPDX-License-Identifier: MIT
"""A Lambda Runtime API in a few lines, for one function process: hands out events, keeps the answers.

    with RuntimeApi([event, ...]) as api:       an event is JSON, or bytes that are none
        start the function with AWS_LAMBDA_RUNTIME_API=api.address
        api.wait()      -> [("response", {...}), ("error", {...})]
"""
import http.server
import json
import threading
import time
import uuid


class RuntimeApi:
    def __init__(self, events, deadline_s=30, headers=None, statuses=()):
        self.events, self.deadline_s, self.headers = list(events), deadline_s, headers or {}
        self.statuses = list(statuses)  # of the answers to answers; 202 where there are no more
        self.answers, self.seen = [], []
        self.done = threading.Event()

    def __enter__(self):
        api = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self):
                assert self.path == "/2018-06-01/runtime/invocation/next", self.path
                if not api.events:
                    api.done.set()
                    return api.hold.wait()  # as Lambda does between events
                self.send_response(200)
                event = api.events.pop(0)
                body = event if isinstance(event, bytes) else json.dumps(event).encode()
                self.send_header("Lambda-Runtime-Aws-Request-Id", str(uuid.uuid4()))
                self.send_header("Lambda-Runtime-Deadline-Ms", str(int((time.time() + api.deadline_s) * 1000)))
                self.send_header("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:000000000000:function:inkling")
                for name, value in api.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                api.seen.append(dict(self.headers))
                api.answers.append((self.path.rsplit("/", 1)[1], json.loads(body)))
                self.send_response(api.statuses.pop(0) if api.statuses else 202)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.hold = threading.Event()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.address = f"127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.hold.set()
        self.server.shutdown()

    def wait(self, seconds=60):
        assert self.done.wait(seconds), f"no further question after {self.answers}"
        return self.answers
