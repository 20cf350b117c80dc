from __future__ import annotations

import re
from collections import Counter
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest

from chalicelib import resources
from chalicelib.incidents.model import Classification, Observation
from chalicelib.resources import RESOURCE_TYPES, resource_type
from chalicelib.resources.announcements import observe_announcement
from chalicelib.resources.model import MetricWatch, ResourceType

SHARED = {
    "announcements",
    "answers",
    "checks",
    "digests",
    "lambda_configuration",
    "model",
    "requests",
    "told",
}

types = pytest.mark.parametrize("kind", RESOURCE_TYPES.values(), ids=RESOURCE_TYPES.keys())


def test_every_file_of_the_folder_holds_one_registered_type_or_is_known_to_be_shared() -> None:
    folder = str(Path(resources.__file__).parent)
    held = {
        info.name: [
            value
            for value in vars(import_module(f"chalicelib.resources.{info.name}")).values()
            if isinstance(value, ResourceType)
        ]
        for info in iter_modules([folder])
    }

    assert {name for name, found in held.items() if not found} == SHARED
    assert Counter(len(found) for name, found in held.items() if found) == {1: len(RESOURCE_TYPES)}
    assert {found[0].name for found in held.values() if found} == set(RESOURCE_TYPES)


def test_a_type_is_found_by_its_name() -> None:
    assert resource_type("ec2.instance").title == "EC2 instance"


def test_an_unknown_type_is_a_key_error() -> None:
    with pytest.raises(KeyError, match=r"ec2\.volume"):
        resource_type("ec2.volume")


@types
def test_each_type_stands_under_its_own_name(kind: ResourceType) -> None:
    assert resource_type(kind.name) is kind


@types
def test_every_signal_means_a_failure_that_the_type_has(kind: ResourceType) -> None:
    foretold = {watch.failure for watch in kind.metrics if watch.failure}
    meant = {
        *kind.state_changes.values(),
        *(call.failure for call in kind.api_calls),
        *foretold,
        *kind.announced,
    }

    assert meant == {failure.name for failure in kind.failures}
    assert all(kind.failure(name).name == name for name in meant)


@types
def test_an_alarm_stands_for_a_failure_that_the_type_has(kind: ResourceType) -> None:
    assert kind.failing_alarm in {"", *(failure.name for failure in kind.failures)}


@types
def test_no_call_is_named_twice(kind: ResourceType) -> None:
    calls = [(call.event_source, call.event_name) for call in kind.api_calls]

    assert len(calls) == len(set(calls))
    assert all(source == f"{kind.event_source.removeprefix('aws.')}.amazonaws.com" for source, _ in calls)


@types
def test_permissions_look_like_permissions(kind: ResourceType) -> None:
    assert bool(kind.permissions) is (kind.observe is not observe_announcement)
    assert all(re.fullmatch(r"[a-z0-9]+:[A-Z][A-Za-z]+", permission) for permission in kind.permissions)


@types
def test_severity_and_downtime_are_within_bounds(kind: ResourceType) -> None:
    assert all(1 <= failure.severity <= 10 and failure.downtime_minutes >= 0 for failure in kind.failures)


@types
def test_a_failure_that_the_type_does_not_have_is_a_key_error(kind: ResourceType) -> None:
    nothing = Observation(exists=False, observed_at="2030-01-01T00:00:00Z")
    with pytest.raises(KeyError):
        kind.is_failing("bored", nothing, None)


@types
def test_every_failure_can_be_judged_of_a_resource_that_is_gone(kind: ResourceType) -> None:
    nothing = Observation(exists=False, observed_at="2030-01-01T00:00:00Z")

    answers = {failure.name: kind.is_failing(failure.name, nothing, None) for failure in kind.failures}

    gone = {"terminated", "deleted"}
    assert answers == {name: True if name in gone else None for name in answers}


# -- what tells of a failure before it happens ------------------------------------------------------

watches = pytest.mark.parametrize(
    ("kind", "watch"),
    [(kind, watch) for kind in RESOURCE_TYPES.values() for watch in kind.metrics],
    ids=[f"{kind.name}-{watch.name}" for kind in RESOURCE_TYPES.values() for watch in kind.metrics],
)


@watches
def test_a_metric_foretells_a_warning_that_the_type_has(kind: ResourceType, watch: MetricWatch) -> None:
    assert not watch.failure or kind.failure(watch.failure).classification is Classification.ANOMALY
    assert not watch.failure or watch.limit is not None


@watches
def test_a_metric_knows_its_resource_by_its_dimensions(kind: ResourceType, watch: MetricWatch) -> None:
    resource_id = "shop/checkout" if kind.name == "ecs.service" else "shop"
    dimensions = dict(zip(watch.dimension.split("/"), resource_id.split("/"), strict=True))

    assert watch.resource_id(dimensions | {"path": "/"}) == resource_id
    assert watch.resource_id({"path": "/"}) is None


@types
def test_a_warning_says_what_is_expected_and_a_failure_what_was(kind: ResourceType) -> None:
    for failure in kind.failures:
        warning = failure.classification is Classification.ANOMALY
        assert failure.title.startswith("is expected to " if warning else "was ")


@types
def test_a_warning_is_not_refuted_by_good_health_and_told_of_by_a_metric_or_by_aws(
    kind: ResourceType,
) -> None:
    seen = Observation(exists=True, observed_at="2030-01-01T00:00:00Z")
    foretold = {watch.failure for watch in kind.metrics if watch.failure}
    warnings = {one.name for one in kind.failures if one.classification is Classification.ANOMALY}

    assert foretold <= warnings <= foretold | set(kind.announced)
    assert all(kind.is_failing(name, seen, None) is False for name in warnings)
