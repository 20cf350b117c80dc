import json
from datetime import UTC, datetime

import pytest

from chalicelib.incidents.model import ActorKind, SignalSource
from tests.unit.signals.events import (
    ALARMS,
    EVENTS,
    NAMES,
    RECEIVED_AT,
    load,
    read,
    read_message,
    read_named,
    with_value,
)

INSTANCE = "i-0d5f1c2b3a4e59687"
OTHER_INSTANCE = "i-09a8b7c6d5e4f3021"


@pytest.mark.parametrize(
    ("name", "resource", "failure", "source"),
    [
        ("ec2-instance-stopped", f"ec2.instance/{INSTANCE}", "stopped", SignalSource.STATE_CHANGE),
        ("ec2-instance-terminated", f"ec2.instance/{INSTANCE}", "terminated", SignalSource.STATE_CHANGE),
        ("rds-instance-stopped", "rds.db-instance/orders-db", "stopped", SignalSource.DB_EVENT),
        ("rds-instance-deleted", "rds.db-instance/orders-db", "deleted", SignalSource.DB_EVENT),
        ("call-terminate-instances", f"ec2.instance/{INSTANCE}", "terminated", SignalSource.API_CALL),
        ("call-stop-db-instance", "rds.db-instance/orders-db", "stopped", SignalSource.API_CALL),
        ("call-delete-db-instance", "rds.db-instance/orders-db", "deleted", SignalSource.API_CALL),
        ("call-delete-table", "dynamodb.table/orders", "deleted", SignalSource.API_CALL),
        ("call-put-parameter", "ssm.parameter//orders/prod/feature-flags", "tampered", SignalSource.API_CALL),
        ("call-delete-bucket", "s3.bucket/orders-invoices-prod", "deleted", SignalSource.API_CALL),
        (
            "call-delete-bucket-public-access-block",
            "s3.bucket/orders-invoices-prod",
            "exposed",
            SignalSource.API_CALL,
        ),
        (
            "call-update-function-configuration",
            "lambda.function/orders-api",
            "tampered",
            SignalSource.API_CALL,
        ),
        ("call-delete-function", "lambda.function/orders-api", "deleted", SignalSource.API_CALL),
        ("alarm-status-check", f"ec2.instance/{INSTANCE}", "stopped", SignalSource.ALARM),
    ],
)
def test_an_event_becomes_a_signal_about_its_resource(
    name: str, resource: str, failure: str, source: SignalSource
) -> None:
    reading = read_named(name, load(name))
    (signal,) = reading.signals
    assert signal.resource.key == f"111122223333/eu-west-1/{resource}"
    assert (signal.failure, signal.source) == (failure, source)
    assert reading.ignored == ()


@pytest.mark.parametrize(
    ("name", "code", "reason"),
    [
        ("ec2-instance-running", "no-failure", f"running is no failure of {INSTANCE} that we know"),
        ("rds-instance-backed-up", "no-failure", "RDS-EVENT-0002 is no failure of orders-db that we know"),
        (
            "call-start-instances",
            "unknown-event",
            "the call StartInstances is not one that breaks what we know",
        ),
        (
            "call-put-parameter-by-own-role",
            "own-action",
            "our own role called PutParameter: mainstay-prod-run_action/mainstay-prod-run_action",
        ),
        (
            "alarm-status-check-ok",
            "no-failure",
            "the alarm orders-web-status-check is in the state OK",
        ),
        (
            "alarm-of-a-queue",
            "unknown-resource",
            "no dimension of the alarm orders-backlog names what we know",
        ),
        (
            "alarm-of-a-function",
            "no-failure",
            "an alarm alone tells of no failure of the Lambda function orders-api",
        ),
    ],
)
def test_what_is_no_signal_is_ignored_with_its_reason(name: str, code: str, reason: str) -> None:
    reading = read_named(name, load(name))
    assert reading.signals == ()
    assert [(ignored.code, ignored.reason) for ignored in reading.ignored] == [(code, reason)]


def test_every_instance_of_one_call_is_a_signal_of_its_own() -> None:
    signals = read(load("call-stop-instances")).signals
    assert [signal.resource.id for signal in signals] == [INSTANCE, OTHER_INSTANCE]
    event_id = load("call-stop-instances")["detail"]["eventID"]
    assert [signal.signal_id for signal in signals] == [
        f"{event_id}:{INSTANCE}",
        f"{event_id}:{OTHER_INSTANCE}",
    ]
    assert {signal.actor.name for signal in signals} == {"alice"}


def test_an_instance_that_a_call_names_twice_is_one_signal() -> None:
    twice = [{"instanceId": INSTANCE}, {"instanceId": INSTANCE}]
    path = ("detail", "requestParameters", "instancesSet", "items")
    assert len(read(with_value(load("call-stop-instances"), path, twice)).signals) == 1


def test_a_call_that_names_no_resource_is_ignored() -> None:
    (ignored,) = read(with_value(load("call-stop-instances"), ("detail", "requestParameters"), None)).ignored
    assert ignored.code == "unknown-resource"
    assert ignored.reason == "StopInstances named no EC2 instance that it could have broken"


@pytest.mark.parametrize("name", NAMES)
def test_the_same_event_gives_the_same_signal_ids(name: str) -> None:
    first, second = read_named(name, load(name)), read_named(name, load(name))
    assert first == second


def test_no_two_events_share_a_signal_id() -> None:
    others = [
        name for name in NAMES if name != "cost-anomaly-event"
    ]  # the same anomaly, told in another form
    ids = [signal.signal_id for name in others for signal in read_named(name, load(name)).signals]
    assert len(ids) == len(set(ids)) > len(EVENTS) // 2


def test_an_alarm_that_goes_off_again_is_another_signal() -> None:
    first = load("alarm-status-check")
    again = with_value(first, ("StateChangeTime",), "2026-09-14T04:13:05.417+0000")
    ids = {read_message(alarm).signals[0].signal_id for alarm in (first, again)}
    assert len(ids) == 2


@pytest.mark.parametrize(
    ("name", "error_code", "dry_run"),
    [
        ("call-stop-instances-denied", "Client.UnauthorizedOperation", False),
        ("call-stop-instances-dry-run", "Client.DryRunOperation", True),
        ("call-terminate-instances", "", False),
    ],
)
def test_calls_without_effect_are_signals_that_say_so(name: str, error_code: str, dry_run: bool) -> None:
    (signal,) = read(load(name)).signals
    assert (signal.error_code, signal.dry_run) == (error_code, dry_run)


def test_a_dry_run_is_told_by_the_request_too() -> None:
    asked = with_value(load("call-terminate-instances"), ("detail", "requestParameters", "dryRun"), True)
    assert read(asked).signals[0].dry_run


def test_an_alarm_on_an_expression_speaks_of_every_resource_in_it() -> None:
    signals = read_message(load("alarm-of-two-databases")).signals
    assert [signal.resource.id for signal in signals] == ["orders-db", "orders-db-replica"]


def test_an_alarm_is_read_from_text_as_sns_delivers_it() -> None:
    alarm = load("alarm-status-check")
    assert read_message(json.dumps(alarm)) == read_message(alarm)


def test_a_signal_keeps_a_few_facts_about_the_call() -> None:
    (signal,) = read(load("call-stop-instances-by-auto-scaling")).signals
    assert signal.details["invoked_by"] == "autoscaling.amazonaws.com"
    assert signal.details["event_id"] == load("call-stop-instances-by-auto-scaling")["detail"]["eventID"]
    assert signal.event_name == "StopInstances"


def test_a_signal_keeps_a_few_facts_about_the_alarm() -> None:
    details = read_message(load("alarm-status-check")).signals[0].details
    assert details["alarm"] == "orders-web-status-check"
    assert details["previous_state"] == "OK"
    assert details["metric"] == "StatusCheckFailed"


@pytest.mark.parametrize(
    ("name", "path", "expected"),
    [
        ("ec2-instance-stopped", ("time",), datetime(2026, 9, 14, 3, 12, 31, tzinfo=UTC)),
        ("rds-instance-stopped", ("detail", "Date"), datetime(2026, 9, 14, 3, 31, 40, 512000, tzinfo=UTC)),
        ("call-delete-table", ("detail", "eventTime"), datetime(2026, 9, 14, 4, 1, 22, tzinfo=UTC)),
        ("alarm-status-check", ("StateChangeTime",), datetime(2026, 9, 14, 3, 13, 5, 417000, tzinfo=UTC)),
    ],
)
class TestWhenItHappened:
    def test_is_read_from_the_event(self, name: str, path: tuple[str, ...], expected: datetime) -> None:
        assert read_named(name, load(name)).signals[0].occurred_at == expected
        assert load(name)[path[0]]

    def test_is_never_later_than_the_event_was_received(
        self, name: str, path: tuple[str, ...], expected: datetime
    ) -> None:
        late = with_value(load(name), path, "2031-01-01T00:00:00Z")
        assert read_named(name, late).signals[0].occurred_at == RECEIVED_AT > expected


def test_an_event_without_a_readable_time_happened_when_it_was_received() -> None:
    event = with_value(load("ec2-instance-stopped"), ("time",), "this morning")
    assert read(event).signals[0].occurred_at == RECEIVED_AT


def test_region_and_account_of_a_call_are_those_of_the_trail() -> None:
    event = load("call-delete-table")
    moved = with_value(with_value(event, ("region",), "us-east-1"), ("account",), "444455556666")
    assert read(moved).signals[0].resource.key == "111122223333/eu-west-1/dynamodb.table/orders"


def test_only_aws_itself_is_believed() -> None:
    """EventBridge lets anybody send an event, but not in the name of AWS."""
    (ignored,) = read(with_value(load("ec2-instance-stopped"), ("source",), "shop.orders")).ignored
    assert (ignored.code, ignored.reason) == (
        "unknown-event",
        "only events of AWS are read, not of 'shop.orders'",
    )


def test_the_actor_of_a_state_change_is_not_known() -> None:
    assert read(load("ec2-instance-stopped")).signals[0].actor.kind is ActorKind.UNKNOWN


def test_there_is_an_event_of_every_form() -> None:
    assert len(EVENTS) >= 20
    assert len(ALARMS) >= 4
