#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""inkling's engine beside ONNX Runtime and OpenCV: bench-peers has them take turns on the same models; this writes what
came out to bench/results.md and bench/results.svg.

    bench/engines.py BUILD [--ort LIBRARY] [--rounds N] MODEL...
"""

import argparse
import csv
import datetime
import io
import os
import pathlib
import platform
import subprocess
import sys

INKLING, ORT = "inkling", "ONNX Runtime"
NAMES = {"model": "seed model", "digits": "models/digits.onnx"}


def main():
    options = argparse.ArgumentParser()
    options.add_argument("build", type=pathlib.Path)
    options.add_argument("--ort", default="")
    options.add_argument("--rounds", type=int, default=8)
    options.add_argument("models", nargs="+", type=pathlib.Path)
    options = options.parse_args()
    peers = options.build / "bench" / "bench-peers"

    peak = float(run(peers, "peak")[0].splitlines()[1])
    tables = {}
    for threads, batch in ((1, 1), (2, 1), (1, 64)):
        if threads > (os.cpu_count() or 1):
            continue
        models = [m for m in options.models if batch == 1 or m.stem.endswith("_dyn")]
        tables[threads, batch] = {}
        for model in models:  # a process each: what one leaves in memory does not trouble the next
            print(f"{threads} thread(s), batch {batch}: {model.stem}", file=sys.stderr)
            text, engines = run(peers, "compare", *ort(options), "--threads", threads, "--batch", batch, "--rounds",
                                options.rounds, model)
            tables[threads, batch][model] = rows(text)
    alone = {m: {e: once(peers, options, e, m, tables[1, 1][m]) for e in tables[1, 1][m]} for m in options.models}

    here = pathlib.Path(__file__).parent
    (here / "results.md").write_text(document(tables, alone, peak, engines))
    (here / "results.svg").write_text(chart(tables))
    print((here / "results.md").read_text())


def ort(options):
    return ["--ort", options.ort] if options.ort else []


def run(*command):
    """Its output, and the engines that it named."""
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{command}: {done.stderr}")
    named = [line.removeprefix("bench-peers: ") for line in done.stderr.splitlines() if " without " not in line]
    return done.stdout, named


def rows(text):
    return {row["engine"]: row for row in csv.DictReader(io.StringIO(text), delimiter="\t")}


def once(peers, options, engine, model, table):
    """Load, first run and peak memory of a process of its own."""
    command = [peers, "once", engine, "--shape", table[engine]["shape"], *ort(options), model]
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True)
    return rows(done.stdout)[engine] if done.returncode == 0 else None


def title(model):
    return NAMES.get(model.stem, model.stem)


def ratio(table, model, engine=ORT):
    a, b = table[model].get(INKLING), table[model].get(engine)
    if not a or not b or a["error"] or b["error"]:
        return None
    return float(a["best_us"]) / float(b["best_us"])


def number(x, digits=2):
    return "" if x is None else f"{x:.{digits}f}"


def time(row):
    if row is None or row["error"]:
        return "refused"
    us = float(row["best_us"])
    return f"{us:.1f} us" if us < 1000 else f"{us / 1000:.2f} ms"


def share(row, peak):
    return float(row["multiply_adds"]) / float(row["best_us"]) * 1e6 / peak


def document(tables, alone, peak, engines):
    one, two = tables[1, 1], tables.get((2, 1), {})
    out = [f"# The engine, measured {datetime.date.today()}", "",
           f"{cpu()}, {os.cpu_count()} cores, {platform.system()}. {'; '.join(engines)}.", "",
           "The engines took turns in one process, best run of all turns; inkling / other, so below 1 inkling is faster.",
           f"Roof: {peak / 1e9:.1f} G multiply-adds a second on one core, measured by this run. Shares above 100 % are",
           "Winograd's: a 3x3 convolution with a quarter of the products.", "",
           "![inkling / ONNX Runtime](results.svg)", "",
           "| model | multiply-adds | inkling | share of the roof | ONNX Runtime | ratio | OpenCV | ratio | ratio, 2 threads |",
           "|---|---|---|---|---|---|---|---|---|"]
    for model, row in one.items():
        mine = row[INKLING]
        out.append(f"| {title(model)} | {float(mine['multiply_adds']) / 1e6:.1f} M | {time(mine)} "
                   f"| {100 * share(mine, peak):.0f} % | {time(row.get(ORT))} | {number(ratio(one, model))} "
                   f"| {time(row.get('OpenCV'))} | {number(ratio(one, model, 'OpenCV'))} "
                   f"| {number(ratio(two, model)) if model in two else ''} |")
    batches = tables.get((1, 64), {})
    if batches:
        out += ["", "64 pictures at once, one thread:", "", "| model | inkling | ONNX Runtime | ratio |", "|---|---|---|---|"]
        out += [f"| {title(m)} | {time(r[INKLING])} | {time(r.get(ORT))} | {number(ratio(batches, m))} |"
                for m, r in batches.items()]
    out += ["", "Each engine in a process of its own, file in the page cache: load, first run, peak memory. The program that",
            "measures has OpenCV linked to it, which is some 12 MB of each peak.", "",
            "| model | file | " + " | ".join(f"{e} load | first | peak" for e in (INKLING, ORT)) + " |",
            "|---|---|---|---|---|---|---|---|"]
    for model, engines_of in alone.items():
        cells = []
        for engine in (INKLING, ORT):
            row = engines_of.get(engine)
            cells.append(f"{float(row['load_ms']):.1f} ms | {float(row['first_ms']):.1f} ms "
                         f"| {int(row['peak_kb']) / 1024:.1f} MB" if row else " | | ")
        out.append(f"| {title(model)} | {model.stat().st_size / 1e6:.2f} MB | {' | '.join(cells)} |")
    return "\n".join(out) + "\n"


def cpu():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def chart(tables):
    """A bar a model and number of threads: inkling / ONNX Runtime, against a line at 1."""
    bars = [(title(m), threads, ratio(table, m)) for m in tables[1, 1] for (threads, batch), table in tables.items()
            if batch == 1 and m in table and ratio(table, m)]
    left, scale, height = 170, 340, 16
    right = left + scale * max([1.1] + [min(r, 1.6) for _, _, r in bars]) + 60
    total = height * len(bars) + 50
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {right:.0f} {total}" font-family="sans-serif" font-size="11">',
           f'<rect width="{right:.0f}" height="{total}" fill="#fff"/>',
           '<text x="8" y="16" fill="#222">time of inkling / time of ONNX Runtime (1: as fast; dark: 1 thread, light: 2)</text>']
    for i, (name, threads, value) in enumerate(bars):
        y = 30 + i * height
        if threads == 1:
            out.append(f'<text x="{left - 8}" y="{y + 11}" text-anchor="end" fill="#222">{name}</text>')
        out.append(f'<rect x="{left}" y="{y + 2}" width="{scale * min(value, 1.6):.1f}" height="{height - 4}" '
                   f'fill="{"#31508c" if threads == 1 else "#9db4dd"}"/>')
        out.append(f'<text x="{left + scale * min(value, 1.6) + 5:.1f}" y="{y + 11}" fill="#222">{value:.2f}</text>')
    out.append(f'<line x1="{left + scale}" x2="{left + scale}" y1="24" y2="{total - 14}" stroke="#b03030"/>')
    return "\n".join(out) + "\n</svg>\n"


if __name__ == "__main__":
    main()
