"""CloudWatch Logs describes its groups and streams as AWS does."""

from typing import Any

import pytest

from mainstay.embedded.aws import EmbeddedAws
from tests.unit.embedded.asking import GROUP, NOON_MS, put_lines, refused


def test_groups_are_described_by_prefix_and_page(logs: Any) -> None:
    for number in range(60):
        logs.create_log_group(logGroupName=f"/many/{number:02}")
    paged = logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix="/many/")
    pages = [[group["logGroupName"] for group in page["logGroups"]] for page in paged]
    assert [len(page) for page in pages] == [50, 10]
    assert [name for page in pages for name in page] == [f"/many/{number:02}" for number in range(60)]


def _described(logs: Any, **asked: Any) -> list[str]:
    return [group["logGroupName"] for group in logs.describe_log_groups(**asked)["logGroups"]]


def test_groups_are_described_by_a_part_of_their_name(logs: Any) -> None:
    logs.create_log_group(logGroupName="/app/Orders")
    (found,) = logs.describe_log_groups(logGroupNamePattern="/ord")["logGroups"]
    assert set(found) == {"arn", "creationTime", "logGroupName"}
    assert found["logGroupName"] == GROUP


def test_groups_are_described_by_identifier_and_class(logs: Any) -> None:
    logs.create_log_group(logGroupName="/other")
    assert _described(logs, logGroupIdentifiers=["/other"]) == ["/other"]
    assert _described(logs, logGroupClass="STANDARD") == [GROUP, "/other"]
    assert _described(logs, logGroupClass="INFREQUENT_ACCESS") == []


@pytest.mark.parametrize(
    "asked",
    [
        {"logGroupNamePrefix": "/", "logGroupNamePattern": "app"},
        {"logGroupIdentifiers": [GROUP], "logGroupNamePrefix": "/"},
        {"includeLinkedAccounts": True},
        {"accountIdentifiers": ["123456789012"], "includeLinkedAccounts": True},
        {"limit": 51},
    ],
    ids=["two ways", "identifiers and prefix", "linked", "accounts", "limit"],
)
def test_a_description_that_cannot_be_given_is_refused(logs: Any, asked: dict[str, Any]) -> None:
    assert refused(logs.describe_log_groups, **asked) == "InvalidParameterException"


def test_a_group_tells_its_bytes_and_its_tags(logs: Any) -> None:
    put_lines(logs, (1, "abc"), (2, "é"))
    (group,) = logs.describe_log_groups(logGroupNamePrefix=GROUP)["logGroups"]
    assert group["storedBytes"] == 3 + 2 + 2 * 26
    assert logs.list_tags_for_resource(resourceArn=group["logGroupArn"])["tags"] == {"team": "shop"}
    nowhere = group["logGroupArn"] + "-2"
    assert refused(logs.list_tags_for_resource, resourceArn=nowhere) == "ResourceNotFoundException"


def test_groups_are_found_by_their_tags(aws: EmbeddedAws, logs: Any) -> None:
    logs.create_log_group(logGroupName="/untagged")
    for values, found in (([], [GROUP]), (["shop"], [GROUP]), (["other"], [])):
        resources = aws.client("resourcegroupstaggingapi").get_resources(
            ResourceTypeFilters=["logs:log-group"], TagFilters=[{"Key": "team", "Values": values}]
        )["ResourceTagMappingList"]
        assert [one["ResourceARN"].rpartition(":")[2] for one in resources] == found


def test_a_stream_tells_its_first_and_last_event(logs: Any) -> None:
    put_lines(logs, (5, "x"), (7, "x"))
    put_lines(logs, (1, "x"))
    described = logs.describe_log_streams(logGroupName=GROUP)["logStreams"]
    assert (described[0]["firstEventTimestamp"], described[0]["lastEventTimestamp"]) == (
        NOON_MS + 1,
        NOON_MS + 7,
    )
    assert described[0]["lastIngestionTime"] == NOON_MS
    assert "firstEventTimestamp" not in described[1]
