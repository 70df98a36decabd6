#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The commands as a user types them: answers, help, exit status, messages."""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

BUILD = pathlib.Path(os.environ["INK_BUILD"])
SOURCE = pathlib.Path(os.environ["INK_SOURCE"])
INKLING = BUILD / "inkling"
MODEL = SOURCE / "models/digits.onnx"
DIGIT = SOURCE / "demo/digit.png"
PICTURES = SOURCE / "tests/pictures"


def inkling(*args, code=0, **options):
    done = subprocess.run([INKLING, *map(str, args)], capture_output=True, text=True, timeout=120, **options)
    assert done.returncode == code, f"{args}: exit {done.returncode}, not {code}\n{done.stdout}\n{done.stderr}"
    return done


class Usage(unittest.TestCase):
    def test_help(self):
        text = inkling("--help").stdout
        for command in "run inspect check eval bench serve invoke sweep".split():
            self.assertRegex(text, rf"(?m)^  {command} ")
            own = inkling(command, "--help").stdout
            self.assertTrue(own.startswith(f"usage: inkling {command}"), own)
        self.assertEqual(inkling("--version").stdout.split()[0], "inkling")

    def test_wrong_usage(self):
        self.assertIn("did you mean `inkling eval`?", inkling("evla", code=2).stderr)
        self.assertIn("no such command", inkling("frobnicate", code=2).stderr)
        self.assertIn("usage: inkling", inkling(code=2).stderr)
        self.assertIn("no option --nope", inkling("run", MODEL, DIGIT, "--nope", code=2).stderr)
        self.assertIn("it wants MODEL IMAGE...", inkling("run", MODEL, code=2).stderr)
        self.assertIn("no fit", inkling("run", MODEL, DIGIT, "--fit", "tight", code=2).stderr)
        self.assertIn("whole number", inkling("bench", MODEL, "--threads", "none", code=2).stderr)


class Run(unittest.TestCase):
    def test_plain(self):
        lines = inkling("run", MODEL, DIGIT).stdout.splitlines()
        self.assertEqual(len(lines), 10)
        for line in lines:
            self.assertRegex(line, r"^class=\d ; probability=\d\.\d{6} $")
        self.assertTrue(lines[0].startswith("class=7 "), lines[0])
        values = [float(line.split("=")[2]) for line in lines]
        self.assertEqual(values, sorted(values, reverse=True))
        self.assertAlmostEqual(sum(values), 1, places=4)

    def test_json(self):
        one = json.loads(inkling("run", MODEL, DIGIT, "--json").stdout)
        self.assertEqual(one["classes"][0]["label"], "7")
        self.assertEqual(one["picture"]["key"], str(DIGIT))
        two = json.loads(inkling("run", MODEL, DIGIT, PICTURES / "0_marker.png", "--json").stdout)
        self.assertEqual([answer["classes"][0]["label"] for answer in two], ["7", "0"])

    def test_no_colour_in_a_pipe(self):
        self.assertNotIn("\033", inkling("run", MODEL, DIGIT).stdout)

    def test_show(self):
        self.assertEqual(inkling("run", MODEL, DIGIT, "--show").stdout.count("▀"), 28 * 14)

    def test_segment(self):
        row = SOURCE / "tests/rows/8341032750_photo.jpg"
        lines = inkling("run", MODEL, row, "--segment").stdout.splitlines()
        self.assertEqual(lines[0], "text=8341032750 ")
        self.assertEqual([line.split()[0] for line in lines[1:]], [f"class={digit}" for digit in "8341032750"])
        answer = json.loads(inkling("run", MODEL, row, "--segment", "--json").stdout)
        self.assertEqual(answer["text"], "8341032750")
        self.assertEqual(answer["classes"], [])
        boxes = [character["box"] for character in answer["characters"]]
        self.assertEqual(boxes, sorted(boxes))
        for character in answer["characters"]:
            self.assertEqual(len(character["classes"]), 10)
        self.assertEqual(inkling("run", MODEL, DIGIT, "--segment").stdout.splitlines()[0], "text=7 ")
        self.assertEqual(inkling("run", MODEL, row, "--segment", "--show").stdout.count("▀"), 10 * 28 * 14)
        self.assertIn("--segment: ", inkling("run", MODEL, row, "--segment", "--fit", "seed", code=1).stderr)

    def test_bad_pictures(self):
        with tempfile.TemporaryDirectory() as folder:
            cut = pathlib.Path(folder) / "cut.png"
            cut.write_bytes(DIGIT.read_bytes()[:812])
            size = DIGIT.stat().st_size
            done = inkling("run", MODEL, cut, DIGIT, code=1)
            self.assertRegex(done.stderr, rf"^inkling: run: .*cut\.png: PNG ends after 812 ")
            self.assertIn("class=7", done.stdout)  # the good one is read all the same
            empty = pathlib.Path(folder) / "empty.png"
            empty.touch()
            self.assertIn("empty", inkling("run", MODEL, empty, code=1).stderr)
            self.assertIn("No such file", inkling("run", MODEL, empty / "none", code=1).stderr.replace("Not a directory", "No such file"))
            self.assertIn("folder", inkling("run", MODEL, folder, code=1).stderr)

    def test_bad_models(self):
        with tempfile.TemporaryDirectory() as folder:
            bad = pathlib.Path(folder) / "bad.onnx"
            bad.write_bytes(MODEL.read_bytes()[:100000])
            self.assertRegex(inkling("run", bad, DIGIT, code=1).stderr, r"^inkling: run: .*bad\.onnx: ")
            bad.write_bytes(b"<html>no model</html>")
            self.assertIn("not an ONNX model", inkling("inspect", bad, code=1).stderr)

    def test_settings_beside_the_model(self):
        with tempfile.TemporaryDirectory() as folder:
            model = pathlib.Path(folder) / "m.onnx"
            model.write_bytes(MODEL.read_bytes())
            settings = model.with_suffix(".json")
            settings.write_text(json.dumps({"labels": list("abcdefg") + ["se\nven", "h", "i"], "top": 2}))
            lines = inkling("run", model, DIGIT).stdout.splitlines()
            self.assertEqual(len(lines), 2)
            self.assertTrue(lines[0].startswith("class=se\\nven ; "), lines[0])
            settings.write_text('{"labels": ["one"]}')
            self.assertIn("labels", inkling("run", model, DIGIT, code=1).stderr)
            settings.write_text("{")
            self.assertRegex(inkling("run", model, DIGIT, code=1).stderr, r"m\.json|settings|JSON")


class Models(unittest.TestCase):
    def test_inspect(self):
        text = inkling("inspect", MODEL).stdout
        self.assertIn("image  float [N,1,28,28]", text)
        self.assertIn("Conv x5", text)
        model = json.loads(inkling("inspect", MODEL, "--json").stdout)
        self.assertTrue(model["usable"])
        # batch normalisation was folded by the exporter: 84,186 less four of its five vectors a layer, plus a bias each
        self.assertAlmostEqual(model["multiply_adds"], 6.8e6, delta=4e5)

    def test_check(self):
        self.assertIn("usable", inkling("check", MODEL).stdout)
        self.assertTrue(json.loads(inkling("check", MODEL, "--json").stdout)["usable"])

    def test_bench(self):
        bench = json.loads(inkling("bench", MODEL, "--json", "--batch", 2).stdout)
        self.assertEqual(set(bench), set("model threads batch runs load_ms min_us median_us p95_us per_second".split()))
        self.assertLessEqual(bench["min_us"], bench["median_us"])
        self.assertEqual(bench["batch"], 2)

    def test_eval(self):
        result = json.loads(inkling("eval", MODEL, PICTURES, "--json").stdout)["models"][0]
        self.assertEqual(result["pictures"], len(list(PICTURES.iterdir())))
        self.assertEqual(result["accuracy"], 1.0, result["misread"])
        text = inkling("eval", MODEL, MODEL, PICTURES).stdout
        self.assertEqual(len(re.findall(r"100\.0 % \(95 % sure", text)), 2)


class Invoke(unittest.TestCase):
    def test_test_event(self):
        with tempfile.NamedTemporaryFile("w", suffix=".json") as event:
            json.dump({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "b"}, event)
            event.flush()
            done = inkling("invoke", event.name)
            json.loads(done.stdout)
            self.assertRegex(done.stderr, r"REPORT RequestId: \S+\tDuration: [\d.]+ ms\tInit Duration: [\d.]+ ms")

    def test_bad_event(self):
        with tempfile.NamedTemporaryFile("w", suffix=".json") as event:
            event.write('{"what": 1}')
            event.flush()
            done = inkling("invoke", event.name, code=1)
            self.assertIn("errorMessage", json.loads(done.stdout))
        self.assertIn("cannot be opened", inkling("invoke", "/nowhere/event.json", code=1).stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
