# SPDX-License-Identifier: MIT
"""`inkling invoke`: what a function sees, how Lambda's limits hold, in which words a failure comes back; and zips that are
not what they should be. The function is a script on the Runtime API that does what its event says."""
import io
import json
import os
import pathlib
import re
import signal
import stat
import subprocess
import sys
import tempfile
import time
import unittest
import zipfile

from bucket import Bucket
from cloud import BUILD, PICTURE, Cloud, skip

INKLING = BUILD / "inkling"
PYTHON = pathlib.Path("/usr/bin/python3")  # which a function sees

FUNCTION = r"""
import errno, http.client, json, os, signal, sys, time
api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
root = "/2018-06-01/runtime/"

def call(method, path, body=None, headers={}, **more):
    api.request(method, root + path, body, headers, **more)
    answer = api.getresponse()
    return answer, answer.read()

def fails(job):
    try:
        job()
    except OSError as e:
        return errno.errorcode[e.errno]
    return "done"

def eat():
    eaten = []
    while True:
        eaten.append(b"x" * (1 << 20))

def bomb():
    # as many processes as it may have; they only wait, and there is an end: a real bomb takes the machine with it
    children = 0
    while children < 3000:
        try:
            if os.fork() == 0:
                time.sleep(30)
                os._exit(0)
        except OSError:
            break
        children += 1
    return children

def fill():
    written = 0
    try:
        with open("/tmp/full", "wb", 0) as f:
            while True:
                written += f.write(b"x" * (1 << 20))
    except OSError as e:
        return errno.errorcode[e.errno], written >> 20

def sees():
    return {"environment": dict(os.environ), "here": os.getcwd(), "root": sorted(os.listdir("/")), "task": sorted(os.listdir(".")),
            "tmp": os.listdir("/tmp"), "pid": os.getpid(), "user": os.getuid(), "argv": sys.argv[1],
            "task file": fails(lambda: open("/var/task/x", "w")), "root file": fails(lambda: open("/x", "w")),
            "usr file": fails(lambda: open("/usr/x", "w")), "tmp file": fails(lambda: open("/tmp/x", "w"))}

jobs = {"sees": sees, "fill": fill, "eat": eat, "bomb": bomb, "crash": lambda: os.kill(os.getpid(), signal.SIGSEGV),
        "abort": os.abort, "leave": lambda: os._exit(0), "exit": lambda: os._exit(3), "sleep": lambda: time.sleep(1000),
        "wait": lambda: time.sleep(event["s"]), "large": lambda: "x" * (event["len"] - 2), "echo": lambda: event,
        "say": lambda: print("out", flush=True) or print("err", file=sys.stderr)}
init = os.environ.get("INIT")
if init == "error":
    call("POST", "init/error", json.dumps({"errorType": "Init.No", "errorMessage": "no"}),
         {"Lambda-Runtime-Function-Error-Type": "Init.No"})
if init:
    os._exit(1)
while True:
    answer, body = call("GET", "invocation/next")
    id, event = answer.getheader("Lambda-Runtime-Aws-Request-Id"), json.loads(body)
    if event["do"] == "headers":
        result = dict(answer.getheaders(), now=time.time())
    elif event["do"] == "wrong":
        result = [call("POST", "invocation/00000000-0000-4000-8000-000000000000/response", "{}")[0].status,
                  call("GET", "nothing")[0].status]
    elif event["do"] == "fail":
        call("POST", "invocation/" + id + "/error", json.dumps({"errorType": "My.Error", "errorMessage": "as told"}),
             {"Lambda-Runtime-Function-Error-Type": "My.Error"})
        continue
    elif event["do"] == "stream":
        call("POST", "invocation/" + id + "/response", iter([b'["a",', b'"b"]']),
             {"Lambda-Runtime-Function-Response-Mode": "streaming", "Transfer-Encoding": "chunked"}, encode_chunked=True)
        continue
    else:
        result = jobs[event["do"]]()
    status = call("POST", "invocation/" + id + "/response", json.dumps(result))[0].status
    again = call("POST", "invocation/" + id + "/response", "{}")[0].status
    print("STATUS", status, again, flush=True)
    if event.get("then") == "exit":
        os._exit(4)
    if event.get("then") == "sleep":
        time.sleep(1000)
"""
BOOTSTRAP = f'#!/bin/sh\nexec {PYTHON} function.py "$0"\n'


def make_zip(entries):
    """entries: (name, content or None for a folder, mode); a link's content is its target."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name, content, mode in entries:
            info = zipfile.ZipInfo(name)
            info.create_system, info.external_attr, info.compress_type = 3, mode << 16, zipfile.ZIP_DEFLATED
            z.writestr(info, content or b"")
    return out.getvalue()


SCRIPT = [("bootstrap", BOOTSTRAP, stat.S_IFREG | 0o755), ("function.py", FUNCTION, stat.S_IFREG | 0o644)]


def is_static(program):
    return "interpreter" not in subprocess.run(["readelf", "-l", program], capture_output=True, text=True).stdout


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.holder = tempfile.TemporaryDirectory(prefix="inkling-e2e-invoke-")
        cls.addClassCleanup(cls.holder.cleanup)
        cls.folder = pathlib.Path(cls.holder.name)
        (cls.folder / "tmp").mkdir()
        cls.zip = cls.folder / "function.zip"
        cls.zip.write_bytes(make_zip([*SCRIPT, ("lib/data.txt", "data", stat.S_IFREG | 0o644)]))

    def command(self, *arguments, zip=None):
        return [INKLING, "invoke", "-", "--zip", zip or self.zip, "--memory", "256", *arguments]

    def environment(self):
        return dict(Cloud.clean(), TMPDIR=str(self.folder / "tmp"), MINE="secret")

    def run_it(self, event, *arguments, zip=None, code=0, before=(), **more):
        done = subprocess.run([*before, *map(str, self.command(*arguments, zip=zip))], input=json.dumps(event), capture_output=True,
                              text=True, timeout=150, env=dict(self.environment(), **more))
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        self.assertEqual(os.listdir(self.folder / "tmp"), [], "it left something behind")
        return done

    def answer(self, event, *arguments, **more):
        return json.loads(self.run_it(event, *arguments, **more).stdout)

    def failure(self, event, error_type, words, *arguments, **more):
        """Lambda's own words for it: payload, log, REPORT."""
        done = self.run_it(event, *arguments, code=1, **more)
        payload = json.loads(done.stdout)
        id = re.search(r"START RequestId: (\S+) Version: \$LATEST\n", done.stderr)[1]
        self.assertEqual(payload, {"errorType": error_type, "errorMessage": f"RequestId: {id} Error: {words}"})
        self.assertIn(f"\nEND RequestId: {id}\nREPORT RequestId: {id}\tDuration: ", done.stderr)
        return done


class Walls(Case):
    def setUp(self):
        done = self.run_it({"do": "echo"})
        if "without walls" in done.stderr:
            self.skipTest("namespaces are refused here, and it says so")

    def test_what_it_sees(self):
        seen = self.answer({"do": "sees"}, "--env", "GREETING=hello=you", "--env", "TZ=:Europe/Berlin", AWS_ACCESS_KEY_ID="k",
                           AWS_SECRET_ACCESS_KEY="s", AWS_SESSION_TOKEN="t", AWS_REGION="eu-west-1", AWS_PROFILE="mine")
        environment = seen["environment"]
        self.assertRegex(environment.pop("AWS_LAMBDA_RUNTIME_API"), r"^127\.0\.0\.1:\d+$")
        for own in "LC_CTYPE", "PWD", "_":  # Python's and the shell's
            environment.pop(own, None)
        self.assertEqual(environment, {
            "AWS_LAMBDA_FUNCTION_NAME": "inkling", "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256", "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/inkling", "AWS_LAMBDA_LOG_STREAM_NAME": "local",
            "AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1", "LAMBDA_TASK_ROOT": "/var/task",
            "LAMBDA_RUNTIME_DIR": "/var/runtime", "_HANDLER": "function.handler", "LANG": "en_US.UTF-8",
            "PATH": "/usr/local/bin:/usr/bin:/bin:/opt/bin", "LD_LIBRARY_PATH": "/lib64:/usr/lib64:/opt/lib:/var/task",
            "AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "t", "TZ": ":Europe/Berlin",
            "GREETING": "hello=you"})
        self.assertEqual((seen["here"], seen["argv"]), ("/var/task", "/var/task/bootstrap"))
        self.assertEqual(seen["task"], ["bootstrap", "function.py", "lib"])
        self.assertEqual((seen["tmp"], seen["user"], seen["pid"]), ([], 1000, 2))
        self.assertTrue({"etc", "tmp", "usr", "var"} <= set(seen["root"]), seen)
        self.assertFalse({"home", "root", "work", "srv"} & set(seen["root"]), seen)
        self.assertEqual([seen[what + " file"] for what in ("task", "root", "usr", "tmp")], ["EROFS", "EROFS", "EROFS", "done"])

    def test_a_profile(self):
        """Keys and region of a file, and neither the file nor the environment's keys."""
        config = self.folder / "config"
        config.write_text("[profile work]\nregion = eu-west-3\naws_access_key_id = pk\naws_secret_access_key = ps\n")
        seen = self.answer({"do": "sees"}, "--profile", "work", AWS_CONFIG_FILE=str(config), AWS_SHARED_CREDENTIALS_FILE="/nowhere",
                           AWS_ACCESS_KEY_ID="k", AWS_SECRET_ACCESS_KEY="s", AWS_SESSION_TOKEN="t")["environment"]
        self.assertEqual([seen.get("AWS_" + name) for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN", "REGION", "CONFIG_FILE")],
                         ["pk", "ps", None, "eu-west-3", None])
        self.assertIn("other", self.run_it({}, "--profile", "other", AWS_CONFIG_FILE=str(config), AWS_SHARED_CREDENTIALS_FILE="/nowhere",
                                           code=1).stderr)

    def test_tmp_is_512_mb(self):
        why, written = self.answer({"do": "fill"})
        self.assertEqual(why, "ENOSPC")
        self.assertTrue(510 <= written <= 512, written)

    def test_fork_bomb(self):
        """Lambda's 1,024 processes, and none of them is left."""
        children = self.answer({"do": "bomb"}, "--memory", 1024)
        self.assertTrue(500 < children < 1024, children)
        mine = str(self.folder).encode()
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                self.assertNotIn(mine, (process / "cmdline").read_bytes() + os.readlink(process / "cwd").encode())
            except OSError:
                pass

    def test_as_nobody(self):
        if os.geteuid():
            self.skipTest("this is no root, so all tests are that one")
        os.chmod(self.folder, 0o755)
        (self.folder / "tmp").chmod(0o777)
        self.assertEqual(self.answer({"do": "sees"}, before=["setpriv", "--reuid", "65534", "--regid", "65534",
                                                             "--clear-groups"])["user"], 1000)

    def test_without(self):
        """Where namespaces are refused it says so and runs all the same."""
        refused = ["unshare", "--user", "--map-root-user", "sh", "-c",
                   'echo 0 >/proc/sys/user/max_user_namespaces && exec "$@"', "sh"]
        if subprocess.run([*refused, "true"], capture_output=True).returncode:
            self.skipTest("namespaces cannot be forbidden here")
        done = self.run_it({"do": "sees"}, before=refused)
        self.assertIn("without walls, it sees the files that you see", done.stderr)
        seen = json.loads(done.stdout)
        self.assertEqual(seen["here"], seen["environment"]["LAMBDA_TASK_ROOT"])
        self.assertNotIn("MINE", seen["environment"])


class Limits(Case):
    def test_memory(self):
        done = self.failure({"do": "eat"}, "Runtime.OutOfMemory", "Runtime exited with error: signal: killed", "--memory", 128)
        self.assertRegex(done.stderr, r"\tMemory Size: 128 MB\tMax Memory Used: 128 MB\t.*Status: error\tError Type: Runtime\.OutOfMemory")
        self.assertIn("--memory gives it more", done.stderr)

    def test_time(self):
        began = time.time()
        done = self.failure({"do": "sleep"}, "Sandbox.Timedout", "Task timed out after 1.00 seconds", "--timeout", 1)
        self.assertTrue(1 <= time.time() - began < 60)
        self.assertRegex(done.stderr, r"\d\d-\d\dT\S+Z \S+ Task timed out after 1\.00 seconds\n")
        self.assertRegex(done.stderr, r"\tDuration: 1\d\d\d\.\d\d ms\t.*\tStatus: timeout\n")

    def test_answer(self):
        most = 6291556
        self.assertEqual(len(self.run_it({"do": "large", "len": most}).stdout), most + 1)
        done = self.run_it({"do": "large", "len": most + 1}, code=1)
        self.assertEqual(json.loads(done.stdout), {
            "errorType": "Function.ResponseSizeTooLarge",
            "errorMessage": "Response payload size exceeded maximum allowed payload size (6291556 bytes)."})
        self.assertIn("STATUS 413 403", done.stderr)


class Words(Case):
    def test_ends(self):
        for what, how in (("crash", "signal: segmentation fault"), ("abort", "signal: aborted"), ("exit", "exit status 3")):
            with self.subTest(what):
                done = self.failure({"do": what}, "Runtime.ExitError", f"Runtime exited with error: {how}")
                self.assertIn("Status: error\tError Type: Runtime.ExitError\n", done.stderr)
        self.failure({"do": "leave"}, "Runtime.ExitError", "Runtime exited without providing a reason")

    def test_its_own_error(self):
        done = self.run_it({"do": "fail"}, code=1)
        self.assertEqual(json.loads(done.stdout), {"errorType": "My.Error", "errorMessage": "as told"})
        self.assertNotIn("Status:", done.stderr)  # the platform had nothing against it

    def test_init(self):
        """It is tried again as part of the invocation, and fails again."""
        done = self.run_it({"do": "echo"}, "--env", "INIT=error", code=1)
        self.assertEqual(json.loads(done.stdout), {"errorType": "Init.No", "errorMessage": "no"})
        self.assertRegex(done.stderr, r"^INIT_REPORT Init Duration: [\d.]+ ms\tPhase: init\tStatus: error\tError Type: Init\.No\nSTART ")
        self.assertNotIn("\tInit Duration", done.stderr)
        done = self.failure({"do": "echo"}, "Runtime.ExitError", "Runtime exited with error: exit status 1", "--env", "INIT=exit")
        self.assertIn("Phase: init\tStatus: error\tError Type: Runtime.ExitError\n", done.stderr)

    def test_report(self):
        done = self.run_it({"do": "wait", "s": 0.2})
        found = re.search(r"REPORT RequestId: \S+\tDuration: ([\d.]+) ms\tBilled Duration: (\d+) ms\tMemory Size: 256 MB\t"
                          r"Max Memory Used: (\d+) MB\tInit Duration: ([\d.]+) ms\t\n", done.stderr)
        duration, billed, memory, init = (float(x) for x in found.groups())
        self.assertTrue(200 <= duration and duration + init <= billed < duration + init + 1.01, done.stderr)
        self.assertTrue(5 <= memory <= 60 and init > 1, done.stderr)

    def test_log_and_answer_are_apart(self):
        done = self.run_it({"do": "say"})
        self.assertEqual(done.stdout, "null\n")
        self.assertRegex(done.stderr, r"(?s)START .*out\nerr\n.*STATUS 202 403\n.*END ")

    def test_after_the_answer(self):
        """What it does until it asks for the next event counts, and does not change the answer."""
        done = self.run_it({"do": "echo", "then": "exit"})
        self.assertEqual(json.loads(done.stdout)["do"], "echo")
        self.assertIn("Error Type: Runtime.ExitError", done.stderr)
        done = self.run_it({"do": "echo", "then": "sleep"}, "--timeout", 2)
        self.assertEqual(json.loads(done.stdout)["do"], "echo")
        self.assertIn("Status: timeout", done.stderr)

    def test_runtime_api(self):
        headers = {k.lower(): v for k, v in self.answer({"do": "headers"}, "--timeout", 20).items()}
        self.assertRegex(headers["lambda-runtime-aws-request-id"], r"^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")
        self.assertEqual(headers["lambda-runtime-invoked-function-arn"], "arn:aws:lambda:us-east-1:000000000000:function:inkling")
        self.assertRegex(headers["lambda-runtime-trace-id"], r"^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Sampled=0$")
        self.assertAlmostEqual(int(headers["lambda-runtime-deadline-ms"]) / 1000 - headers["now"], 20, delta=10)
        self.assertEqual(self.answer({"do": "wrong"}), [400, 404])
        self.assertEqual(self.answer({"do": "stream"}), ["a", "b"])

    def test_large_event(self):
        event = {"do": "echo", "text": "x" * 5_000_000}
        self.assertEqual(self.answer(event), event)
        self.run_it({"do": "echo", "text": "x" * 6_400_000}, code=1)

    def test_wrong_use(self):
        for arguments, why in ((("--env", "X"), "NAME=VALUE"), (("--memory", "64"), "from 128 to 10240"),
                               (("--env", "X=" + "y" * 5000), "4096 bytes")):
            self.assertIn(why, self.run_it({}, *arguments, code=2).stderr)
        self.assertIn("No such file", self.run_it({}, zip=self.folder / "none.zip", code=1).stderr)

    def test_interrupt(self):
        """It ends the function and takes away what it has unpacked."""
        process = subprocess.Popen(self.command(), stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=self.environment())
        process.stdin.write('{"do": "sleep"}')
        process.stdin.close()
        while not process.stderr.readline().startswith("START"):
            self.assertIsNone(process.poll())
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(60), 130)
        process.stderr.close()
        self.assertEqual(os.listdir(self.folder / "tmp"), [])


class Zips(Case):
    def write(self, entries):
        path = self.folder / "odd.zip"
        path.write_bytes(entries if isinstance(entries, bytes) else make_zip(entries))
        return path

    def test_refused(self):
        file, link, pipe = stat.S_IFREG | 0o644, stat.S_IFLNK | 0o777, stat.S_IFIFO | 0o644
        outside = self.folder / "outside"
        cases = {
            "up": ([*SCRIPT, ("../outside", "x", file)], "leads out"),
            "up, inside": ([*SCRIPT, ("a/../../outside", "x", file)], "leads out"),
            "absolute": ([*SCRIPT, (str(outside), "x", file)], "leads out"),
            "link up": ([*SCRIPT, ("l", "../outside", link)], "leads out"),
            "link absolute": ([*SCRIPT, ("l", str(outside), link)], "leads out"),
            "link up through another": ([*SCRIPT, ("a/up", "..", link), ("l", "a/up/../outside", link)], "leads out"),
            "through a link": ([*SCRIPT, ("l", "lib", link), ("l/x", "x", file)], "twice"),
            "pipe": ([*SCRIPT, ("p", "", pipe)], "neither a file"),
            "twice": ([*SCRIPT, ("x", "1", file), ("x", "2", file)], "twice"),
            "file and folder": ([*SCRIPT, ("x", "1", file), ("x/y", "2", file)], "twice"),
            "no bootstrap": ([("main", "", file)], "bootstrap"),
            "no run bit": ([("bootstrap", BOOTSTRAP, file)], "run bit"),
            "half": (self.zip.read_bytes()[:-40], "zip"),
            "nothing": (b"", "zip"),
        }
        for what, (entries, why) in cases.items():
            with self.subTest(what):
                done = self.run_it({"do": "echo"}, zip=self.write(entries), code=1)
                self.assertIn(why, done.stderr)
                self.assertFalse(outside.exists())

    def test_bomb(self):
        """A quarter of a megabyte that unpacks to 260 MB."""
        large = b"\0" * (130 << 20)
        began = time.time()
        done = self.run_it({"do": "echo"}, zip=self.write([*SCRIPT, ("a", large, stat.S_IFREG | 0o644), ("b", large, stat.S_IFREG | 0o644)]),
                           code=1)
        self.assertIn("250 MB", done.stderr)
        self.assertLess(time.time() - began, 60)

    def test_links_inside(self):
        link = stat.S_IFLNK | 0o777
        zip = self.write([*SCRIPT, ("lib/x.so.1", "x", stat.S_IFREG | 0o644), ("lib/x.so", "x.so.1", link), ("deep/er/l", "../../lib", link),
                          ("empty/", None, stat.S_IFDIR | 0o755)])
        self.assertEqual(self.answer({"do": "sees"}, zip=zip)["task"], ["bootstrap", "deep", "empty", "function.py", "lib"])

    def test_other_processor(self):
        """Our own bootstrap that says to be for arm64; and as the emulator one that does not care what it is given."""
        bootstrap = (BUILD / "bootstrap").read_bytes()
        if os.uname().machine != "x86_64" or not is_static(BUILD / "bootstrap"):
            self.skipTest("that takes a static bootstrap for x86-64")
        zip = self.write([("bootstrap", bootstrap[:18] + b"\xb7\0" + bootstrap[20:], stat.S_IFREG | 0o755)])
        done = self.run_it({}, zip=zip, code=1, PATH="/nowhere")
        self.assertIn("it is for arm64, and this machine is x86_64: install qemu-aarch64-static", done.stderr)
        with tempfile.TemporaryDirectory(dir=BUILD) as folder:
            emulator = pathlib.Path(folder) / "qemu-aarch64-static"
            emulator.write_bytes(bootstrap)
            emulator.chmod(0o755)
            event = {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "b"}
            self.assertEqual(self.answer(event, zip=zip, PATH=f"{folder}:/usr/bin:/bin")["handled"], 0)


class Bootstrap(Case):
    """The project's own, from the zip that `inkling package` makes, and without a zip."""

    def test_a_picture(self):
        packaged, ways = self.folder / "inkling.zip", [[]]
        if is_static(BUILD / "bootstrap"):  # else there is nothing to package
            subprocess.run([INKLING, "package", "-o", packaged], check=True, capture_output=True)
            ways.append(["--zip", packaged])
        with Cloud() as cloud:
            bucket = Bucket(cloud, "unwired").create()
            for zip in ways:
                bucket.put("digit.png", PICTURE)
                done = subprocess.run([INKLING, "invoke", "-", "--s3", cloud.endpoint, *zip], env=self.environment(), text=True,
                                      input='{"bucket": "unwired", "key": "digit.png"}', capture_output=True, timeout=100)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(json.loads(done.stdout)["handled"], 1)
                self.assertTrue(bucket.get("results.txt").startswith(b"class=7 "))
                bucket.delete("results.txt")


if __name__ == "__main__":
    if not PYTHON.exists():
        skip("/usr/bin/python3 is not here")
    unittest.main(verbosity=2)
