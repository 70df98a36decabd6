#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs onnx-conformance over one folder of cases, and wants at least FLOOR of them to pass and none to fail.
#
#   floor.sh PROGRAM FLOOR WHERE [ARGUMENT]...
#
# WHERE is a folder, or ARCHIVE.tar.xz:FOLDER-IN-IT; archives are unpacked once, into $INK_BUILD/onnx-cases. A file that is
# not there skips the test. The floor is what passed when it was written: it only goes up, so operators cannot get lost.
set -eu
program=$1 floor=$2 where=$3
shift 3

case $where in
*.tar.xz:*)
    archive=${where%:*} folder=$INK_BUILD/onnx-cases/${where##*:}
    [ -f "$archive" ] || { echo "skipped: $archive is not here"; exit 77; }
    mkdir -p "$INK_BUILD/onnx-cases"
    (
        flock 9 # several of these tests run at once
        [ -e "$INK_BUILD/onnx-cases/complete" ] || tar -xJf "$archive" -C "$INK_BUILD/onnx-cases"
        touch "$INK_BUILD/onnx-cases/complete"
    ) 9> "$INK_BUILD/onnx-cases/lock"
    ;;
*)
    folder=$where
    [ -d "$folder" ] || { echo "skipped: $folder is not here"; exit 77; }
    ;;
esac

status=0
report=$(${MESON_EXE_WRAPPER-} "$program" "$@" "$folder") || status=$?
counts=$(echo "$report" | tail -n 1)
echo "$report" | grep -v '^refused ' || true
[ "$status" -eq 0 ] || exit 1
passed=${counts%% passed*}
[ "$passed" -ge "$floor" ] || { echo "$passed passed; it was $floor before"; exit 1; }
