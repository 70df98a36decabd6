# SPDX-License-Identifier: MIT
"""aws-lambda-ric, the client that AWS gives to Node.js images, as a function of the local cloud: what it is given, and
what becomes of an answer, a thrown error and a process that ends. `inkling invoke` says the same of it, from a zip."""
import contextlib
import json
import pathlib
import shutil
import sqlite3
import subprocess
import tempfile
import time
import zipfile

from bucket import Bucket
from cloud import BUILD, PICTURE, Cloud, check, skip

# the sanitizer's build folder lies inside the other one and shares its packages
RIC = next((d / "npm/node_modules/aws-lambda-ric" for d in (BUILD, *BUILD.parents)
            if (d / "npm/node_modules/aws-lambda-ric/dist/rapid-client.node").exists()), None)

# One line in the server's log for each try; the key says how it ends.
HANDLER = """
exports.handler = async (event, context) => {
    const record = event.Records[0];
    console.log("SEEN " + JSON.stringify({
        name: record.eventName, bucket: record.s3.bucket.name, object: record.s3.object,
        request: context.awsRequestId, arn: context.invokedFunctionArn, left: context.getRemainingTimeInMillis(),
    }));
    if (record.s3.object.key.startsWith("throw")) throw new RangeError("not today");
    if (record.s3.object.key.startsWith("crash")) process.abort();
    return { seen: record.s3.object.key };
};
"""


def make_function(folder):
    """As a zip of it would be: everything in one folder. The walls show nothing else but /usr and the like."""
    node = pathlib.Path(shutil.which("node")).resolve()
    if not node.is_relative_to("/usr"):
        node = shutil.copy(node, folder / "node") and "./node"
    shutil.copytree(RIC, folder / "node_modules" / "aws-lambda-ric", ignore=shutil.ignore_patterns("deps", "src"))
    (folder / "app.js").write_text(HANDLER)
    program = folder / "function"
    program.write_text(f'#!/bin/sh\nexec {node} node_modules/aws-lambda-ric/bin/index.mjs app.handler\n')
    program.chmod(0o755)
    return program


def wait_for_tries(log, key, count):
    """The tries of a key's event, once there are so many."""
    deadline = time.time() + 30
    while True:
        lines = [json.loads(line.partition("SEEN ")[2]) for line in log.read_text().splitlines() if "SEEN " in line]
        tries = [line for line in lines if line["object"]["key"] == key]
        if len(tries) >= count:
            return tries
        check(time.time() < deadline, key, "was tried", len(tries), "times, not", count)
        time.sleep(0.02)


def query(cloud, sql):
    with contextlib.closing(sqlite3.connect(cloud.folder / "data" / "inkling.db")) as db:
        return db.execute(sql).fetchall()


def wait_for_record(cloud, key):
    """The failure record of a key's event."""
    deadline = time.time() + 30
    while time.time() < deadline:
        for record in [json.loads(row[0]) for row in query(cloud, "SELECT record FROM failures")]:
            if record["requestPayload"]["Records"][0]["s3"]["object"]["key"] == key:
                return record
        time.sleep(0.05)
    raise AssertionError(f"{key}: no failure record")


def fails(cloud, bucket, log, key, error_type, message):
    bucket.put(key, PICTURE)
    record = wait_for_record(cloud, key)
    tries = wait_for_tries(log, key, 3)
    check(len(tries) == 3 and len({t["request"] for t in tries}) == 1, "three tries under one id were expected:", tries)
    context, response = record["requestContext"], record["responsePayload"]
    check(context["condition"] == "RetriesExhausted" and context["approximateInvokeCount"] == 3, record)
    check(context["requestId"] == tries[0]["request"], record)
    check(response["errorType"] == error_type and message in response["errorMessage"], record)
    return record


def succeeds(bucket, log, key):
    etag = bucket.put(key, PICTURE)
    seen = wait_for_tries(log, key, 1)[0]
    check(seen["name"] == "ObjectCreated:Put" and seen["bucket"] == "handwriting", seen)
    check(seen["object"]["eTag"] == etag and seen["object"]["size"] == PICTURE.stat().st_size, seen)
    check(int(seen["object"]["sequencer"], 16) > 0, seen)
    check(seen["arn"].startswith("arn:aws:lambda:") and 0 < seen["left"] <= 60000, seen)
    return seen


class Invoke:
    """The same function through `inkling invoke`."""

    def __init__(self, folder, function):
        self.folder, self.zip = folder, folder / "function.zip"
        with zipfile.ZipFile(self.zip, "w") as z:
            for path in sorted(p for p in function.parent.rglob("*") if p.is_file() and p != function):
                z.write(path, path.relative_to(function.parent))
            z.write(function, "bootstrap")

    def agrees(self, key, record):
        """With the record of a failure, or without one that it answers."""
        event = record["requestPayload"] if record else {"Records": [{"eventName": "x", "s3": {"bucket": {}, "object": {"key": key}}}]}
        done = subprocess.run([BUILD / "inkling", "invoke", "-", "--zip", self.zip, "--memory", "4096"], input=json.dumps(event),
                              env=Cloud.clean(), capture_output=True, text=True, timeout=120)
        check(done.returncode == (1 if record else 0), done.stdout, done.stderr)
        answer = json.loads(done.stdout)
        seen = json.loads(done.stderr.partition("SEEN ")[2].partition("\n")[0])
        said = json.dumps(record["responsePayload"] if record else {"seen": key})
        said = said.replace(record["requestContext"]["requestId"], seen["request"]) if record else said
        check(answer == json.loads(said), "the local cloud:", said, "invoke:", answer)


def main():
    if not shutil.which("node") or not RIC:
        skip("node or build/npm's aws-lambda-ric is not here (./do test installs it)")
    with tempfile.TemporaryDirectory(prefix="inkling-ric-") as name:
        folder = pathlib.Path(name)
        (folder / "code").mkdir()
        function = make_function(folder / "code")
        with Cloud("--function", function, "--retry-waits", "50,100", "--memory", "4096") as cloud:
            bucket, log = Bucket(cloud), cloud.folder / "log"
            first, second = succeeds(bucket, log, "a.png"), succeeds(bucket, log, "a/b-c.png")
            check(first["object"]["sequencer"] < second["object"]["sequencer"], first, second)
            thrown = fails(cloud, bucket, log, "throw.png", "RangeError", "not today")
            crashed = fails(cloud, bucket, log, "crash.png", "Runtime.ExitError", "signal: aborted")
            succeeds(bucket, log, "after.png")
            check(cloud.stop() == 0 and not query(cloud, "SELECT id FROM events"), "events are still queued")
            check(len(wait_for_tries(log, "a.png", 1)) == 1, "an event that was handled came again")
        invoke = Invoke(folder, function)
        invoke.agrees("a.png", None)
        invoke.agrees("throw.png", thrown)
        invoke.agrees("crash.png", crashed)


if __name__ == "__main__":
    main()
