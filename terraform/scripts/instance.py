"""Make, set up and remove an EC2 instance."""

from __future__ import annotations

import hashlib
from typing import Any

import boto3
from step import OWNER_TAG, POLL, Input, StepError, as_list, run_step

ec2 = boto3.client("ec2")
_ALIVE = ["pending", "running", "stopping", "stopped"]


def make(wish: Input) -> str:
    """Start one instance, unless this recovery already has; answer its id."""
    made = _find(wish)
    return made or str(ec2.run_instances(**_launch(wish))["Instances"][0]["InstanceId"])


def set_up(wish: Input) -> None:
    """Give it its instance profile, which takes a running instance."""
    instance_id = wish["instance_id"]
    if not instance_id:
        raise StepError("the id of the instance that was made is not known")
    if wish["instance_profile"] and not _has_profile(instance_id):
        ec2.get_waiter("instance_running").wait(InstanceIds=[instance_id], WaiterConfig=POLL)
        profile = {"Name": wish["instance_profile"]}
        ec2.associate_iam_instance_profile(InstanceId=instance_id, IamInstanceProfile=profile)


def remove(wish: Input) -> None:
    """Terminate what this recovery started, if it lives, and wait until it is gone."""
    instance_id = _find(wish)
    if instance_id:
        ec2.terminate_instances(InstanceIds=[instance_id])
        ec2.get_waiter("instance_terminated").wait(InstanceIds=[instance_id], WaiterConfig=POLL)


def _find(wish: Input) -> str:
    """The living instance that carries the token; empty where there is none."""
    filters = [
        {"Name": f"tag:{OWNER_TAG}", "Values": [wish["token"]]},
        {"Name": "instance-state-name", "Values": _ALIVE},
    ]
    found = ec2.describe_instances(Filters=filters)["Reservations"]
    return next((str(i["InstanceId"]) for group in found for i in group["Instances"]), "")


def _launch(wish: Input) -> dict[str, Any]:
    optional = {
        "SubnetId": wish["subnet_id"],
        "SecurityGroupIds": [group for group in wish["security_group_ids"].split(",") if group],
        "KeyName": wish["key_name"],
    }
    return {
        "ImageId": wish["image_id"],
        "InstanceType": wish["instance_type"],
        "Monitoring": {"Enabled": wish["monitoring"] == "true"},
        "TagSpecifications": [{"ResourceType": "instance", "Tags": as_list(wish.tags)}],
        # AWS starts no second instance for the same client token; it takes at most 64 characters.
        "ClientToken": hashlib.sha256(wish["token"].encode()).hexdigest(),
        "MinCount": 1,
        "MaxCount": 1,
        **{name: value for name, value in optional.items() if value},
    }


def _has_profile(instance_id: str) -> bool:
    filters = [{"Name": "instance-id", "Values": [instance_id]}]
    found = ec2.describe_iam_instance_profile_associations(Filters=filters)
    return bool(found["IamInstanceProfileAssociations"])


if __name__ == "__main__":
    run_step({"make": make, "set_up": set_up, "remove": remove})
