"""Where things lie in the patterns table.

| what | pk | sk |
|---|---|---|
| what is known of a log group, in parts | ``LOGS#name`` | ``STATE#000`` |
| what is known of a metric series | ``METRIC#id`` | ``STATE#000`` |
| the series that are watched, in parts | ``WATCHED#metrics`` | ``STATE#000`` |
| alert | ``ALERTS#month`` | alert id |
| alert that is open, or not scored yet | ``LIVE_ALERTS`` | alert id |
| messages about alerts in five minutes | ``TOLD#time`` | ``COUNT`` |
| what became of alerts | ``SCORES`` | week and detector |
| the weekly numbers were told | ``TOLD#week`` | ``WEEKLY`` |
| a failure was counted as missed | ``MISSED#incident id`` | ``MISSED`` |
"""

from __future__ import annotations

from datetime import datetime

from chalicelib.aws.items import Item, key
from chalicelib.incidents.base import digest_of

LIVE = "LIVE_ALERTS"
SCORES = "SCORES"


def group_name(log_group: str) -> str:
    """Of what is known of a log group."""
    return f"LOGS#{log_group}"


def series_name(series: str) -> str:
    """Of what is known of a series; its own name may be long and hold anything."""
    return f"METRIC#{digest_of(series)[:32]}"


def part_key(name: str, number: int) -> Item:
    """Of one part of a state."""
    return key(name, f"STATE#{number:03d}")


def alert_key(alert_id: str) -> Item:
    """An alert's id says when it was opened: ``al-20261124-225500-1a2b3c4d``."""
    return key(f"ALERTS#{alert_id[3:7]}-{alert_id[7:9]}", alert_id)


def live_key(alert_id: str) -> Item:
    """Of the mark that an alert is looked after."""
    return key(LIVE, alert_id)


def told_key(now: datetime) -> Item:
    """Of the count of messages in these five minutes."""
    return key(f"TOLD#{now:%Y-%m-%dT%H}:{now.minute // 5 * 5:02d}", "COUNT")


def weekly_key(now: datetime) -> Item:
    """Of the mark that this week's numbers were told."""
    return key(f"TOLD#{now:%G-W%V}", "WEEKLY")


def missed_key(incident_id: str) -> Item:
    """Of the mark that a failure was counted as missed."""
    return key(f"MISSED#{incident_id}", "MISSED")


def score_key(now: datetime, detector: str) -> Item:
    """Of what became of a detector's alerts, by the week."""
    return key(SCORES, f"{now:%G-W%V}#{detector}")
