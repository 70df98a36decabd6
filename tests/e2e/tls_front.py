# SPDX-License-Identifier: MIT
"""TLS before the local cloud, with a certificate authority of its own: what S3 is to a function.

    pki = Pki(folder)
    with TlsFront(cloud.port, pki.certificate("localhost")) as front:
        front.port, pki.bundle

Keys are P-256; made by openssl(1), which must be there.
"""
import contextlib
import shutil
import socket
import ssl
import subprocess
import threading

from cloud import skip

CA_CONFIG = """
[ca]
default_ca = test
[test]
dir = {folder}
new_certs_dir = {folder}
database = {folder}/index.txt
serial = {folder}/serial
certificate = {folder}/ca.pem
private_key = {folder}/ca.key
default_md = sha256
policy = any
copy_extensions = copy
unique_subject = no
[any]
commonName = supplied
"""


class Pki:
    """A certificate authority that lives in a folder."""

    def __init__(self, folder, name="a test's own CA"):
        if not shutil.which("openssl"):
            skip("openssl(1) is not here")
        folder.mkdir()
        self.folder, self.bundle = folder, folder / "ca.pem"
        (folder / "index.txt").touch()
        (folder / "serial").write_text("01")
        (folder / "ca.conf").write_text(CA_CONFIG.format(folder=folder))
        self.openssl("req", "-x509", *self.new_key("ca"), "-subj", f"/CN={name}", "-days", "2", "-out", self.bundle)

    def openssl(self, *args):
        subprocess.run(["openssl", *map(str, args)], check=True, capture_output=True, cwd=self.folder)

    def new_key(self, name):
        return "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", self.folder / f"{name}.key"

    def certificate(self, host, start="20200101000000Z", end="20991231235959Z"):
        """(certificate, key) for a name, in files."""
        stem = f"{host}-{end}"
        request, made = self.folder / f"{stem}.csr", self.folder / f"{stem}.pem"
        self.openssl("req", *self.new_key(stem), "-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}", "-out", request)
        self.openssl("ca", "-batch", "-notext", "-config", "ca.conf", "-startdate", start, "-enddate", end, "-in", request,
                     "-out", made)
        return made, self.folder / f"{stem}.key"


def pump(source, target):
    """Passes on what comes until one side ends."""
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    for end in (source, target):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


class TlsFront:
    def __init__(self, port, certificate):
        self.behind = port
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(*certificate)
        self.handshakes = 0  # that were brought to their end

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                client = self.listener.accept()[0]
                threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with contextlib.suppress(OSError), self.context.wrap_socket(client, server_side=True) as client:
            self.handshakes += 1
            with socket.create_connection(("127.0.0.1", self.behind)) as behind:
                behind.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threading.Thread(target=pump, args=(behind, client), daemon=True).start()
                pump(client, behind)
