#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The commands as a user types them: answers, help, exit status, messages."""
import base64
import hashlib
import html.parser
import json
import os
import pathlib
import struct
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

    def test_a_model_is_asked_once(self):
        """What it wants is kept in the cache folder; a damaged file there is as none."""
        seed = pathlib.Path(os.environ.get("INK_SHARED", "/nowhere")) / "data/seed"
        if not seed.exists():
            self.skipTest("the model without settings, ../shared/data/seed, is not here")
        with tempfile.TemporaryDirectory() as cache:
            environment = dict(os.environ, XDG_CACHE_HOME=cache + "/new")
            first = inkling("run", seed / "model.onnx", seed / "digit.png", env=environment).stdout
            [kept] = pathlib.Path(cache).rglob("*.json")
            text = kept.read_text()
            self.assertEqual(json.loads(text)["references"]["range"], "0..1")
            for other in text, text.replace("0..1", "0..255"), text[:100], "":
                kept.write_text(other)
                again = inkling("run", seed / "model.onnx", seed / "digit.png", env=environment).stdout
                self.assertEqual(first == again, "0..255" not in other)  # it is read, and only what can be
            inkling("check", seed / "model.onnx", env=environment)
            self.assertEqual(kept.read_text(), text)

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


class Page(html.parser.HTMLParser):
    """Reads a page strictly: every element is closed in order, and nothing comes from elsewhere."""
    VOID = {"meta", "img", "br"}

    def __init__(self, path):
        super().__init__(convert_charrefs=True)
        self.source = pathlib.Path(path).read_text("utf-8")
        self.open, self.tags, self.text, self.pictures = [], [], "", []
        self.feed(self.source)
        self.close()
        assert not self.open, f"never closed: {self.open}"
        assert "http:" not in self.source and "https:" not in self.source and "url(" not in self.source
        self.text = " ".join(self.text.replace("\u00a0", " ").split())

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.tags.append(tag)
        assert tag not in ("script", "link", "iframe", "object", "a", "form"), tag
        assert "style" not in attributes and not any(name.startswith("on") for name in attributes), attributes
        if tag == "img":
            assert attributes["alt"]
            kind, data = attributes["src"].split(",")
            assert kind == "data:image/png;base64"
            self.pictures.append(base64.b64decode(data, validate=True))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        self.open.pop()

    def handle_endtag(self, tag):
        last = self.open.pop()
        assert last == tag, f"</{tag}> closes <{last}> at {self.getpos()}"

    def handle_data(self, data):
        if self.open[-1:] not in (["style"], ["title"]):
            self.text += data


class Eval(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.page = self.folder / "report.html"

    def pictures(self, *labels):
        """A folder for each (label, name, picture)."""
        root = self.folder / "pictures"
        for label, name, source in labels:
            (root / label).mkdir(parents=True, exist_ok=True)
            (root / label / name).write_bytes(source.read_bytes() if isinstance(source, pathlib.Path) else source)
        return root

    def upside_down(self):
        """A model that does worse: it takes dark paper for ink."""
        model = self.folder / "other.onnx"
        model.write_bytes(MODEL.read_bytes())
        model.with_suffix(".json").write_text('{"polarity": "dark-ink"}')
        return model

    def test_all_right(self):
        count = len(list(PICTURES.iterdir()))
        result = json.loads(inkling("eval", MODEL, PICTURES, "--json").stdout)
        self.assertEqual(result["comparisons"], [])
        model = result["models"][0]
        self.assertEqual(model["pictures"], count)
        self.assertEqual(model["accuracy"], 1.0, model["misread"])
        done = inkling("eval", MODEL, PICTURES, "--html", self.page)
        self.assertRegex(done.stdout, rf"{count} of {count} right, 100\.0 % \(95 % sure")
        self.assertEqual(done.stderr, "")
        page = Page(self.page)
        self.assertIn("Nothing was misread", page.text)
        self.assertEqual(page.pictures, [])

    def test_two_models(self):
        other = self.upside_down()
        done = inkling("eval", MODEL, other, PICTURES, "--json", "--html", self.page)
        result = json.loads(done.stdout)
        good, bad = result["models"]
        self.assertLess(bad["accuracy"], 0.7)
        self.assertEqual(bad["right"] + len(bad["misread"]), bad["pictures"])
        for model in good, bad:
            low, high = model["interval"]
            self.assertTrue(0 <= low <= model["accuracy"] <= high <= 1)
            self.assertEqual(sum(map(sum, model["confusion"]["counts"])), model["pictures"])
            self.assertEqual(sum(c["pictures"] for c in model["classes"]), model["pictures"])
            self.assertEqual(sum(c["right"] for c in model["classes"]), model["right"])
            bins = model["calibration"]["bins"]
            self.assertEqual(sum(b["pictures"] for b in bins), model["pictures"] - model["unread"])
            gap = sum(b["pictures"] * abs(b["accuracy"] - b["probability"]) for b in bins if b["pictures"])
            self.assertAlmostEqual(model["calibration"]["error"], gap / model["pictures"], places=6)
            times = model["times_ms"]
            self.assertTrue(0 < times["median"] <= times["p95"] <= times["slowest"][0]["ms"])
        for misread in bad["misread"]:
            self.assertEqual(len(misread["top"]), 3)
            self.assertEqual(misread["top"][0], {"label": misread["answer"], "probability": misread["probability"]})
        pair = result["comparisons"][0]
        self.assertEqual(pair["models"], [0, 1])
        self.assertEqual(pair["first_only"], [misread["file"] for misread in bad["misread"]])
        self.assertEqual((pair["second_only"], pair["neither"], pair["both"]), ([], 0, bad["right"]))
        self.assertAlmostEqual(pair["p_value"], min(1, 2 * 0.5 ** len(pair["first_only"])))
        page = Page(self.page)
        self.assertEqual(len(page.pictures), 3 * len(bad["misread"]))  # itself, and what each model saw
        self.assertTrue(all(picture.startswith(b"\x89PNG") for picture in page.pictures))
        for misread in bad["misread"]:
            self.assertIn(misread["file"], page.text)
        self.assertIn("Side by side", page.text)
        text = inkling("eval", MODEL, other, PICTURES).stdout
        self.assertIn(f"only the first {len(pair['first_only'])}, only the second 0", text)

    def test_the_number_of_threads_changes_nothing(self):
        answers = []
        for threads in 1, 2, 7:
            model = json.loads(inkling("eval", self.upside_down(), PICTURES, "--json", "--threads", threads).stdout)["models"][0]
            del model["times_ms"]
            answers.append(model)
        self.assertEqual(answers[0], answers[1])
        self.assertEqual(answers[0], answers[2])

    def test_the_page_lets_in_its_own_style_only(self):
        inkling("eval", MODEL, PICTURES, "--html", self.page)
        source = self.page.read_text()
        style = source.split("<style>")[1].split("</style>")[0]
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        self.assertIn(f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'", source)

    def test_hostile_names_and_what_cannot_be_read(self):
        evil = "<script>alert(1)<!--\"'&"
        pictures = self.pictures((evil, "a.png", DIGIT), ("7", "\x1b[31m<b>.png", DIGIT.read_bytes()[:812]), ("7", "b.png", DIGIT),
                                 ("0", "c.png", b""))
        raw = os.fsencode(pictures / "7") + b"/\xff\xfe.png"
        with open(raw, "wb") as file:
            file.write(b"no picture")
        done = inkling("eval", MODEL, pictures, "--html", self.page)
        self.assertNotIn("\x1b", done.stdout)
        self.assertIn("3 could not be read", done.stdout)
        page = Page(self.page)
        self.assertNotIn("\x1b", page.source)
        self.assertIn(evil, page.text)
        self.assertIn("7/\\x1b[31m<b>.png", page.text)
        self.assertIn("7/\\xff\\xfe.png", page.text)
        self.assertIn("PNG ends after 812 of", page.text)
        self.assertIn("3 not read", page.text)
        model = json.loads(inkling("eval", MODEL, pictures, "--json").stdout)["models"][0]
        self.assertEqual((model["pictures"], model["right"], model["unread"]), (5, 1, 3))
        self.assertEqual({m["label"] for m in model["misread"]}, {evil, "7", "0"})
        self.assertEqual(sum("message" in m for m in model["misread"]), 3)

    def test_labels_that_the_model_does_not_have(self):
        pictures = self.pictures(("seven", "a.png", DIGIT), ("7", "b.png", DIGIT))
        self.assertIn("has no class seven; pictures that cannot be right: 1", inkling("eval", MODEL, pictures, "--html", self.page).stdout)
        self.assertIn("has no class seven; pictures that cannot be right: 1", Page(self.page).text)
        model = json.loads(inkling("eval", MODEL, pictures, "--json").stdout)["models"][0]
        self.assertEqual([(c["label"], c["foreign"]) for c in model["classes"]], [("7", False), ("seven", True)])

    def test_lines_of_characters(self):
        model = self.folder / "line.onnx"
        model.write_bytes(MODEL.read_bytes())
        model.with_suffix(".json").write_text('{"segment": true}')
        row = SOURCE / "tests/rows/8341032750_photo.jpg"
        pictures = self.pictures(("8341032750", "a.jpg", row), ("1234567890", "b.jpg", row))
        result = json.loads(inkling("eval", model, pictures, "--json", "--html", self.page).stdout)["models"][0]
        self.assertEqual([m["answer"] for m in result["misread"]], ["8341032750"])
        self.assertEqual(len(result["misread"][0]["top"]), 1)
        shown, seen = Page(self.page).pictures
        # ten characters of 28 x 28, four across and three down
        self.assertEqual(struct.unpack(">II", seen[16:24]), (112, 84))

    def test_refusals(self):
        empty = self.folder / "empty"
        empty.mkdir()
        self.assertIn("no labelled picture", inkling("eval", MODEL, empty, code=1).stderr)
        self.assertIn("No such file", inkling("eval", MODEL, self.folder / "none", code=1).stderr)
        table = self.folder / "labels.tsv"
        table.write_text("file\tclass\nx.png\t1\n")
        self.assertIn("`label`", inkling("eval", MODEL, table, code=1).stderr)
        for page, why in (self.folder / "none/x.html", "No such file"), (self.folder, "directory"):
            done = inkling("eval", MODEL, PICTURES, "--html", page, code=1)
            self.assertRegex(done.stderr, rf"^inkling: eval: {page}: .*{why}")
        self.assertEqual(list(self.folder.glob("*.tmp-*")), [])
        self.assertIn("not an ONNX model", inkling("eval", table, PICTURES, code=1).stderr)
        self.assertIn("whole number", inkling("eval", MODEL, PICTURES, "--threads", 0, code=2).stderr)
        self.assertIn("it wants MODEL... DIR|TSV", inkling("eval", MODEL, code=2).stderr)


class Invoke(unittest.TestCase):
    def test_test_event(self):
        with tempfile.NamedTemporaryFile("w", suffix=".json") as event:
            json.dump({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "b"}, event)
            event.flush()
            done = inkling("invoke", event.name)
            json.loads(done.stdout)
            self.assertRegex(done.stderr, r"REPORT RequestId: \S+\tDuration: [\d.]+ ms\t.*\tInit Duration: [\d.]+ ms\t\n")

    def test_bad_event(self):
        with tempfile.NamedTemporaryFile("w", suffix=".json") as event:
            event.write('{"what": 1}')
            event.flush()
            done = inkling("invoke", event.name, code=1)
            self.assertIn("errorMessage", json.loads(done.stdout))
        self.assertIn("cannot be opened", inkling("invoke", "/nowhere/event.json", code=1).stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
