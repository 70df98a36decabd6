#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""bootstrap and an S3 behind TLS: a CA that it was told of is believed; another name, an expired certificate and an unknown CA
are refused, before anything is sent; and in an empty root it asks the name server that /etc/resolv.conf there names."""
import os
import shutil
import socket
import struct
import subprocess
import threading

from bucket import Bucket
from cloud import BUILD, Cloud, MODEL, PICTURE, check
from runtime_api import RuntimeApi
from tls_front import Pki, TlsFront


def invoke(endpoint, bundle, command=(BUILD / "bootstrap",)):
    """("response" or "error", what it says) of one event."""
    with RuntimeApi([{"bucket": "handwriting", "key": "digit.png"}]) as api:
        environment = {"AWS_LAMBDA_RUNTIME_API": api.address, "AWS_ENDPOINT_URL_S3": endpoint, "AWS_ACCESS_KEY_ID": "inkling",
                       "AWS_SECRET_ACCESS_KEY": "inkling-local", "AWS_REGION": "us-east-1", "PATH": os.environ["PATH"],
                       "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "")}
        if bundle:
            environment["AWS_CA_BUNDLE"] = str(bundle)
        process = subprocess.Popen(command, env=environment)
        try:
            return api.wait()[0]
        finally:
            process.kill()
            process.wait()


def refused(cloud, certificate, bundle, why):
    with TlsFront(cloud.port, certificate) as front:
        kind, said = invoke(f"https://localhost:{front.port}", bundle)
        check(kind == "error" and why in said["errorMessage"], kind, said)
        check(not front.handshakes, "it took this certificate after all")


class NameServer:
    """Answers each question for an IPv4 address with 127.0.0.1, and says that there are no others (RFC 1035)."""

    def __enter__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port, self.asked = self.socket.getsockname()[1], set()
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.socket.close()

    def serve(self):
        while True:
            try:
                query, asker = self.socket.recvfrom(512)
            except OSError:
                return
            end = query.index(b"\0", 12) + 5  # the name, its type and class
            labels, at = [], 12
            while query[at]:
                labels.append(query[at + 1:at + 1 + query[at]].decode())
                at += query[at] + 1
            self.asked.add(".".join(labels).lower())
            is_a = query[end - 4:end - 2] == b"\0\1"
            answer = b"\xc0\x0c\0\1\0\1" + struct.pack(">IH4B", 60, 4, 127, 0, 0, 1) if is_a else b""
            self.socket.sendto(query[:2] + b"\x81\x80\0\1" + struct.pack(">HHH", is_a, 0, 0) + query[12:end] + answer, asker)


def by_name_server(cloud, pki):
    chroot = ["chroot"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "chroot"]
    root = cloud.folder / "root"
    (root / "etc").mkdir(parents=True)
    shutil.copy(BUILD / "bootstrap", root / "bootstrap")
    if subprocess.run([*chroot, root, "/bootstrap"], capture_output=True,
                      env={"PATH": os.environ["PATH"]}).returncode != 1:
        print("not in an empty root: this user may not change its root, or bootstrap is not static here")
        return
    (root / "ca.pem").write_bytes(pki.bundle.read_bytes())
    with NameServer() as names, TlsFront(cloud.port, pki.certificate("s3.inkling.test")) as front:
        (root / "etc" / "resolv.conf").write_text(f"nameserver 127.0.0.1:{names.port}\n")
        kind, said = invoke(f"https://s3.inkling.test:{front.port}", "/ca.pem", [*chroot, root, "/bootstrap"])
        # the local cloud itself refuses names that are not localhost's, which only those hear who got there
        check("AccessDenied" in said["errorMessage"] and front.handshakes, kind, said)
        check("s3.inkling.test" in names.asked, names.asked)


def main():
    with Cloud() as cloud:
        bucket = Bucket(cloud).create()
        bucket.put("model.onnx", MODEL)
        bucket.put("digit.png", PICTURE)
        pki, other = Pki(cloud.folder / "pki"), Pki(cloud.folder / "other", "somebody else's CA")
        good = pki.certificate("localhost")

        with TlsFront(cloud.port, good) as front:
            kind, said = invoke(f"https://localhost:{front.port}", pki.bundle)
            check(kind == "response" and front.handshakes, kind, said)
        check(bucket.get("results.txt").startswith(b"class=7 ;"), bucket.get("results.txt"))

        refused(cloud, pki.certificate("elsewhere.test"), pki.bundle, "hostname mismatch")
        refused(cloud, pki.certificate("localhost", end="20201231235959Z"), pki.bundle, "certificate has expired")
        refused(cloud, pki.certificate("localhost", start="20980101000000Z"), pki.bundle, "not yet valid")
        refused(cloud, good, other.bundle, "unable to get local issuer certificate")
        refused(cloud, good, None, "unable to get local issuer certificate")
        by_name_server(cloud, pki)


if __name__ == "__main__":
    main()
