# SPDX-License-Identifier: MIT
"""The console's interface, as docs/console-api.md says: who may ask, hostile keys, pages of lists, the stream of events, runs
that outlive the server, what the function is asked."""
import base64
import json
import pathlib
import tempfile
import time

from bucket import Bucket
from cloud import MODEL, ODD_KEYS, PICTURE, SOURCE, Cloud, check
from console import Console, Events

HOSTILE_KEYS = ODD_KEYS + ["<script>alert(1)</script>.png", "\"'><img src=x onerror=alert(1)>.txt", "../../etc/passwd", "a/./b",
                           "%00", "{{7*7}}", "javascript:alert(1)", "x.html", "x.svg", "‮gnp.exe", " lead and trail ",
                           "tab\tand\nnewline", "\x7f", "🖋/✍.png", "x" * 1024]


def who_may_ask(cloud, console):
    host, token = f"127.0.0.1:{cloud.port}", console.token
    good = {"Host": host, "X-Inkling-Token": token}
    cases = [
        (good, 200, None),
        ({**good, "Host": "localhost"}, 200, None),
        ({**good, "Origin": f"http://{host}"}, 200, None),
        ({**good, "Origin": f"http://{host}", "Sec-Fetch-Site": "same-origin"}, 200, None),
        ({"Host": host}, 401, "no-token"),
        ({"Host": host, "X-Inkling-Token": ""}, 401, "no-token"),
        ({"Host": host, "X-Inkling-Token": token[:-1]}, 401, "no-token"),
        ({"Host": host, "X-Inkling-Token": token + "0"}, 401, "no-token"),
        ({"Host": host, "X-Inkling-Token": token.upper()[:-1] + "g"}, 401, "no-token"),
        ({**good, "Host": "evil.example"}, 403, "wrong-host"),
        ({**good, "Host": "127.0.0.1.evil.example"}, 403, "wrong-host"),
        ({**good, "Host": ""}, 403, "wrong-host"),
        ({**good, "Origin": "http://evil.example"}, 403, "wrong-origin"),
        ({**good, "Origin": "null"}, 403, "wrong-origin"),
        ({**good, "Origin": "http://localhost:1"}, 403, "wrong-origin"),  # another server of this machine
        ({**good, "Origin": f"http://bucket.localhost:{cloud.port}"}, 403, "wrong-origin"),
        ({**good, "Sec-Fetch-Site": "cross-site"}, 403, "wrong-origin"),
        ({**good, "Sec-Fetch-Site": "same-site"}, 403, "wrong-origin"),
    ]
    console.put("keep.txt", b"x")
    for headers, status, code in cases:
        for method, path in [("GET", "about"), ("GET", "buckets"), ("GET", "object?bucket=handwriting&key=keep.txt"),
                             ("GET", "runs"), ("GET", "models?bucket=handwriting"), ("GET", "objects?bucket=handwriting")]:
            answer = console.raw(method, "/_inkling/" + path, headers)
            check(answer.status == status and (code is None or answer.error() == code), method, path, headers, answer)
        if status != 200:
            for method, path, body in [("PUT", "object?bucket=handwriting&key=keep.txt", b"changed"),
                                       ("DELETE", "object?bucket=handwriting&key=keep.txt", None),
                                       ("PUT", "bucket?bucket=another", b""), ("POST", "retry?id=1", b""),
                                       ("POST", "copy", b"{}"), ("GET", "events", None)]:
                answer = console.raw(method, "/_inkling/" + path, headers, body)
                check(answer.status == status and answer.error() == code, method, path, headers, answer)
    check(console.ask("GET", "object", bucket="handwriting", key="keep.txt").body == b"x", "it was changed")
    check(console.raw("OPTIONS", "/_inkling/object", {**good, "Origin": "http://evil.example"}).status == 405)
    check(not any("access-control" in name for name in console.raw("GET", "/_inkling/about", good).headers))
    # a bucket's own host has no console: there that is a key
    there = console.raw("GET", "/_inkling/about", {**good, "Host": f"handwriting.localhost:{cloud.port}"})
    check(there.status == 403 and b"<Error>" in there.body, there)


def wrong_questions(console):
    for method, path, query, status, code in [
            ("GET", "nothing", {}, 404, "not-found"), ("GET", "", {}, 404, "not-found"),
            ("POST", "about", {}, 405, "wrong-method"), ("GET", "copy", {}, 405, "wrong-method"),
            ("GET", "objects", {}, 400, "bad-request"), ("GET", "objects", {"bucket": "none"}, 404, "not-found"),
            ("GET", "objects", {"bucket": "handwriting", "limit": "0"}, 400, "bad-request"),
            ("GET", "objects", {"bucket": "handwriting", "limit": "1001"}, 400, "bad-request"),
            ("GET", "objects", {"bucket": "handwriting", "limit": "x"}, 400, "bad-request"),
            ("GET", "object", {"bucket": "handwriting"}, 400, "bad-request"),
            ("GET", "object", {"bucket": "handwriting", "key": "none"}, 404, "not-found"),
            ("PUT", "object", {"bucket": "handwriting", "key": "x" * 1025}, 400, "bad-request"),
            ("PUT", "object", {"bucket": "none", "key": "x"}, 404, "not-found"),
            ("PUT", "bucket", {"bucket": "No"}, 400, "bad-request"), ("PUT", "bucket", {"bucket": "handwriting"}, 409, "exists"),
            ("GET", "run", {"id": "7"}, 404, "not-found"), ("GET", "run", {"id": "x"}, 400, "bad-request"),
            ("POST", "retry", {}, 400, "bad-request"), ("POST", "copy", {}, 400, "bad-request"),
            ("GET", "look", {"bucket": "handwriting", "key": "none"}, 404, "not-found")]:
        answer = console.ask(method, path, b"" if method in ("PUT", "POST") else None, **query)
        check(answer.status == status and answer.error() == code, method, path, query, answer)
    for target in ["/_inkling/object?bucket=handwriting&key=%00", "/_inkling/object?bucket=%zz"]:
        answer = console.raw("GET", target, {"X-Inkling-Token": console.token})
        check(answer.status == 400 and answer.error() == "bad-request", target, answer)
    for body in [b"[]", b"{", b"\xff", b'{"from":{"bucket":1}}', b"{}" + b" " * 70000]:
        answer = console.ask("POST", "copy", body)
        check(answer.status in (400, 413), body[:20], answer)


def the_page(console):
    page = console.raw("GET", "/", {"Accept": "text/html"})
    check(page.status == 200 and page.headers["content-type"].startswith("text/html"), page)
    check("default-src 'none'" in page.headers["content-security-policy"], page)
    check("unsafe" not in page.headers["content-security-policy"], page)
    check(page.headers["x-content-type-options"] == "nosniff" and console.token.encode() not in page.body, page)
    again = console.raw("GET", "/", {"Accept": "text/html", "If-None-Match": page.headers["etag"]})
    check(again.status == 304 and again.body == b"", again)
    same = console.raw("GET", "/_inkling/web/index.html", {})
    check(same.body == page.body, same)
    for name in ["", "none.js", "../console-token", "..%2fconsole-token", "meson.build", ".gitignore", "index.html/x"]:
        check(console.raw("GET", "/_inkling/web/" + name, {}).status == 404, name)
    # without Accept it is S3's list of buckets, which wants a signature
    check(console.raw("GET", "/", {}).status == 403)


def hostile_keys(console, bucket):
    with console.events() as events:
        events.until("hello")
        for i, key in enumerate(HOSTILE_KEYS):
            body = f"<script>{i}</script>".encode()
            put = console.put(key, body)
            check(put["key"] == key, put)
            told = events.until("object", lambda o: o["change"] == "put" and o["key"] == key)[-1][2]
            check(told["etag"] == put["etag"] and told["size"] == len(body), told)
            got = console.ask("GET", "object", bucket="handwriting", key=key)
            check(got.body == body and got.headers["etag"] == f'"{put["etag"]}"', key, got)
            check("html" not in got.headers["content-type"] and "svg" not in got.headers["content-type"] and
                  "script" not in got.headers["content-type"], key, got)
            check(got.headers["x-content-type-options"] == "nosniff", got)
            check(got.headers["content-disposition"].startswith("attachment"), got)
            check(got.headers["content-security-policy"].startswith("sandbox"), got)
            same = console.ask("GET", "object", headers={"If-None-Match": got.headers["etag"]}, bucket="handwriting", key=key)
            check(same.status == 304 and same.body == b"", same)
    listed = {entry["key"] for entry in console.get_json("objects", bucket="handwriting", flat=1, limit=1000)["entries"]}
    check(set(HOSTILE_KEYS) <= listed, set(HOSTILE_KEYS) - listed)
    check(bucket.get("x.svg") == f"<script>{HOSTILE_KEYS.index('x.svg')}</script>".encode(), "S3 has the same")
    copied = console.ask("POST", "copy", json.dumps({"from": {"bucket": "handwriting", "key": "x.html"},
                                                     "to": {"bucket": "handwriting", "key": "copy of <b>"}}).encode())
    check(copied.status == 200 and console.ask("GET", "object", bucket="handwriting", key="copy of <b>").status == 200, copied)
    wrong = console.ask("DELETE", "object", headers={"If-Match": '"0"'}, bucket="handwriting", key="x.html")
    check(wrong.status == 412 and wrong.error() == "changed", wrong)
    there = console.ask("PUT", "object", b"", headers={"If-None-Match": "*"}, bucket="handwriting", key="x.html")
    check(there.status == 412, there)
    for key in HOSTILE_KEYS + ["copy of <b>"]:
        check(console.ask("DELETE", "object", bucket="handwriting", key=key).status == 200, key)
    # the dangerous types are not what was said with the PUT
    console.ask("PUT", "object", b"<script>", headers={"Content-Type": "text/html"}, bucket="handwriting", key="said.html")
    got = console.ask("GET", "object", bucket="handwriting", key="said.html")
    check(got.headers["content-type"] == "application/octet-stream", got)
    # and over S3, a browser that is led there may not run it either
    signed = bucket.wire.request("GET", bucket.target("said.html"), headers={"Sec-Fetch-Dest": "document"})
    check(signed.headers["content-security-policy"].startswith("sandbox"), signed)


def pages_of_lists(console):
    console.ask("PUT", "bucket", b"", bucket="many")
    keys = sorted(f"f{i % 3}/{i:03}.txt" for i in range(450))
    for key in keys:
        console.put(key, b"", bucket="many")
    got, after, pages = [], "", 0
    while after is not None:
        page = console.get_json("objects", bucket="many", flat=1, after=after)
        got += [entry["key"] for entry in page["entries"]]
        after, pages = page["next"], pages + 1
    check(got == keys and pages == 3, pages, len(got))
    root = console.get_json("objects", bucket="many")
    check([e["key"] for e in root["entries"]] == ["f0/", "f1/", "f2/"] and all(e["folder"] for e in root["entries"]), root)
    folder = console.get_json("objects", bucket="many", prefix="f1/", limit=100)
    check(len(folder["entries"]) == 100 and folder["next"] == folder["entries"][-1]["key"], folder["next"])


def an_answer_as_it_comes(console):
    with console.events() as events:
        events.until("hello", lambda hello: not hello["resumed"])
        put = console.put("digit.png", PICTURE.read_bytes())
        seen = events.until("run", lambda run: run["put_request_id"] == put["request_id"] and run["outcome"] == "answered")
    run = seen[-1][2]
    check(run["answer"]["text"] == "7" and run["answer"]["probability"] > 0.99 and run["answer"]["key"] == "results.json", run)
    stages = [m[2]["stage"] for m in seen if m[1] == "stage" and m[2]["id"] == run["id"]]
    check(stages == ["fetch", "decode", "prepare", "infer", "results", "store", "done"], stages)
    check([s["stage"] for s in run["stages"]] == stages and run["etag"] == put["etag"], run)
    times = [s["at_ms"] for s in run["stages"]]
    check(times == sorted(times) and times[-1] <= run["duration_ms"], times)
    check(any(m[1] == "log" and "digit.png: 7" in m[2]["text"] for m in seen), seen)
    objects = [m[2]["key"] for m in seen if m[1] == "object"]
    check(objects == ["digit.png", "results.json", "results.txt"], objects)
    whole = console.get_json("run", id=run["id"])
    check(whole["failure"] is None and any("digit.png: 7" in line["text"] for line in whole["log"]), whole)
    bad = console.put("bad.png", b"no picture")
    refused = console.wait_run(bad, "refused")
    check(refused["answer"]["code"] == "bad-image" and "bad.png" in refused["answer"]["message"], refused)
    model = console.wait_run(console.put("m/model.onnx", MODEL.read_bytes()))
    check(model["answer"]["text"] == "usable" and model["answer"]["key"] == "m/model.report.json", model)
    check(console.wait_run(console.put("m/bad.onnx", b"no model"), "refused")["answer"]["code"] == "bad-model")
    # filters
    check({r["key"] for r in console.get_json("runs", prefix="m/")["runs"]} == {"m/model.onnx", "m/bad.onnx"})
    check({r["outcome"] for r in console.get_json("runs", outcome="refused")["runs"]} == {"refused"})
    check(console.get_json("runs", bucket="many")["runs"] == [])
    first = console.get_json("runs", limit=2)
    rest = console.get_json("runs", before=first["next"])
    ids = [int(r["id"]) for r in first["runs"] + rest["runs"]]
    check(len(first["runs"]) == 2 and ids == sorted(set(ids), reverse=True), ids)
    again = console.ask("POST", "retry", b"", id=run["id"])
    check(again.status == 200 and again.json()["key"] == "digit.png", again)


def asked_of_the_function(console):
    look = console.get_json("look", bucket="handwriting", key="digit.png")
    seed = console.get_json("look", bucket="handwriting", key="digit.png", fit="seed")
    values = base64.b64decode(look["seen"]["values"])
    check(len(values) == 784 and max(values) == 255 and values[0] == 0, look["seen"])
    check(look["classes"][0]["label"] == "7" and seed["prepared"]["fit"] == "seed", seed)
    check(seed["seen"]["values"] != look["seen"]["values"], seed)
    runs = len(console.get_json("runs")["runs"])
    failed = console.ask("GET", "look", bucket="handwriting", key="digit.png", fit="nonsense")
    check(failed.status == 502 and failed.error() == "function-failed", failed)
    check(len(console.get_json("runs")["runs"]) == runs, "a question is no run")
    graph = console.get_json("graph", bucket="handwriting", key="m/model.onnx")
    check(graph["error"] is None and graph["nodes"][0]["op"] == "Conv" and graph["left_out"] == 0, graph)
    bad = console.get_json("graph", bucket="handwriting", key="m/bad.onnx")
    check(bad["error"]["code"] == "bad-model" and bad["nodes"] == [], bad)
    console.wait_run(console.put("m/deep/er/x.png", PICTURE.read_bytes()))
    models = console.get_json("models", bucket="handwriting")
    [main] = [m for m in models["models"] if m["key"] == "m/model.onnx"]
    check(main["answers"] and main["report"] == "m/model.report.json" and
          main["folders"] == [{"folder": "m/deep/er/", "pictures": 1}], main)
    check({"folder": "", "pictures": 2} in models["builtin"], models["builtin"])


def ended(console, id):
    deadline = time.time() + 60
    while True:
        [one] = [e for e in console.get_json("evaluations")["evaluations"] if e["id"] == id]
        if one["state"] not in ("filling", "running"):
            return one
        check(time.time() < deadline, one)
        time.sleep(0.05)


def evaluations(cloud, console):
    pictures = sorted((SOURCE / "tests" / "pictures").glob("*_marker.png"))
    check(len(pictures) > 5)

    def begin(model, where):
        return console.ask("POST", "evaluation", json.dumps({"model": model, "pictures": where}).encode())

    # a folder of the bucket; what lies beside the pictures is left alone
    for picture in pictures:
        console.put(f"labelled/{picture.name}", picture.read_bytes())
    console.put("labelled/7/../x.png", b"no path")
    with console.events() as events:
        events.until("hello")
        made = begin({"bucket": "handwriting", "key": "m/model.onnx"}, {"bucket": "handwriting", "prefix": "labelled/"})
        check(made.status == 200 and made.json()["state"] in ("filling", "running"), made)
        seen = events.until("evaluation", lambda e: e["state"] in ("done", "failed"), 60)
    done = seen[-1][2]
    check(done["state"] == "done" and done["done"] == done["total"] == len(pictures), done)
    told = [m[2]["done"] for m in seen if m[1] == "evaluation" and m[2]["state"] == "running"]
    check(told == sorted(told) and len(told) > 2, told)
    report = console.raw("GET", done["report"], {})
    check(report.status == 200 and b"<!doctype html>" in report.body and b"accuracy" in report.body, report)
    check(report.headers["content-security-policy"].startswith("sandbox;"), report)
    check(report.body.rstrip().endswith(b"</html>"), report.body[-100:])
    for wrong in [done["report"][:-1], done["report"].replace("ticket=", "ticket=0"), "/_inkling/evaluation/report?id=1"]:
        check(console.raw("GET", wrong, {}).status in (400, 404), wrong)

    # files that are dropped, and the built-in model
    id = begin(None, None).json()["id"]
    for picture in pictures:
        label = picture.name[0]
        file = console.ask("PUT", "evaluation/file", picture.read_bytes(), id=id, path=f"{label}/<b>{picture.name}")
        check(file.status == 200, file)
    for path in ["../x.png", "/etc/x.png", "a//x.png", "a/./x.png", "a/../../x.png", "..", "x" * 300, "a/" * 600 + "x"]:
        bad = console.ask("PUT", "evaluation/file", b"x", id=id, path=path)
        check(bad.status == 400 and bad.error() == "bad-request", path, bad)
    check(console.ask("POST", "evaluation/start", b"", id=id).status == 200)
    check(console.ask("POST", "evaluation/start", b"", id=id).status in (400, 429), "it was started")
    check(ended(console, id)["state"] == "done")
    late = console.ask("PUT", "evaluation/file", b"x", id=id, path="7/late.png")
    check(late.status == 400, late)

    # what cannot be: said in words
    bad = begin({"bucket": "handwriting", "key": "m/bad.onnx"}, {"bucket": "handwriting", "prefix": "labelled/"}).json()
    bad = ended(console, bad["id"])
    check(bad["state"] == "failed" and "not an ONNX model" in bad["message"] and "inkling:" not in bad["message"], bad)
    none = ended(console, begin(None, {"bucket": "handwriting", "prefix": "nothing/"}).json()["id"])
    check(none["state"] == "failed" and "no labelled picture" in none["message"], none)
    for model, where, status in [({"bucket": "handwriting", "key": "none.onnx"}, None, 404), (None, {"bucket": "none", "prefix": ""}, 404),
                                 ({"bucket": "handwriting", "key": "digit.png"}, None, 400), ({"key": "x.onnx"}, None, 400),
                                 (None, {"bucket": "handwriting"}, 400)]:
        check(begin(model, where).status == status, model, where, begin(model, where))

    # one that is ended, and its files with it
    filling = begin(None, None).json()["id"]
    folder = cloud.folder / "data" / "evaluations"
    check((folder / filling).is_dir())
    check(console.ask("DELETE", "evaluation", id=filling).status == 200 and not (folder / filling).exists())
    check(console.ask("DELETE", "evaluation", id=filling).status == 404)
    for _ in range(10):  # the oldest give way
        begin(None, None)
    check(len(console.get_json("evaluations")["evaluations"]) <= 8)
    check(len(list(folder.iterdir())) <= 8, list(folder.iterdir()))


def streams_that_break(cloud, console):
    with console.events() as events:
        events.until("hello")
        console.put("s/1.txt", b"")
        last = events.until("object")[-1][0]
    console.put("s/2.txt", b"")
    with console.events(last) as events:
        events.until("hello", lambda hello: hello["resumed"])
        check(events.next()[2]["key"] == "s/2.txt")
    with console.events("0123-7") as events:
        events.until("hello", lambda hello: not hello["resumed"])
    # one that never reads holds up nobody, and is told when it does
    with console.events() as slow, console.events() as quick:
        slow.until("hello")
        quick.until("hello")
        for i in range(1100):
            console.put("s/many.txt", str(i).encode())
            quick.until("object")
        del_etag = console.put("s/last.txt", b"")["etag"]
        quick.until("object", lambda o: o["etag"] == del_etag)
    # those who leave are noticed: there is room for 16
    for _ in range(3):
        streams = [console.events() for _ in range(16)]
        check(Events(console).status == 429)
        for stream in streams:
            stream.connection.close()


def a_restart(cloud, console):
    before = console.get_json("runs", limit=500)["runs"]
    boot = console.get_json("about")["boot"]
    with console.events() as events:
        events.until("hello")
        last = events.last_id or f"{boot}-1"
        cloud.stop()
        check(events.next() is None, "the stream ends with the server")
    cloud.start()
    check(Console(cloud).token == console.token, "the token stays")
    check(console.get_json("about")["boot"] != boot)
    with console.events(last) as events:
        check(events.next()[2]["resumed"] is False)
    after = console.get_json("runs", limit=500)["runs"]
    check([r["id"] for r in after] == [r["id"] for r in before] and after == before, len(before), len(after))


def what_fails():
    """A function that says no, and one that dies: retries, the failure record, once more."""
    with tempfile.TemporaryDirectory(prefix="inkling-console-") as name:
        program = pathlib.Path(name) / "function"
        program.write_text("#!/bin/sh\necho '<b>starting</b>'\necho up >&2\nexit 3\n")
        program.chmod(0o755)
        with Cloud("--function", program, "--workers", "1", "--retry-waits", "30,30") as cloud:
            console = Console(cloud)
            with console.events() as events:
                put = console.put("digit.png", PICTURE.read_bytes())
                seen = events.until("run", lambda run: run["outcome"] == "failed")
            outcomes = [m[2]["outcome"] for m in seen if m[1] == "run"]
            check(outcomes == ["running", "retrying", "running", "retrying", "running", "failed"], outcomes)
            run = console.get_json("run", id=seen[-1][2]["id"])
            check(run["attempts"] == 3 and run["error"]["type"] == "Runtime.ExitError" and
                  "exit status 3" in run["error"]["message"] and "RequestId" not in run["error"]["message"], run)
            check(run["failure"]["requestContext"]["condition"] == "RetriesExhausted", run["failure"])
            check(run["log"] == [{"level": "", "text": "<b>starting</b>"}, {"level": "", "text": "up"}], run["log"])
            check(put["request_id"] == run["put_request_id"], run)
            with console.events() as events:
                events.until("hello")
                check(console.ask("POST", "retry", b"", id=run["id"]).status == 200)
                again = events.until("run", lambda r: r["outcome"] == "failed")[-1][2]
            check(again["id"] != run["id"] and again["key"] == "digit.png", again)
            slow = console.ask("GET", "look", bucket="handwriting", key="digit.png")
            check(slow.status == 502 and slow.error() == "function-failed", slow)


def a_folder_of_ones_own():
    """--web DIR: files as they are now."""
    with tempfile.TemporaryDirectory(prefix="inkling-console-") as name:
        folder = pathlib.Path(name)
        (folder / "index.html").write_text("one")
        (folder / "secret").write_text("no ending that is known")
        with Cloud("--web", folder) as cloud:
            console = Console(cloud)
            check(console.raw("GET", "/", {"Accept": "text/html"}).body == b"one")
            (folder / "index.html").write_text("two")
            check(console.raw("GET", "/", {"Accept": "text/html"}).body == b"two")
            for name in ["secret", "..%2f", "%2e%2e/x.js", ".hidden.js", "gone.js"]:
                check(console.raw("GET", "/_inkling/web/" + name, {}).status == 404, name)


def main():
    with Cloud() as cloud:
        console, bucket = Console(cloud), Bucket(cloud)
        line = [l for l in (cloud.folder / "log").read_text().splitlines() if "#token=" in l]
        check(len(line) == 1 and line[0].split()[-1] == f"{cloud.endpoint}/#token={console.token}", line)
        who_may_ask(cloud, console)
        wrong_questions(console)
        the_page(console)
        hostile_keys(console, bucket)
        pages_of_lists(console)
        an_answer_as_it_comes(console)
        asked_of_the_function(console)
        evaluations(cloud, console)
        streams_that_break(cloud, console)
        a_restart(cloud, console)
    what_fails()
    a_folder_of_ones_own()


if __name__ == "__main__":
    main()
