#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the roots that Amazon's services chain up to as a C file (see tls.h).
usage: roots.py OUT.c CERTIFICATE.crt..."""
import base64
import pathlib
import sys

out, *names = sys.argv[1:]
text = ['/* written by roots.py; see tls.h */', '#include "net/tls.h"', '']
for i, name in enumerate(names):
    pem = pathlib.Path(name).read_text()
    der = base64.b64decode(pem.split("-----BEGIN CERTIFICATE-----")[1].split("-----END")[0])
    text.append(f"/* {pathlib.Path(name).stem} */")
    text.append(f"static const unsigned char root_{i}[] = {{{','.join(map(str, der))}}};")
text.append("const struct ink_tls_root ink_tls_roots[] = {")
text += [f"    {{root_{i}, sizeof root_{i}}}," for i in range(len(names))]
text += ["};", f"const size_t ink_tls_root_count = {len(names)};", ""]
pathlib.Path(out).write_text("\n".join(text))
