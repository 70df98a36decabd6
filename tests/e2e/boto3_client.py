# SPDX-License-Identifier: MIT
"""boto3, whichever this interpreter has: Debian's old one (Content-MD5) and today's (crc32, trailers over TLS)."""
import hashlib
import io
import os
import sys
import urllib.request

from cloud import MODEL, ODD_KEYS, PICTURE, Cloud, check, skip

try:
    import boto3
    import botocore
    from boto3.s3.transfer import TransferConfig
    from botocore.config import Config
    from botocore.exceptions import ClientError
except ImportError:
    skip(f"{sys.executable} has no boto3")


def refused(code, call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        check(error.response["Error"]["Code"] == code, "wanted", code, "got", error.response)
        return error.response
    raise AssertionError(f"{code} was expected, the call succeeded")


def objects(s3):
    model, picture = MODEL.read_bytes(), PICTURE.read_bytes()
    s3.put_object(Bucket="work", Key="model.onnx", Body=model)
    put = s3.put_object(Bucket="work", Key="digit.png", Body=picture, ContentType="image/png", CacheControl="max-age=7",
                        Metadata={"who": "me", "spaced": "a  b"})
    check(put["ETag"] == f'"{hashlib.md5(picture).hexdigest()}"', put)
    got = s3.get_object(Bucket="work", Key="digit.png")
    check(got["Body"].read() == picture and got["ContentType"] == "image/png" and got["CacheControl"] == "max-age=7")
    check(got["Metadata"]["who"] == "me", got["Metadata"])
    head = s3.head_object(Bucket="work", Key="model.onnx")
    check(head["ContentLength"] == len(model) and head["AcceptRanges"] == "bytes", head)
    part = s3.get_object(Bucket="work", Key="model.onnx", Range="bytes=100-199")
    check(part["Body"].read() == model[100:200] and part["ContentRange"] == f"bytes 100-199/{len(model)}", part)
    check(s3.get_object(Bucket="work", Key="model.onnx", Range="bytes=-7")["Body"].read() == model[-7:])
    check(s3.get_object(Bucket="work", Key="digit.png", ResponseContentType="text/x")["ContentType"] == "text/x")
    refused("InvalidRange", s3.get_object, Bucket="work", Key="digit.png", Range="bytes=999999-")
    refused("NoSuchKey", s3.get_object, Bucket="work", Key="nothing")
    refused("404", s3.head_object, Bucket="work", Key="nothing")
    refused("NoSuchBucket", s3.get_object, Bucket="nowhere", Key="x")


def conditions(s3):
    etag = s3.head_object(Bucket="work", Key="digit.png")["ETag"]
    s3.get_object(Bucket="work", Key="digit.png", IfMatch=etag)
    refused("PreconditionFailed", s3.get_object, Bucket="work", Key="digit.png", IfMatch='"other"')
    refused("304", s3.get_object, Bucket="work", Key="digit.png", IfNoneMatch=etag)
    date = s3.head_object(Bucket="work", Key="digit.png")["LastModified"]
    refused("304", s3.head_object, Bucket="work", Key="digit.png", IfModifiedSince=date)
    s3.get_object(Bucket="work", Key="digit.png", IfUnmodifiedSince=date)


def odd_keys(s3):
    for i, key in enumerate(ODD_KEYS):
        s3.put_object(Bucket="work", Key=key, Body=key.encode(), Metadata={"n": str(i)})
        check(s3.get_object(Bucket="work", Key=key)["Body"].read() == key.encode(), key)
        s3.copy_object(Bucket="work", Key="copy/" + key, CopySource={"Bucket": "work", "Key": key})
        check(s3.get_object(Bucket="work", Key="copy/" + key)["Body"].read() == key.encode(), "copy of", key)
    listed = {o["Key"] for o in s3.list_objects_v2(Bucket="work")["Contents"]}
    check(set(ODD_KEYS) <= listed, set(ODD_KEYS) - listed)
    check(set(ODD_KEYS) <= {o["Key"] for o in s3.list_objects(Bucket="work")["Contents"]}, "version 1")
    gone = s3.delete_objects(Bucket="work", Delete={"Objects": [{"Key": k} for k in ODD_KEYS]})
    check(sorted(d["Key"] for d in gone["Deleted"]) == sorted(ODD_KEYS) and "Errors" not in gone, gone)
    quiet = s3.delete_objects(Bucket="work", Delete={"Quiet": True, "Objects": [{"Key": "copy/" + k} for k in ODD_KEYS]})
    check("Deleted" not in quiet and "Errors" not in quiet, quiet)


def listing(s3):
    for key in ["p/a/1", "p/a/2", "p/b", "p/c/1", "q"]:
        s3.put_object(Bucket="work", Key=key, Body=b"")
    page = s3.list_objects_v2(Bucket="work", Prefix="p/", Delimiter="/")
    check([o["Key"] for o in page["Contents"]] == ["p/b"], page)
    check([p["Prefix"] for p in page["CommonPrefixes"]] == ["p/a/", "p/c/"] and page["KeyCount"] == 3, page)
    for operation in ("list_objects_v2", "list_objects"):
        pages = s3.get_paginator(operation).paginate(Bucket="work", Prefix="p/", PaginationConfig={"PageSize": 1})
        keys = [o["Key"] for p in pages for o in p.get("Contents", [])]
        check(keys == ["p/a/1", "p/a/2", "p/b", "p/c/1"], operation, keys)
        pages = s3.get_paginator(operation).paginate(Bucket="work", Prefix="p/", Delimiter="/",
                                                     PaginationConfig={"PageSize": 1})
        found = [x for p in pages for x in [o["Key"] for o in p.get("Contents", [])] +
                 [c["Prefix"] for c in p.get("CommonPrefixes", [])]]
        check(found == ["p/a/", "p/b", "p/c/"], operation, found)
    after = s3.list_objects_v2(Bucket="work", StartAfter="p/b", FetchOwner=True)
    check([o["Key"] for o in after["Contents"]] == ["p/c/1", "q"] and "Owner" in after["Contents"][0], after)
    check(s3.list_object_versions(Bucket="work", Prefix="q")["Versions"][0]["VersionId"] == "null")


def multipart(s3):
    big = os.urandom(1 << 20) * 21 + b"end"
    config = TransferConfig(multipart_threshold=8 << 20, multipart_chunksize=8 << 20, max_concurrency=4)
    s3.upload_fileobj(io.BytesIO(big), "work", "big", Config=config)
    back = io.BytesIO()
    s3.download_fileobj("work", "big", back, Config=config)
    check(back.getvalue() == big, "multipart came back changed")
    check(s3.head_object(Bucket="work", Key="big")["ETag"].endswith('-3"'))
    check(s3.get_object(Bucket="work", Key="big")["Body"].read() == big)

    made = s3.create_multipart_upload(Bucket="work", Key="copied", Metadata={"a": "b"})
    parts = []
    for number, span in ((1, (0, (6 << 20) - 1)), (2, (6 << 20, len(big) - 1))):
        copied = s3.upload_part_copy(Bucket="work", Key="copied", UploadId=made["UploadId"], PartNumber=number,
                                     CopySource="work/big", CopySourceRange="bytes=%d-%d" % span)
        parts.append({"PartNumber": number, "ETag": copied["CopyPartResult"]["ETag"]})
    check([p["PartNumber"] for p in s3.list_parts(Bucket="work", Key="copied", UploadId=made["UploadId"])["Parts"]] == [1, 2])
    check(s3.list_multipart_uploads(Bucket="work")["Uploads"][0]["Key"] == "copied")
    s3.complete_multipart_upload(Bucket="work", Key="copied", UploadId=made["UploadId"], MultipartUpload={"Parts": parts})
    got = s3.get_object(Bucket="work", Key="copied")
    check(got["Body"].read() == big and got["Metadata"] == {"a": "b"})

    made = s3.create_multipart_upload(Bucket="work", Key="small")
    parts = [{"PartNumber": n, "ETag": s3.upload_part(Bucket="work", Key="small", UploadId=made["UploadId"],
                                                      PartNumber=n, Body=b"x")["ETag"]} for n in (1, 2)]
    refused("EntityTooSmall", s3.complete_multipart_upload, Bucket="work", Key="small", UploadId=made["UploadId"],
            MultipartUpload={"Parts": parts})
    refused("InvalidPartOrder", s3.complete_multipart_upload, Bucket="work", Key="small", UploadId=made["UploadId"],
            MultipartUpload={"Parts": parts[::-1]})
    s3.abort_multipart_upload(Bucket="work", Key="small", UploadId=made["UploadId"])
    refused("NoSuchUpload", s3.list_parts, Bucket="work", Key="small", UploadId=made["UploadId"])
    refused("404", s3.head_object, Bucket="work", Key="small")


def copies(s3):
    s3.copy_object(Bucket="work", Key="two.png", CopySource="/work/digit.png")
    check(s3.head_object(Bucket="work", Key="two.png")["Metadata"]["who"] == "me")
    s3.copy_object(Bucket="work", Key="two.png", CopySource="work/digit.png", MetadataDirective="REPLACE",
                   Metadata={"new": "yes"}, ContentType="image/x")
    head = s3.head_object(Bucket="work", Key="two.png")
    check(head["Metadata"] == {"new": "yes"} and head["ContentType"] == "image/x", head)
    refused("InvalidRequest", s3.copy_object, Bucket="work", Key="two.png", CopySource="work/two.png")
    error = refused("PreconditionFailed", s3.copy_object, Bucket="work", Key="x", CopySource="work/two.png",
                    CopySourceIfMatch="other")
    check(error["Error"]["Condition"] == "x-amz-copy-source-If-Match", error)
    refused("NoSuchKey", s3.copy_object, Bucket="work", Key="x", CopySource="work/none")


def presigned(s3):
    url = s3.generate_presigned_url("put_object", Params={"Bucket": "work", "Key": "by url"}, ExpiresIn=60)
    request = urllib.request.Request(url, data=b"signed", method="PUT")
    request.add_header("Content-Type", "")
    urllib.request.urlopen(request, timeout=20).read()
    url = s3.generate_presigned_url("get_object", Params={"Bucket": "work", "Key": "by url"}, ExpiresIn=60)
    check(urllib.request.urlopen(url, timeout=20).read() == b"signed")
    try:
        urllib.request.urlopen(url[:-1] + ("0" if url[-1] != "0" else "1"), timeout=20)
        raise AssertionError("a forged URL was answered")
    except urllib.error.HTTPError as error:
        check(error.code == 403)


def bucket_settings(s3):
    check(s3.get_bucket_location(Bucket="work")["LocationConstraint"] is None)
    check("Status" not in s3.get_bucket_versioning(Bucket="work"))
    check(s3.get_bucket_acl(Bucket="work")["Grants"][0]["Permission"] == "FULL_CONTROL")
    check(s3.get_object_tagging(Bucket="work", Key="digit.png")["TagSet"] == [])
    for code, call in (("NoSuchBucketPolicy", s3.get_bucket_policy), ("NoSuchTagSet", s3.get_bucket_tagging),
                       ("NoSuchCORSConfiguration", s3.get_bucket_cors),
                       ("NoSuchLifecycleConfiguration", s3.get_bucket_lifecycle_configuration)):
        refused(code, call, Bucket="work")
    refused("InvalidBucketName", s3.create_bucket, Bucket="ab")
    s3.create_bucket(Bucket="elsewhere", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    refused("BucketAlreadyOwnedByYou", s3.create_bucket, Bucket="elsewhere",
            CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    s3.delete_bucket(Bucket="elsewhere")
    refused("404", s3.head_bucket, Bucket="elsewhere")


def notifications(s3):
    arn = "arn:aws:lambda:us-east-1:000000000000:function:inkling"
    rule = {"Id": "digits", "LambdaFunctionArn": arn, "Events": ["s3:ObjectCreated:*"],
            "Filter": {"Key": {"FilterRules": [{"Name": "suffix", "Value": ".png"}, {"Name": "prefix", "Value": "in/"}]}}}
    s3.put_bucket_notification_configuration(Bucket="work", NotificationConfiguration={"LambdaFunctionConfigurations": [rule]})
    got = s3.get_bucket_notification_configuration(Bucket="work")["LambdaFunctionConfigurations"]
    rules = {r["Name"]: r["Value"] for r in got[0]["Filter"]["Key"]["FilterRules"]}
    check(got[0]["Id"] == "digits" and got[0]["LambdaFunctionArn"] == arn and rules == {"Prefix": "in/", "Suffix": ".png"}, got)

    def put(**rules):
        return refused("InvalidArgument", s3.put_bucket_notification_configuration, Bucket="work",
                       NotificationConfiguration=rules)["Error"]

    error = put(LambdaFunctionConfigurations=[dict(rule, LambdaFunctionArn=arn + "-none")])
    check(error["Message"] == "Unable to validate the following destination configurations", error)
    check(error["ArgumentValue1"] == f"Not authorized to invoke function [{arn}-none]", error)
    error = put(LambdaFunctionConfigurations=[dict(rule, LambdaFunctionArn="invalid-queue")])
    check(error["Message"] == "The ARN could not be parsed" and error["ArgumentName"] == "CloudFunction", error)
    error = put(QueueConfigurations=[{"QueueArn": "arn:aws:sqs:us-east-1:1:q", "Events": ["s3:ObjectCreated:*"]}])
    check(error["ArgumentValue1"] == "The destination queue does not exist", error)
    put(LambdaFunctionConfigurations=[rule, dict(rule, Id="other")])  # the same key for the same event twice
    s3.put_bucket_notification_configuration(Bucket="work", NotificationConfiguration={})
    check("LambdaFunctionConfigurations" not in s3.get_bucket_notification_configuration(Bucket="work"))


def main():
    print("boto3", boto3.__version__, "botocore", botocore.__version__)
    with Cloud() as cloud:
        os.environ.clear()
        os.environ.update(cloud.environment())
        os.environ["PATH"] = "/usr/bin:/bin"
        s3 = boto3.client("s3", endpoint_url=cloud.endpoint, config=Config(retries={"max_attempts": 1}, signature_version="s3v4"))
        s3.create_bucket(Bucket="work")
        check("work" in [b["Name"] for b in s3.list_buckets()["Buckets"]])
        s3.head_bucket(Bucket="work")
        listing(s3)
        for step in (objects, conditions, odd_keys, multipart, copies, presigned, bucket_settings, notifications):
            step(s3)
            print("ok", step.__name__)
        refused("BucketNotEmpty", s3.delete_bucket, Bucket="work")
        boto3.resource("s3", endpoint_url=cloud.endpoint).Bucket("work").objects.all().delete()
        s3.delete_bucket(Bucket="work")
        wrong = boto3.client("s3", endpoint_url=cloud.endpoint, aws_secret_access_key="wrong", aws_access_key_id="inkling")
        refused("SignatureDoesNotMatch", wrong.list_buckets)
        stranger = boto3.client("s3", endpoint_url=cloud.endpoint, aws_secret_access_key="x", aws_access_key_id="stranger")
        check("inkling" in refused("InvalidAccessKeyId", stranger.list_buckets)["Error"]["Message"])


main()
