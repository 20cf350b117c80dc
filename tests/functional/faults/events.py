"""Events as AWS delivers them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from mainstay.embedded.bus import Event
from mainstay.embedded.personas import ACCOUNT, Persona

_SOURCES = {"ec2": "ec2.amazonaws.com", "ssm": "ssm.amazonaws.com"}


def call_event(
    service: str, operation: str, parameters: Mapping[str, Any], *, by: Persona, at: datetime, number: int
) -> Event:
    """What CloudTrail says of a call that worked."""
    time = f"{at:%Y-%m-%dT%H:%M:%SZ}"
    detail = {
        "eventVersion": "1.11",
        "userIdentity": by.user_identity,
        "eventTime": time,
        "eventSource": _SOURCES[service],
        "eventName": operation,
        "awsRegion": "us-east-1",
        "sourceIPAddress": by.source_ip,
        "userAgent": by.user_agent,
        "requestParameters": dict(parameters),
        "responseElements": None,
        "requestID": f"request-{number}",
        "eventID": f"call-{number}",
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
    }
    return {
        "version": "0",
        "id": f"event-{number}",
        "detail-type": "AWS API Call via CloudTrail",
        "source": f"aws.{service}",
        "account": ACCOUNT,
        "time": time,
        "region": "us-east-1",
        "resources": [],
        "detail": detail,
    }


def scheduled_event(at: datetime) -> Event:
    """What a schedule sends."""
    return {
        "version": "0",
        "id": "scheduled",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "region": "us-east-1",
        "resources": [],
        "detail": {},
    }
