# SPDX-License-Identifier: MIT
"""What a function sees of the machine: bootstrap itself and /tmp, a script its folder and the host's programs besides,
neither of them a capability. Skipped where the system refuses namespaces; that the server says so is tried then."""
import os
import pathlib
import subprocess
import tempfile
import time

from bucket import Bucket
from cloud import BUILD, PICTURE, Cloud, check, skip

# It never asks for an event; what it prints stands in the server's log.
SCRIPT = """#!/bin/sh
echo "SEES root" /*
echo "SEES here" $(pwd) *
echo "SEES proc" /proc/*
echo "SEES tmp" /tmp/*
echo "SEES user" $(id -u) $(grep -E 'CapEff|CapPrm|NoNewPrivs' /proc/self/status | cut -f 2)
for place in /var/task /usr / ; do touch $place/x 2>/dev/null && echo "SEES written $place"; done
touch /tmp/x && echo "SEES written /tmp"
umount /usr 2>/dev/null && echo "SEES umount"
echo "SEES end"
"""


def refused(cloud):
    return "without walls" in (cloud.folder / "log").read_text()


def script_sees(cloud):
    """{word: the rest of its line}"""
    deadline = time.time() + 20
    while "SEES end" not in (cloud.folder / "log").read_text():
        check(time.time() < deadline, "the script did not run")
        time.sleep(0.02)
    lines = [line.split()[1:] for line in (cloud.folder / "log").read_text().splitlines() if line.startswith("SEES")]
    written = [line[1] for line in lines if line[0] == "written"]
    return {line[0]: line[1:] for line in lines[:lines.index(["end"])]} | {"written": written}


def a_script(folder):
    program = folder / "function"
    program.write_text(SCRIPT)
    program.chmod(0o755)
    (folder / "beside.txt").write_text("its own")
    with Cloud("--function", program, "--workers", "1") as cloud:
        if refused(cloud):
            skip("namespaces are refused here, and the server said so")
        seen = script_sees(cloud)
    host = {"/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/dev", "/proc"}
    check({"/var", "/tmp", "/usr"} <= set(seen["root"]) <= host | {"/var", "/tmp"}, seen)
    check(seen["here"] == ["/var/task", "beside.txt", "function"], seen)
    check(seen["proc"] == ["/proc/self"] and seen["tmp"] == ["/tmp/*"], seen)
    check(seen["user"][0] == "1000" and int(seen["user"][1], 16) == 0 == int(seen["user"][2], 16), seen)
    check(seen["user"][3] == "1" and seen["written"] == ["/tmp"] and "umount" not in seen, seen)


def descendants(pid):
    """Of a process, whatever namespace they are in."""
    for child in subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True).stdout.split():
        yield pathlib.Path("/proc") / child
        yield from descendants(child)


def files_below(root):
    """All that is not a folder."""
    return sorted(str(pathlib.Path(at).relative_to(root) / f) for at, _, files in os.walk(root) for f in files)


def bootstrap():
    kind = subprocess.run(["file", "-b", BUILD / "bootstrap"], capture_output=True, text=True).stdout
    if "statically linked" not in kind:
        return print("not tried: bootstrap is not static here")
    with Cloud("--workers", "1") as cloud:
        bucket = Bucket(cloud)
        bucket.put("digit.png", PICTURE)
        check(bucket.wait("results.txt").startswith(b"class=7 ; "))
        [process] = [p for p in descendants(cloud.process.pid) if (p / "cmdline").read_bytes() == b"/var/task/bootstrap\0"]
        check(files_below(process / "root") == ["var/task/bootstrap"], files_below(process / "root"))
        check(sorted(os.listdir(process / "root")) == ["tmp", "var"], os.listdir(process / "root"))
        status = (process / "status").read_text()
        check("CapEff:\t0000000000000000" in status and "NoNewPrivs:\t1" in status, status)
        check(status.partition("NSpid:\t")[2].split()[1] == "2", "it should see itself as process 2", status)
        for keeper in descendants(cloud.process.pid):
            check("CapEff:\t0000000000000000" in (keeper / "status").read_text(), keeper, "has capabilities")


def main():
    with tempfile.TemporaryDirectory(prefix="inkling-walls-") as name:
        a_script(pathlib.Path(name))
    bootstrap()


if __name__ == "__main__":
    main()
