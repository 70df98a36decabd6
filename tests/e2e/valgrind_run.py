#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""valgrind finds nothing in `inkling run`."""
import shutil
import subprocess

from cloud import BUILD, MODEL, PICTURE, check, skip


def main():
    if not shutil.which("valgrind"):
        skip("valgrind is not here")
    # the program is static, so valgrind must be told where its malloc is
    done = subprocess.run(["valgrind", "-q", "--soname-synonyms=somalloc=NONE", "--leak-check=full", "--error-exitcode=9",
                           BUILD / "inkling", "run", MODEL, PICTURE], capture_output=True, text=True, timeout=300)
    check(done.returncode == 0 and not done.stderr, done.returncode, done.stderr)
    check(done.stdout.startswith("class=7 "), done.stdout)


if __name__ == "__main__":
    main()
