#!/bin/sh
# SPDX-License-Identifier: MIT
# What `./do bench` runs: the start of the programs, one picture from PUT to results.txt, and the engine on the models here.
#   bench/run.sh BUILD [MODEL...]
set -eu
build=$1
shift
model=models/digits.onnx
picture=demo/digit.png

echo "== start, beside an empty static program (best and median of 200, interleaved)"
"$build/bench/bench-start" "$build" "$model" "$picture" 200
seed=../shared/data/seed
if [ -f $seed/model.onnx ]; then
    echo "with a model that says nothing of itself, and a larger picture:"
    "$build/bench/bench-start" "$build" $seed/model.onnx $seed/digit.png 200
fi

echo
echo "== from PUT to results.txt: 200 pictures one after the other, every commit synced; then 8 clients"
"$build/tests/e2e/serve-latency" "$build/inkling-serve" "$build/bootstrap" "$picture"

echo
echo "== finding the digit in a decoded picture, and drawing it for the model"
"$build/bench/bench-prepare" 20

echo
echo "== the engine, one thread"
for file in "$model" "$@"; do
    "$build/inkling" bench "$file"
done
echo
echo "$(uname -m), $(nproc) CPUs: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)"
