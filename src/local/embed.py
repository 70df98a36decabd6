#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes files as an assembler file that has their bytes, for console_web.h.
usage: embed.py OUT.S FILE..."""
import hashlib
import pathlib
import sys

out, *paths = sys.argv[1:]
text = ["/* written by embed.py; see local/console_web.h */", '    .section .rodata, "a"']
for i, path in enumerate(paths):
    path = pathlib.Path(path).resolve()
    text += [f".Lname{i}: .asciz \"{path.name}\"",
             # the hash also has the assembler run again when the file has changed
             f".Letag{i}: .asciz \"{hashlib.sha256(path.read_bytes()).hexdigest()[:16]}\"",
             "    .balign 16", f".Ldata{i}: .incbin \"{path}\"", f".Lend{i}:"]
# pointers are set when the program is loaded, wherever that is
text += ['    .section .data.rel.ro, "aw"', "    .balign 8", "    .globl ink_web_files", "ink_web_files:"]
text += [f"    .quad .Lname{i}, .Ldata{i}, .Lend{i} - .Ldata{i}, .Letag{i}" for i in range(len(paths))]
text += ['    .section .rodata, "a"', "    .balign 8", "    .globl ink_web_file_count", "ink_web_file_count:",
         f"    .quad {len(paths)}", '    .section .note.GNU-stack, "", %progbits', ""]
pathlib.Path(out).write_text("\n".join(text))
