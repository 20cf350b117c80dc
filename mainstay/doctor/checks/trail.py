"""CloudTrail: without a trail EventBridge tells of no API call, so nobody knows who did what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mainstay.doctor.case import Case
from mainstay.doctor.check import Check
from mainstay.doctor.findings import Finding, Level, carefully, failure, fine

_COSTS = "who changed something stays unknown, and tampering is not heard of"


def _examine(case: Case) -> Iterator[Finding]:
    trails = case.read("cloudtrail", "describe_trails", includeShadowTrails=True)["trailList"]
    here = [one for one in trails if _is_of(case.target.region, one)]
    found = [
        finding for trail in here for finding in carefully(_trail(case, trail), f"the trail {trail['Name']}")
    ]
    fine_ones = [one for one in found if one.level is Level.OK]
    if not here:
        yield failure(
            f"there is no trail for {case.target.region}: {_COSTS}",
            "aws cloudtrail create-trail --name management-events --is-multi-region-trail "
            f"--s3-bucket-name BUCKET --region {case.target.region} "
            f"&& aws cloudtrail start-logging --name management-events --region {case.target.region}",
        )
    yield from fine_ones[:1] or found


def _is_of(region: str, trail: Mapping[str, Any]) -> bool:
    return bool(trail.get("IsMultiRegionTrail")) or trail.get("HomeRegion") == region


def _trail(case: Case, trail: Mapping[str, Any]) -> Iterator[Finding]:
    """One trail that records changes is enough, so others matter only where there is none."""
    name, arn, region = trail["Name"], str(trail["TrailARN"]), case.target.region
    if not case.read("cloudtrail", "get_trail_status", Name=arn).get("IsLogging"):
        yield failure(
            f"the trail {name} is off: {_COSTS}",
            f"aws cloudtrail start-logging --name {arn} --region {region}",
        )
    elif not _records_changes(case.read("cloudtrail", "get_event_selectors", TrailName=arn)):
        yield failure(
            f"the trail {name} leaves out management events that change something: {_COSTS}",
            f"aws cloudtrail put-event-selectors --trail-name {arn} --region {region} --event-selectors "
            '\'[{"ReadWriteType":"All","IncludeManagementEvents":true}]\'',
        )
    else:
        yield fine(f"the trail {name} records changes in {region}")


def _records_changes(selectors: Mapping[str, Any]) -> bool:
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
