"""The state of a miner as bytes: versioned, compressed, the same for the same state.

Numbers instead of names, since a state goes into table items: shapes as ``[words, slots]`` with slots as
``[place, enough, pattern, values]``, templates as ``[id, count, seen, wording, variants]`` with variants as
``[shape, fixed words]``.
"""

from __future__ import annotations

import json
import zlib
from typing import Any

from chalicelib.errors import BrokenStateError
from chalicelib.prediction.templates.records import Records
from chalicelib.prediction.templates.shape import Record, Shape, Slot, Variant
from chalicelib.prediction.templates.shapes import Shapes

_VERSION = b"mainstay-templates-1\n"
_LARGEST = 1 << 26
"""Bytes, unpacked, of a state that is read."""


def encode(records: Records, shapes: Shapes, seen: int) -> bytes:
    """Everything that was learnt."""
    numbers = {id(shape): number for number, shape in enumerate(shapes)}
    document = {
        "seen": seen,
        "shapes": [_encode_shape(shape) for shape in shapes],
        "templates": [_encode_record(record, numbers) for record in records.by_id.values()],
        "aliases": records.aliases,
    }
    text = json.dumps(document, separators=(",", ":"))
    return _VERSION + zlib.compress(text.encode("ascii"), 6)


def decode(data: bytes, records: Records, shapes: Shapes) -> int:
    """Fill empty records and shapes; return how many messages were seen. Raises `BrokenStateError`."""
    try:
        return _decode(_unpack(data), records, shapes)
    except (zlib.error, ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError) as error:
        raise BrokenStateError(f"the state of the templates cannot be read: {error!r}") from error


def _unpack(data: bytes) -> Any:
    if not data.startswith(_VERSION):
        raise ValueError("it is of another version, or none at all")
    unpacker = zlib.decompressobj()
    text = unpacker.decompress(data[len(_VERSION) :], _LARGEST)
    if not unpacker.eof:
        raise ValueError("it is cut off, or too large")
    return json.loads(text)


def _encode_shape(shape: Shape) -> list[Any]:
    slots = [[place, slot.enough, slot.pattern, sorted(slot.values)] for place, slot in shape.slots.items()]
    return [shape.words, slots]


def _encode_record(record: Record, numbers: dict[int, int]) -> list[Any]:
    variants = [[numbers[id(one.shape)], list(one.fixed.values())] for one in record.variants]
    return [record.id, record.count, record.seen, record.wording, variants]


def _decode(document: Any, records: Records, shapes: Shapes) -> int:
    known = [_decode_shape(*one) for one in document["shapes"]]
    for template_id, count, seen, wording, variants in document["templates"]:
        record = Record(str(template_id), int(count), int(seen))
        record.wording = [str(word) for word in wording]
        records.by_id[record.id] = record
        for number, fixed in variants:
            _decode_variant(known[number], fixed, record, records)
    records.aliases = {str(old): str(new) for old, new in document["aliases"].items()}
    for shape in known:
        shapes.keep(shape)
    return int(document["seen"])


def _decode_shape(words: Any, slots: Any) -> Shape:
    decoded = {
        int(place): Slot(int(enough), str(pattern), map(str, values))
        for place, enough, pattern, values in slots
    }
    if any(not 0 <= place < len(words) for place in decoded):
        raise ValueError("a slot is outside of its shape")
    return Shape([str(word) for word in words], decoded)


def _decode_variant(shape: Shape, fixed: Any, record: Record, records: Records) -> None:
    closed = [place for place, slot in shape.slots.items() if not slot.pattern]
    variant = Variant(shape, dict(zip(closed, map(str, fixed), strict=True)), record)
    if shape.take(variant) is not variant:
        raise ValueError("two templates have the same variant")
    records.note(variant)
