"""What is known of a log group, as bytes: versioned, compressed, complete.

Numbers that every template has lie in columns (see `packing`); the little that is irregular is JSON.
"""

from __future__ import annotations

import json
import struct
import zlib
from array import array
from typing import Any

from chalicelib.errors import BrokenStateError
from chalicelib.prediction.alarms import Alarms
from chalicelib.prediction.baselines.packing import join_blocks, pack_columns, split_blocks, unpack_columns
from chalicelib.prediction.baselines.rate import Series
from chalicelib.prediction.baselines.season import Clock, Season
from chalicelib.prediction.baselines.values import Numbers
from chalicelib.prediction.knowledge import NUMBERS_FIELDS, SERIES_FIELDS, SHARE_FIELDS, Knowledge
from chalicelib.prediction.tallies import Tallies
from chalicelib.prediction.templates import TemplateMiner

_VERSION = b"mainstay-log-1\n"
_LARGEST = 1 << 27
"""Bytes, unpacked, of a state that is read."""


def encode(
    miner: TemplateMiner, knowledge: Knowledge, alarms: Alarms, tallies: Tallies, end: float | None
) -> bytes:
    """The whole state of a log group."""
    series, numbers = list(knowledge.known.values()), _all_numbers(knowledge)
    document = {
        "end": end,
        "clock": [getattr(knowledge.clock, name) for name in Clock.FIELDS],
        "news": [getattr(knowledge.news, name) for name in knowledge.news.FIELDS],
        "keys": list(knowledge.known),
        "profiles": [index for index, one in enumerate(series) if one.profile is not None],
        "recent": [[index, list(one.recent.items())] for index, one in enumerate(series) if one.recent],
        "numbers": [[key, list(places)] for key, places in knowledge.numbers.items()],
        "traffic": list(knowledge.traffic.slots.items()),
        "sets": [sorted(names) for names in (knowledge.watched, knowledge.steady, knowledge.young)],
        "alarms": alarms.dump(),
        "waiting": tallies.dump(),
    }
    blocks = [
        json.dumps(document, separators=(",", ":")).encode("ascii"),
        b"".join(getattr(knowledge.season, name).tobytes() for name in Season.FIELDS),
        pack_columns(series, SERIES_FIELDS),
        b"".join(one.profile.tobytes() for one in series if one.profile is not None),
        pack_columns(list(knowledge.shares.values()), SHARE_FIELDS),
        b"".join(one.day.tobytes() for one in knowledge.shares.values()),
        pack_columns(numbers, NUMBERS_FIELDS),
    ]
    return _VERSION + join_blocks([miner.state(), zlib.compress(join_blocks(blocks), 6)])


def decode(data: bytes) -> tuple[TemplateMiner, Knowledge, Alarms, Tallies, float | None]:
    """What `encode` was given. Raises `BrokenStateError`."""
    try:
        mined, packed = split_blocks(_without_version(data))
        return TemplateMiner.restore(mined), *_decode(_unpack(packed))
    except (zlib.error, struct.error, ValueError, TypeError, KeyError, IndexError, StopIteration) as error:
        raise BrokenStateError(f"the state of the log group cannot be read: {error!r}") from error


def _without_version(data: bytes) -> bytes:
    if not data.startswith(_VERSION):
        raise ValueError("it is of another version, or none at all")
    return data[len(_VERSION) :]


def _unpack(packed: bytes) -> list[bytes]:
    unpacker = zlib.decompressobj()
    data = unpacker.decompress(packed, _LARGEST)
    if not unpacker.eof:
        raise ValueError("it is cut off, or too large")
    return split_blocks(data)


def _decode(blocks: list[bytes]) -> tuple[Knowledge, Alarms, Tallies, float | None]:
    document = json.loads(blocks[0])
    knowledge, alarms, tallies = Knowledge(), Alarms(), Tallies()
    for target, fields, values in (
        (knowledge.clock, Clock.FIELDS, document["clock"]),
        (knowledge.news, knowledge.news.FIELDS, document["news"]),
    ):
        for name, value in zip(fields, values, strict=True):
            setattr(target, name, value)
    _load_season(knowledge.season, blocks[1])
    _load_series(knowledge, document, blocks[2], blocks[3])
    unpack_columns(list(knowledge.shares.values()), SHARE_FIELDS, blocks[4])
    knowledge.numbers = {key: {place: Numbers() for place in places} for key, places in document["numbers"]}
    for position, share in enumerate(knowledge.shares.values()):
        share.day = array("f", blocks[5])[position * 48 : position * 48 + 48]
    unpack_columns(_all_numbers(knowledge), NUMBERS_FIELDS, blocks[6])
    knowledge.traffic.slots = {slot: (count, usual) for slot, (count, usual) in document["traffic"]}
    knowledge.watched, knowledge.steady, knowledge.young = map(set, document["sets"])
    alarms.load(document["alarms"])
    tallies.load(document["waiting"])
    return knowledge, alarms, tallies, document["end"]


def _load_season(season: Season, data: bytes) -> None:
    numbers = array("d", data)
    position = 0
    for name in Season.FIELDS:
        length = len(getattr(season, name))
        setattr(season, name, numbers[position : position + length])
        position += length


def _load_series(knowledge: Knowledge, document: dict[str, Any], columns: bytes, profiles: bytes) -> None:
    knowledge.known = {key: Series(knowledge.clock, 0, 0) for key in document["keys"]}
    series = list(knowledge.known.values())
    unpack_columns(series, SERIES_FIELDS, columns)
    numbers = array("f", profiles)
    for position, index in enumerate(document["profiles"]):
        series[index].profile = numbers[position * 48 : position * 48 + 48]
    for index, recent in document["recent"]:
        series[index].recent = dict(recent)


def _all_numbers(knowledge: Knowledge) -> list[Numbers]:
    return [one for places in knowledge.numbers.values() for one in places.values()]
