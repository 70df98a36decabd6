#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`inkling package`: the zip that it makes, byte for byte; what it says about the zips that people make by mistake."""
import json
import os
import shutil
import struct
import subprocess
import tempfile
import zipfile
from pathlib import Path

from cloud import BUILD, MODEL as DIGITS, check


# With every operator in; docs/decisions.md says what each part weighs. Whoever adds to them should see it.
ZIP_BYTES_MAX, BOOTSTRAP_BYTES_MAX = 3_800_000, 9_500_000


def package(*args, expect=0):
    done = subprocess.run([BUILD / "inkling", "package", *map(str, args)], capture_output=True, text=True, timeout=120)
    check(done.returncode == expect, f"{args}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def make_zip(path, *files, system=3):
    """files: (name, bytes, mode); system 0 is DOS, where files have no mode."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content, mode in files:
            info = zipfile.ZipInfo(name)
            info.create_system = system
            info.external_attr = (0o100000 | mode) << 16 if system == 3 else 0
            info.compress_type = zipfile.ZIP_DEFLATED
            out.writestr(info, content)


def without_metadata(model):
    """The bytes of an ONNX file without its metadata (field 14 of ModelProto): nothing then says what the model wants."""
    def varint(at):
        value = shift = 0
        while True:
            value |= (model[at] & 127) << shift
            at, shift = at + 1, shift + 7
            if not model[at - 1] & 128:
                return value, at

    at, kept = 0, b""
    while at < len(model):
        start = at
        tag, at = varint(at)
        length, at = varint(at)  # the value itself where it is no length
        if tag & 7 == 2:
            at += length
        if tag >> 3 != 14:
            kept += model[start:at]
    return kept


def makes(folder):
    first, second = folder / "first.zip", folder / "second.zip"
    said = package("-o", first, "--model", DIGITS)
    check("bootstrap" in said and "model.onnx" in said and "zipped" in said, said)

    # the same content, other times and another place
    model = folder / "elsewhere" / "net.onnx"
    model.parent.mkdir()
    shutil.copy(DIGITS, model)
    os.utime(model, (1, 1))
    package("-o", second, "--model", model)
    check(first.read_bytes() == second.read_bytes(), "two zips of the same files differ")

    with zipfile.ZipFile(first) as made:
        check(made.testzip() is None, "damaged")
        check(made.namelist() == ["bootstrap", "model.onnx"], made.namelist())
        modes = [oct(i.external_attr >> 16) for i in made.infolist()]
        check(modes == ["0o100755", "0o100644"], modes)
        check(made.read("bootstrap") == (BUILD / "bootstrap").read_bytes(), "another bootstrap")
        check(made.read("model.onnx") == DIGITS.read_bytes(), "another model")
        check(all(i.date_time == (1980, 1, 1, 0, 0, 0) for i in made.infolist()), "times differ")
    check("nothing stands against it" in package("--check", first), "its own zip")

    # settings go along
    (model.parent / "net.json").write_text('{"top": 3}')
    package("-o", second, "--model", model)
    with zipfile.ZipFile(second) as made:
        check(made.namelist() == ["bootstrap", "model.onnx", "model.json"], made.namelist())

    # what is found out about a model goes along
    model.with_suffix(".json").unlink()
    model.write_bytes(without_metadata(DIGITS.read_bytes()))
    package("-o", second, "--model", model)
    with zipfile.ZipFile(second) as made:
        check(made.namelist() == ["bootstrap", "model.onnx", "model.report.json"], made.namelist())
        found = json.loads(made.read("model.report.json"))["references"]
        check(found["polarity"] == "bright-ink" and not found["transposed"], found)

    # what would only fail in the cloud fails here
    model.write_bytes(b"not a model")
    check("net.onnx" in package("-o", second, "--model", model, expect=1), "it does not say which")
    check("No such file" in package("-o", second, "--model", folder / "none.onnx", expect=1), "it does not say why")
    package("--arch", "mips", expect=2)
    package("--check", first, "-o", second, expect=2)


def stays_small(folder):
    for arch in ("x86_64", "arm64"):
        made = folder / f"{arch}.zip"
        if arch == os.uname().machine or (BUILD / arch / "bootstrap").exists():
            package("-o", made, "--arch", arch)
            with zipfile.ZipFile(made) as zipped:
                program = zipped.getinfo("bootstrap").file_size
            print(f"{arch}: bootstrap {program} bytes, zip {made.stat().st_size}")
            check(made.stat().st_size <= ZIP_BYTES_MAX and program <= BOOTSTRAP_BYTES_MAX, "larger than it should be")


def finds(folder, text, *files, options=(), system=3, patch=None):
    path = folder / "mistake.zip"
    make_zip(path, *files, system=system)
    if patch:
        path.write_bytes(patch(path.read_bytes()))
    said = package("--check", path, *options, expect=1)
    check(text in said, f"expected {text!r} in\n{said}")


def encrypt(data):
    """Sets general purpose bit 0 in both headers."""
    data = bytearray(data)
    for magic, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.index(magic) + at] |= 1
    return bytes(data)


def method(number):
    def patch(data):
        data = bytearray(data)
        for magic, at in ((b"PK\3\4", 8), (b"PK\1\2", 10)):
            struct.pack_into("<H", data, data.index(magic) + at, number)
        return bytes(data)
    return patch


def checks(folder):
    script = b"#!/bin/sh\n"
    finds(folder, "cd fn && zip -r", ("fn/", b"", 0o755), ("fn/bootstrap", script, 0o755))
    finds(folder, "there is no bootstrap", ("main", script, 0o755))
    finds(folder, "Bootstrap.sh must have just that name", ("Bootstrap.sh", script, 0o755))
    finds(folder, "is for another runtime", ("lambda_function.py", b"", 0o644))
    finds(folder, "chmod 755", ("bootstrap", script, 0o644))
    finds(folder, "Windows", ("bootstrap", script, 0o755), system=0)
    finds(folder, "CR LF", ("bootstrap", b"#!/bin/sh\r\n", 0o755))
    finds(folder, "encrypted", ("bootstrap", script, 0o755), patch=encrypt)
    finds(folder, "method 93", ("bootstrap", script, 0o755), patch=method(93))
    finds(folder, "leads out", ("bootstrap", script, 0o755), ("../../etc/passwd", b"", 0o644))
    finds(folder, "more than the 250 MB", ("bootstrap", script, 0o755), ("zeros", bytes(251 << 20), 0o644))
    finds(folder, "check sum", ("bootstrap", script, 0o755),
          patch=lambda data: data.replace(zipfile.crc32(script).to_bytes(4, "little"), b"\1\2\3\4"))
    finds(folder, "only a part of one", ("bootstrap", script, 0o755), patch=lambda data: data[:-30])
    finds(folder, "only a part of one", patch=lambda data: b"")
    finds(folder, "arm64", ("bootstrap", (BUILD / "bootstrap").read_bytes(), 0o755), options=("--arch", "arm64"))
    ls = Path("/bin/ls").resolve().read_bytes()
    if b"libselinux" in ls:
        finds(folder, "shared library libselinux", ("bootstrap", ls, 0o755))


def main():
    with tempfile.TemporaryDirectory() as folder:
        makes(Path(folder))
        stays_small(Path(folder))
        checks(Path(folder))


if __name__ == "__main__":
    main()
