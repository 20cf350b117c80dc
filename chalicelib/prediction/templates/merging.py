"""Two miners that learnt from different lines become one, and nothing is lost or counted twice.

What a miner has learnt since it was restored is what it adds; what both had from the start stands as it is.
Shapes only ever generalise, so what one has generalised further is generalised in both, whoever comes first.
"""

from __future__ import annotations

from chalicelib.prediction.templates.records import Records
from chalicelib.prediction.templates.shape import Record
from chalicelib.prediction.templates.shapes import Shapes


def merge(records: Records, shapes: Shapes, others: Records, seen: int) -> dict[str, str]:
    """Take over what others learnt; return where their ids are now."""
    for other in list(others.by_id.values()):
        if other.learnt:
            _take_over(records, shapes, other, seen)
    for old in others.aliases:
        _unite(records, old, others.resolve(old))
    return {old: records.resolve(old) for old in (*others.by_id, *others.aliases)}


def _take_over(records: Records, shapes: Shapes, other: Record, seen: int) -> None:
    ours = records.found(other.id, seen)
    ours.count += other.learnt
    ours.seen = seen
    for variant in list(other.variants):
        placed = shapes.place(variant.tokens(), lambda _: _current(records, other.id))
        records.join(placed.record, _current(records, other.id))


def _current(records: Records, template_id: str) -> Record:
    return records.by_id[records.resolve(template_id)]


def _unite(records: Records, old: str, new: str) -> None:
    """What became one template there becomes one here."""
    stays = records.by_id.get(records.resolve(new))
    goes = records.by_id.get(records.resolve(old))
    if stays and goes:
        records.join(stays, goes)
    elif stays:
        records.aliases[old] = stays.id
