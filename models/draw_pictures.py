#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Draws the digits of the demo and the tests: demo/digit.png and tests/pictures/LABEL_WHAT.png.

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


if __name__ == "__main__":
    main()
