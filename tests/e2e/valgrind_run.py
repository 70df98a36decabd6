#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""valgrind finds nothing in `inkling run`.  usage: valgrind_run.py INKLING"""
import shutil
import subprocess
import sys

from cloud import MODEL, PICTURE, check, skip


def main():
    if not shutil.which("valgrind"):
        skip("valgrind is not here")
    done = subprocess.run(["valgrind", "-q", "--leak-check=full", "--error-exitcode=9", sys.argv[1], "run", MODEL, PICTURE],
                          capture_output=True, text=True, timeout=300)
    check(done.returncode == 0 and not done.stderr, done.returncode, done.stderr)
    check(done.stdout.startswith("class=7 "), done.stdout)


if __name__ == "__main__":
    main()
