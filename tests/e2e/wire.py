# SPDX-License-Identifier: MIT
"""S3 over a plain socket, signed here: for forms that no client library can be made to send.

The signer is written from AWS's description, apart from src/aws/sigv4.c, so that one checks the other.
"""
import datetime
import hashlib
import hmac
import socket
import urllib.parse
import xml.etree.ElementTree as ET

from cloud import KEY, SECRET


def now(offset_s=0):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=offset_s)).strftime("%Y%m%dT%H%M%SZ")


def quote(text, safe=""):
    return urllib.parse.quote(text, safe=safe + "-_.~")


def mac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def signing_key(date, region, service, secret=SECRET):
    key = mac(("AWS4" + secret).encode(), date)
    for part in (region, service, "aws4_request"):
        key = mac(key, part)
    return key


def canonical_query(query):
    pairs = [p.partition("=") for p in query.split("&") if p]
    pairs = [(quote(urllib.parse.unquote(n)), quote(urllib.parse.unquote(v))) for n, _, v in pairs]
    return "&".join(f"{n}={v}" for n, v in sorted(pairs) if n != "X-Amz-Signature")


def sign(method, target, headers, payload_hash, time, region="us-east-1", service="s3", secret=SECRET, signed=None):
    """Returns (signature, scope, names of the signed headers); the headers' names are in lower case."""
    path, _, query = target.partition("?")
    names = sorted(signed or headers)
    canonical = "\n".join([method, path, canonical_query(query)] +
                          [f"{n}:{' '.join(headers[n].split())}" for n in names] + ["", ";".join(names), payload_hash])
    scope = f"{time[:8]}/{region}/{service}/aws4_request"
    text = "\n".join(["AWS4-HMAC-SHA256", time, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    return mac(signing_key(time[:8], region, service, secret), text).hex(), scope, names


class Answer:
    def __init__(self, status, reason, headers, body):
        self.status, self.reason, self.headers, self.body = status, reason, headers, body

    def xml(self):
        root = ET.fromstring(self.body)
        for node in root.iter():
            node.tag = node.tag.rpartition("}")[2]
        return root

    def code(self):
        return self.xml().findtext("Code") if self.body else None

    def __repr__(self):
        return f"{self.status} {self.reason} {self.headers} {self.body[:2000]!r}"


class Wire:
    """One connection."""

    def __init__(self, cloud):
        self.host = f"127.0.0.1:{cloud.port}"
        self.socket = socket.create_connection(("127.0.0.1", cloud.port), timeout=20)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""

    def close(self):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def line(self):
        while b"\n" not in self.buffer:
            self.more()
        line, _, self.buffer = self.buffer.partition(b"\n")
        return line.rstrip(b"\r").decode("latin-1")

    def more(self):
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError("closed")
        self.buffer += data

    def answer(self, method="GET"):
        _, status, reason = (self.line() + " ").split(" ", 2)
        headers = {}
        while line := self.line():
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        if status == "100":
            return Answer(100, reason.strip(), headers, b"")
        length = 0 if method == "HEAD" or status in ("204", "304") else int(headers.get("content-length", 0))
        while len(self.buffer) < length:
            self.more()
        body, self.buffer = self.buffer[:length], self.buffer[length:]
        return Answer(int(status), reason.strip(), headers, body)

    def head(self, method, target, headers):
        self.send("".join([f"{method} {target} HTTP/1.1\r\n"] + [f"{n}: {v}\r\n" for n, v in headers.items()] +
                          ["\r\n"]).encode())

    def headers(self, method, target, headers=None, payload="", time=None, region="us-east-1", service="s3",
                secret=SECRET, key=KEY, signed=None, comma=", "):
        """Signed headers, all of them in lower case. payload: the value of x-amz-content-sha256, or None for none."""
        time = time or now()
        out = {"host": self.host, "x-amz-date": time}
        out.update(headers or {})
        hashed = payload
        if payload is not None:
            out["x-amz-content-sha256"] = payload
        else:
            hashed = hashlib.sha256(b"").hexdigest()
        signature, scope, names = sign(method, target, out, hashed, time, region, service, secret, signed)
        out["authorization"] = comma.join([f"AWS4-HMAC-SHA256 Credential={key}/{scope}",
                                           f"SignedHeaders={';'.join(names)}", f"Signature={signature}"])
        return out

    def request(self, method, target, body=b"", headers=None, payload=None, **signing):
        """One signed request with a body of known length."""
        payload = hashlib.sha256(body).hexdigest() if payload is None else payload
        out = self.headers(method, target, headers, payload, **signing)
        if body or method in ("PUT", "POST"):
            out["content-length"] = str(len(body))
        self.head(method, target, out)
        if body:
            self.send(body)
        return self.answer(method)


def presign(cloud, method, target, expires=300, time=None, headers=None, secret=SECRET, key=KEY, region="us-east-1"):
    """The target with the query that signs it."""
    time = time or now()
    headers = dict(headers or {}, host=f"127.0.0.1:{cloud.port}")
    scope = f"{time[:8]}/{region}/s3/aws4_request"
    query = "&".join(f"{n}={quote(v)}" for n, v in [
        ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"), ("X-Amz-Credential", f"{key}/{scope}"), ("X-Amz-Date", time),
        ("X-Amz-Expires", str(expires)), ("X-Amz-SignedHeaders", ";".join(sorted(headers)))])
    target += ("&" if "?" in target else "?") + query
    signature, _, _ = sign(method, target, headers, "UNSIGNED-PAYLOAD", time, region, secret=secret)
    return f"{target}&X-Amz-Signature={signature}"
