#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Holds the golden SigV4 cases against botocore, an implementation that is not ours; --write makes the stages anew.
usage: peer.py [--write] FOLDER       exit 77: no botocore here"""
import pathlib
import sys

try:
    from botocore import auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials
except ImportError:
    print("skipped: no botocore")
    sys.exit(77)


def stages(case):
    context = dict(line.split(" ", 1) for line in (case / "context").read_text().splitlines())
    first, *lines = (case / "request").read_text().splitlines()
    method, target = first.split(" ", 1)
    headers = [line.split(": ", 1) for line in lines]
    host = next(value.strip() for name, value in headers if name.lower() == "host")
    request = AWSRequest(method=method, url=f"https://{host}{target}", headers={n: v for n, v in headers})
    request.headers.replace_header("Host", host)
    request.context["timestamp"] = context["time"]
    presign = "expires" in context
    kind = auth.S3SigV4QueryAuth if presign else auth.S3SigV4Auth if context["service"] == "s3" else auth.SigV4Auth
    extra = {"expires": int(context["expires"])} if presign else {}
    signer = kind(Credentials(context["key"], context["secret"], context.get("token")), context["service"],
                  context["region"], **extra)
    signer.payload = lambda _: context["payload"]
    if presign:
        signer._modify_request_before_signing(request)
    canonical = signer.canonical_request(request)
    to_sign = signer.string_to_sign(request, canonical)
    signature = signer.signature(to_sign, request)
    if presign:
        last = {"query": request.url.split("?", 1)[1] + "&X-Amz-Signature=" + signature}
    else:
        names = ";".join(sorted({name.lower() for name, _ in headers}))
        last = {"authorization": f"AWS4-HMAC-SHA256 Credential={signer.scope(request)}, SignedHeaders={names}, "
                                 f"Signature={signature}"}
    return {"canonical_request": canonical, "string_to_sign": to_sign, **last}


bad = 0
write = sys.argv[1] == "--write"
for case in sorted(p for p in pathlib.Path(sys.argv[-1]).iterdir() if p.is_dir()):
    for name, text in stages(case).items():
        if write:
            (case / name).write_text(text + "\n")
        elif (case / name).read_text() != text + "\n":
            print(f"{case.name}: {name} differs; botocore says:\n{text}")
            bad += 1
print(f"{bad} stages differ")
sys.exit(bad > 0)
