"""The template miner: messages in, ids of templates out, one by one, with no configuration.

A message that was seen before, but for its numbers, costs one substitution and one look-up, however many
templates are known. Only what is new is cut into words and given its place among the shapes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Self

from chalicelib.errors import UnknownTemplateError
from chalicelib.prediction.templates import merging, state
from chalicelib.prediction.templates.records import Records, id_of
from chalicelib.prediction.templates.shape import Record
from chalicelib.prediction.templates.shapes import Shapes
from chalicelib.prediction.templates.tokens import fold, fold_finely, holds_names, tokenize
from chalicelib.prediction.templates.wording import take_values

LIMIT = 10_000
"""Templates that are kept."""
LONGEST = 2048
"""Characters of a message that count."""
_CACHED = 1 << 22
"""Characters of folded messages that are remembered."""
_ROOM = 10
"""One in so many templates is retired at a time."""


@dataclass(frozen=True, slots=True)
class Template:
    """What log lines have in common: `text` with ``<*>`` for each variable; seen `count` times."""

    id: str
    text: str
    count: int


class TemplateMiner:
    """Learns the templates of a stream of messages. Deterministic: no clock, no chance.

    Beyond `limit` templates the rarest are retired, of these the ones that were not seen for longest;
    `retired` is told of each. A retired one that comes back has its id again.
    """

    def __init__(self, limit: int = LIMIT, retired: Callable[[Template], object] = lambda _: None) -> None:
        self._limit = limit
        self._retired = retired
        self._records = Records()
        self._shapes = Shapes(self._records)
        self._seen = 0
        self._texts: dict[str, str] = {}
        self._texts_of = 0
        self._forget_folded()

    def __len__(self) -> int:
        """How many templates are known."""
        return len(self._records.by_id)

    def __contains__(self, template_id: str) -> bool:
        return self.resolve(template_id) in self._records.by_id

    def learn(self, message: str) -> str:
        """Learn from the first line of a message; return the id of its template."""
        message = message[:LONGEST]
        if "\n" in message:
            message = message.partition("\n")[0]
        folded = fold(message)
        record = self._by_fold.get(folded) or self._look_closer(message, folded)
        self._seen += 1
        record.count += 1
        record.seen = self._seen
        return record.id

    def text(self, template_id: str) -> str:
        """What a template says by now, with ``<*>`` for each variable. Raises `UnknownTemplateError`."""
        record = self._record(template_id)
        if self._texts_of != self._records.changes:
            self._texts.clear()
            self._texts_of = self._records.changes
        text = self._texts.get(record.id)
        if text is None:
            text = self._texts[record.id] = record.text()
        return text

    def count(self, template_id: str) -> int:
        """How often it was seen. Raises `UnknownTemplateError`."""
        return self._record(template_id).count

    def templates(self) -> Iterator[Template]:
        """All that are known, the most frequent first."""
        for record in sorted(self._records.by_id.values(), key=lambda one: (-one.count, one.id)):
            yield Template(record.id, self.text(record.id), record.count)

    def values(self, template_id: str, message: str) -> tuple[str, ...]:
        """What a message has in place of each ``<*>``; empty where it does not fit the template's text."""
        return take_values(self.text(template_id), message[:LONGEST].partition("\n")[0].strip())

    def resolve(self, template_id: str) -> str:
        """Where an id went when templates became one; itself where it went nowhere."""
        return self._records.resolve(template_id)

    def state(self) -> bytes:
        """Everything that was learnt, compressed; the same for the same messages in the same order."""
        return state.encode(self._records, self._shapes, self._seen)

    @classmethod
    def restore(cls, data: bytes, limit: int = LIMIT) -> Self:
        """A miner that goes on from a saved state. Raises `BrokenStateError`."""
        miner = cls(limit)
        miner._seen = state.decode(data, miner._records, miner._shapes)
        return miner

    def merge(self, other: TemplateMiner) -> dict[str, str]:
        """Take over what another one has learnt since it was restored; return where its ids are now.

        Counts stay exact when both were restored from the same state, or from none. Merging the same
        miner twice counts twice: whoever saves states sees to it that each is merged once.
        """
        moved = merging.merge(self._records, self._shapes, other._records, self._seen)
        self._seen += sum(one.learnt for one in other._records.by_id.values())
        self._forget_folded()
        self._make_room()
        return moved

    def _record(self, template_id: str) -> Record:
        record = self._records.by_id.get(self.resolve(template_id))
        if record is None:
            raise UnknownTemplateError(f"there is no template {template_id!r}, or none any more")
        return record

    def _look_closer(self, message: str, folded: str) -> Record:
        """Messages with numbers in names, and messages that are new."""
        finely = fold_finely(message)
        record = self._by_fine_fold.get(finely)
        return record or self._place(message, folded, finely)

    def _place(self, message: str, folded: str, finely: str) -> Record:
        tokens = tokenize((message if len(message) < LONGEST else _whole_words(message)).strip())
        departures = self._records.departures
        record = self._shapes.place(tokens, self._found).record
        self._make_room(beside=record)
        if self._records.departures != departures:
            self._forget_folded()
        self._by_fine_fold[finely] = record
        if not holds_names(tokens):
            self._by_fold[folded] = record
        self._cached += 2 * len(message)
        if self._cached > _CACHED:
            self._forget_folded()
        return record

    def _make_room(self, beside: Record | None = None) -> None:
        """Retire templates when there are too many, but not the one that is being learnt."""
        if len(self._records.by_id) <= self._limit:
            return
        retired = self._records.retire(self._limit - self._limit // _ROOM, beside)
        for record in retired:
            self._retired(Template(record.id, record.text(), record.count))
        self._shapes.forget(variant for record in retired for variant in record.variants)

    def _forget_folded(self) -> None:
        self._by_fold: dict[str, Record] = {}
        self._by_fine_fold: dict[str, Record] = {}
        self._cached = 0

    def _found(self, words: list[str]) -> Record:
        return self._records.found(id_of(words), self._seen)


def _whole_words(message: str) -> str:
    """Without its last word, which may be half a word."""
    return message.rpartition(" ")[0] or message
