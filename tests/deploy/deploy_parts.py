# SPDX-License-Identifier: MIT
"""What the tests of deploy share: the program in an environment of its own, the stand-in for AWS, an account in it.
Exits with 77 where boto3 is not here."""
import os
import shutil
import subprocess
import sys
import tempfile
import time

here = os.path.dirname(os.path.abspath(__file__))
try:
    import boto3
except ImportError as error:
    print("skipped: %s" % error)
    sys.exit(77)

folder = tempfile.TemporaryDirectory(prefix="inkling-deploy-")
base_env = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "INKLING_"))}
base_env.update(HOME=folder.name, AWS_EC2_METADATA_DISABLED="true", NO_PROXY="127.0.0.1")
KEYS = dict(AWS_ACCESS_KEY_ID="AKIATEST", AWS_SECRET_ACCESS_KEY="secret", AWS_REGION="eu-central-1")


def find_program():
    """A build with sanitizers has no static bootstrap to deploy: then that of the build around it is put beside a copy."""
    build = os.environ["INK_BUILD"]
    program = os.path.join(build, "inkling")
    told = subprocess.run([program, "package", "-o", os.path.join(folder.name, "try.zip")], capture_output=True, text=True)
    if told.returncode == 0:
        return program
    other = os.path.join(os.path.dirname(build), "bootstrap")
    if not os.path.exists(other):
        print("skipped: there is no function to deploy: " + told.stderr)
        sys.exit(77)
    shutil.copy(other, folder.name)
    return shutil.copy(program, folder.name)


inkling = find_program()


def run(*args, endpoint=None, keys=KEYS, code=0):
    env = {**base_env, **keys}
    if endpoint:
        env["AWS_ENDPOINT_URL"] = endpoint
    done = subprocess.run([inkling, *args], env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == code, (args, done.returncode, done.stdout, done.stderr)
    return done.stdout, done.stderr


def start_stand_in():
    port_file = os.path.join(folder.name, "port")
    server = subprocess.Popen([sys.executable, os.path.join(here, "stand_in.py"), port_file], stderr=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, env=base_env)
    while not os.path.exists(port_file):
        if server.poll() is not None:
            print(server.stdout.read().decode(), end="")
            sys.exit(server.returncode)
        time.sleep(0.05)
    return server, "http://127.0.0.1:" + open(port_file).read()


class Account:
    """account.s3, account.sqs, ...: boto3's clients."""

    def __init__(self, endpoint):
        self.endpoint = endpoint

    def __getattr__(self, service):
        return boto3.client(service, endpoint_url=self.endpoint, region_name="eu-central-1", aws_access_key_id="k",
                            aws_secret_access_key="s")
