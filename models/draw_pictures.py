#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Draws the digits of the demo and the tests: demo/digit.png, tests/pictures/LABEL_WHAT.png, tests/rows/DIGITS_WHAT.png.

    apt-get install python3-numpy python3-pil
    models/draw_pictures.py

The strokes are those of strokes.py; pen, paper and light are made here. The same pictures come out each time.
"""
import os

import numpy as np
from PIL import Image

import strokes

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")


def paper(height, width, colour, shade, rng):
    """A sheet that is darker towards one corner, with the grain of a camera."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    light = 1 - shade * (x / width * .7 + y / height * .3)
    grain = rng.normal(0, 1.5, (height, width, 1))
    return np.float32(colour) * light[..., None] + grain


def written(digit, height, width, pen, box, ink, sheet, seed, hand=None, at=None):
    """ink colour over the sheet where the pen went."""
    rng = np.random.default_rng(seed)
    cover = strokes.render(strokes.glyph(digit, rng, hand=hand, wobble=.02, turn=.08), (height, width), pen, box, at)[..., None]
    return sheet * (1 - cover) + np.float32(ink) * cover


def save(path, pixels, mode="RGB", **options):
    path = os.path.join(ROOT, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    array = np.clip(np.rint(pixels), 0, 255).astype(np.uint8)
    Image.fromarray(array[..., 0] if mode == "L" else array, mode).save(path, **options)


def write_row(digits, height, width, pen, tall, gap, seed, touching=(), pitch=None):
    """How much of each pixel the pen covers when digits are written from left to right, `tall` pixels high.

    gap       pixels between two digits, on average
    touching  places in digits which are pushed to the left until their ink meets that of the digit before
    pitch     writes one digit into each cell of so many pixels instead
    """
    rng = np.random.default_rng(seed)
    cover, right = np.zeros((height, width), np.float32), pitch / 4 if pitch else tall * .7
    for place, digit in enumerate(digits):
        lines = strokes.glyph(int(digit), rng, wobble=.02, slant=.12, turn=.06)
        extent = np.ptp(np.concatenate(lines), axis=0)
        scale = tall * rng.uniform(.92, 1.08) / extent[1]
        half = extent[0] * scale / 2
        x = pitch * (place + .75) if pitch else right + half + (gap * rng.uniform(.6, 1.4) if place else 0)
        y = height / 2 + rng.uniform(-.05, .05) * tall
        while True:
            one = strokes.render(lines, (height, width), pen, scale * extent.max() + pen, (x, y))
            if place not in touching or np.minimum(one, cover).sum() >= 3:
                break
            x -= 1
        cover, right = np.maximum(cover, one), x + half
    return cover[..., None]


def inked(cover, ink, sheet):
    return sheet * (1 - cover) + np.float32(ink) * cover


def rules(sheet, step, colour, upright=False):
    """Level lines, and upright ones, `step` pixels apart, two wide."""
    sheet = sheet.copy()
    for at in range(step // 2, sheet.shape[0] - 1, step):
        sheet[at:at + 2] = colour
    for at in range(step // 2, sheet.shape[1] - 1 if upright else 0, step):
        sheet[:, at:at + 2] = colour
    return sheet


def draw_rows(rng):
    blue, white = (35, 50, 130), np.full((120, 560, 3), 250, np.float32)
    photo = inked(write_row("8341032750", 240, 900, 6, 80, 16, 401), blue, paper(240, 900, (240, 232, 212), .35, rng))
    save("tests/rows/8341032750_photo.jpg", photo, quality=80)
    save("tests/rows/52974_marker.png", inked(write_row("52974", 120, 560, 9, 70, 22, 402), (0, 0, 0), white), optimize=True)
    save("tests/rows/306218_touching.png", inked(write_row("306218", 120, 560, 7, 70, 12, 403, touching=(2, 4)), blue, white),
         optimize=True)
    lined = rules(paper(180, 720, (246, 244, 238), .15, rng), 44, (150, 175, 205))
    save("tests/rows/1907264_lined.jpg", inked(write_row("1907264", 180, 720, 6, 70, 16, 404), (30, 30, 40), lined), quality=85)
    squared = rules(np.full((160, 640, 3), 252, np.float32), 26, (170, 190, 215), upright=True)
    save("tests/rows/603582_squared.png", inked(write_row("603582", 160, 640, 6, 72, 18, 405), blue, squared), optimize=True)
    form = np.full((130, 640, 3), 255, np.float32)
    for edge in range(20, 630, 80):
        form[25:108, edge:edge + 3] = 90
    form[25:28, 20:583] = form[105:108, 20:583] = 90
    save("tests/rows/2470915_form.png", inked(write_row("2470915", 130, 640, 6, 52, 0, 406, pitch=80), (20, 20, 60), form),
         optimize=True)
    slate = np.full((150, 500, 1), 45, np.float32) + rng.normal(0, 5, (150, 500, 1))
    save("tests/rows/84093_chalk.jpg", inked(write_row("84093", 150, 500, 9, 80, 18, 407), (225,), slate), "L", quality=85)


def main():
    rng = np.random.default_rng(20)
    white = np.full((280, 280, 3), 255, np.float32)
    black = np.zeros((280, 280, 1), np.float32)
    save("demo/digit.png", written(7, 240, 200, 9, 150, (35, 55, 140), paper(240, 200, (250, 246, 235), .12, rng), 5, hand=3),
         optimize=True)
    # one of each, black marker on white: what a drawing program saves
    for digit in range(10):
        save(f"tests/pictures/{digit}_marker.png", written(digit, 280, 280, 18, 190, (0, 0, 0), white, 100 + digit), optimize=True)
    # what a phone sees: ballpoint on cream paper, off the middle, in a shadow
    for digit in (2, 3, 4, 5, 8, 9):
        sheet = paper(300, 400, (240, 232, 212), .3, rng)
        save(f"tests/pictures/{digit}_photo.jpg",
             written(digit, 300, 400, 5, 110, (30, 40, 110), sheet, 200 + digit, at=(130 + 20 * digit, 120)), quality=85)
    # the forms that MNIST lacks
    save("tests/pictures/1_upstroke.png", written(1, 280, 280, 8, 200, (0, 0, 0), white, 301, hand=3), optimize=True)
    save("tests/pictures/1_serif.png", written(1, 280, 280, 12, 200, (0, 0, 0), white, 302, hand=6), optimize=True)
    save("tests/pictures/7_crossed.png", written(7, 280, 280, 8, 200, (0, 0, 0), white, 303, hand=1), optimize=True)
    # chalk on a slate, grey only
    save("tests/pictures/6_chalk.png", written(6, 280, 280, 14, 170, (225,), black + 40 + rng.normal(0, 4, black.shape), 304), "L",
         optimize=True)
    # ink on nothing: only alpha tells it from the paper
    cover = written(0, 280, 280, 16, 180, (255,), black, 305)
    save("tests/pictures/0_transparent.png", np.concatenate([np.zeros((280, 280, 3)), cover], 2), "RGBA", optimize=True)
    draw_rows(np.random.default_rng(21))


if __name__ == "__main__":
    main()
