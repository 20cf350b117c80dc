"""What AWS Health says becomes a word to people, and a view of what it names."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.incidents.model import Signal, SignalSource
from chalicelib.signals import Reading
from tests.unit.signals.events import load, paths_in, read_message, with_value, without
from tests.unit.signals.test_bad_input import ANYTHING, RUBBISH

NAMES = (
    "health-service-issue",
    "health-instance-retirement",
    "health-drive-degraded-backup",
    "health-account-notice",
)
INSTANCE = "i-0f3d9a7b5c1e2d4f6"


def changed(name: str, **detail: Any) -> dict[str, Any]:
    event = load(name)
    return event | {"detail": event["detail"] | detail}


def naming(*entities: str, service: str = "EC2", category: str = "issue", **detail: Any) -> Reading:
    named = [{"entityValue": entity} for entity in entities]
    event = changed("health-drive-degraded-backup", affectedEntities=named, service=service)
    return read_message(event | {"detail": event["detail"] | {"eventTypeCategory": category, **detail}})


def of_ours(signals: tuple[Signal, ...]) -> list[tuple[str, str]]:
    """Those that are about a resource, and not about the event."""
    named = [(signal.resource.type, signal.resource.id) for signal in signals]
    return [one for one in named if one[0] != "health.event"]


def keys(signals: tuple[Signal, ...]) -> list[tuple[str, str, str]]:
    return [(signal.resource.type, signal.resource.id, signal.failure) for signal in signals]


# -- what kind of news ------------------------------------------------------------------------------


def test_an_issue_of_a_service_is_told_to_people_and_known_to_be_of_the_whole_service() -> None:
    (signal,) = read_message(load("health-service-issue")).signals
    assert signal.source is SignalSource.HEALTH
    assert signal.resource.key == (
        "111122223333/eu-west-1/health.event/AWS_EC2_OPERATIONAL_ISSUE_7f35c8ae-af1f-54e6-a526-d0179ed6d68f"
    )
    assert (signal.failure, signal.event_name) == ("issue", "AWS_EC2_OPERATIONAL_ISSUE")
    assert signal.occurred_at == datetime(2026, 9, 14, 3, 10, 22, tzinfo=UTC)
    assert signal.details["service_wide"] is True
    assert signal.details["for_people"] is True
    assert str(signal.details["said"]).startswith("Current severity level: Degraded [08:10 PM PDT] We are")


def test_an_issue_of_an_instance_is_told_and_is_a_view_of_the_instance() -> None:
    reading = read_message(load("health-drive-degraded-backup"))
    told, view = reading.signals
    assert keys((told, view)) == [
        ("health.event", "AWS_EC2_INSTANCE_STORE_DRIVE_PERFORMANCE_DEGRADED_90353408594353980", "issue"),
        ("ec2.instance", INSTANCE, "stopped"),
    ]
    assert view.resource.region == "eu-west-1"  # the one that is affected, not the one that tells
    assert "for_people" not in view.details
    assert "service_wide" not in told.details
    assert told.details["entities"] == INSTANCE


def test_a_retirement_is_a_warning_about_the_instance_with_its_date() -> None:
    (signal,) = read_message(load("health-instance-retirement")).signals
    assert keys((signal,)) == [("ec2.instance", INSTANCE, "change_planned")]
    assert signal.warns
    assert signal.expected_at == datetime(2026, 9, 28, 12, tzinfo=UTC)
    assert signal.details["severity"] == 7


def test_a_notice_is_told_and_promises_no_date() -> None:
    (signal,) = read_message(load("health-account-notice")).signals
    assert signal.resource.region == "global"
    assert (signal.failure, signal.details["severity"]) == ("notice", 2)
    assert signal.expected_at is None


def test_an_abuse_report_is_told_and_is_no_failure_of_what_it_names() -> None:
    event = load("health-drive-degraded-backup") | {"detail-type": "AWS Health Abuse Event"}
    (signal,) = read_message(event).signals
    assert signal.resource.type == "health.event"
    assert signal.details["severity"] == 8
    assert "service_wide" not in signal.details


def test_what_is_over_opens_nothing_and_is_about_the_same_resources() -> None:
    open_, closed = (
        read_message(changed("health-drive-degraded-backup", statusCode=status))
        for status in ("open", "closed")
    )
    assert closed.signals == ()
    assert [view.resource for view in closed.views] == [signal.resource for signal in open_.signals]
    assert all(view.details["over"] is True for view in closed.views)
    assert not {view.signal_id for view in closed.views} & {signal.signal_id for signal in open_.signals}


@pytest.mark.parametrize(
    ("category", "actionability", "code", "severity"),
    [
        ("issue", "", "AWS_RDS_OPERATIONAL_ISSUE", 6),
        ("investigation", "", "AWS_RDS_INVESTIGATION", 5),
        ("scheduledChange", "ACTION_REQUIRED", "AWS_RDS_MAINTENANCE_SCHEDULED", 5),
        ("scheduledChange", "", "AWS_EC2_INSTANCE_TERMINATION_SCHEDULED", 7),
        ("accountNotification", "ACTION_REQUIRED", "AWS_ACM_RENEWAL_STATE_CHANGE", 5),
        ("accountNotification", "", "AWS_BILLING_NOTIFICATION", 3),
        ("accountNotification", "INFORMATIONAL", "AWS_BILLING_NOTIFICATION", 2),
        ("something new", "", "AWS_NEW_THING", 3),
    ],
)
def test_severity_follows_from_what_aws_asks_for(
    category: str, actionability: str, code: str, severity: int
) -> None:
    detail = {"eventTypeCategory": category, "actionability": actionability, "eventTypeCode": code}
    assert read_message(changed("health-service-issue", **detail)).signals[0].details["severity"] == severity


# -- what it names ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("service", "entity", "named"),
    [
        ("EC2", "i-0abc", ("ec2.instance", "i-0abc", "stopped")),
        ("EC2", "arn:aws:ec2:eu-west-1:111122223333:instance/i-0abc", ("ec2.instance", "i-0abc", "stopped")),
        ("RDS", "orders-db", ("rds.db-instance", "orders-db", "stopped")),
        (
            "RDS",
            "arn:aws:rds:eu-west-1:111122223333:db:orders-db",
            ("rds.db-instance", "orders-db", "stopped"),
        ),
    ],
)
def test_a_resource_that_can_be_down_is_looked_at(
    service: str, entity: str, named: tuple[str, str, str]
) -> None:
    assert keys(naming(entity, service=service).signals)[1:] == [named]


@pytest.mark.parametrize(
    ("service", "entity", "type_name", "name"),
    [
        ("DYNAMODB", "arn:aws:dynamodb:eu-west-1:111122223333:table/orders", "dynamodb.table", "orders"),
        ("DYNAMODB", "orders", "dynamodb.table", "orders"),
        ("S3", "arn:aws:s3:::orders-invoices", "s3.bucket", "orders-invoices"),
        ("S3", "orders-invoices", "s3.bucket", "orders-invoices"),
        ("LAMBDA", "arn:aws:lambda:eu-west-1:111122223333:function:pay", "lambda.function", "pay"),
        ("LAMBDA", "arn:aws:lambda:eu-west-1:111122223333:function:pay:$LATEST", "lambda.function", "pay"),
        ("ECS", "arn:aws:ecs:eu-west-1:111122223333:service/shop/web", "ecs.service", "shop/web"),
    ],
)
def test_a_resource_that_no_issue_alone_breaks_only_hears_of_it(
    service: str, entity: str, type_name: str, name: str
) -> None:
    reading = naming(entity, service=service)
    assert [signal.resource.type for signal in reading.signals] == ["health.event"]
    assert of_ours(reading.views) == [(type_name, name)]


@pytest.mark.parametrize(
    ("service", "entity"),
    [
        ("EC2", "vol-0abc"),
        ("EC2", "arn:aws:ec2:eu-west-1:999988887777:instance/i-0abc"),
        ("EC2", "arn:aws:ec2"),
        ("EC2", "arn:"),
        ("RDS", "arn:aws:rds:eu-west-1:111122223333:cluster:orders"),
        ("ELASTICLOADBALANCING", "orders-lb"),
        ("HEALTH", "x"),
        ("EC2", "i-0abc\nstopped"),
    ],
)
def test_what_we_do_not_know_is_told_with_the_event_alone(service: str, entity: str) -> None:
    reading = naming(entity, service=service)
    assert [signal.resource.type for signal in reading.signals] == ["health.event"]
    assert of_ours(reading.views) == []


def test_what_is_well_again_is_not_looked_at() -> None:
    entities = [{"entityValue": "i-0abc", "status": "RESOLVED"}, {"entityValue": "i-0def"}]
    reading = read_message(changed("health-drive-degraded-backup", affectedEntities=entities))
    assert [signal.resource.id for signal in reading.signals[1:]] == ["i-0def"]


def test_a_member_s_resources_cannot_be_read_from_here() -> None:
    reading = naming("i-0abc", affectedAccount="999988887777")
    (signal,) = reading.signals
    assert (signal.resource.type, signal.resource.account) == ("health.event", "999988887777")


def test_a_change_of_many_is_one_message_and_a_view_of_each() -> None:
    few = naming(*(f"i-{n}" for n in range(5)), category="scheduledChange")
    many = naming(*(f"i-{n}" for n in range(6)), category="scheduledChange")
    assert [signal.resource.type for signal in few.signals] == ["ec2.instance"] * 5
    assert [signal.resource.type for signal in many.signals] == ["health.event"]
    assert of_ours(many.views) == [("ec2.instance", f"i-{n}") for n in range(6)]


def test_a_change_of_something_unknown_beside_an_instance_is_told_with_the_event() -> None:
    reading = naming("i-0abc", "vol-0abc", category="scheduledChange")
    assert keys(reading.signals)[0][2] == "change_planned"
    assert [signal.resource.type for signal in reading.signals] == ["health.event"]
    assert reading.signals[0].details["entities"] == "i-0abc, vol-0abc"


def test_thousands_of_entities_are_read_in_part_and_told_in_short() -> None:
    reading = naming(*(f"i-{n}" for n in range(3000)))
    assert len(reading.signals) == 101
    assert str(reading.signals[0].details["entities"]).endswith("i-9, and 90 more")


# -- the same again ---------------------------------------------------------------------------------


def test_a_copy_from_the_backup_region_a_page_and_an_update_are_the_same_signal() -> None:
    first = load("health-service-issue")
    copy = first | {"id": "another", "region": "us-west-2", "time": "2026-09-14T03:40:00Z"}
    later = [{"language": "en_US", "latestDescription": "We see recovery."}]
    copy["detail"] = first["detail"] | {"backupEvent": "true", "page": "2", "eventDescription": later}
    ids = {read_message(event).signals[0].signal_id for event in (first, copy, json.dumps(first))}
    assert len(ids) == 1


def test_what_aws_says_later_is_a_view_of_its_own_and_a_copy_of_it_is_not() -> None:
    first = read_message(load("health-service-issue"))
    later = [{"language": "en_US", "latestDescription": "We see recovery."}]
    second = changed("health-service-issue", eventDescription=later)
    copy = second | {"id": "another", "region": "us-west-2"}
    views = [view for event in (second, copy) for view in read_message(event).views]
    assert [view.details["said"] for view in views] == ["We see recovery."] * 2
    assert len({view.signal_id for view in (*first.views, *views)}) == 2
    assert {view.resource for view in views} == {first.signals[0].resource}


@pytest.mark.parametrize(
    "detail",
    [
        {"eventArn": "arn:aws:health:eu-west-1::event/EC2/AWS_X/AWS_X_2"},
        {"affectedAccount": "999988887777"},
        {"eventRegion": "eu-central-1"},
    ],
)
def test_another_event_account_or_region_is_another_signal(detail: dict[str, Any]) -> None:
    events = (load("health-service-issue"), changed("health-service-issue", **detail))
    assert len({read_message(event).signals[0].signal_id for event in events}) == 2


def test_a_change_that_is_put_off_is_news() -> None:
    events = (
        load("health-instance-retirement"),
        changed("health-instance-retirement", startTime="Mon, 5 Oct 2026 12:00:00 GMT"),
    )
    assert len({read_message(event).signals[0].signal_id for event in events}) == 2


# -- whatever comes ---------------------------------------------------------------------------------


def survives(event: object) -> None:
    reading = read_message(event)
    assert reading.signals or reading.ignored or reading.views
    for signal in (*reading.signals, *reading.views):
        assert len(signal.signal_id.encode()) <= 2048
        assert len(signal.model_dump_json()) < 8000
        assert not any(set("\n\r\0\x1b") & set(str(fact)) for fact in signal.details.values())


@pytest.mark.parametrize("name", NAMES)
def test_rubbish_in_any_field_or_none_at_all_is_survived(name: str) -> None:
    event = load(name)
    for path in paths_in(event):
        for rubbish in RUBBISH:
            survives(with_value(event, path, rubbish))
        if path:
            survives(without(event, path))


@given(name=st.sampled_from(NAMES), data=st.data(), value=ANYTHING)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_anything_in_any_field_is_survived(name: str, data: st.DataObject, value: object) -> None:
    event = load(name)
    survives(with_value(event, data.draw(st.sampled_from(list(paths_in(event)))), value))


@pytest.mark.parametrize(
    ("event", "code", "said"),
    [
        (
            load("health-service-issue") | {"detail-type": "AWS Health Poem"},
            "unknown-event",
            "AWS Health Poem",
        ),
        (changed("health-service-issue", eventArn=None), "malformed", "detail.eventArn is missing"),
        (changed("health-service-issue", affectedAccount="12"), "malformed", "the account is missing"),
        (changed("health-service-issue", eventRegion="../.."), "malformed", "the region is missing"),
        (changed("health-service-issue", service=7), "malformed", "detail.service is missing"),
    ],
)
def test_what_cannot_be_read_says_why(event: object, code: str, said: str) -> None:
    (ignored,) = read_message(event).ignored
    assert ignored.code == code
    assert said in ignored.reason


def test_what_aws_says_is_kept_without_secrets_and_not_at_any_length() -> None:
    key = "AKIA" + "IOSFODNN7EXAMPLE"
    text = [{"language": "en_US", "latestDescription": f"Your key {key} was seen.\x1b[31m " + "x" * 200_000}]
    (signal,) = read_message(changed("health-service-issue", eventDescription=text)).signals
    said = str(signal.details["said"])
    assert key not in said
    assert len(said) <= 1500


def test_english_is_preferred_and_another_language_is_better_than_nothing() -> None:
    french, english = ({"language": one, "latestDescription": one} for one in ("fr_FR", "en_US"))
    for texts, said in (([french, english], "en_US"), ([french], "fr_FR")):
        (signal,) = read_message(changed("health-service-issue", eventDescription=texts)).signals
        assert signal.details["said"] == said
