#!/bin/sh
# SPDX-License-Identifier: MIT
# Whether every C file is formatted as .clang-format says.   usage: format.sh SOURCE_ROOT
set -eu
cd "$1"
tool=$(command -v clang-format-14 || true)
[ -n "$tool" ] || {
    echo "skipped: clang-format-14 is not here, and other versions format differently"
    exit 77
}
find src tests bench -name '*.[ch]' -print0 | xargs -0 "$tool" --dry-run --Werror
echo "format: every file is as .clang-format says"
