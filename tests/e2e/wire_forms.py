# SPDX-License-Identifier: MIT
"""What clients put on the wire, form by form, over plain sockets: bodies in odd pieces, signatures in odd places, and what
must be refused."""
import base64
import hashlib
import socket
import sys
import threading
import time
import zlib

from cloud import Cloud, check
from wire import Wire, mac, now, presign, sign, signing_key

EMPTY = hashlib.sha256(b"").hexdigest()
TRAILER = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
SIGNED = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"


def crc32(data):
    return base64.b64encode(zlib.crc32(data).to_bytes(4, "big")).decode()


def expect(answer, status, code=None):
    check(answer.status == status and (code is None or answer.code() == code), "wanted", status, code, "got", answer)
    return answer


def get(cloud, key):
    wire = Wire(cloud)
    return expect(wire.request("GET", f"/work/{key}"), 200).body


# --- bodies ---------------------------------------------------------------------------------------------------------------


def js_stream(cloud):
    """As @aws-sdk/client-s3 sends a stream: chunked twice, size lines and data in HTTP chunks of their own."""
    wire = Wire(cloud)
    headers = {"transfer-encoding": "chunked", "content-encoding": "aws-chunked", "x-amz-trailer": "x-amz-checksum-crc32",
               "x-amz-sdk-checksum-algorithm": "CRC32", "x-amz-decoded-content-length": "5"}
    body = (b"3\r\n5\r\n\r\n5\r\nhello\r\n2\r\n\r\n\r\n3\r\n0\r\n\r\n1f\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n"
            b"2\r\n\r\n\r\n0\r\n\r\n")
    wire.head("PUT", "/work/js?x-id=PutObject", wire.headers("PUT", "/work/js?x-id=PutObject", headers, TRAILER))
    wire.send(body)
    answer = expect(wire.answer(), 200)
    check(answer.headers["x-amz-checksum-crc32"] == "NhCmhg==", answer)
    check(get(cloud, "js") == b"hello")
    head = wire.request("HEAD", "/work/js")
    check("content-encoding" not in head.headers, "aws-chunked was kept", head)

    for wrong, code in ((body.replace(b"NhCmhg", b"NhCmhA"), "BadDigest"), (body.replace(b"hello", b"hellp"), "BadDigest"),
                        (body.replace(b"5\r\n\r\n5", b"4\r\n\r\n5"), "InvalidRequest"),
                        (b"3\r\n5\r\n\r\n5\r\nhello\r\n0\r\n\r\n", "IncompleteBody"),
                        (body.replace(b"NhCmhg==", b"NhCmhg=!"), "InvalidRequest")):
        wire = Wire(cloud)
        wire.head("PUT", "/work/js2", wire.headers("PUT", "/work/js2", headers, TRAILER))
        wire.send(wrong)
        expect(wire.answer(), 400, code)
        expect(wire.request("HEAD", "/work/js2"), 404)


def byte_by_byte(cloud):
    wire = Wire(cloud)
    data = b"x" * 300
    body = b"12c\r\n" + data + b"\r\n0\r\nx-amz-checksum-crc32:" + crc32(data).encode() + b"\r\n\r\n"
    headers = {"content-length": str(len(body)), "content-encoding": "aws-chunked", "x-amz-trailer": "x-amz-checksum-crc32",
               "x-amz-decoded-content-length": "300"}
    wire.head("PUT", "/work/slow", wire.headers("PUT", "/work/slow", headers, TRAILER))
    for byte in body:
        wire.send(bytes([byte]))
    expect(wire.answer(), 200)
    check(get(cloud, "slow") == data)


def signed_chunks(cloud):
    chunks = [b"a" * 65536, b"b" * 1024, b""]
    trailer = f"x-amz-checksum-crc32:{crc32(b''.join(chunks))}\n"

    def send(key, payload, forge=None, cut=False):
        wire, time_ = Wire(cloud), now()
        length = sum(len(c) + len(f"{len(c):x};chunk-signature=") + 64 + 4 for c in chunks)
        headers = {"content-encoding": "aws-chunked", "x-amz-decoded-content-length": str(sum(map(len, chunks)))}
        with_trailer = payload.endswith("TRAILER")
        if with_trailer:
            headers["x-amz-trailer"] = "x-amz-checksum-crc32"
            length += len(trailer) + 1 + len("x-amz-trailer-signature:") + 64 + 2
        headers["content-length"] = str(length)
        out = wire.headers("PUT", f"/work/{key}", headers, payload, time=time_)
        previous, scope = out["authorization"].rpartition("=")[2], f"{time_[:8]}/us-east-1/s3/aws4_request"
        signer, body = signing_key(time_[:8], "us-east-1", "s3"), b""
        for i, chunk in enumerate(chunks):
            previous = mac(signer, "\n".join(["AWS4-HMAC-SHA256-PAYLOAD", time_, scope, previous, EMPTY,
                                              hashlib.sha256(chunk).hexdigest()])).hex()
            shown = previous if i != forge else "0" * 64
            body += f"{len(chunk):x};chunk-signature={shown}\r\n".encode() + chunk
            body += b"" if with_trailer and not chunk else b"\r\n"
        if with_trailer:
            signature = mac(signer, "\n".join(["AWS4-HMAC-SHA256-TRAILER", time_, scope, previous,
                                               hashlib.sha256(trailer.encode()).hexdigest()])).hex()
            if forge == "trailer":
                signature = "0" * 64
            body += trailer.strip().encode() + b"\r\nx-amz-trailer-signature:" + signature.encode() + b"\r\n\r\n"
        wire.head("PUT", f"/work/{key}", out)
        wire.send(body)
        return wire.answer()

    expect(send("signed", SIGNED), 200)
    check(get(cloud, "signed") == b"".join(chunks))
    expect(send("trailer", SIGNED + "-TRAILER"), 200)
    check(get(cloud, "trailer") == b"".join(chunks))
    for forge in (0, 1, 2):
        expect(send("forged", SIGNED, forge), 403, "SignatureDoesNotMatch")
    expect(send("forged", SIGNED + "-TRAILER", "trailer"), 403, "SignatureDoesNotMatch")
    expect(Wire(cloud).request("HEAD", "/work/forged"), 404)


def hashes(cloud):
    wire = Wire(cloud)
    wrong = expect(wire.request("PUT", "/work/h", b"body", payload=hashlib.sha256(b"else").hexdigest()), 400,
                   "XAmzContentSHA256Mismatch").xml()
    check(wrong.findtext("S3ComputedContentSHA256") == hashlib.sha256(b"body").hexdigest())
    expect(wire.request("PUT", "/work/h", b"body", {"content-md5": "__invalid__"}), 400, "InvalidDigest")
    md5 = base64.b64encode(hashlib.md5(b"else").digest()).decode()
    answer = expect(wire.request("PUT", "/work/h", b"body", {"content-md5": md5}), 400, "BadDigest").xml()
    check(answer.findtext("CalculatedDigest") == base64.b64encode(hashlib.md5(b"body").digest()).decode())
    expect(wire.request("PUT", "/work/h", b"body", {"x-amz-checksum-crc32": crc32(b"else")}), 400, "BadDigest")
    expect(wire.request("PUT", "/work/h", b"body", {"x-amz-checksum-crc32": "notbase64!"}), 400, "InvalidRequest")
    expect(wire.request("HEAD", "/work/h"), 404)
    expect(wire.request("PUT", "/work/h", b"body", payload="UNSIGNED-PAYLOAD"), 200)
    expect(wire.request("PUT", "/work/h", b"body", payload="SOMETHING-ELSE"), 400, "InvalidArgument")


def no_hash(cloud):
    """curl 7.88 --aws-sigv4 sends no x-amz-content-sha256: the signature covers the body all the same."""
    def put(body, signed_body):
        wire, time_ = Wire(cloud), now()
        headers = {"host": wire.host, "x-amz-date": time_}
        signature, scope, names = sign("PUT", "/work/curl", headers, hashlib.sha256(signed_body).hexdigest(), time_)
        headers["authorization"] = (f"AWS4-HMAC-SHA256 Credential=inkling/{scope}, SignedHeaders={';'.join(names)}, "
                                    f"Signature={signature}")
        headers["content-length"] = str(len(body))
        wire.head("PUT", "/work/curl", headers)
        wire.send(body)
        return wire.answer()

    expect(put(b"other", b"body"), 403, "SignatureDoesNotMatch")
    expect(Wire(cloud).request("HEAD", "/work/curl"), 404)
    expect(put(b"body", b"body"), 200)


def expect_100(cloud):
    wire = Wire(cloud)
    payload = hashlib.sha256(b"body").hexdigest()
    headers = wire.headers("PUT", "/work/e", {"expect": "100-continue", "content-length": "4"}, payload)
    wire.head("PUT", "/work/e", headers)
    answer = wire.answer()
    check(answer.status == 100 and answer.reason == "Continue", answer)
    wire.send(b"body")
    expect(wire.answer(), 200)

    wire = Wire(cloud)  # a refusal comes instead of the 100
    headers = wire.headers("PUT", "/nowhere/e", {"expect": "100-continue", "content-length": "4"}, payload)
    wire.head("PUT", "/nowhere/e", headers)
    expect(wire.answer(), 404, "NoSuchBucket")


def refused_without_expect(cloud):
    """The body is read to its end before the refusal: a client that only writes would see a reset otherwise."""
    wire = Wire(cloud)
    body = b"x" * (8 << 20)
    wire.head("PUT", "/nowhere/big", wire.headers("PUT", "/nowhere/big", {"content-length": str(len(body))}, "UNSIGNED-PAYLOAD"))
    wire.send(body)
    expect(wire.answer(), 404, "NoSuchBucket")
    expect(wire.request("GET", "/work?list-type=2"), 200)  # and the connection goes on


def broken_upload(cloud):
    for sent in (0, 1000, 300000):
        wire = Wire(cloud)
        wire.head("PUT", "/work/cut", wire.headers("PUT", "/work/cut", {"content-length": "400000"}, "UNSIGNED-PAYLOAD"))
        wire.send(b"x" * sent)
        wire.close()
    time.sleep(0.3)
    expect(Wire(cloud).request("HEAD", "/work/cut"), 404)
    bodies = [p for p in (cloud.folder / "data").rglob("*") if p.is_file() and p.stat().st_size == 300000]
    check(not bodies, "left behind:", bodies)


def limits(cloud):
    wire = Wire(cloud)
    headers = {"content-length": str(6 << 30), "expect": "100-continue"}
    wire.head("PUT", "/work/huge", wire.headers("PUT", "/work/huge", headers, "UNSIGNED-PAYLOAD"))
    expect(wire.answer(), 400, "EntityTooLarge")
    wire = Wire(cloud)
    expect(wire.request("PUT", "/work/" + "k" * 1025, b"x"), 400, "KeyTooLongError")
    expect(wire.request("PUT", "/work/" + "k" * 1024, b"x"), 200)
    expect(wire.request("PUT", "/work/%FF", b"x"), 400)
    expect(wire.request("PUT", "/work/%00", b"x"), 400, "InvalidURI")
    expect(wire.request("PUT", "/work/%zz", b"x"), 400, "InvalidURI")
    expect(wire.request("PUT", "/work/m", b"x", {"x-amz-meta-long": "x" * 3000}), 400, "MetadataTooLarge")


# --- signatures -----------------------------------------------------------------------------------------------------------


def authorization(cloud):
    wire = Wire(cloud)
    # s3cmd: no blanks after the commas; region US
    headers = wire.headers("PUT", "/us-bucket", {}, EMPTY, comma=",", region="US")
    wire.head("PUT", "/us-bucket", dict(headers, **{"content-length": "0"}))
    expect(wire.answer(), 200)
    expect(wire.request("DELETE", "/us-bucket"), 204)

    refusal = expect(wire.request("GET", "/", secret="wrong"), 403, "SignatureDoesNotMatch").xml()
    check("AWS4-HMAC-SHA256\n" in refusal.findtext("StringToSign"), refusal)
    check(refusal.findtext("CanonicalRequest").startswith("GET\n/\n\nhost:127.0.0.1:"), refusal.findtext("CanonicalRequest"))
    check("inkling" in refusal.findtext("Message"))
    refusal = expect(wire.request("GET", "/", key="somebody"), 403, "InvalidAccessKeyId").xml()
    check('"inkling"' in refusal.findtext("Message"))
    expect(wire.request("GET", "/", time=now(-1000)), 403, "RequestTimeTooSkewed")
    expect(wire.request("GET", "/", time=now(1000)), 403, "RequestTimeTooSkewed")
    expect(wire.request("GET", "/", time=now(-600)), 200)

    unsigned = dict(wire.headers("PUT", "/work/x", {}, EMPTY), **{"content-length": "0", "x-amz-meta-added": "later"})
    wire.head("PUT", "/work/x", unsigned)
    refusal = expect(wire.answer(), 403, "AccessDenied").xml()
    check(refusal.findtext("HeadersNotSigned") == "x-amz-meta-added", refusal)
    # X-Amzn-Trace-Id is not an x-amz- header: SDKs in Lambda send it unsigned
    traced = dict(wire.headers("GET", "/work?location", {}, EMPTY), **{"x-amzn-trace-id": "Root=1-2-3"})
    wire.head("GET", "/work?location", traced)
    expect(wire.answer(), 200)

    for headers, status, code in (({}, 403, "AccessDenied"), ({"authorization": "AWS inkling:c2ln"}, 400, "InvalidRequest"),
                                  ({"authorization": "AWS4-HMAC-SHA256 nonsense"}, 400, "AuthorizationHeaderMalformed"),
                                  ({"authorization": "Bearer x"}, 400, "AuthorizationHeaderMalformed")):
        wire.head("GET", "/work", dict({"host": wire.host}, **headers))
        refusal = expect(wire.answer(), status, code)
    wire.head("GET", "/work", {"host": wire.host})
    check('"inkling"' in expect(wire.answer(), 403, "AccessDenied").xml().findtext("Message"))


def queries(cloud):
    """The query is signed sorted and in one encoding, however it was written."""
    wire = Wire(cloud)
    for target in ("/work?uploads", "/work?uploads=", "/work/?uploads=", "/work?notification", "/work/?notification=",
                   "/work?location", "/work?list-type=2&prefix=a%20b&delimiter=/", "/work?prefix=%c3%a9&list-type=2",
                   "/work?list-type=2&x-id=ListObjectsV2", "/work?versioning", "/work?acl", "/?x-id=ListBuckets"):
        expect(wire.request("GET", target), 200)
    check(wire.request("GET", "/work?versioning").xml().find("Status") is None)
    expect(wire.request("GET", "/work?policy"), 404, "NoSuchBucketPolicy")
    expect(wire.request("PUT", "/work?policy", b"{}"), 501, "NotImplemented")
    expect(wire.request("GET", "/work?list-type=2&encoding-type=base64"), 400, "InvalidArgument")
    expect(wire.request("GET", "/work?list-type=2&max-keys=x"), 400, "InvalidArgument")
    expect(wire.request("GET", "/work?list-type=2&continuation-token=zz"), 400, "InvalidArgument")
    expect(wire.request("POST", "/work/x", b""), 405, "MethodNotAllowed")
    expect(wire.request("GET", "/work/js?versionId=other"), 400, "InvalidArgument")
    expect(wire.request("GET", "/work/js?versionId=null"), 200)


def presigned(cloud):
    def ask(method, target, headers=None, body=None):
        wire = Wire(cloud)
        out = dict({"host": wire.host}, **(headers or {}))
        if body is not None:
            out["content-length"] = str(len(body))
        wire.head(method, target, out)
        wire.send(body or b"")
        return wire.answer(method)

    expect(ask("PUT", presign(cloud, "PUT", "/work/pre%20signed"), body=b"by url"), 200)
    check(expect(ask("GET", presign(cloud, "GET", "/work/pre%20signed")), 200).body == b"by url")
    expired = expect(ask("GET", presign(cloud, "GET", "/work/js", expires=5, time=now(-60))), 403, "AccessDenied").xml()
    check(expired.findtext("Message") == "Request has expired" and expired.findtext("X-Amz-Expires") == "5")
    expect(ask("GET", presign(cloud, "GET", "/work/js", expires=700000)), 400, "AuthorizationQueryParametersError")
    expect(ask("GET", presign(cloud, "GET", "/work/js", secret="wrong")), 403, "SignatureDoesNotMatch")
    expect(ask("GET", presign(cloud, "GET", "/work/js").replace("X-Amz-Expires=300", "X-Amz-Expires=301")), 403,
           "SignatureDoesNotMatch")
    expect(ask("GET", presign(cloud, "GET", "/work/js").partition("&X-Amz-Signature")[0]), 400,
           "AuthorizationQueryParametersError")
    expect(ask("DELETE", presign(cloud, "GET", "/work/js")), 403, "SignatureDoesNotMatch")
    refusal = expect(ask("PUT", presign(cloud, "PUT", "/work/stolen"), {"x-amz-copy-source": "/work/js"}, b""), 403,
                     "AccessDenied").xml()
    check(refusal.findtext("HeadersNotSigned") == "x-amz-copy-source")
    expect(ask("GET", "/work/js?AWSAccessKeyId=inkling&Signature=x&Expires=1"), 400, "InvalidRequest")


# --- the rest -------------------------------------------------------------------------------------------------------------


def hosts(cloud):
    """Loopback only: another name in Host, or a page of another host, is DNS rebinding."""
    wire = Wire(cloud)
    for host, status in (("localhost", 200), (f"127.0.0.1:{cloud.port}", 200), ("[::1]:1", 200), ("evil.example", 403),
                         ("localhost.evil.example", 403), ("127.0.0.1.evil.example", 403)):
        wire.head("GET", "/?a", wire.headers("GET", "/?a", {"host": host}, EMPTY))
        expect(wire.answer(), status)
    for origin, status in (("http://localhost:3000", 200), ("http://evil.example", 403), ("null", 403)):
        wire.head("GET", "/", dict(wire.headers("GET", "/", {}, EMPTY), origin=origin))
        expect(wire.answer(), status)
    for host in ("work.localhost", f"work.localhost:{cloud.port}"):
        wire.head("GET", "/js", wire.headers("GET", "/js", {"host": host}, EMPTY))
        check(expect(wire.answer(), 200).body == b"hello")
    wire.head("GET", "/?list-type=2", wire.headers("GET", "/?list-type=2", {"host": "work.localhost"}, EMPTY))
    check(expect(wire.answer(), 200).xml().findtext("Name") == "work")


def page(cloud):
    wire = Wire(cloud)
    wire.head("GET", "/", {"host": wire.host, "accept": "text/html,*/*"})
    answer = expect(wire.answer(), 200)
    check(answer.headers["content-type"].startswith("text/html") and b"inkling" in answer.body, answer)
    check(b"inkling-local" not in answer.body, "the page tells the secret")
    wire.head("GET", "/work", {"host": wire.host, "accept": "text/html"})
    expect(wire.answer(), 403)


def keep_alive(cloud):
    """Many requests on a connection, without the 40 ms that Nagle and delayed ACKs cost together."""
    wire, took = Wire(cloud), []
    for i in range(50):
        began = time.perf_counter()
        expect(wire.request("GET", "/work/js"), 200)
        took.append(time.perf_counter() - began)
    check(sorted(took)[25] < 0.02, "median of a small GET:", sorted(took)[25])


def many_connections(cloud):
    """Idle connections do not keep others out."""
    idle = [Wire(cloud) for _ in range(100)]
    expect(Wire(cloud).request("GET", "/work/js"), 200)
    failures = []

    def load(i):
        try:
            wire = Wire(cloud)
            for j in range(10):
                expect(wire.request("PUT", f"/work/load/{i}-{j}", b"x" * 100 * i), 200)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=load, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    check(not failures, failures)
    for wire in idle:
        wire.close()


def nonsense(cloud):
    """Whatever comes, the server lives on."""
    for data in (b"\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\x16\x03\x01\x02\x00", b"GET " + b"/" * 300000,
                 b"PUT /work/x HTTP/1.1\r\nhost: localhost\r\ncontent-length: -1\r\n\r\n",
                 b"PUT /work/x HTTP/1.1\r\nhost: localhost\r\ncontent-length: 99999999999999999999999\r\n\r\n",
                 b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * 5000 + b"\r\n", b"GET http://localhost/ HTTP/1.1\r\nhost: x\r\n\r\n",
                 b"GET //[ HTTP/1.1\r\nhost: localhost\r\n\r\n", b"OPTIONS * HTTP/1.1\r\nhost: localhost\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", cloud.port), timeout=5) as s:
            s.sendall(data)
            s.shutdown(socket.SHUT_WR)
            try:
                while s.recv(65536):
                    pass
            except (ConnectionResetError, TimeoutError):
                pass
    expect(Wire(cloud).request("GET", "/work/js"), 200)


def xml_bodies(cloud):
    wire = Wire(cloud)
    bomb = b'<!DOCTYPE a [<!ENTITY b "bbbb">]><Delete><Object><Key>&b;</Key></Object></Delete>'
    deep = b"<Delete>" + b"<a>" * 100000
    for body in (b"", b"<Delete/>", b"<Delete><Object></Object></Delete>", b"<Other/>", b"not xml", bomb, deep,
                 b"<Delete>" + b"<Object><Key>k</Key></Object>" * 1001 + b"</Delete>"):
        md5 = base64.b64encode(hashlib.md5(body).digest()).decode()
        expect(wire.request("POST", "/work?delete", body, {"content-md5": md5}), 400, "MalformedXML")
    body = b"<Delete><Object><Key>none</Key></Object></Delete>"
    expect(wire.request("POST", "/work?delete", body), 400, "InvalidRequest")  # neither MD5 nor checksum
    expect(wire.request("POST", "/work?delete", body, {"x-amz-checksum-crc32": crc32(body)}), 200)
    expect(wire.request("PUT", "/new-bucket", b"<CreateBucketConfiguration xmlns='http://s3.amazonaws.com/doc/2006-03-01/'>"
                        b"<LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>"), 200)
    expect(wire.request("DELETE", "/new-bucket"), 204)


def multipart_xml(cloud):
    """Complete as clients write it: quotes as &#34;, as &quot;, or none; checksums of the parts; parts out of order."""
    for quote in ("&#34;", "&quot;", '"', ""):
        wire = Wire(cloud)
        made = expect(wire.request("POST", "/work/mp?uploads=", b"", {"x-amz-checksum-algorithm": "CRC32"}), 200)
        upload = made.xml().findtext("UploadId")
        parts = {1: b"1" * (5 << 20), 2: b"2" * 10}
        for number in (2, 1):
            expect(wire.request("PUT", f"/work/mp?partNumber={number}&uploadId={upload}&x-id=UploadPart", parts[number],
                                {"x-amz-checksum-crc32": crc32(parts[number])}), 200)
        listed = "".join(f"<Part><ETag>{quote}{hashlib.md5(p).hexdigest()}{quote}</ETag><ChecksumCRC32>{crc32(p)}"
                         f"</ChecksumCRC32><PartNumber>{n}</PartNumber></Part>" for n, p in parts.items())
        body = f"<CompleteMultipartUpload>{listed}</CompleteMultipartUpload>".encode()
        wrong = body.replace(crc32(parts[2]).encode(), crc32(b"x").encode())
        expect(wire.request("POST", f"/work/mp?uploadId={upload}", wrong), 400, "InvalidPart")
        done = expect(wire.request("POST", f"/work/mp?uploadId={upload}", body), 200).xml()
        sums = b"".join(zlib.crc32(p).to_bytes(4, "big") for p in parts.values())
        check(done.findtext("ChecksumCRC32") == crc32(sums) + "-2", done.findtext("ChecksumCRC32"))
        expect(wire.request("POST", f"/work/mp?uploadId={upload}", body), 200)  # tried again after a lost answer
    check(get(cloud, "mp") == b"".join(parts.values()))

    made = expect(wire.request("POST", "/work/full?uploads", b"", {"x-amz-checksum-algorithm": "CRC32",
                                                                   "x-amz-checksum-type": "FULL_OBJECT"}), 200)
    upload = made.xml().findtext("UploadId")
    for number, part in parts.items():
        expect(wire.request("PUT", f"/work/full?partNumber={number}&uploadId={upload}", part,
                            {"x-amz-checksum-crc32": crc32(part)}), 200)
    whole = crc32(b"".join(parts.values()))
    expect(wire.request("POST", f"/work/full?uploadId={upload}", body, {"x-amz-checksum-crc32": crc32(b"x")}), 400, "BadDigest")
    done = expect(wire.request("POST", f"/work/full?uploadId={upload}", body, {"x-amz-checksum-crc32": whole}), 200).xml()
    check(done.findtext("ChecksumCRC32") == whole and done.findtext("ChecksumType") == "FULL_OBJECT")
    head = wire.request("HEAD", "/work/full", headers={"x-amz-checksum-mode": "ENABLED"})
    check(head.headers.get("x-amz-checksum-crc32") == whole, head)


def main():
    with Cloud() as cloud:
        expect(Wire(cloud).request("PUT", "/work"), 200)
        steps = [js_stream, byte_by_byte, signed_chunks, hashes, no_hash, expect_100, refused_without_expect, broken_upload,
                 limits, authorization, queries, presigned, hosts, page, keep_alive, many_connections, nonsense, xml_bodies,
                 multipart_xml]
        for step in steps:
            if len(sys.argv) < 2 or step.__name__ in sys.argv[1:]:
                step(cloud)
                print("ok", step.__name__)


main()
