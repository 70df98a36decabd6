#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Draws the pictures of the documents from what the programs really show: eval.png, eval-dark.png, run-show.png,
run-segment.png.

    apt-get install python3-numpy python3-pil chromium pngquant fonts-dejavu-core
    docs/pictures/draw.py

The handwriting is that of models/strokes.py, on paper of several kinds; the same each time.
"""
import fcntl
import html
import json
import os
import pathlib
import pty
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import termios

import numpy as np
from PIL import Image

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(ROOT / "models"))
import draw_pictures
import strokes

INKLING = ROOT / "build/inkling"
SHEETS = {"paper": (246, 243, 236), "kraft": (214, 196, 168), "grey": (205, 208, 212), "board": (52, 70, 60)}
PENS = [(28, 30, 40), (30, 60, 150), (110, 40, 35)]
CHALK = (225, 228, 222)
TALL = 6000


def write_digits(folder, each):
    """`each` pictures of every digit, in a folder for each; one file is cut off."""
    rng = np.random.default_rng(7)
    for digit in range(10):
        (folder / str(digit)).mkdir(parents=True)
        for number in range(each):
            kind = rng.choice(list(SHEETS))
            height = int(rng.integers(120, 420))
            width = int(height * rng.uniform(.75, 1.5))
            ink = CHALK if kind == "board" else PENS[rng.integers(len(PENS))]
            sheet = draw_pictures.paper(height, width, SHEETS[kind], rng.uniform(.05, .5), rng)
            lines = strokes.glyph(digit, rng, wobble=rng.uniform(.03, .1), slant=.3, turn=.2)
            cover = strokes.render(lines, (height, width), height * rng.uniform(.02, .05),
                                   min(height, width) * rng.uniform(.4, .8))[..., None]
            pixels = sheet * (1 - cover) + np.float32(ink) * cover
            path = folder / str(digit) / f"{kind}-{number:02}.jpg"
            Image.fromarray(np.clip(np.rint(pixels), 0, 255).astype(np.uint8)).save(path, quality=88)
    whole = next((folder / "3").iterdir())
    (folder / "3/scan.jpg").write_bytes(whole.read_bytes()[:2000])


def on_terminal(columns, *command, **options):
    """What a command shows on a terminal that knows colours and is so wide."""
    reader, writer = pty.openpty()
    fcntl.ioctl(writer, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    environment = {**os.environ, "TERM": "xterm-256color"}
    environment.pop("NO_COLOR", None)
    process = subprocess.Popen([str(part) for part in command], stdout=writer, stderr=writer, env=environment, **options)
    os.close(writer)
    shown = b""
    try:
        while piece := os.read(reader, 65536):
            shown += piece
    except OSError:  # how Linux says that the last writer is gone
        pass
    os.close(reader)
    assert process.wait() == 0, shown
    return shown.decode().replace("\r\n", "\n")


def as_html(shown):
    """Terminal text as HTML: bold, 8 colours, 256 greys, what `inkling run` uses."""
    bold, front, back, out = False, None, None, []
    for piece in re.split(r"(\x1b\[[\d;]*m)", shown):
        if not piece.startswith("\x1b"):
            style = ("font-weight:700;" if bold else "") + (f"color:{front};" if front else "") + (f"background:{back}" if back else "")
            text = html.escape(piece)
            if front:  # terminals draw full blocks without the font, and without seams
                text = re.sub("█+", lambda blocks: f'<span style="background:{front}">{" " * len(blocks[0])}</span>', text)
            out.append(f'<span style="{style}">{text}</span>' if style else text)
            continue
        codes = [int(code or 0) for code in piece[2:-1].split(";")]
        while codes:
            code = codes.pop(0)
            if code == 0:
                bold, front, back = False, None, None
            elif code == 1:
                bold = True
            elif code == 36:
                front = "#56b6c2"
            elif code in (38, 48):
                assert codes.pop(0) == 5
                level = 8 + 10 * (codes.pop(0) - 232)
                colour = f"rgb({level},{level},{level})"
                front, back = (colour, back) if code == 38 else (front, colour)
            else:
                raise ValueError(f"colour {code}")
    return "".join(out)


# 1 em of this font is 0.60205 columns wide; columns of whole pixels leave no seams in bars
TERMINAL = """<!doctype html><meta charset="utf-8"><style>body{{margin:0;background:#1d2127;color:#dfe3e8;padding:{margin}px}}
pre{{font:{font}px/{line}px "DejaVu Sans Mono",monospace;margin:0}}b{{color:#8fbf7f}}</style><pre><b>$</b> {text}</pre>"""
MARGIN = 20


def shoot_terminal(folder, words, columns, column_px):
    shown = on_terminal(columns, INKLING, *words, cwd=folder)
    page = folder / "terminal.html"
    page.write_text(TERMINAL.format(margin=MARGIN, font=column_px / .60205, line=2 * column_px,
                                    text=html.escape(" ".join(["inkling", *words])) + "\n" + as_html(shown)))
    lines = shown.count("\n") + 1
    return shoot(page, columns * column_px + 2 * MARGIN, lines * 2 * column_px + 2 * MARGIN)


def least_sure(folder):
    """The picture that is read rightly with a probability nearest to two thirds."""
    def distance(answer):
        best = answer["classes"][0]
        right = best["label"] == answer["picture"]["key"].split("/")[-2]
        return abs(best["probability"] - .67) if right else 1
    pictures = sorted(str(path.relative_to(folder)) for path in folder.glob("pictures/*/*-*.jpg"))
    done = subprocess.run([INKLING, "run", "digits.onnx", "--json", *pictures], cwd=folder, check=True, capture_output=True)
    return min(json.loads(done.stdout), key=distance)["picture"]["key"]


def shoot(page, width, height, *options):
    with tempfile.TemporaryDirectory() as profile:
        picture = pathlib.Path(profile) / "picture.png"
        subprocess.run(["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={profile}",
                        f"--window-size={width},{height}", f"--screenshot={picture}", *options, f"file://{page}"],
                       check=True, stderr=subprocess.DEVNULL)
        return Image.open(picture).convert("RGB")


def content_end(picture):
    """The last row that is not all ground."""
    pixels = np.asarray(picture).astype(int)
    return int(np.flatnonzero(np.abs(pixels - pixels[-1, 0]).max(axis=(1, 2)) > 8)[-1])


def save(picture, name):
    path = HERE / name
    picture.save(path)
    subprocess.run(["pngquant", "--force", "--strip", "--speed", "1", "--ext", ".png", "128", path], check=True)
    print(path, path.stat().st_size)


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        write_digits(folder / "pictures", 40)
        for model in "digits.onnx", "squeezed.onnx":
            shutil.copy(ROOT / "models/digits.onnx", folder / model)
        (folder / "squeezed.json").write_text(json.dumps({"fit": "seed"}))
        subprocess.run([INKLING, "eval", "digits.onnx", "squeezed.onnx", "pictures", "--threads", "1", "--html", "two.html"], cwd=folder, check=True,
                       stdout=subprocess.DEVNULL)
        subprocess.run([INKLING, "eval", "digits.onnx", "pictures", "--threads", "1", "--html", "one.html"], cwd=folder, check=True)
        save(shoot(folder / "two.html", 1100, 1428), "eval.png")
        tall = shoot(folder / "one.html", 1100, TALL, "--force-dark-mode")
        save(tall.crop((0, 0, 1100, content_end(tall) + 40)), "eval-dark.png")
        save(shoot_terminal(folder, ["run", "digits.onnx", least_sure(folder), "--show"], 60, 9), "run-show.png")
        shutil.copy(ROOT / "tests/rows/52974_marker.png", folder / "number.png")
        save(shoot_terminal(folder, ["run", "digits.onnx", "number.png", "--segment", "--show"], 144, 7), "run-segment.png")


if __name__ == "__main__":
    main()
