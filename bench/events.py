"""The event that the benchmarks of the event handler use: what CloudTrail says of one stopped instance."""

from __future__ import annotations

from typing import Any

ACCOUNT, REGION = "111122223333", "eu-west-1"


def stop_instance_event(number: int) -> dict[str, Any]:
    """An envelope as EventBridge delivers it; each number is another instance and another event."""
    return {
        "version": "0",
        "id": f"27b9a1f1-3bd1-9d2c-6e0f-{number:012x}",
        "detail-type": "AWS API Call via CloudTrail",
        "source": "aws.ec2",
        "account": ACCOUNT,
        "time": "2026-09-14T03:12:05Z",
        "region": REGION,
        "resources": [],
        "detail": _detail(f"i-{number:017x}", f"9357a8cd-a0eb-46a1-b67e-{number:012x}"),
    }


def _detail(instance: str, event_id: str) -> dict[str, Any]:
    """CloudTrail's record of the call."""
    states = {
        "currentState": {"code": 64, "name": "stopping"},
        "previousState": {"code": 16, "name": "running"},
    }
    return {
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "IAMUser",
            "principalId": "AIDACKCEVSQ6C2EXAMPLE",
            "arn": f"arn:aws:iam::{ACCOUNT}:user/alice",
            "accountId": ACCOUNT,
            "userName": "alice",
        },
        "eventTime": "2026-09-14T03:12:05Z",
        "eventSource": "ec2.amazonaws.com",
        "eventName": "StopInstances",
        "awsRegion": REGION,
        "sourceIPAddress": "203.0.113.24",
        "userAgent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
        "requestParameters": {"instancesSet": {"items": [{"instanceId": instance}]}, "force": False},
        "responseElements": {"instancesSet": {"items": [{"instanceId": instance, **states}]}},
        "eventID": event_id,
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
    }
