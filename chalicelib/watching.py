"""What is watched: log groups and metric series, as the policy names them and AWS knows them."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

from chalicelib.analysis.scan_policy import Stands, WatchedGroups, WatchedMetric, WatchedResources
from chalicelib.aws.knowledge import Known
from chalicelib.collaborators import Collaborators
from chalicelib.errors import MainstayError, StaleRecordError
from chalicelib.incidents.alert import AlertSource, Subject
from chalicelib.incidents.lifecycle import OPEN
from chalicelib.incidents.model import Resource, State
from chalicelib.prediction.requests import MOST_SERIES, LogScan, MetricScan, Series
from chalicelib.resources.model import MetricWatch

WATCHED = "WATCHED#metrics"
LISTED_AGAIN_AFTER = timedelta(hours=1)
"""A new resource's metrics are found within so long; each listing costs a call for each metric."""

_STANDS_FOR: Mapping[str, str] = {
    r"/aws/lambda/([A-Za-z0-9_-]+)$": "lambda.function",
    r"/aws/rds/instance/([A-Za-z0-9-]+)/": "rds.db-instance",
}
"""Log groups that AWS names after a resource."""


def find_log_scans(team: Collaborators) -> list[LogScan]:
    """One request for each log group."""
    troubled = _troubled(team)
    return [
        LogScan(subject=subject, teach=subject.resource is None or subject.resource.key not in troubled)
        for subject in _log_groups(team)
    ]


def find_metric_scans(team: Collaborators) -> list[MetricScan]:
    """One request for each batch of series."""
    series = _series(team)
    batches = (series[start : start + MOST_SERIES] for start in range(0, len(series), MOST_SERIES))
    return [MetricScan(series=tuple(batch)) for batch in batches]


def _troubled(team: Collaborators) -> set[str]:
    """Resources with an open incident: what their logs say now is not what is usual for them."""
    if not team.policy.scan.log_groups:
        return set()
    return {entry.resource.key for state in sorted(OPEN) for entry in team.index.all_in_state(State(state))}


# -- log groups ---------------------------------------------------------------------------------


def _log_groups(team: Collaborators) -> Iterator[Subject]:
    """Each once, by the first entry that names it; never our own, which would tell of themselves."""
    seen: set[str] = set()
    for watched in team.policy.scan.log_groups:
        for name in _names(watched, team):
            if name not in seen and not _is_ours(name, team):
                seen.add(name)
                yield _group(name, watched, team)


def _names(watched: WatchedGroups, team: Collaborators) -> Iterable[str]:
    if watched.tags:
        return (name for name in team.logs.names_tagged(watched.tags) if watched.fits(name))
    if watched.prefix == watched.name:
        return (watched.name,)
    return (name for name in team.logs.names(watched.prefix) if watched.fits(name))


def _is_ours(name: str, team: Collaborators) -> bool:
    return re.search(rf"/{re.escape(team.settings.prefix)}(-[^/]*)?$", name) is not None


def _group(name: str, watched: WatchedGroups, team: Collaborators) -> Subject:
    stands = watched.stands_for or _by_convention(name)
    return Subject(
        source=AlertSource.LOGS,
        name=name,
        resource=_resource(stands, team) if stands else None,
        failure=stands.failure if stands else "",
    )


def _by_convention(name: str) -> Stands | None:
    matches = ((re.search(pattern, name), kind) for pattern, kind in _STANDS_FOR.items())
    return next((Stands(type=kind, id=found.group(1)) for found, kind in matches if found), None)


def _resource(stands: Stands, team: Collaborators) -> Resource:
    home = team.settings
    return Resource(type=stands.type, id=stands.id, region=home.region, account=home.account)


# -- metrics ------------------------------------------------------------------------------------


def _series(team: Collaborators) -> list[Series]:
    """As they were listed within the last hour: the list is kept, since listing costs calls.

    An old list is better than none, where listing goes wrong.
    """
    known = team.knowledge.load_whole(WATCHED)
    listed = str(known.marks.get("listed_at", ""))
    now, version = team.clock(), team.policy.version
    fresh = f"{now - LISTED_AGAIN_AFTER:%Y-%m-%dT%H:%M:%S}" <= listed and known.marks.get("policy") == version
    before = _as_listed(known)
    if fresh and before is not None:
        return before
    try:
        found = list({one.subject.name: one for one in _list_series(team)}.values())
    except MainstayError as error:
        if before is None:
            raise
        team.telemetry.warn(f"the metrics could not be listed again: {error}")
        return before
    state = zlib.compress(json.dumps([one.model_dump(mode="json") for one in found]).encode())
    try:
        team.knowledge.save([known.after(state, listed_at=now, policy=version)])
    except StaleRecordError as other:
        team.telemetry.log(f"another run has listed the metrics: {other}")
    return found


def _as_listed(known: Known) -> list[Series] | None:
    """None where there is no list, or another version's."""
    try:
        return [Series.model_validate(one) for one in json.loads(zlib.decompress(known.state))]
    except (ValueError, zlib.error):
        return None


def _list_series(team: Collaborators) -> Iterator[Series]:
    watched = [*team.policy.scan.resources, *_protected(team)]
    for kind in team.types.values():
        of_kind = [one for one in watched if one.type == kind.name]
        for metric in kind.metrics if of_kind else ():
            yield from _of_type(kind.name, metric, of_kind, team)
    for one in team.policy.scan.metrics:
        yield _configured(one, team)


def _protected(team: Collaborators) -> Iterator[WatchedResources]:
    """What people want kept whole is watched as well."""
    for entry in team.policy.protected:
        yield WatchedResources(type=entry.match.type, id=entry.match.id)


def _of_type(
    kind: str, metric: MetricWatch, watched: Iterable[WatchedResources], team: Collaborators
) -> Iterator[Series]:
    for dimensions in team.metrics.dimensions(metric.namespace, metric.name):
        name = metric.resource_id(dimensions)
        if name is not None and any(one.fits(name) for one in watched):
            resource = _resource(Stands(type=kind, id=name), team)
            yield _declared(metric, dimensions, resource)


def _declared(metric: MetricWatch, dimensions: Mapping[str, str], resource: Resource) -> Series:
    return Series(
        subject=Subject(
            source=AlertSource.METRIC,
            name=_name(metric.namespace, metric.name, dimensions),
            resource=resource,
            failure=metric.failure,
        ),
        namespace=metric.namespace,
        name=metric.name,
        dimensions=dict(dimensions),
        statistic=metric.statistic,
        period_seconds=metric.period_seconds,
        per=metric.per,
        per_statistic=metric.per_statistic,
        limit=metric.limit,
        rising=metric.rising,
        title=metric.title,
        unit=metric.unit,
    )


def _configured(metric: WatchedMetric, team: Collaborators) -> Series:
    stands = metric.stands_for
    return Series(
        subject=Subject(
            source=AlertSource.METRIC,
            name=_name(metric.namespace, metric.name, metric.dimensions),
            resource=_resource(stands, team) if stands else None,
            failure=stands.failure if stands else "",
        ),
        namespace=metric.namespace,
        name=metric.name,
        dimensions=metric.dimensions,
        statistic=metric.statistic,
        limit=metric.limit,
        rising=metric.fails == "above",
        title=metric.title or metric.name,
        unit=metric.unit,
    )


def _name(namespace: str, name: str, dimensions: Mapping[str, str]) -> str:
    of = " ".join(f"{key}={value}" for key, value in sorted(dimensions.items()))
    return f"{namespace} {name} {of}".rstrip()
