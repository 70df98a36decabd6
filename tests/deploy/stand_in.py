#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""An AWS for the tests: moto's server, with what it gets wrong about stacks put right.

usage: stand_in.py PORT_FILE     serves until it is stopped; writes its port when it is ready; exit 77: moto is not here

- an update does what a resource's Condition says, as a creation does;
- a resource that moto cannot update stays what it is, instead of vanishing;
- a mapping's keys are text, also where a parameter of type Number is looked up;
- a bucket of a stack has its notifications and its block of public access, an alarm is made; nothing is woken by them.
"""
import os
import sys
import warnings

try:
    import moto.cloudformation.parsing as parsing
    import moto.server  # noqa: F401  (needs more than moto itself)
    from moto.cloudwatch.models import cloudwatch_backends
    from moto.core.common_models import CloudFormationModel
    from moto.moto_server.threaded_moto_server import ThreadedMotoServer
    from moto.s3 import notifications
    from moto.s3.models import FakeBucket, s3_backends
except ImportError as error:
    print("skipped: %s (pip install 'moto[server]')" % error)
    sys.exit(77)

warnings.simplefilter("ignore")  # of resources that moto leaves out
update = parsing.parse_and_update_resource


def update_as_told(logical_id, resource_json, resources_map, **place):
    condition = resource_json.get("Condition")
    if condition and not resources_map.lazy_condition_map[condition]:
        return None
    before = resources_map.get(logical_id)
    return update(logical_id, resource_json, resources_map, **place) or before


parsing.parse_and_update_resource = update_as_told
clean = parsing.clean_json


def clean_with_text_keys(resource, resources_map):
    if isinstance(resource, dict) and "Fn::FindInMap" in resource:
        path = [clean(part, resources_map) for part in resource["Fn::FindInMap"]]
        resource = {"Fn::FindInMap": [path[0], str(path[1]), path[2]]}
    return clean(resource, resources_map)


parsing.clean_json = clean_with_text_keys


def configure(bucket, properties):
    """What moto's stacks leave out of a bucket."""
    block = properties.get("PublicAccessBlockConfiguration")
    if block:
        s3_backends[bucket.account_id]["aws"].put_public_access_block(bucket.name, {k: str(v).lower() for k, v in block.items()})
    wanted = properties.get("NotificationConfiguration") or {}
    bucket.set_notification_configuration({
        kind: [{target: row[source], "Event": [row["Event"]],
                "Filter": {"S3Key": {"FilterRule": row["Filter"]["S3Key"]["Rules"]}}}
               for row in wanted.get(plural, []) if row]
        for plural, kind, target, source in [("LambdaConfigurations", "CloudFunctionConfiguration", "CloudFunction", "Function"),
                                             ("QueueConfigurations", "QueueConfiguration", "Queue", "Queue")]})
    return bucket


create_bucket, update_bucket = FakeBucket.create_from_cloudformation_json, FakeBucket.update_from_cloudformation_json
FakeBucket.create_from_cloudformation_json = classmethod(
    lambda cls, name, wanted, *place, **kwargs: configure(create_bucket(name, wanted, *place, **kwargs), wanted["Properties"]))
FakeBucket.update_from_cloudformation_json = classmethod(
    lambda cls, original_resource, new_resource_name, cloudformation_json, **place: configure(
        update_bucket(original_resource, new_resource_name, cloudformation_json, **place), cloudformation_json["Properties"]))
notifications.send_event = notifications.send_test_event = lambda *args, **kwargs: None


class Alarm(CloudFormationModel):
    __module__ = "moto.cloudwatch.stand_in"  # where moto looks for the service it belongs to

    def __init__(self, name):
        self.name = self.physical_resource_id = name

    @staticmethod
    def cloudformation_name_type():
        return "AlarmName"

    @staticmethod
    def cloudformation_type():
        return "AWS::CloudWatch::Alarm"

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        p = cloudformation_json["Properties"]
        backend = cloudwatch_backends[account_id][region_name]
        backend.put_metric_alarm(
            name=p["AlarmName"], namespace=p["Namespace"], metric_name=p["MetricName"], statistic=p["Statistic"],
            comparison_operator=p["ComparisonOperator"], evaluation_periods=p["EvaluationPeriods"], period=p["Period"],
            threshold=p["Threshold"], description=p["AlarmDescription"], dimensions=[], alarm_actions=p.get("AlarmActions", []))
        return cls(p["AlarmName"])

    @classmethod
    def delete_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name):
        cloudwatch_backends[account_id][region_name].delete_alarms([resource_name])



server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
port = server.get_host_and_port()[1]
with open(sys.argv[1] + ".part", "w") as file:
    file.write(str(port))
os.rename(sys.argv[1] + ".part", sys.argv[1])
server._thread.join()
