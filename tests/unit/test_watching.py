"""What is watched: the log groups and series that the policy names, each once."""

from __future__ import annotations

import zlib
from dataclasses import replace

import pytest

from chalicelib.aws.incident_index import Entry
from chalicelib.errors import DeniedError
from chalicelib.incidents.alert import AlertSource
from chalicelib.incidents.model import Resource, State
from chalicelib.prediction.requests import MOST_SERIES, LogScan, Series
from chalicelib.watching import WATCHED, find_log_scans, find_metric_scans
from tests.unit.incidents.alerts import OPENED
from tests.unit.teams import Team


def watching(scan: str, **groups: dict[str, str]) -> Team:
    team = Team(f"scan: {{{scan}}}")
    team.logs.groups = {name.replace("__", "/").replace("_", "-"): tags for name, tags in groups.items()}
    return team


def log_scans(team: Team) -> list[LogScan]:
    return find_log_scans(team.collaborators())


def names(team: Team) -> list[str]:
    return [one.subject.name for one in log_scans(team)]


def series(team: Team) -> list[Series]:
    return [one for batch in find_metric_scans(team.collaborators()) for one in batch.series]


# -- log groups ---------------------------------------------------------------------------------


def test_groups_are_watched_by_name_pattern_and_tags() -> None:
    team = watching(
        "log_groups: [{name: /app/checkout}, {name: '/shop/*'}, {tags: {team: data}}]",
        __shop__a={}, __shop__b={}, __other={}, __etl={"team": "data"},
    )  # fmt: skip
    assert names(team) == ["/app/checkout", "/shop/a", "/shop/b", "/etl"]
    assert team.logs.prefixes == ["/shop/"]


def test_with_tags_a_pattern_narrows_further() -> None:
    team = watching(
        "log_groups: [{name: '/etl/*', tags: {team: data}}]",
        __etl__a={"team": "data"}, __etl__b={}, __raw={"team": "data"},
    )  # fmt: skip
    assert names(team) == ["/etl/a"]


def test_a_group_that_several_entries_name_is_scanned_once_and_as_the_first_says() -> None:
    team = watching(
        "log_groups: [{name: /app/a, stands_for: {type: ecs.service, id: shop/a, failure: memory_leaking}},"
        " {name: '/app/*', stands_for: {type: ecs.service, id: shop/other}}]",
        __app__a={}, __app__b={},
    )  # fmt: skip
    first, second = log_scans(team)
    assert (first.subject.name, second.subject.name) == ("/app/a", "/app/b")
    assert first.subject.resource is not None
    assert second.subject.resource is not None
    assert (first.subject.resource.id, first.subject.failure) == ("shop/a", "memory_leaking")
    assert (second.subject.resource.id, second.subject.failure) == ("shop/other", "")


@pytest.mark.parametrize(
    "own",
    [
        "/aws/lambda/mainstay-prod-sweep",
        "/aws/lambda/mainstay-prod",
        "/aws/codebuild/mainstay-prod-builder",
        "/aws/states/mainstay-prod-recovery",
    ],
)
def test_our_own_groups_are_never_scanned(own: str) -> None:
    team = watching(f"log_groups: [{{name: {own}}}, {{name: '/aws/*'}}, {{tags: {{team: sre}}}}]")
    team.logs.groups = {
        own: {"team": "sre"},
        "/aws/lambda/mainstay-dev-sweep": {},
        "/aws/lambda/mainstay-product": {},
    }
    assert names(team) == ["/aws/lambda/mainstay-dev-sweep", "/aws/lambda/mainstay-product"]


@pytest.mark.parametrize(
    ("name", "resource"),
    [
        ("/aws/lambda/orders-api", ("lambda.function", "orders-api")),
        ("/aws/rds/instance/db-orders/postgresql", ("rds.db-instance", "db-orders")),
        ("/aws/rds/cluster/db-orders/postgresql", None),
        ("/app/checkout", None),
    ],
)
def test_groups_that_aws_names_after_a_resource_stand_for_it(
    name: str, resource: tuple[str, str] | None
) -> None:
    (scan,) = log_scans(watching(f"log_groups: [{{name: {name}}}]"))
    found = scan.subject.resource
    assert (found and (found.type, found.id)) == resource
    assert found is None or (found.region, found.account) == ("eu-west-1", "111122223333")
    assert (scan.subject.source, scan.subject.failure) == (AlertSource.LOGS, "")


def an_entry(name: str, state: State) -> Entry:
    return Entry(
        incident_id=f"inc-{name}",
        resource=Resource(type="lambda.function", id=name, region="eu-west-1", account="111122223333"),
        failure="deleted",
        state=state,
        opened_at=OPENED,
        failed_at=OPENED,
    )


@pytest.mark.parametrize(
    ("state", "teaches"),
    [
        (State.DETECTING, False),
        (State.AWAITING_APPROVAL, False),
        (State.VERIFYING, False),
        (State.COMPLETED, True),
        (State.DISMISSED, True),
    ],
)
def test_while_a_resource_has_an_open_incident_its_logs_do_not_teach(state: State, teaches: bool) -> None:
    team = watching("log_groups: [{name: /aws/lambda/a}, {name: /aws/lambda/b}, {name: /app/c}]")
    team.index.entries = [an_entry("a", state)]
    assert [one.teach for one in log_scans(team)] == [teaches, True, True]


def test_where_nothing_is_watched_nothing_is_asked_for() -> None:
    assert [log_scans(Team()), series(Team())] == [[], []]


# -- metrics ------------------------------------------------------------------------------------

STORAGE, CONNECTIONS = "AWS/RDS FreeStorageSpace", "AWS/RDS DatabaseConnections"


def databases(team: Team, *ids: str) -> Team:
    for metric in (STORAGE, CONNECTIONS):
        team.metrics.series[metric] = [{"DBInstanceIdentifier": one} for one in ids]
    return team


def test_a_resource_is_watched_by_the_metrics_that_its_type_declares() -> None:
    team = databases(watching("resources: [{type: rds.db-instance, id: 'db-*'}]"), "db-1", "db-2", "other")
    found = {one.subject.name: one for one in series(team)}
    assert len(found) == 4
    storage = found[f"{STORAGE} DBInstanceIdentifier=db-1"]
    assert storage.subject.resource is not None
    assert (storage.subject.resource.id, storage.subject.failure) == ("db-1", "storage_filling")
    assert (storage.limit, storage.rising, storage.unit, storage.title) == (
        0.0,
        False,
        "bytes",
        "free storage",
    )
    assert found[f"{CONNECTIONS} DBInstanceIdentifier=db-2"].limit is None


def test_what_is_protected_is_watched_as_well_and_each_series_once() -> None:
    team = databases(Team(
        "scan: {resources: [{type: rds.db-instance, id: db-1}]}\n"
        "protected: [{match: {type: rds.db-instance, id: 'db-*'}}]"
    ), "db-1", "db-2", "other")  # fmt: skip
    names = [one.subject.name for one in series(team)]
    assert len(names) == len(set(names)) == 4


def test_series_without_the_dimension_of_the_type_are_about_something_else() -> None:
    team = watching("resources: [{type: rds.db-instance}]")
    team.metrics.series[STORAGE] = [{"DBClusterIdentifier": "c-1"}, {}]
    assert series(team) == []


def test_a_metric_of_ones_own_is_watched_as_it_is_configured() -> None:
    team = watching(
        "metrics: [{namespace: Shop, name: QueueAge, dimensions: {Queue: orders}, statistic: Maximum,"
        " limit: 900, unit: seconds, "
        " stands_for: {type: ecs.service, id: shop/orders, failure: memory_leaking}},"
        " {namespace: Shop, name: Balance, limit: 10, fails: below}]"
    )
    age, balance = series(team)
    assert age.subject.name == "Shop QueueAge Queue=orders"
    assert age.subject.resource is not None
    assert (age.subject.resource.id, age.subject.failure) == ("shop/orders", "memory_leaking")
    assert (age.statistic, age.limit, age.rising, age.title, age.unit) == (
        "Maximum",
        900,
        True,
        "QueueAge",
        "seconds",
    )
    assert (balance.subject.name, balance.subject.resource, balance.rising) == ("Shop Balance", None, False)


def test_series_go_out_in_batches() -> None:
    team = databases(watching("resources: [{type: rds.db-instance}]"), *(f"db-{n}" for n in range(45)))
    sizes = [len(one.series) for one in find_metric_scans(team.collaborators())]
    assert sizes == [MOST_SERIES, MOST_SERIES, 10]


def listed_again(team: Team, minutes: float, policy: str = "") -> bool:
    team.clock.goes_on(minutes)
    team.policy = policy or team.policy
    before = len(team.metrics.listings)
    series(team)
    return len(team.metrics.listings) > before


def test_a_listing_is_kept_for_an_hour() -> None:
    team = databases(watching("resources: [{type: rds.db-instance}]"), "db-1")
    first = series(team)
    databases(team, "db-1", "db-2")
    assert not listed_again(team, 55)
    assert series(team) == first
    assert listed_again(team, 10)
    assert len(series(team)) == 2 * len(first)


def test_a_new_policy_is_followed_at_once() -> None:
    team = databases(watching("resources: [{type: rds.db-instance}]"), "db-1")
    series(team)
    assert listed_again(team, 1, "scan: {resources: [{type: rds.db-instance, id: db-1}]}")
    assert not listed_again(team, 1)


def test_an_old_list_is_watched_while_there_can_be_no_new_one() -> None:
    team = watching("resources: [{type: rds.db-instance}]")
    team.metrics.series = {"AWS/RDS FreeStorageSpace": [{"DBInstanceIdentifier": "db-1"}]}
    before = series(team)
    team.clock.goes_on(70)
    team.metrics.error = DeniedError("AccessDenied", "no", "cloudwatch:list_metrics")
    assert before
    assert series(team) == before
    assert "could not be listed again" in team.log.getvalue()


def test_a_list_of_another_version_is_made_anew() -> None:
    team = watching("resources: [{type: rds.db-instance}]")
    team.metrics.series = {"AWS/RDS FreeStorageSpace": [{"DBInstanceIdentifier": "db-1"}]}
    before = series(team)
    known = team.knowledge.by_name[WATCHED]
    team.knowledge.by_name[WATCHED] = replace(known, state=zlib.compress(b'[{"of": "another version"}]'))
    assert series(team) == before


def test_another_run_that_has_listed_them_meanwhile_is_no_error() -> None:
    team = databases(watching("resources: [{type: rds.db-instance}]"), "db-1")
    team.knowledge.overtaken = True
    assert len(series(team)) == 2
