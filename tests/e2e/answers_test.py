#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What pictures and models are answered with, through the function that Lambda runs: each kind of bad input, settings,
weights beside the model, the seed's own pictures, and the commands that work on a bucket. pipeline.py tries the way itself."""
import json
import pathlib
import subprocess
import unittest

from bucket import Bucket
from cloud import BUILD, Cloud, MODEL, PICTURE, SHARED, SOURCE
from onnx_bytes import field, model, node

PICTURES = SOURCE / "tests" / "pictures"


class Answers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cloud = cls.enterClassContext(Cloud()) if hasattr(cls, "enterClassContext") else Cloud().__enter__()
        if not hasattr(cls, "enterClassContext"):
            cls.addClassCleanup(cls.cloud.__exit__, None, None, None)
        cls.bucket = Bucket(cls.cloud)

    def read(self, key, body):
        return self.bucket.answer(key, body)

    def error(self, key, body):
        text, answer = self.read(key, body)
        self.assertRegex(text, r"^error=[a-z-]+ ; message=[^\n]* \n$")
        self.assertEqual(answer["error"]["code"], text.split(" ")[0].removeprefix("error="))
        return text

    # --- good input ---

    def test_every_picture_with_the_built_in_model(self):
        for path in sorted(PICTURES.iterdir()):
            text, answer = self.read(f"built-in/{path.name}", path)
            self.assertTrue(text.startswith(f"class={path.name[0]} ; "), (path.name, text))
            self.assertEqual(answer["model"], "built-in")

    def test_settings_and_hostile_labels(self):
        self.bucket.put("labels/model.onnx", MODEL)
        self.bucket.put("labels/model.json", json.dumps({"labels": ["a\nb\u001b[31m;class=9"] * 10}))
        self.bucket.wait("labels/model.report.txt")
        text, _ = self.read("labels/digit.png", PICTURE)
        self.assertEqual(text.count("\n"), 10)
        self.assertTrue(text.startswith("class=a\\nb\\x1b[31m;class=9 ; "), text)

    # --- bad pictures ---

    def test_bad_pictures(self):
        png = PICTURE.read_bytes()
        bomb = png[:16] + (100000).to_bytes(4, "big") * 2 + png[24:]
        cases = {"cut.png": (png[:812], "bad-image"), "empty.png": (b"", "bad-image"), "text.png": (b"hello", "bad-image"),
                 "bomb.png": (bomb, ""), "phone.heic": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "bad-image"),
                 "scan.tif": (b"II*\0\x08\0\0\0", "bad-image"), "page.jpg": (b"<html><body>404</body></html>", "bad-image")}
        for name, (body, code) in cases.items():
            text = self.error(f"bad/{name}", body)
            self.assertIn(f"error={code}", text)
            self.assertIn(f"message={name}: ", text)
        self.assertIn("PNG", self.bucket.get("bad/phone.heic.results.txt").decode())

    def test_nothing_written(self):
        white = subprocess.run(["python3", "-c", """
import struct, sys, zlib
def chunk(kind, data): return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
rows = b''.join(b'\\0' + b'\\xff' * 100 for _ in range(100))
sys.stdout.buffer.write(b'\\x89PNG\\r\\n\\x1a\\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', 100, 100, 8, 0, 0, 0, 0)) +
                        chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b''))"""], capture_output=True, check=True).stdout
        self.assertIn("error=no-ink", self.error("white/digit.png", white))

    # --- bad models ---

    def report(self, folder, body):
        etag = self.bucket.put(f"{folder}/model.onnx", body)
        self.bucket.wait(f"{folder}/model.report.json", lambda text: json.loads(text)["model"]["etag"] == etag)
        report = json.loads(self.bucket.get(f"{folder}/model.report.json"))
        self.assertFalse(report["usable"])
        return self.bucket.wait(f"{folder}/model.report.txt").decode(), self.error(f"{folder}/digit.png", PICTURE)

    def test_bad_models(self):
        huge = field(5, b"".join(field(1, d) for d in (3, 1024, 1024, 256)) + field(2, 1) + field(8, "w") + field(9, b"1234"))
        cases = {
            "cut": (MODEL.read_bytes()[:200000], ["bad-model"]),
            "cycle": (model([node("Add", ["x", "b"], ["a"]), node("Relu", ["a"], ["b"]), node("Relu", ["b"], ["y"])]), ["bad-model", "cycle"]),
            "missing": (model([node("Add", ["x", "nowhere"], ["y"])]), ["bad-model", "nowhere"]),
            "unknown": (model([node("Frobnicate", ["x"], ["a"]), node("Defenestrate", ["a"], ["y"])]), ["unsupported-model"]),
            "shape": (model([node("MatMul", ["x", "x"], ["a"]), node("Concat", ["a", "a"], ["y"])]), ["model"]),
            "huge": (model([node("Add", ["x", "w"], ["y"])], huge), ["bad-model", "w"]),
            "other": (b"\x89PNG no model", ["bad-model"]),
        }
        for name, (body, wanted) in cases.items():
            report, answer = self.report(f"models/{name}", body)
            for word in wanted:
                self.assertIn(word, answer, (name, report))
        report = self.bucket.get("models/unknown/model.report.txt").decode()
        self.assertIn("Frobnicate", report)
        self.assertIn("Defenestrate", report)

    def test_weights_beside_the_model(self):
        source = SHARED / "data/models/ext__Dtrus1214__digit-predictor__model"
        if not source.exists():
            self.skipTest("../shared is not here")
        self.bucket.put("weights/model.onnx", source / "model.onnx")
        self.assertIn(b"weights/model.onnx.data", self.bucket.wait("weights/model.report.txt"))
        self.bucket.put("weights/model.onnx.data", source / "model.onnx.data")
        self.bucket.wait("weights/model.report.json", lambda text: json.loads(text)["usable"])
        text, _ = self.read("weights/digit.png", PICTURE)
        self.assertTrue(text.startswith("class=7 "), text)

    # --- the seed's own ---

    def test_seed(self):
        seed = SHARED / "data/seed"
        if not seed.exists():
            self.skipTest("../shared is not here")
        self.bucket.put("seed/model.onnx", seed / "model.onnx")
        self.bucket.wait("seed/model.report.txt")
        for path in sorted(seed.glob("*.png")):
            label = "1" if path.name == "digit.png" else path.stem.split("_")[1]
            text, answer = self.read(f"seed/{path.name}", path)
            self.assertTrue(text.startswith(f"class={label} ; "), (path.name, text))
            self.assertGreaterEqual(answer["classes"][0]["probability"], 0.99, path.name)
        self.bucket.put("seed2/model.json", '{"fit": "seed"}')
        self.bucket.put("seed2/model.onnx", seed / "model.onnx")
        self.bucket.wait("seed2/model.report.txt")
        text, _ = self.read("seed2/digit.png", seed / "digit.png")
        for ours, theirs in zip(text.splitlines(), (seed / "results.txt").read_text().splitlines(), strict=True):
            self.assertEqual(ours.split(" ; ")[0], theirs.split(" ; ")[0])
            self.assertAlmostEqual(float(ours.split("=")[2]), float(theirs.split("=")[2]), delta=0.002)

    # --- commands on the bucket ---

    def test_invoke_and_sweep(self):
        other = Bucket(self.cloud, "unwired").create()
        other.put("digit.png", PICTURE)
        other.put("seven.png", PICTURES / "7_crossed.png")
        event = pathlib.Path(self.cloud.folder) / "event.json"
        event.write_text('{"bucket": "unwired", "key": "digit.png"}')
        environment = Cloud.clean()
        done = subprocess.run([BUILD / "inkling", "invoke", event, "--s3", self.cloud.endpoint], env=environment, capture_output=True,
                              text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(other.get("results.txt").startswith(b"class=7 "))
        sweep = [BUILD / "inkling", "sweep", "unwired", "--s3", self.cloud.endpoint]
        done = subprocess.run(sweep, env=environment, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout, "2 pictures and models, 1 had their answer, 1 read again, 0 failed\n")
        self.assertTrue(other.get("seven.results.txt").startswith(b"class=7 "))
        done = subprocess.run([BUILD / "inkling", "sweep", "nobucket", "--s3", self.cloud.endpoint], env=environment, capture_output=True,
                              text=True, timeout=60)
        self.assertEqual(done.returncode, 1)
        self.assertIn("inkling: sweep: nobucket: ", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
