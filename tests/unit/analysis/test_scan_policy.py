"""The policy's section of what is scanned: what it takes, and which field it blames."""

from __future__ import annotations

import pytest

from chalicelib.analysis.policy import read_policy
from chalicelib.analysis.scan_policy import ScanPolicy, WatchedGroups, WatchedResources
from chalicelib.errors import InvalidPolicyError

FULL = """
scan:
  log_groups:
    - name: /app/*
    - name: /app/checkout
      stands_for: {type: ecs.service, id: shop/checkout, failure: unhealthy}
    - tags: {team: shop}
  resources:
    - {type: rds.db-instance}
    - {type: ec2.instance, id: "i-0*"}
  metrics:
    - namespace: Shop
      name: QueueAge
      dimensions: {Queue: orders}
      statistic: p99.9
      limit: 900
      unit: seconds
    - {namespace: Shop, name: Balance, limit: 100, fails: below, title: balance}
  most_lines: 20000
  late_seconds: 300
  alerts_per_scan: 3
  act_from: 0.7
"""


def test_without_the_section_nothing_is_watched() -> None:
    assert read_policy("{}").scan == ScanPolicy()
    assert (ScanPolicy().log_groups, ScanPolicy().resources, ScanPolicy().metrics) == ((), (), ())


def test_a_full_section_is_read_as_it_stands() -> None:
    scan = read_policy(FULL).scan
    assert [group.name for group in scan.log_groups] == ["/app/*", "/app/checkout", "*"]
    stands = scan.log_groups[1].stands_for
    assert stands is not None
    assert (stands.type, stands.id, stands.failure) == ("ecs.service", "shop/checkout", "unhealthy")
    assert [(one.name, one.statistic, one.fails, one.limit) for one in scan.metrics] == [
        ("QueueAge", "p99.9", "above", 900.0),
        ("Balance", "Average", "below", 100.0),
    ]
    assert (scan.most_lines, scan.late_seconds, scan.alerts_per_scan, scan.act_from) == (20_000, 300, 3, 0.7)


@pytest.mark.parametrize(
    ("section", "field"),
    [
        ("log_groups: [{}]", "scan.log_groups.0"),
        ("log_groups: [{name: '*'}]", "say which log groups"),
        ("log_groups: [{name: ''}]", "scan.log_groups.0.name"),
        ("log_groups: [{nme: /app}]", "scan.log_groups.0.nme"),
        ("log_groups: [{name: /app, stands_for: {type: ec2.instance}}]", "scan.log_groups.0.stands_for.id"),
        ("log_groups: /app", "scan.log_groups"),
        ("resources: [{id: db-1}]", "scan.resources.0.type"),
        ("metrics: [{namespace: Shop}]", "scan.metrics.0.name"),
        ("metrics: [{namespace: Shop, name: A, statistic: Median}]", "scan.metrics.0.statistic"),
        ("metrics: [{namespace: Shop, name: A, statistic: p100000}]", "scan.metrics.0.statistic"),
        ("metrics: [{namespace: Shop, name: A, fails: sideways}]", "scan.metrics.0.fails"),
        ("metrics: [{namespace: Shop, name: A, limit: many}]", "scan.metrics.0.limit"),
        ("most_lines: 10", "scan.most_lines"),
        ("late_seconds: -1", "scan.late_seconds"),
        ("late_seconds: 86400", "scan.late_seconds"),
        ("alerts_per_scan: 0", "scan.alerts_per_scan"),
        ("act_from: 1.5", "scan.act_from"),
        ("act_frm: 0.5", "scan.act_frm"),
    ],
)
def test_a_policy_that_cannot_be_used_names_the_field(section: str, field: str) -> None:
    with pytest.raises(InvalidPolicyError) as raised:
        read_policy(f"scan: {{{section}}}")
    assert field in str(raised.value)


@pytest.mark.parametrize(
    ("name", "prefix", "fitting", "other"),
    [
        ("/app/*", "/app/", "/app/a/b", "/ap"),
        ("/app/[ab]?", "/app/", "/app/a1", "/app/c1"),
        ("/app/checkout", "/app/checkout", "/app/checkout", "/app/checkout2"),
        ("*-prod", "", "shop-prod", "shop-dev"),
        ("/App", "/App", "/App", "/app"),
    ],
)
def test_a_pattern_says_what_fits_and_what_all_that_fits_begins_with(
    name: str, prefix: str, fitting: str, other: str
) -> None:
    watched = WatchedGroups(name=name)
    assert watched.prefix == prefix
    assert watched.fits(fitting)
    assert fitting.startswith(prefix)
    assert not watched.fits(other)


def test_resources_of_a_type_are_watched_by_the_pattern_of_their_id() -> None:
    assert WatchedResources(type="rds.db-instance").fits("anything")
    assert WatchedResources(type="rds.db-instance", id="db-*").fits("db-orders")
    assert not WatchedResources(type="rds.db-instance", id="db-*").fits("orders")
