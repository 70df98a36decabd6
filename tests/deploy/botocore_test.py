#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every call that deploy, status, logs, sweep and destroy make, beside what botocore sends for the same job.

Both go through a recorder to the stand-in. What is compared: method, path, query, the body as what it means (form, JSON,
XML), target, type, whose bucket it must be, and for which region and service it is signed. What may differ: how a body is
protected (MD5 here, CRC32 there), the order of XML elements, and how a client names itself.

exit 77: no moto or boto3 here"""
import hashlib
import http.client
import json
import os
import re
import sys
import urllib.parse
import xml.etree.ElementTree as ElementTree

import deploy_parts as parts
from scripted import Script

import boto3  # is there: deploy_parts has looked
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError


def forward(to):
    host = urllib.parse.urlsplit(to).netloc

    def pass_on(request):
        connection = http.client.HTTPConnection(host, timeout=120)
        connection.request(request.method, request.path, request.body, request.headers)
        reply = connection.getresponse()
        body = reply.read()
        headers = {k: v for k, v in reply.getheaders() if k.lower() not in ("content-length", "connection", "date", "server",
                                                                            "transfer-encoding")}
        connection.close()
        return reply.status, body, headers
    return pass_on


def meaning_of_xml(node):
    name = node.tag.split("}")[-1]
    return (name, (node.text or "").strip(), sorted(meaning_of_xml(child) for child in node))


def meaning_of_body(request):
    body, kind = request.body, request.headers.get("content-type", "")
    if not body:
        return None
    if "form-urlencoded" in kind:
        return dict(urllib.parse.parse_qsl(body.decode(), keep_blank_values=True))
    if body[:1] == b"{":
        return json.loads(body)
    if body[:1] == b"<":
        return meaning_of_xml(ElementTree.fromstring(body))
    return hashlib.sha256(body).hexdigest()


def meaning(request):
    url = urllib.parse.urlsplit(request.path)
    authorization = request.headers["authorization"]
    scope = re.search(r"Credential=[^/]+/\d+/([^/]+)/([^/]+)/aws4_request", authorization).groups()
    signed = re.search(r"SignedHeaders=([^,]+)", authorization).group(1).split(";")
    unsigned = [h for h in request.headers if h.startswith("x-amz-") and h not in signed]
    assert not unsigned and "host" in signed, (request, signed, unsigned)
    kept = {h: request.headers[h] for h in ("x-amz-target", "x-amz-expected-bucket-owner") if h in request.headers}
    if scope[1] != "s3" or request.headers.get("content-type") == "application/zip":
        kept["content-type"] = request.headers.get("content-type")
    return {"method": request.method, "path": url.path.rstrip("/"),
            "query": sorted(urllib.parse.parse_qsl(url.query, keep_blank_values=True)),
            "body": meaning_of_body(request), "headers": kept, "scope": scope}


def key_of(call):
    """What kind of call it is: the one that botocore made of the same kind is put beside it."""
    action = call["body"]["Action"] if isinstance(call["body"], dict) and "Action" in call["body"] else ""
    return (call["scope"][1], call["method"], call["headers"].get("x-amz-target", ""), action)


def inkling_calls(stand_in):
    with Script(forward(stand_in)) as recorder:
        parts.run("deploy", "my-digits", endpoint=recorder.url)
        parts.run("deploy", "my-digits", "--memory", "1024", endpoint=recorder.url)
        parts.Account(stand_in).s3.put_object(Bucket="my-digits", Key="a.txt", Body=b"x")
        queue = parts.Account(stand_in).sqs.get_queue_url(QueueName="inkling-my-digits-failed")["QueueUrl"]
        parts.Account(stand_in).sqs.send_message(QueueUrl=queue, MessageBody='{"bucket":"my-digits","key":"a.txt"}')
        parts.run("status", "my-digits", endpoint=recorder.url)
        parts.run("logs", "my-digits", endpoint=recorder.url)
        parts.run("sweep", "my-digits", endpoint=recorder.url)
        parts.run("destroy", "my-digits", "--yes", endpoint=recorder.url)
        return [meaning(r) for r in recorder.requests], [r for r in recorder.requests]


def boto_call(call, request, client):
    """Has botocore do what an inkling's call does."""
    body, query = call["body"], dict(call["query"])
    service = call["scope"][1]
    if isinstance(body, dict) and "Action" in body:  # a form: back to the call's parameters
        operation, args, lists = body["Action"], {}, {}
        for name, value in body.items():
            member = re.fullmatch(r"(\w+)\.member\.(\d+)(?:\.(\w+))?", name)
            if name in ("Action", "Version"):
                continue
            if not member:
                args[name] = value
            elif member.group(3):
                lists.setdefault(member.group(1), {}).setdefault(int(member.group(2)), {})[member.group(3)] = value
            else:
                lists.setdefault(member.group(1), {})[int(member.group(2))] = value
        args.update({k: [v[i] for i in sorted(v)] for k, v in lists.items()})
        return client(service)._make_api_call(operation, args)
    if "x-amz-target" in call["headers"]:
        name = {"monitoring": "cloudwatch"}.get(service, service)
        return client(name)._make_api_call(call["headers"]["x-amz-target"].split(".")[1], body)
    if service == "lambda":
        return client(service).get_function_configuration(FunctionName=call["path"].split("/")[3])
    return boto_s3(call, request, client("s3"))


def boto_s3(call, request, s3):
    bucket, _, key = urllib.parse.unquote(call["path"][1:]).partition("/")
    query, owner = dict(call["query"]), request.headers.get("x-amz-expected-bucket-owner")
    where = {"Bucket": bucket, **({"ExpectedBucketOwner": owner} if owner else {}), **({"Key": key} if key else {})}
    everything = {k: True for k in ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")}
    rules = [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
    return {
        ("HEAD", False): lambda: s3.head_bucket(**where),
        ("HEAD", True): lambda: s3.head_object(**where),
        ("PUT", True): lambda: s3.put_object(Body=request.body, ContentType=request.headers["content-type"], **where),
        ("DELETE", True): lambda: s3.delete_object(**where, **({"VersionId": query["versionId"]} if query else {})),
        ("DELETE", False): lambda: s3.delete_bucket(**where),
        ("PUT", False): lambda: (
            s3.put_public_access_block(PublicAccessBlockConfiguration=everything, **where) if "publicAccessBlock" in query else
            s3.put_bucket_encryption(ServerSideEncryptionConfiguration={"Rules": rules}, **where) if "encryption" in query else
            s3.create_bucket(CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}, **where)),
        ("GET", False): lambda: (
            s3.list_object_versions(**where) if "versions" in query else
            s3.list_objects_v2(MaxKeys=int(query["max-keys"]), **where)),
        ("GET", True): lambda: s3.get_object(**where),
    }[(call["method"], bool(key))]()


def boto_calls(stand_in, calls, requests):
    with Script(forward(stand_in)) as recorder:
        pairs = []
        for call, request in zip(calls, requests):
            before = len(recorder.requests)

            def client(service):
                return boto3.client(service, endpoint_url=recorder.url, region_name="eu-central-1",
                                    aws_access_key_id="AKIATEST", aws_secret_access_key="secret",
                                    config=boto3.session.Config(retries={"max_attempts": 0}))
            try:
                boto_call(call, request, client)
            except (ClientError, ResponseParserError):
                pass  # what is asked for counts, not what is there now
            assert len(recorder.requests) > before, request
            pairs.append((call, meaning(recorder.requests[before])))
        return pairs


server, stand_in = parts.start_stand_in()
try:
    calls, requests = inkling_calls(stand_in)
    different = 0
    for ours, theirs in boto_calls(stand_in, calls, requests):
        if ours != theirs:
            different += 1
            print("inkling:  %s\nbotocore: %s\n" % (ours, theirs))
    kinds = {key_of(c) for c in calls}
    if different:
        sys.exit("%d of %d calls differ from botocore's" % (different, len(calls)))
    print("botocore: %d calls of %d kinds, each as botocore makes it" % (len(calls), len(kinds)))
finally:
    server.terminate()
    server.wait()
