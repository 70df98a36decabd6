# SPDX-License-Identifier: MIT
"""Digits as pen strokes, in several hands: drawn for inkling, rendered at any size.

    glyph(digit, rng)  ->  list of polylines, float32 [points, 2], x to the right, y down, about the unit box
    render(...)        ->  grey picture, ink 1 on paper 0

The control points of every hand were written down by eye; a smooth curve runs through those of a stroke marked "~",
straight lines through the others. They serve two purposes: they add to the training set the forms that MNIST (American
pupils and clerks) hardly has, such as the 1 with a long upstroke and the crossed 7, and they make the pictures of the
demo and the tests.
"""
import numpy as np

# digit -> hands; a hand is a list of strokes; a stroke is "~" or "-" and its control points
HANDS = {
    0: [["~", (.5, 0), (.15, .18), (.05, .5), (.18, .85), (.5, 1), (.83, .84), (.95, .5), (.84, .15), (.5, 0)],
        ["~", (.6, .02), (.25, .12), (.1, .55), (.3, .95), (.62, .96), (.88, .6), (.85, .2), (.55, .0), (.4, .08)],
        ["~", (.5, .0), (.28, .2), (.22, .5), (.3, .85), (.5, 1), (.7, .83), (.78, .5), (.7, .18), (.48, .02)]],
    1: [["-", (.5, 0), (.5, 1)],
        ["-", (.62, 0), (.42, 1)],
        ["-", (.3, .22), (.55, 0), (.55, 1)],
        ["-", (.08, .48), (.6, 0), (.6, 1)],
        ["-", (.1, .42), (.62, 0), (.52, 1)],
        ["~", (.12, .45), (.4, .22), (.62, 0), "-", (.62, 0), (.6, 1)],
        ["-", (.3, .2), (.55, 0), (.55, 1), "-", (.25, 1), (.85, 1)],
        ["-", (.15, .38), (.55, 0), (.55, 1), "-", (.2, 1), (.9, 1)]],
    2: [["~", (.12, .25), (.3, .03), (.65, .02), (.85, .25), (.7, .5), (.4, .75), (.08, 1), "-", (.08, 1), (.95, .98)],
        ["~", (.1, .2), (.4, 0), (.8, .12), (.8, .4), (.45, .75), (.12, .95), (.2, .8), (.4, .88), (.65, 1), (.95, .9)],
        ["~", (.15, .15), (.5, 0), (.85, .2), (.65, .55), (.1, .98), "-", (.1, .98), (.9, .98)],
        ["-", (.1, .05), (.55, .0), "~", (.55, .0), (.85, .22), (.6, .6), (.1, 1), "-", (.1, 1), (.9, 1)]],
    3: [["~", (.12, .12), (.45, 0), (.82, .15), (.75, .4), (.42, .48), "~", (.42, .48), (.8, .55), (.9, .78), (.6, 1), (.1, .9)],
        ["-", (.12, .02), (.85, .02), (.45, .4), "~", (.45, .4), (.82, .5), (.88, .78), (.55, 1), (.08, .9)],
        ["~", (.2, .05), (.6, 0), (.8, .2), (.6, .42), (.35, .47), (.7, .52), (.85, .75), (.6, .98), (.15, .95)],
        ["~", (.1, .2), (.4, .0), (.75, .1), (.72, .35), (.45, .46), (.42, .49), (.78, .58), (.82, .85), (.45, 1), (.05, .82)]],
    4: [["-", (.3, 0), (.08, .6), (.95, .6), "-", (.68, .25), (.68, 1)],
        ["-", (.65, 0), (.05, .68), (.95, .68), "-", (.65, 0), (.65, 1)],
        ["-", (.15, 0), (.15, .5), (.85, .5), "-", (.85, .0), (.8, 1)],
        ["~", (.2, .02), (.12, .35), (.25, .52), (.8, .45), "-", (.82, 0), (.72, 1)],
        ["-", (.55, 0), (.05, .62), (.92, .6), "-", (.7, .3), (.6, 1)]],
    5: [["-", (.88, 0), (.2, .02), (.15, .42), "~", (.15, .42), (.5, .35), (.85, .55), (.8, .88), (.45, 1), (.08, .9)],
        ["~", (.85, .02), (.4, .03), (.25, .1), (.2, .4), (.45, .4), (.85, .52), (.82, .88), (.4, 1), (.05, .88)],
        ["-", (.22, .02), (.18, .45), "~", (.18, .45), (.6, .4), (.88, .65), (.65, .97), (.12, .95), "-", (.22, .02), (.92, .0)],
        ["~", (.9, .05), (.55, .0), (.3, .12), (.25, .38), (.6, .5), (.75, .75), (.5, 1), (.12, .95)]],
    6: [["~", (.75, 0), (.35, .25), (.12, .65), (.3, .97), (.7, .97), (.85, .72), (.6, .52), (.25, .62), (.15, .75)],
        ["~", (.6, .0), (.2, .4), (.1, .75), (.4, 1), (.8, .85), (.75, .58), (.4, .52), (.12, .75)],
        ["~", (.85, .08), (.5, .05), (.15, .4), (.12, .8), (.45, 1), (.82, .85), (.78, .6), (.45, .5), (.15, .7)],
        ["~", (.35, 0), (.15, .4), (.12, .8), (.4, 1), (.75, .88), (.78, .65), (.45, .55), (.15, .78)]],
    7: [["-", (.08, .02), (.92, .02), (.4, 1)],
        ["-", (.08, .02), (.92, .02), (.4, 1), "-", (.32, .5), (.9, .48)],
        ["-", (.1, .15), (.12, .0), (.9, .0), (.45, 1)],
        ["-", (.1, .15), (.12, .02), (.92, .0), "~", (.92, .0), (.6, .4), (.45, 1), "-", (.25, .52), (.85, .48)],
        ["~", (.05, .12), (.3, .02), (.6, .08), (.92, .0), "~", (.92, .0), (.62, .45), (.5, 1)],
        ["-", (.05, .05), (.9, .0), "~", (.9, .0), (.55, .5), (.4, 1), "-", (.3, .55), (.78, .45)]],
    8: [["~", (.5, .48), (.2, .3), (.3, .04), (.68, .03), (.8, .28), (.5, .48), (.15, .7), (.3, .98), (.7, .98), (.86, .72), (.5, .48)],
        ["~", (.8, .12), (.5, 0), (.2, .18), (.45, .45), (.82, .7), (.6, 1), (.2, .92), (.25, .65), (.55, .45), (.82, .15)],
        ["~", (.5, 0), (.22, .2), (.5, .44), (.78, .22), (.5, 0), "~", (.5, .44), (.15, .72), (.5, 1), (.85, .72), (.5, .44)]],
    9: [["~", (.82, .28), (.6, .02), (.22, .08), (.15, .4), (.5, .52), (.82, .28), "-", (.82, .28), (.75, 1)],
        ["~", (.8, .2), (.5, 0), (.15, .2), (.3, .5), (.65, .45), (.82, .18), "~", (.82, .18), (.85, .6), (.6, .95), (.2, .95)],
        ["~", (.78, .1), (.4, .02), (.15, .3), (.45, .5), (.78, .3), (.8, .08), "-", (.8, .08), (.8, 1)],
        ["~", (.85, .1), (.45, .0), (.15, .25), (.4, .48), (.75, .35), (.85, .1), "~", (.85, .1), (.75, .6), (.45, 1)]],
}


def _curve(points):
    """Catmull-Rom through the points, eight steps a piece."""
    p = np.asarray(points, np.float32)
    p = np.concatenate([2 * p[:1] - p[1:2], p, 2 * p[-1:] - p[-2:-1]])
    t = np.linspace(0, 1, 8, endpoint=False, dtype=np.float32)[:, None]
    out = []
    for a, b, c, d in zip(p[:-3], p[1:-2], p[2:-1], p[3:]):
        out.append(.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t ** 2 + (3 * b - 3 * c + d - a) * t ** 3))
    return np.concatenate(out + [p[-2:-1]])


def _strokes(hand):
    kind, points = None, []
    for item in list(hand) + ["end"]:
        if isinstance(item, str):
            if points:
                yield kind, points
            kind, points = item, []
        else:
            points.append(item)


def glyph(digit, rng, hand=None, wobble=.035, slant=.25, turn=.14):
    """One digit as somebody might write it: a hand (chosen by rng unless given), its points moved a little."""
    hands = HANDS[digit]
    hand = hands[rng.integers(len(hands)) if hand is None else hand]
    width = rng.uniform(.5, .95)
    shear = rng.uniform(-slant * .6, slant)
    angle = rng.uniform(-turn, turn)
    moved = {}  # strokes that meet in a point must still meet

    def move(point):
        if point not in moved:
            moved[point] = np.float32(point) + rng.normal(0, wobble, 2)
        return moved[point]

    lines = []
    for kind, points in _strokes(hand):
        p = np.array([move(q) for q in points], np.float32)
        p = _curve(p) if kind == "~" else p
        x, y = (p[:, 0] - .5) * width, p[:, 1] - .5
        x = x - shear * y
        lines.append(np.stack([x * np.cos(angle) - y * np.sin(angle), x * np.sin(angle) + y * np.cos(angle)], 1))
    return lines


def render(lines, size, pen, box, origin=None):
    """Ink coverage of the lines on size = (height, width) pixels: the glyph scaled into `box` pixels, pen width included.

    origin: the centre of the glyph in pixels (x, y); the middle of the picture unless given.
    """
    every = np.concatenate(lines)
    low, high = every.min(0), every.max(0)
    scale = max(box - pen, 1) / max((high - low).max(), 1e-3)
    centre = np.float32(origin if origin is not None else ((size[1] - 1) / 2, (size[0] - 1) / 2))
    y, x = np.mgrid[0:size[0], 0:size[1]].astype(np.float32)
    nearest = np.full(size, 1e9, np.float32)
    for line in lines:
        p = (line - (low + high) / 2) * scale + centre
        for a, b in zip(p[:-1], p[1:]):
            d = b - a
            t = np.clip(((x - a[0]) * d[0] + (y - a[1]) * d[1]) / max(float(d @ d), 1e-9), 0, 1)
            nearest = np.minimum(nearest, (x - a[0] - t * d[0]) ** 2 + (y - a[1] - t * d[1]) ** 2)
    return np.clip(pen / 2 + .5 - np.sqrt(nearest), 0, 1)


def centre_by_mass(picture):
    """Shifts by whole pixels, so that the centre of mass is in the middle, as MNIST was made."""
    total = picture.sum()
    y, x = np.mgrid[0:picture.shape[0], 0:picture.shape[1]]
    dy = int(round((picture.shape[0] - 1) / 2 - float((y * picture).sum() / total)))
    dx = int(round((picture.shape[1] - 1) / 2 - float((x * picture).sum() / total)))
    return np.roll(picture, (dy, dx), (0, 1))


def mnist_like(digit, rng, **hand):
    """28x28, ink 1 on 0, as MNIST was made: 20x20 box, centred by mass."""
    pen = rng.uniform(1.1, 4.2)
    return centre_by_mass(render(glyph(digit, rng, **hand), (28, 28), pen, 20))
