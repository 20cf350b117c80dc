"""CloudTrail: without a trail EventBridge tells of no API call, so nobody knows who did what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.errors import MainstayError
from mainstay.doctor.case import Case
from mainstay.doctor.check import Check
from mainstay.doctor.findings import Finding, failure, fine, unclear


def _examine(case: Case) -> Iterator[Finding]:
    trails = case.read("cloudtrail", "describe_trails", includeShadowTrails=True)["trailList"]
    here = [
        one for one in trails if one.get("IsMultiRegionTrail") or one.get("HomeRegion") == case.target.region
    ]
    unread: list[str] = []
    for trail in here:
        try:
            if _records(case, trail):
                yield fine(f"the trail {trail['Name']} records changes in {case.target.region}")
                return
        except MainstayError as error:
            unread.append(f"{trail['Name']}: {error}")
    if unread:
        yield unclear(
            f"whether a trail records here cannot be read: {'; '.join(unread)}",
            "look at the trail in the account that owns it",
        )
        return
    yield failure(*_missing(case, here))


def _missing(case: Case, here: list[dict[str, Any]]) -> tuple[str, str]:
    region = case.target.region
    costs = "who changed something stays unknown, and tampering is not heard of"
    if not here:
        return f"there is no trail for {region}: {costs}", (
            "aws cloudtrail create-trail --name management-events --is-multi-region-trail "
            f"--s3-bucket-name BUCKET --region {region}, then start-logging"
        )
    name = here[0]["TrailARN"]
    return f"no trail records changes in {region}: {costs}", (
        f"aws cloudtrail start-logging --name {name} --region {region}"
    )


def _records(case: Case, trail: Mapping[str, Any]) -> bool:
    """Whether it is on, and takes management events that change something."""
    arn = str(trail["TrailARN"])
    if not case.read("cloudtrail", "get_trail_status", Name=arn).get("IsLogging"):
        return False
    selectors = case.read("cloudtrail", "get_event_selectors", TrailName=arn)
    plain = any(
        one.get("IncludeManagementEvents", True) and one.get("ReadWriteType", "All") != "ReadOnly"
        for one in selectors.get("EventSelectors") or ()
    )
    return plain or any(_takes_changes(one) for one in selectors.get("AdvancedEventSelectors") or ())


def _takes_changes(selector: Mapping[str, Any]) -> bool:
    fields = {one["Field"]: one for one in selector["FieldSelectors"]}
    changes = fields.get("readOnly", {}).get("Equals", ["false"]) != ["true"]
    return changes and "Management" in fields.get("eventCategory", {}).get("Equals", ())


TRAIL = Check(name="trail", title="CloudTrail", examine=_examine, of_stage=False)
