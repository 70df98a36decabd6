#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""deploy/template.yaml: what must hold whatever is changed in it, and cfn-lint without findings (77 where there is none)."""
import os
import re
import shutil
import subprocess
import sys

source = os.environ["INK_SOURCE"]
template = os.path.join(source, "deploy/template.yaml")
text = open(template).read()
lines = [line.split("#")[0].rstrip() for line in text.splitlines()]

answers = ["results.txt", "results.json", "x.report.txt", "x.report.json"]


def suffixes(target):
    return [m.group(1) for m in re.finditer(r"%s: !GetAtt \S+, Filter: \{S3Key: \{Rules: \[\{Name: suffix, Value: ([^!}]+)\}" % target, text)]


def check(holds, what):
    if not holds:
        sys.exit("template: " + what)


watched = suffixes("Function")
check(len(watched) > 30, "the suffixes were not found: %r" % watched)
check(watched == suffixes("Queue"), "by way of the queue, other uploads wake the function than without it")
for a in watched:
    for answer in answers:
        check(not answer.endswith(a), "%s would wake the function that wrote it (suffix %s)" % (answer, a))
    for b in watched:
        check(a is b or not a.endswith(b), "S3 refuses %s beside %s: they overlap" % (a, b))

# what the function answers must wake it: the table of endings in keys.c
keys = open(os.path.join(source, "src/pipeline/keys.c")).read()
for ending, any_case, kind in re.findall(r'\{"(\.[^"]+)", (true|false), INK_KEY_(\w+)\}', keys):
    if kind == "OURS":
        continue
    wanted = "model.json" if kind == "SETTINGS" else ending
    check(wanted in watched, "%s is handled but wakes nothing" % wanted)
    check(any_case == "false" or ending.upper() in watched, "%s is handled but wakes nothing" % ending.upper())

check(not re.search(r"Resource:\s*\[?\s*['\"]?\*", "\n".join(lines)), "a statement holds for every resource")
check(len(text.encode()) <= 51200, "over 51200 bytes, CreateStack does not take it in the call")

lint = shutil.which("cfn-lint")
if not lint:
    print("template: cfn-lint is not installed (pip install cfn-lint)")
    sys.exit(77)
found = subprocess.run([lint, "--include-checks", "I", "--", template], capture_output=True, text=True)
check(found.returncode == 0 and not found.stdout.strip(), "cfn-lint finds:\n" + found.stdout + found.stderr)
print("template: %d suffixes, none overlaps, none is an answer's; cfn-lint finds nothing" % len(watched))
