#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""deploy, status, logs and destroy against a stand-in for AWS (stand_in.py): what stands in the account afterwards is
asked with boto3. What the stand-in cannot do (refuse, roll back) is answered by a script.

exit 77: no moto or boto3 here"""
import ast
import json
import os
import pty
import re
import shutil
import subprocess
import time

from deploy_parts import KEYS, Account, base_env, folder, inkling, run, start_stand_in
from scripted import Script, answer


def has(text, *parts):
    for part in parts:
        assert part in text, (part, text)


# --- the whole life of a pipeline --------------------------------------------------------------------------------------


def check_parts(aws):
    """What the template promises, as the services have it."""
    f = getattr(aws, "lambda").get_function(FunctionName="inkling-my-digits")["Configuration"]
    assert f["Runtime"] == "provided.al2023" and f["MemorySize"] == 512 and f["Timeout"] == 30, f
    assert f["Environment"]["Variables"] == {"INKLING_BUCKET": "my-digits"}, f
    role = f["Role"].split("/")[-1]
    policy = aws.iam.get_role_policy(RoleName=role, PolicyName="inkling")["PolicyDocument"]
    if isinstance(policy, str):  # as moto has it
        policy = ast.literal_eval(policy)
    by_sid = {s["Sid"]: s for s in policy["Statement"] if s}
    assert sorted(by_sid) == ["KeepFailedEvents", "OwnLog", "ReadTheBucket", "TellMissingFromForbidden",
                              "WriteAnswersAndReportsOnly"], by_sid
    assert by_sid["WriteAnswersAndReportsOnly"]["Resource"] == [
        "arn:aws:s3:::my-digits/*" + e for e in ("results.txt", "results.json", ".report.txt", ".report.json")]
    assert "*" not in [s["Resource"] for s in by_sid.values()]
    notifications = aws.s3.get_bucket_notification_configuration(Bucket="my-digits")["LambdaFunctionConfigurations"]
    suffixes = [n["Filter"]["Key"]["FilterRules"][0]["Value"] for n in notifications]
    assert {".png", ".PNG", ".onnx", "model.json", ".heic"} <= set(suffixes) and len(suffixes) == 32, suffixes
    assert all(n["LambdaFunctionArn"] == f["FunctionArn"] for n in notifications)
    assert aws.s3.get_public_access_block(Bucket="my-digits")["PublicAccessBlockConfiguration"] == {
        k: True for k in ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")}
    aws.s3.get_bucket_encryption(Bucket="my-digits")
    queue = aws.sqs.get_queue_url(QueueName="inkling-my-digits-failed")["QueueUrl"]
    assert aws.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]["MessageRetentionPeriod"] == "1209600"
    group = aws.logs.describe_log_groups(logGroupNamePrefix="/aws/lambda/inkling-my-digits")["logGroups"][0]
    assert group["retentionInDays"] == 30, group


def check_code_bucket(aws, code):
    keys = [o["Key"] for o in aws.s3.list_objects_v2(Bucket=code)["Contents"]]
    assert len(keys) == 1 and re.fullmatch(r"(x86_64|arm64)-[0-9a-f]{64}\.zip", keys[0]), keys
    assert aws.s3.get_public_access_block(Bucket=code)["PublicAccessBlockConfiguration"]["RestrictPublicBuckets"]
    assert aws.s3.head_object(Bucket=code, Key=keys[0])["ContentType"] == "application/zip"


def on_a_terminal(endpoint, *args):
    """Progress is for terminals: the same command with one as its stderr."""
    master, slave = pty.openpty()
    done = subprocess.Popen([inkling, *args], env={**base_env, **KEYS, "AWS_ENDPOINT_URL": endpoint},
                            stdout=subprocess.DEVNULL, stderr=slave)
    os.close(slave)
    text = b""
    while True:
        try:
            piece = os.read(master, 4096)
        except OSError:
            break
        if not piece:
            break
        text += piece
    os.close(master)
    assert done.wait() == 0, text
    return text.decode()


def whole_life(endpoint):
    aws = Account(endpoint)
    account = aws.sts.get_caller_identity()["Account"]
    code = "inkling-code-%s-eu-central-1" % account
    out, err = run("status", "my-digits", endpoint=endpoint, code=1)
    has(err, "inkling: status: my-digits: there is no stack inkling-my-digits in eu-central-1 of account " + account,
        "`inkling deploy my-digits` makes it")

    out, err = run("deploy", "my-digits", endpoint=endpoint)
    has(out, "my-digits: created in eu-central-1 of account " + account, "inkling destroy my-digits")
    check_parts(aws)
    check_code_bucket(aws, code)
    out, err = run("status", "my-digits", endpoint=endpoint)
    has(out, "is created (CREATE_COMPLETE)", "512 MB, 30 s, Active", "0 pictures and models", "failed      0 events",
        "alarm       OK", "queue       none")

    # again, with other settings; the data stays
    aws.s3.put_object(Bucket="my-digits", Key="a.png", Body=b"picture")
    aws.s3.put_object(Bucket="my-digits", Key="b.PNG", Body=b"picture")
    aws.s3.put_object(Bucket="my-digits", Key="b.PNG.results.json", Body=b"{}")
    out, err = run("deploy", "my-digits", "--memory", "1024", "--queue", "yes", endpoint=endpoint)
    has(out, "my-digits: updated in")
    check_code_bucket(aws, code)
    assert aws.s3.get_object(Bucket="my-digits", Key="a.png")["Body"].read() == b"picture"
    queues = aws.s3.get_bucket_notification_configuration(Bucket="my-digits")["QueueConfigurations"]
    assert len(queues) == 32 and queues[0]["QueueArn"].endswith(":inkling-my-digits-waiting"), queues
    run("deploy", "my-digits", endpoint=endpoint)  # what is not said stays
    status = json.loads(run("status", "my-digits", "--json", endpoint=endpoint)[0])
    assert status["function"]["memory_mb"] == 1024 and status["function"]["timeout_s"] == 30, status
    assert status["queue"] == {"waiting": 0, "taken": 0} and status["alarm"] == {"state": "OK"}, status
    assert status["uploads"] == {"uploads": 2, "unanswered": 1, "more": False}, status
    failed = aws.sqs.get_queue_url(QueueName="inkling-my-digits-failed")["QueueUrl"]
    aws.sqs.send_message(QueueUrl=failed, MessageBody="{}")
    has(run("status", "my-digits", endpoint=endpoint)[0], "failed      1 event: `inkling sweep` has them read again",
        "is updated (UPDATE_COMPLETE)", "2 pictures and models, 1 without an answer")

    # a failed event is brought back: what it names is answered here (its picture is none, which is an answer)
    aws.sqs.purge_queue(QueueUrl=failed)
    s3_event = {"Records": [{"eventVersion": "2.1", "eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "s3": {
        "bucket": {"name": "my-digits"}, "object": {"key": "a.png", "size": 7, "eTag": "e", "sequencer": "00"}}}]}
    record = {"version": "1.0", "requestContext": {"condition": "RetriesExhausted"}, "requestPayload": s3_event,
              "responseContext": {"statusCode": 200}, "responsePayload": {}}
    aws.s3.put_object(Bucket="my-digits", Key="gone.png", Body=b"")
    aws.s3.delete_object(Bucket="my-digits", Key="gone.png")
    for body in (record, json.loads(json.dumps(s3_event).replace("a.png", "gone.png"))):
        aws.sqs.send_message(QueueUrl=failed, MessageBody=json.dumps(body))
    aws.sqs.send_message(QueueUrl=failed, MessageBody="no event")
    out, err = run("sweep", "my-digits", endpoint=endpoint, code=1)
    has(out, "3 failed events, 2 answered now and gone from the queue")
    has(err, "inkling: sweep: failed event ", "it stays in the queue")
    has(aws.s3.get_object(Bucket="my-digits", Key="a.results.txt")["Body"].read().decode(), "error=bad-image")
    aws.s3.delete_objects(Bucket="my-digits", Delete={"Objects": [
        {"Key": "%s.results.%s" % (k, e)} for k in ("a", "b.PNG") for e in ("txt", "json")]})
    aws.s3.put_object(Bucket="my-digits", Key="b.PNG.results.json", Body=b"{}")

    # the log
    group, now = "/aws/lambda/inkling-my-digits", int(time.time() * 1000)
    aws.logs.create_log_stream(logGroupName=group, logStreamName="s")
    lines = ["Segmentation fault", json.dumps({"timestamp": "", "level": "INFO", "message": "digit.png: \x1b[31m7"}),
             json.dumps({"type": "platform.report", "record": {"status": "timeout", "metrics": {
                 "durationMs": 12.34, "billedDurationMs": 13, "memorySizeMB": 512, "maxMemoryUsedMB": 41}}}),
             json.dumps({"_aws": {"Timestamp": 1}})]
    aws.logs.put_log_events(logGroupName=group, logStreamName="s",
                            logEvents=[{"timestamp": now - 3600000 * (i == 0), "message": m} for i, m in enumerate(lines)])
    out, _ = run("logs", "my-digits", endpoint=endpoint)
    has(out, "INFO   digit.png: \\x1b[31m7\n", "REPORT 12.3 ms, billed 13 ms, 41 of 512 MB, timeout\n")
    assert "Segmentation" not in out and "_aws" not in out and out.count("\n") == 2, out
    has(run("logs", "my-digits", "--since", "2h", endpoint=endpoint)[0], "Segmentation fault\n")
    has(run("logs", "my-digits", "--json", endpoint=endpoint)[0], '"_aws"')

    follower = subprocess.Popen([inkling, "logs", "my-digits", "--follow", "--since", "1m"], stdout=subprocess.PIPE, text=True,
                                env={**base_env, **KEYS, "AWS_ENDPOINT_URL": endpoint})
    has(follower.stdout.readline(), "digit.png")
    has(follower.stdout.readline(), "REPORT")
    for word in ("first", "second"):  # each once, though the log is asked for again and again with some overlap
        aws.logs.put_log_events(logGroupName=group, logStreamName="s",
                                logEvents=[{"timestamp": int(time.time() * 1000), "message": word}])
        has(follower.stdout.readline(), word)
    follower.terminate()
    follower.wait()

    # a second pipeline keeps the code bucket
    text = on_a_terminal(endpoint, "deploy", "other.digits", "--suffixes", "png", "--more-suffix", ".Png")
    has(text, "Uploading the code ...", "CREATE_COMPLETE", "inkling-other-digits")
    rows = aws.s3.get_bucket_notification_configuration(Bucket="other.digits")["LambdaFunctionConfigurations"]
    assert sorted(r["Filter"]["Key"]["FilterRules"][0]["Value"] for r in rows) == [
        ".PNG", ".Png", ".bin", ".data", ".onnx", ".onnx_data", ".png", ".weights", "model.json"], rows
    _, err = run("deploy", "other-digits", endpoint=endpoint, code=1)
    has(err, "inkling: deploy: other-digits: the stack inkling-other-digits belongs to the bucket other.digits")

    # down
    _, err = run("destroy", "my-digits", endpoint=endpoint, code=1)
    has(err, "inkling: destroy: my-digits: it has 3 objects (16 bytes, older versions included), and nothing was deleted",
        "--yes")
    assert aws.s3.list_objects_v2(Bucket="my-digits")["KeyCount"] == 3
    aws.s3.put_bucket_versioning(Bucket="my-digits", VersioningConfiguration={"Status": "Enabled"})
    for i in range(70):
        aws.s3.put_object(Bucket="my-digits", Key="many/ä &+%%%d" % i, Body=b"")
    aws.s3.delete_object(Bucket="my-digits", Key="a.png")
    out, err = run("destroy", "my-digits", "--yes", endpoint=endpoint)
    has(err, "Deleting 74 objects")
    has(out, "my-digits: the stack inkling-my-digits is gone")
    assert "code bucket" not in out
    aws.s3.head_bucket(Bucket=code)
    out, _ = run("destroy", "other.digits", endpoint=endpoint)
    has(out, "with this last one the code bucket " + code)
    assert aws.s3.list_buckets()["Buckets"] == []
    assert getattr(aws, "lambda").list_functions()["Functions"] == []

    # the name of a bucket that is there already
    aws.s3.create_bucket(Bucket="mine", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    aws.s3.put_object(Bucket="mine", Key="data", Body=b"precious")
    _, err = run("deploy", "mine", endpoint=endpoint, code=1)
    has(err, "inkling: deploy: mine: you have a bucket of that name already, which no stack of inkling made")
    _, err = run("destroy", "mine", "--yes", endpoint=endpoint, code=1)
    has(err, "inkling: destroy: mine: there is no stack")
    assert aws.s3.get_object(Bucket="mine", Key="data")["Body"].read() == b"precious"
    assert [b["Name"] for b in aws.s3.list_buckets()["Buckets"]] == ["mine"]


def by_hand(endpoint):
    """The template with nothing but the AWS CLI; what it made, inkling brings up to date and takes down."""
    aws, cli = Account(endpoint), shutil.which("aws")
    if not cli:
        print("deploy: no aws here: the template was not tried with it")
        return
    zip_path = os.path.join(folder.name, "function.zip")
    run("package", "-o", zip_path)
    aws.s3.create_bucket(Bucket="your-code", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    aws.s3.upload_file(zip_path, "your-code", "function.zip")
    subprocess.run([cli, "cloudformation", "deploy", "--stack-name", "inkling-by-hand", "--template-file",
                    os.path.join(os.environ["INK_SOURCE"], "deploy/template.yaml"), "--capabilities", "CAPABILITY_IAM",
                    "--endpoint-url", endpoint, "--parameter-overrides", "Bucket=by-hand", "Name=my-own-name",
                    "CodeBucket=your-code", "CodeKey=function.zip"], check=True, timeout=200, stdout=subprocess.DEVNULL,
                   env={**base_env, **KEYS, "AWS_DEFAULT_REGION": "eu-central-1"})
    has(run("status", "by-hand", endpoint=endpoint)[0], "is created (CREATE_COMPLETE)", "512 MB, 30 s, Active")
    has(run("deploy", "by-hand", endpoint=endpoint)[0], "by-hand: updated in")
    assert [f["FunctionName"] for f in getattr(aws, "lambda").list_functions()["Functions"]] == ["my-own-name"]
    run("destroy", "by-hand", endpoint=endpoint)
    assert sorted(b["Name"] for b in aws.s3.list_buckets()["Buckets"]) == ["mine", "your-code"]


# --- what goes wrong -----------------------------------------------------------------------------------------------------

IDENTITY = answer("<R><GetCallerIdentityResult><Account>123456789012</Account><Arn>a</Arn></GetCallerIdentityResult></R>")
ABSENT = answer("<E><Error><Code>ValidationError</Code><Message>Stack with id x does not exist</Message></Error></E>", 400)


def refusal(code, message, status=400):
    return answer("<E><Error><Code>%s</Code><Message>%s</Message></Error></E>" % (code, message), status)


def stack(state, why="", bucket="bbb"):
    return answer("<R><DescribeStacksResult><Stacks><member><StackId>arn:stack/1</StackId><StackName>inkling-bbb</StackName>"
                  "<StackStatus>%s</StackStatus><StackStatusReason>%s</StackStatusReason><Parameters><member><ParameterKey>"
                  "Bucket</ParameterKey><ParameterValue>%s</ParameterValue></member></Parameters></member></Stacks>"
                  "</DescribeStacksResult></R>" % (state, why, bucket))


def events(*rows):
    return answer("<R><DescribeStackEventsResult><StackEvents>%s</StackEvents></DescribeStackEventsResult></R>" % "".join(
        "<member><EventId>%s</EventId><LogicalResourceId>%s</LogicalResourceId><ResourceType>%s</ResourceType>"
        "<ResourceStatus>%s</ResourceStatus><ResourceStatusReason>%s</ResourceStatusReason></member>" % row for row in rows))


def service(answers, default=answer("<R/>")):
    """By Action or by method and path, each a list that is used up to its last."""
    def choose(request):
        form = re.match(r"Action=(\w+)", request.body.decode(errors="replace"))
        name = form.group(1) if form else "%s %s" % (request.method, request.path)
        for pattern, list_of in answers.items():
            if re.fullmatch(pattern, name):
                return list_of.pop(0) if len(list_of) > 1 else list_of[0]
        return default
    return choose


def with_script(answers, *args, code=1, keys=KEYS):
    with Script(service({"GetCallerIdentity": [IDENTITY], **answers})) as script:
        out, err = run(*args, endpoint=script.url, keys=keys, code=code)
        return out + err, script.requests


NO_BUCKET = {r"HEAD /bbb": [answer("", 404)], r"HEAD /inkling-code[^/]*": [answer("", 404)], r"HEAD .*zip": [answer("", 404)],
             r"GET /inkling-code.*": [answer("<ListVersionsResult><IsTruncated>false</IsTruncated></ListVersionsResult>")]}


def failures():
    # nothing to sign with, and nowhere to go
    _, err = run("deploy", "bbb", keys={"AWS_REGION": "eu-central-1"}, code=1)
    has(err, "inkling: deploy: bbb: no credentials: run `aws configure` or `aws sso login`")
    _, err = run("deploy", "bbb", keys=dict(KEYS, AWS_REGION=""), code=1)
    has(err, "inkling: deploy: bbb: no region: say --region")
    _, err = run("status", "bbb", "--region", "Frankfurt", code=1)
    has(err, 'inkling: status: bbb: "Frankfurt" is no region\'s name: they look like eu-central-1')
    _, err = run("status", "bbb", "--profile", "nobody", code=1)
    has(err, "inkling: status: bbb: profile nobody: there is no such profile")
    _, err = run("deploy", "B_", code=1)
    has(err, "inkling: deploy: B_: no bucket's name")
    _, err = run("logs", "bbb", "--since", "soon", code=2)
    has(err, "--since soon: say 90s, 10m, 2h or 1d")
    # a region that the account or the world does not have
    text, _ = with_script({"GetCallerIdentity": [refusal("InvalidClientTokenId", "The security token is invalid.", 403)]},
                          "status", "bbb")
    has(text, "STS GetCallerIdentity: InvalidClientTokenId: The security token is invalid. (403); the access key is not "
        "known there: check it, and whether the region is enabled for the account")
    text, _ = with_script({"GetCallerIdentity": [refusal("ExpiredToken", "expired", 403)]}, "status", "bbb")
    has(text, "the session is over: sign in again")
    # another S3 than Amazon's has no regions: sweep does not ask for one
    keys = {"AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s"}
    with Script(lambda request: answer("<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>")) as script:
        out, _ = run("sweep", "bbb", keys={**keys, "AWS_ENDPOINT_URL_S3": script.url})
        has(out, "0 pictures and models")
        assert [r.method for r in script.requests] == ["GET"], script.requests
    _, err = run("sweep", "bbb", keys=keys, code=1)
    has(err, "no region")
    # no permission
    text, _ = with_script({"DescribeStacks": [refusal("AccessDenied", "User: u is not authorized", 403)]}, "deploy", "bbb")
    has(text, "inkling: deploy: bbb: CloudFormation DescribeStacks: AccessDenied: User: u is not authorized (403); ask for "
        "this permission, docs/aws.md lists all that are needed")
    # the names
    text, requests = with_script({"DescribeStacks": [ABSENT], "HEAD /bbb": [answer("", 403)]}, "deploy", "bbb")
    has(text, "inkling: deploy: bbb: somebody else has a bucket of that name, or you have it in another region")
    assert not [r for r in requests if r.method == "PUT"], requests
    text, _ = with_script({"DescribeStacks": [ABSENT], **NO_BUCKET, "HEAD /inkling-code[^/]*": [answer("", 403)]},
                          "deploy", "bbb")
    has(text, "bucket inkling-code-123456789012-eu-central-1: it is another account's", "nothing is sent there")
    text, _ = with_script({"DescribeStacks": [stack("CREATE_COMPLETE", bucket="a.b")]}, "deploy", "bbb")
    has(text, "the stack inkling-bbb belongs to the bucket a.b: take another name")
    # a service that is busy is asked again
    busy = answer("<E><Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error></E>", 400)
    text, requests = with_script({"GetCallerIdentity": [busy, answer("", 503), IDENTITY], "DescribeStacks": [ABSENT]}, "status", "bbb")
    assert sum(b"GetCallerIdentity" in r.body for r in requests) == 3, requests


def roll_backs():
    created = answer("<R><CreateStackResult><StackId>arn:stack/1</StackId></CreateStackResult></R>")
    why = "User: u is not authorized to perform: iam:CreateRole on resource: r"
    text, requests = with_script({
        **NO_BUCKET, "CreateStack": [created],
        "DescribeStacks": [ABSENT, stack("CREATE_IN_PROGRESS"), stack("ROLLBACK_IN_PROGRESS"), stack("DELETE_COMPLETE"),
                           answer("<R><DescribeStacksResult/></R>")],
        "DescribeStackEvents": [
            events(("1", "inkling-bbb", "AWS::CloudFormation::Stack", "CREATE_IN_PROGRESS", "")),
            events(("3", "Log", "AWS::Logs::LogGroup", "CREATE_FAILED", "Resource creation cancelled"),
                   ("2", "Role", "AWS::IAM::Role", "CREATE_FAILED", why),
                   ("1", "inkling-bbb", "AWS::CloudFormation::Stack", "CREATE_IN_PROGRESS", ""))],
    }, "deploy", "bbb")
    has(text, "inkling: deploy: Role (AWS::IAM::Role): CREATE_FAILED: " + why + "; ask for this permission",
        "inkling: deploy: bbb: the stack was not created (DELETE_COMPLETE); what had been made is gone again")
    assert "cancelled" not in text and text.count("CREATE_FAILED") == 1, text
    body = next(r.body for r in requests if r.body.startswith(b"Action=CreateStack"))
    assert b"OnFailure=DELETE" in body and b"Capabilities.member.1=CAPABILITY_IAM" in body
    assert ("DELETE", "/inkling-code-123456789012-eu-central-1") in [(r.method, r.path) for r in requests]

    # what an earlier creation has left is cleared away first
    done = stack("CREATE_COMPLETE")
    text, requests = with_script({
        **NO_BUCKET, "CreateStack": [created],
        "DescribeStacks": [stack("ROLLBACK_COMPLETE"), stack("DELETE_IN_PROGRESS"), stack("DELETE_COMPLETE"), ABSENT, done],
        "DescribeStackEvents": [events()],
    }, "deploy", "bbb", code=0)
    has(text, "bbb: created in eu-central-1")
    assert [a for r in requests for a in re.findall(rb"Action=(DeleteStack|CreateStack)", r.body)] == [b"DeleteStack", b"CreateStack"]
    tokens = [t for r in requests for t in re.findall(rb"ClientRequestToken=([^&]+)", r.body)]
    assert len(set(tokens)) == 2, tokens  # one token for two things is refused

    # a creation that is out of sight may go on: its code stays
    text, requests = with_script({
        **NO_BUCKET, "CreateStack": [created],
        "DescribeStacks": [ABSENT, refusal("ExpiredToken", "late", 403), stack("CREATE_IN_PROGRESS")],
    }, "deploy", "bbb")
    has(text, "lost sight of the stack, which goes on by itself (`inkling status` tells): CloudFormation DescribeStacks: ExpiredToken")
    assert not [r for r in requests if r.method == "DELETE"], requests

    # an update that is put back; an update that changes nothing; one that cannot be put back
    text, _ = with_script({
        **NO_BUCKET, "UpdateStack": [answer("<R/>")],
        "DescribeStacks": [done, stack("UPDATE_ROLLBACK_IN_PROGRESS"), stack("UPDATE_ROLLBACK_COMPLETE")],
        "DescribeStackEvents": [events(), events(("9", "Function", "AWS::Lambda::Function", "UPDATE_FAILED", "Memory size"))],
    }, "deploy", "bbb")
    has(text, "Function (AWS::Lambda::Function): UPDATE_FAILED: Memory size",
        "the stack was not updated (UPDATE_ROLLBACK_COMPLETE); everything is as it was before")
    text, _ = with_script({**NO_BUCKET, "DescribeStacks": [done], "DescribeStackEvents": [events()],
                           "UpdateStack": [refusal("ValidationError", "No updates are to be performed.")]}, "deploy", "bbb", code=0)
    has(text, "bbb: nothing to do in eu-central-1")
    text, _ = with_script({"DescribeStacks": [stack("UPDATE_ROLLBACK_FAILED")], "DescribeStackEvents": [events()]}, "deploy", "bbb")
    has(text, "half put back after an update that failed (UPDATE_ROLLBACK_FAILED): `aws cloudformation "
        "continue-update-rollback --stack-name inkling-bbb`")

    # destroy: a bucket that the stack did not make stays; what cannot be deleted is told with its reason
    resource = "<R><DescribeStackResourceResult><StackResourceDetail><ResourceStatus>%s</ResourceStatus>" \
               "<PhysicalResourceId>bbb</PhysicalResourceId></StackResourceDetail></DescribeStackResourceResult></R>"
    # ... and a code bucket that may not be looked for is not passed over in silence
    text, _ = with_script({
        "DescribeStacks": [stack("ROLLBACK_COMPLETE"), stack("DELETE_COMPLETE"), refusal("AccessDenied", "no", 403)],
        "DescribeStackResource": [answer(resource % "CREATE_FAILED")], "DescribeStackEvents": [events()],
    }, "destroy", "bbb")
    has(text, "bbb: the stack is gone, but the code bucket inkling-code-123456789012-eu-central-1 is left: ")
    text, requests = with_script({
        "DescribeStacks": [stack("ROLLBACK_COMPLETE"), stack("DELETE_COMPLETE"), answer("<R><DescribeStacksResult/></R>")],
        "DescribeStackResource": [answer(resource % "CREATE_FAILED")], "DescribeStackEvents": [events()],
        "HEAD .*": [answer("", 404)],
    }, "destroy", "bbb", "--yes", code=0)
    has(text, "bbb: the stack inkling-bbb is gone")
    assert not [r for r in requests if r.path.startswith("/bbb")], requests
    empty = answer("<ListVersionsResult><IsTruncated>false</IsTruncated></ListVersionsResult>")
    text, requests = with_script({
        "DescribeStacks": [done, stack("DELETE_FAILED")], "DescribeStackResource": [answer(resource % "CREATE_COMPLETE")],
        "DescribeStackEvents": [events(), events(("9", "Pictures", "AWS::S3::Bucket", "DELETE_FAILED", "The bucket is not empty"))],
        "GET /bbb.*": [empty],
    }, "destroy", "bbb")
    has(text, "Pictures (AWS::S3::Bucket): DELETE_FAILED: The bucket is not empty; say --yes to have it emptied",
        "inkling: destroy: bbb: the stack is half deleted (DELETE_FAILED); run this again")
    owners = [r.headers.get("x-amz-expected-bucket-owner") for r in requests if r.path.startswith("/bbb")]
    assert owners and set(owners) == {"123456789012"}, owners


def over_tls():
    """As it is in earnest: the code bucket then speaks TLS only. Whom nobody vouches for is not told anything."""
    certificate = os.path.join(folder.name, "cert.pem"), os.path.join(folder.name, "key.pem")
    made = subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                           "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-out", certificate[0],
                           "-keyout", certificate[1]], capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    answers = {"GetCallerIdentity": [IDENTITY], **NO_BUCKET, "DescribeStacks": [ABSENT, stack("CREATE_COMPLETE")],
               "DescribeStackEvents": [events()],
               "CreateStack": [answer("<R><CreateStackResult><StackId>arn:stack/1</StackId></CreateStackResult></R>")]}
    with Script(service(answers), certificate) as script:
        out, _ = run("deploy", "bbb", endpoint=script.url, keys=dict(KEYS, AWS_CA_BUNDLE=certificate[0]))
        has(out, "bbb: created in eu-central-1")
        policy = json.loads(next(r.body for r in script.requests if r.path.endswith("?policy")))
        code = "arn:aws:s3:::inkling-code-123456789012-eu-central-1"
        assert policy["Statement"] == [{"Sid": "OnlyTls", "Effect": "Deny", "Principal": "*", "Action": "s3:*",
                                        "Resource": [code, code + "/*"],
                                        "Condition": {"Bool": {"aws:SecureTransport": "false"}}}], policy
    with Script(service(answers), certificate) as script:
        _, err = run("status", "bbb", endpoint=script.url, code=1)
        has(err, "inkling: status: bbb: STS GetCallerIdentity: ", "certificate")
        assert script.requests == []


def dry_run():
    with Script(lambda request: answer("", 500)) as script:
        out, _ = run("deploy", "bbb", "--dry-run", "--memory", "256", endpoint=script.url, keys={"AWS_REGION": "eu-west-1"})
        assert script.requests == [], script.requests
    has(out, "# S3 PutBucketPolicy", "#   Memory           256\n", "inkling-code-ACCOUNT-eu-west-1")
    assert out.endswith(open(os.path.join(os.environ["INK_SOURCE"], "deploy/template.yaml")).read())


dry_run()
over_tls()
failures()
roll_backs()
server, endpoint = start_stand_in()
try:
    whole_life(endpoint)
    by_hand(endpoint)
finally:
    server.terminate()
    server.wait()
print("deploy: made, updated, read and taken down; every failure says what it was")
