# SPDX-License-Identifier: MIT
"""A bucket of the local cloud as a test wants it: put, get, wait for an answer. No client library needed."""
import json
import pathlib
import time

from cloud import check
from wire import Wire, quote


class Bucket:
    def __init__(self, cloud, name="handwriting"):
        self.cloud, self.wire, self.name = cloud, Wire(cloud), name

    def target(self, key, query=""):
        return f"/{self.name}/{quote(key, '/')}{query}"

    def create(self):
        answer = self.wire.request("PUT", f"/{self.name}")
        check(answer.status == 200, answer)
        return self

    def put(self, key, body):
        if isinstance(body, pathlib.Path):
            body = body.read_bytes()
        answer = self.wire.request("PUT", self.target(key), body if isinstance(body, bytes) else body.encode())
        check(answer.status == 200, answer)
        return answer.headers["etag"].strip('"')

    def get(self, key):
        """The body, or None where there is no such key."""
        answer = self.wire.request("GET", self.target(key))
        check(answer.status in (200, 404), answer)
        return answer.body if answer.status == 200 else None

    def keys(self, prefix=""):
        answer = self.wire.request("GET", f"/{self.name}?list-type=2&prefix={quote(prefix)}")
        return [node.text for node in answer.xml().iter("Key")]

    def delete(self, key):
        check(self.wire.request("DELETE", self.target(key)).status == 204, key)

    def wait(self, key, good=lambda body: True, seconds=30):
        """The body once it is there and good."""
        deadline = time.time() + seconds
        while True:
            body = self.get(key)
            if body is not None and good(body):
                return body
            check(time.time() < deadline, f"{key}: not there after {seconds} s, or not as wanted:", body)
            time.sleep(0.01)

    def wait_json(self, key, good=lambda answer: True):
        return json.loads(self.wait(key, lambda body: good(json.loads(body))))

    def answer(self, picture, body, seconds=30):
        """Puts a picture and returns (results.txt, results.json) for it."""
        etag = self.put(picture, body)
        folder, _, name = picture.rpartition("/")
        stem = {"digit.png": ""}.get(name, name.removesuffix(".png") + ".")
        base = f"{folder}/{stem}" if folder else stem
        text = self.wait(base + "results.txt", lambda _: json.loads(self.get(base + "results.json"))["picture"]["etag"] == etag, seconds)
        return text.decode(), json.loads(self.get(base + "results.json"))
