"""Where things lie in the incidents table.

| what | pk | sk |
|---|---|---|
| incident record | ``INCIDENT#id`` | ``RECORD`` |
| timeline event | ``INCIDENT#id`` | ``TIMELINE#000001`` |
| effect on a customer's resource | ``INCIDENT#id`` | ``EFFECT#do-0`` |
| what people were told | ``INCIDENT#id`` | ``MESSAGE#people`` |
| messages of five minutes | ``TOLD#time`` | ``COUNT`` |
| dedupe key of a signal | ``SIGNAL#signal id`` | ``SIGNAL`` |
| event that was ignored | ``IGNORED#day`` | time and id |
| guard of a resource | ``RESOURCE#key`` | ``GUARD`` |
| known-good state of a resource | ``RESOURCE#key`` | ``KNOWN_GOOD`` |
| outcomes of a signature or type | ``OUTCOMES#name`` | ``OUTCOMES`` |
| incidents opened in ten minutes | ``LOAD#account/region`` | ``OPENED#time#shard`` |
| recoveries begun in an hour | ``LOAD#account/region`` | ``RECOVERING#hour`` |
| issue of an AWS service | ``ISSUE#account/region`` | service |
| mode | ``CONTROL`` | ``MODE`` |
| modes that were set, with that one | ``CONTROL`` | ``SWITCHED#time`` |
| link that was used | ``LINK#nonce`` | ``LINK`` |
"""

from __future__ import annotations

import zlib
from datetime import datetime, timedelta

from chalicelib.aws.items import Item, key
from chalicelib.incidents.model import Resource

SHARDS = 4
"""Over how many items the count of opened incidents is spread: a mass failure opens many at once."""

MODE = key("CONTROL", "MODE")

OPEN = "OPEN"
"""The one list of the index ``by_open``: an incident is in it until it ends."""


def record_key(incident_id: str) -> Item:
    """Of the incident record."""
    return key(f"INCIDENT#{incident_id}", "RECORD")


def timeline_key(incident_id: str, number: int) -> Item:
    """Of one timeline event."""
    return key(f"INCIDENT#{incident_id}", f"TIMELINE#{number:06d}")


def effect_key(incident_id: str, name: str) -> Item:
    """Of one effect."""
    return key(f"INCIDENT#{incident_id}", f"EFFECT#{name}")


def message_key(incident_id: str) -> Item:
    """Of what people were told about an incident."""
    return key(f"INCIDENT#{incident_id}", "MESSAGE#people")


def told_key(now: datetime) -> Item:
    """Of the count of messages to people in these five minutes."""
    return key(f"TOLD#{now:%Y-%m-%dT%H}:{now.minute // 5 * 5:02d}", "COUNT")


def signal_key(signal_id: str) -> Item:
    """Of the mark that a signal was seen."""
    return key(f"SIGNAL#{signal_id}", "SIGNAL")


def link_key(nonce: str) -> Item:
    """Of the mark that a signed link was used."""
    return key(f"LINK#{nonce}", "LINK")


def guard_key(resource: Resource) -> Item:
    """Of a resource's guard."""
    return key(f"RESOURCE#{resource.key}", "GUARD")


def known_good_key(resource: Resource) -> Item:
    """Of a resource's known-good state."""
    return key(f"RESOURCE#{resource.key}", "KNOWN_GOOD")


def issue_key(account: str, region: str, service: str) -> Item:
    """Of the issue that AWS has of a service, as Health names it."""
    return key(f"ISSUE#{account}/{region}", service)


def outcomes_key(name: str) -> Item:
    """Of the outcomes of a signature, or of a whole resource type."""
    return key(f"OUTCOMES#{name}", "OUTCOMES")


def opened_key(resource: Resource, now: datetime) -> Item:
    """Of the counter that an incident of this resource, opened now, adds to."""
    return _opened(resource, now, zlib.crc32(resource.key.encode()) % SHARDS)


def opened_keys(resource: Resource, now: datetime) -> list[Item]:
    """Of all counters of this ten minutes and the ten before."""
    moments = (now, now - timedelta(minutes=10))
    return [_opened(resource, moment, shard) for moment in moments for shard in range(SHARDS)]


def recovering_key(resource: Resource, now: datetime) -> Item:
    """Of the counter of recoveries begun in this hour."""
    return key(f"LOAD#{resource.account}/{resource.region}", f"RECOVERING#{now:%Y-%m-%dT%H}")


def _opened(resource: Resource, moment: datetime, shard: int) -> Item:
    tens = f"{moment:%Y-%m-%dT%H}:{moment.minute // 10}0"
    return key(f"LOAD#{resource.account}/{resource.region}", f"OPENED#{tens}#{shard}")
