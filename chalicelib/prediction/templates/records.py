"""The record of each template: its id, its count, the variants that it is made of, and where ids went."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2s

from chalicelib.prediction.templates.shape import Record, Variant
from chalicelib.prediction.templates.wording import align, constant_places

_MOST_VARIANTS = 16
_LEAST_WORDS = 2
"""Constant words that two messages of different shape must share, all of them, to be one template."""
_MOST_ALIASES = 10_000
"""Ids that went somewhere; the oldest are forgotten first."""


class Records:
    """All templates by id.

    `changes` counts whatever may have changed a text, `departures` the templates that are no more.
    """

    def __init__(self) -> None:
        self.by_id: dict[str, Record] = {}
        self.aliases: dict[str, str] = {}
        self.changes = 0
        self.departures = 0
        self._families: dict[tuple[str, ...], Record] = {}

    def found(self, template_id: str, seen: int) -> Record:
        """The record of this id, made if need be."""
        self.changes += 1
        known = self.by_id.get(self.resolve(template_id))
        if known:
            return known
        self.aliases.pop(template_id, None)
        record = self.by_id[template_id] = Record(template_id, seen=seen)
        return record

    def resolve(self, template_id: str) -> str:
        """Where an id went; itself where it went nowhere, or is not known."""
        while template_id in self.aliases:
            template_id = self.aliases[template_id]
        return template_id

    def note(self, variant: Variant) -> None:
        """A variant is new, or says less than before: it may say the same as one of another shape."""
        self.changes += 1
        record = variant.record
        if variant not in record.variants:
            record.variants.append(variant)
        family = family_of(variant.words())
        if len(family) < _LEAST_WORDS:
            return
        other = self._families.get(family)
        if other and self.by_id.get(self.resolve(other.id)):
            self.join(self.by_id[self.resolve(other.id)], record)
        else:
            self._families[family] = record

    def drop(self, variant: Variant, holder: Variant) -> None:
        """A variant has become the same as another."""
        if variant in variant.record.variants:
            variant.record.variants.remove(variant)
        self.join(holder.record, variant.record)

    def join(self, stays: Record, goes: Record) -> None:
        """Make one template of two. The id that stays answers for both; one never given out is dropped."""
        if stays is goes:
            return
        self.changes += 1
        self.departures += 1
        stays.count += goes.count
        stays.base += goes.base
        stays.seen = max(stays.seen, goes.seen)
        stays.wording = align(stays.wording, goes.wording)
        for variant in goes.variants:
            variant.record = stays
            stays.variants.append(variant)
        goes.variants = []
        self.by_id.pop(goes.id, None)
        if goes.count:
            self.aliases[goes.id] = stays.id
            if len(self.aliases) > _MOST_ALIASES:
                del self.aliases[next(iter(self.aliases))]

    def retire(self, keep: int, beside: Record | None) -> list[Record]:
        """Forget the rarest, of these the ones not seen for longest, until so many are left; return them."""
        self.departures += 1
        others = [record for record in self.by_id.values() if record is not beside]
        ranked = sorted(others, key=lambda one: (one.count.bit_length(), one.seen))
        gone = ranked[: len(self.by_id) - keep]
        for record in gone:
            del self.by_id[record.id]
        self._families = {
            key: one for key, one in self._families.items() if self.resolve(one.id) in self.by_id
        }
        return gone

    def trim(self, record: Record) -> list[Variant]:
        """Take the oldest of too many variants from a template; how they were worded stays."""
        spare = record.variants[:-_MOST_VARIANTS]
        for variant in spare:
            record.wording = align(record.wording, variant.words())
        del record.variants[:-_MOST_VARIANTS]
        return spare


def id_of(words: Iterable[str]) -> str:
    """The id that a template has for life: a digest of the masked message that was its first."""
    return blake2s("".join(words).encode("utf-8", "replace"), digest_size=6).hexdigest()


def family_of(words: list[str]) -> tuple[str, ...]:
    """The constant words of a wording, in order."""
    return tuple(words[place] for place in constant_places(words))
