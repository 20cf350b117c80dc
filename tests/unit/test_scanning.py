"""What was learnt and what follows from it are written together, or not at all."""

from __future__ import annotations

import json
import random
import zlib
from base64 import b85encode
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.aws.pattern_keys import group_name, series_name
from chalicelib.errors import DeniedError, UnreachableError
from chalicelib.incidents.alert import Alert, AlertState
from chalicelib.prediction.group_watch import GroupWatch
from chalicelib.prediction.requests import MOST_SERIES, LogScan, MetricScan, Series
from chalicelib.scanning import FIRST_LOOK, METRIC_SETTLE, MOST_BYTES, run_scan, start_scan
from tests.unit.incidents.alerts import CHECKOUT, DATABASE, GIB, STORAGE, a_series, an_alert
from tests.unit.teams import Team

STEP = 300.0


def a_database(number: int) -> Series:
    resource = DATABASE.model_copy(update={"id": f"db-{number}"})
    subject = STORAGE.model_copy(update={"name": f"AWS/RDS FreeStorageSpace {number}", "resource": resource})
    return a_series(subject=subject, dimensions={"DBInstanceIdentifier": resource.id})


def wave(place: int) -> float:
    return ((place * 7) % 5 - 2) * 0.05


def filling(team: Team, *, periods: int, until: float = 2.0) -> list[tuple[float, float]]:
    """Free storage: flat, then falling until so many GiB are left now."""
    now = (team.clock.now - METRIC_SETTLE).timestamp() // STEP * STEP
    return [
        (now - back * STEP, max(0.0, min(20.0, until + 0.4 * back) + wave(back)) * GIB)
        for back in range(periods - 1, -1, -1)
    ]


def scanned(team: Team, *series: Series) -> list[Alert]:
    answer = run_scan(MetricScan(series=series).model_dump_json(), team.collaborators())
    return [team.alerts.by_id[alert_id] for alert_id in answer["alerts"]]


def go_on(team: Team, series: Series, values: list[float]) -> None:
    points = team.metrics.points[series.subject.name]
    last = points[-1][0]
    points += [(last + (place + 1) * STEP, value) for place, value in enumerate(values)]
    team.clock.now += timedelta(seconds=len(values) * STEP)


def a_filling_database(team: Team, **how: float) -> Series:
    series = a_database(1)
    team.metrics.points[series.subject.name] = filling(team, periods=200, **how)
    return series


def test_a_first_look_at_a_filling_disk_opens_an_alert_as_of_now() -> None:
    team = Team()
    (alert,) = scanned(team, a_filling_database(team))
    assert alert.state is AlertState.OPEN
    assert alert.updated_at == team.clock.now
    assert alert.opened_at < team.clock.now
    assert alert.horizon_minutes is not None
    assert alert.horizon_minutes < 60
    assert (alert.told, len(team.publisher.told)) == ("now", 1)


def test_the_same_request_again_finds_nothing_new() -> None:
    team = Team()
    series = a_filling_database(team)
    scanned(team, series)
    before = team.knowledge.by_name
    assert scanned(team, series) == []
    assert team.knowledge.by_name == before


def test_what_has_passed_before_the_first_look_is_history() -> None:
    team = Team()
    series = a_filling_database(team, until=3.0)
    go_on(team, series, [20 * GIB + wave(place) for place in range(30)])
    assert scanned(team, series) == []
    assert team.alerts.by_id == {}


def test_what_began_and_passed_between_two_scans_is_one_alert_that_has_passed() -> None:
    team = Team()
    series = a_filling_database(team, until=25.0)
    assert scanned(team, series) == []
    falling = [max(3.0, 20 - 0.4 * step) * GIB for step in range(44)]
    go_on(team, series, [*falling, *[20 * GIB + wave(place) for place in range(20)]])
    passed = [one for one in scanned(team, series) if one.sight.detectors == ("forecast",)]
    assert [one.state for one in passed] == [AlertState.CLEARED]
    assert passed[0].cleared_at == team.clock.now
    assert "forecast" not in {one.attributes["detector"] for one in team.publisher.told}


def test_all_series_may_be_in_trouble_at_once() -> None:
    team = Team()
    series = tuple(a_database(number) for number in range(MOST_SERIES))
    for one in series:
        team.metrics.points[one.subject.name] = filling(team, periods=200)
    alerts = scanned(team, *series)
    assert len({one.subject.name for one in alerts}) == MOST_SERIES
    assert len(team.knowledge.by_name) == MOST_SERIES
    assert max(team.knowledge.writes) <= 100


def test_of_two_workers_with_the_same_request_one_raises_alerts() -> None:
    team = Team()
    series = a_filling_database(team)
    team.knowledge.overtaken = True
    assert scanned(team, series) == []
    assert (team.alerts.by_id, team.publisher.told) == ({}, [])


def test_an_alert_that_could_not_be_told_at_once_is_on_record_all_the_same() -> None:
    team = Team()
    series = a_filling_database(team)
    team.publisher.error = UnreachableError("SNS is down")
    (alert,) = scanned(team, series)
    assert alert.told == ""
    assert "an alert waits for the next run" in team.log.getvalue()


def test_a_series_without_values_is_left_as_it_is() -> None:
    team = Team()
    assert scanned(team, a_database(1)) == []
    assert team.knowledge.by_name == {}


@pytest.mark.parametrize(("age", "looked_at"), [(FIRST_LOOK - timedelta(minutes=10), 1), (FIRST_LOOK * 2, 0)])
def test_a_first_look_goes_back_some_days(age: timedelta, looked_at: int) -> None:
    team = Team()
    series = a_database(1)
    at = (team.clock.now - METRIC_SETTLE - age).timestamp()
    team.metrics.points[series.subject.name] = [(at, 20 * GIB)]
    scanned(team, series)
    assert len(team.knowledge.by_name) == looked_at


# -- log groups ---------------------------------------------------------------------------------

LINES = LogScan(subject=CHECKOUT)


def lines_scanned(team: Team) -> int:
    """Scan the log group, and say how many lines are known of it."""
    run_scan(LINES.model_dump_json(), team.collaborators())
    state = team.knowledge.load_whole(group_name(CHECKOUT.name)).state
    return sum(one.count for one in GroupWatch.restore(state).templates())


def talking(team: Team, minutes: int) -> None:
    """The service says a line each minute up to now."""
    now = team.clock.now.timestamp()
    team.logs.lines[CHECKOUT.name] = [
        (now - 60 * back, f"paid order {back}") for back in range(minutes, 0, -1)
    ]


def test_a_log_group_is_read_on_from_where_the_last_scan_ended() -> None:
    team = Team()
    talking(team, 30)
    assert lines_scanned(team) == 30
    assert lines_scanned(team) == 30
    team.clock.goes_on(5)
    talking(team, 35)
    assert lines_scanned(team) == 35


def test_a_backlog_is_read_span_by_span_and_what_is_too_old_is_said_to_be_given_up() -> None:
    team = Team()
    talking(team, 10)
    lines_scanned(team)
    team.clock.goes_on(30 * 60)
    talking(team, 26 * 60)
    assert lines_scanned(team) == 10 + 24 * 60
    assert "gave up 6.0 h of a log group" in team.log.getvalue()
    assert len(team.knowledge.writes) == 1 + 24


def test_what_can_no_longer_be_read_is_learnt_anew_and_said_so() -> None:
    team = Team()
    talking(team, 30)
    lines_scanned(team)
    name = group_name(CHECKOUT.name)
    known = team.knowledge.by_name[name]
    team.knowledge.by_name[name] = replace(known, state=b"of another version")
    team.clock.goes_on(5)
    talking(team, 5)
    assert lines_scanned(team) == 5
    assert f"learning {name} anew" in team.log.getvalue()


def test_one_series_whose_state_is_of_another_version_stops_no_other() -> None:
    team = Team()
    both = (a_database(1), a_database(2))
    for one in both:
        team.metrics.points[one.subject.name] = filling(team, periods=200, until=19.0)
    scanned(team, *both)
    name = series_name(both[0].subject.name)
    known = team.knowledge.by_name[name]
    state = json.loads(zlib.decompress(known.state))
    state["forecast"]["version"] = "of another version"
    team.knowledge.by_name[name] = replace(known, state=zlib.compress(json.dumps(state).encode()))
    for one in both:
        go_on(team, one, [19 * GIB])
    scanned(team, *both)
    until = {team.knowledge.by_name[series_name(one.subject.name)].marks["until"] for one in both}
    assert until == {team.metrics.points[both[0].subject.name][-1][0]}
    assert f"learning {name} anew" in team.log.getvalue()


def test_a_log_group_that_is_gone_is_said_and_is_no_error() -> None:
    team = Team()
    team.logs.gone = True
    assert run_scan(LogScan(subject=CHECKOUT).model_dump_json(), team.collaborators()) == {"alerts": []}
    assert "there is no log group /app/checkout" in team.log.getvalue()


def test_where_metrics_cannot_be_listed_logs_are_scanned_and_people_told_all_the_same() -> None:
    team = Team("scan: {log_groups: [{name: /app/checkout}], resources: [{type: rds.db-instance}]}")
    alert = an_alert(CHECKOUT)
    team.alerts.by_id = {alert.alert_id: alert}
    team.metrics.error = DeniedError("AccessDenied", "no", "cloudwatch:list_metrics")
    with pytest.raises(DeniedError):
        start_scan(team.collaborators())
    assert [one.kind for one in team.topic.sent] == ["logs"]
    assert len(team.publisher.told) == 1


def test_whatever_is_logged_can_be_kept_and_scans_go_on() -> None:
    team, chance = Team(), random.Random(3)  # noqa: S311 - a test's lines
    now = team.clock.now.timestamp()
    lines = [" ".join(b85encode(chance.randbytes(9)).decode() for _ in range(150)) for _ in range(1_300)]
    team.logs.lines[CHECKOUT.name] = [(now - 600 + place / 10, line) for place, line in enumerate(lines)]
    team.clock.goes_on(5)
    run_scan(LogScan(subject=CHECKOUT).model_dump_json(), team.collaborators())
    known = team.knowledge.by_name[group_name(CHECKOUT.name)]
    assert len(known.state) <= MOST_BYTES
    assert "too many to keep" in team.log.getvalue()
    team.clock.goes_on(5)
    talking(team, 3)
    assert lines_scanned(team) == 3
