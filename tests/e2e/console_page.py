# SPDX-License-Identifier: MIT
"""The console's page in Debian's chromium: runs console_page.mjs with what ./do test put in build/npm, and is its other hand:
makes the files that it drops, and ends and starts the server when it asks for that."""
import json
import os
import pathlib
import shutil
import subprocess
import sys

from cloud import BUILD, MODEL, SOURCE, Cloud, check, skip
from onnx_bytes import field, model, node

CHROMIUM = pathlib.Path("/usr/bin/chromium")
SCRIPT = "<img src=x onerror=window.hacked=1><script>window.hacked=1</script>"

# the sanitizer's build folder lies inside the other one and shares its packages
modules = next((d / "npm" / "node_modules" for d in (BUILD, *BUILD.parents)
                if (d / "npm" / "node_modules" / "playwright-core").is_dir() and (d / "npm" / "node_modules" / "axe-core").is_dir()), None)
if not CHROMIUM.exists():
    skip("there is no chromium")
if not shutil.which("node"):
    skip("there is no node")
if not modules:
    skip("build/npm has no playwright-core and axe-core (./do test installs them)")


def residual(blocks):
    """A graph of 6 * blocks nodes that repeats itself."""
    nodes, last = [], "x"
    for b in range(blocks):
        names = [f"b{b}_{i}" for i in range(6)]
        for op, i, inputs in [("Relu", 0, [last]), ("Abs", 1, [names[0]]), ("Neg", 2, [names[1]]), ("Exp", 3, [names[2]]),
                              ("Add", 4, [names[3], last]), ("Relu", 5, [names[4]])]:
            nodes.append(node(op, inputs, ["y" if b == blocks - 1 and i == 5 else names[i]], f"block{b}/{op}{i}"))
        last = names[5]
    return model(nodes)


def files(folder):
    """What is dropped, by name."""
    folder.mkdir()
    picture = (SOURCE / "tests" / "pictures" / "4_marker.png").read_bytes()
    labels = json.dumps([SCRIPT + str(i) for i in range(10)])
    contents = {
        "4_marker.png": picture, "cut.png": picture[:400], "digits.onnx": MODEL.read_bytes(), "bad.onnx": b"no model",
        "large.onnx": residual(84),
        "hostile.onnx": model([node("Relu", ["x"], ["a"], SCRIPT), node("Frobnicate" + SCRIPT, ["a"], ["y"], SCRIPT)]),
        "hostile.json": json.dumps({"labels": json.loads(labels)}).encode(),
    }
    for name, body in contents.items():
        (folder / name).write_bytes(body)
    return {name: str(folder / name) for name in contents}


def serve_again(cloud):
    cloud.stop()
    cloud.arguments = ["--listen", f"127.0.0.1:{cloud.port}"]
    cloud.start()


def main(script="console_page.mjs", *arguments):
    with Cloud() as cloud:
        for name in {script, "console_page.mjs", "console_browser.mjs"}:  # beside node_modules: that is how node finds them
            where = SOURCE / ("docs/pictures" if name == "console_pictures.mjs" else "tests/e2e") / name
            shutil.copy(where, cloud.folder / name)
        os.symlink(modules, cloud.folder / "node_modules")
        token = (cloud.folder / "data" / "console-token").read_text().strip()
        options = {"endpoint": cloud.endpoint, "token": token, "files": files(cloud.folder / "files"), "chromium": str(CHROMIUM),
                   "script": SCRIPT}
        with subprocess.Popen(["node", cloud.folder / script, json.dumps(options), *arguments], env=cloud.clean(), text=True,
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            for line in process.stdout:
                if line == "serve again\n":
                    serve_again(cloud)
                    process.stdin.write("done\n")
                    process.stdin.flush()
                else:
                    print(line, end="", flush=True)
        check(process.returncode == 0, script, "failed")


main(*sys.argv[1:])
