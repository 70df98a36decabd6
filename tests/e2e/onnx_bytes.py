# SPDX-License-Identifier: MIT
"""Small ONNX files, written by hand: no library needed, and everything can be wrong with them that one likes."""


def varint(n):
    out = b""
    while n > 127:
        out, n = out + bytes([n & 127 | 128]), n >> 7
    return out + bytes([n])


def field(number, value):
    """One protobuf field: bytes, text or a number."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def tensor_type(shape):
    dims = b"".join(field(1, field(1, d)) for d in shape)
    return field(1, field(1, 1) + field(2, dims))


def model(nodes, initializers=b"", shape=(1, 1, 28, 28), output="y"):
    graph = b"".join(field(1, n) for n in nodes) + field(2, "g") + initializers
    graph += field(11, field(1, "x") + field(2, tensor_type(shape))) + field(12, field(1, output) + field(2, tensor_type((1, 10))))
    return field(1, 8) + field(7, graph) + field(8, field(2, 13))


def node(op, inputs, outputs, name=""):
    return b"".join(field(1, i) for i in inputs) + b"".join(field(2, o) for o in outputs) + field(3, name) + field(4, op)
