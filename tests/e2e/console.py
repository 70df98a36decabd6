# SPDX-License-Identifier: MIT
"""The console's interface as its page uses it (docs/console-api.md). No client library needed.

    console = Console(cloud)
    console.put("digit.png", bytes); console.get_json("runs")
    with console.events() as events: events.until("run", lambda run: run["outcome"] == "answered")
"""
import http.client
import json
import time
import urllib.parse

from cloud import check


class Answer:
    def __init__(self, response):
        self.status, self.headers = response.status, {k.lower(): v for k, v in response.getheaders()}
        self.body = response.read()

    def json(self):
        return json.loads(self.body)

    def error(self):
        return self.json()["error"]["code"]

    def __repr__(self):
        return f"{self.status} {self.headers} {self.body[:300]!r}"


class Console:
    def __init__(self, cloud):
        self.cloud = cloud
        self.token = (cloud.folder / "data" / "console-token").read_text().strip()

    def raw(self, method, target, headers, body=None):
        """A request with just these headers and Host, which may be among them."""
        connection = http.client.HTTPConnection("127.0.0.1", self.cloud.port, timeout=60)
        try:
            connection.putrequest(method, target, skip_host="Host" in headers, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name, value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            return Answer(connection.getresponse())
        finally:
            connection.close()

    @staticmethod
    def target(path, query):
        text = urllib.parse.urlencode(query, quote_via=urllib.parse.quote)
        return "/_inkling/" + path + ("?" + text if text else "")

    def ask(self, method, path, /, body=None, headers=(), **query):
        return self.raw(method, self.target(path, query), {"X-Inkling-Token": self.token, **dict(headers)}, body)

    def get_json(self, path, /, **query):
        answer = self.ask("GET", path, **query)
        check(answer.status == 200, path, query, answer)
        return answer.json()

    def put(self, key, body, bucket="handwriting"):
        answer = self.ask("PUT", "object", body, bucket=bucket, key=key)
        check(answer.status == 200, key, answer)
        return answer.json()

    def events(self, last_id=None):
        """A stream. Those that were closed a moment ago may still take up the room: then it waits for some."""
        deadline = time.time() + 20
        while True:
            events = Events(self, last_id)
            if events.status == 200:
                return events
            check(events.status == 429 and time.time() < deadline, events.status)
            events.connection.close()
            time.sleep(0.05)

    def wait_run(self, put, outcome="answered", seconds=30):
        """The run of what put() returned, once it has ended so."""
        deadline = time.time() + seconds
        while True:
            for run in self.get_json("runs")["runs"]:
                if run["put_request_id"] == put["request_id"] and run["outcome"] == outcome:
                    return run
            check(time.time() < deadline, "no such run:", self.get_json("runs"))
            time.sleep(0.02)


class Events:
    """One stream. Messages are (id, event, data)."""

    def __init__(self, console, last_id=None):
        self.connection = http.client.HTTPConnection("127.0.0.1", console.cloud.port, timeout=30)
        headers = {"X-Inkling-Token": console.token, **({"Last-Event-ID": last_id} if last_id else {})}
        self.connection.request("GET", "/_inkling/events", headers=headers)
        self.response = self.connection.getresponse()
        self.status = self.response.status
        self.last_id = last_id

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def next(self):
        """The next message; None at the end of the stream."""
        fields = {}
        while True:
            line = self.response.readline()
            if not line:
                return None
            line = line.decode().rstrip("\n")
            if not line and "event" in fields:
                self.last_id = fields.get("id", self.last_id)
                return fields.get("id"), fields["event"], json.loads(fields["data"])
            if line and not line.startswith(":"):
                name, _, value = line.partition(": ")
                fields[name] = value

    def until(self, event, good=lambda data: True, seconds=30):
        """Reads on until there is such a message; returns all that came, that one last."""
        seen, deadline = [], time.time() + seconds
        while True:
            message = self.next()
            check(message is not None, "the stream ended; wanted", event, "got", seen)
            seen.append(message)
            if message[1] == event and good(message[2]):
                return seen
            check(time.time() < deadline, "no", event, "in", seen)
