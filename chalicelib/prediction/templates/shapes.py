"""All shapes, and how a message finds its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from chalicelib.prediction.templates.masking import CONSTANT, MASKED, PLAIN, Token, is_word
from chalicelib.prediction.templates.records import Records
from chalicelib.prediction.templates.shape import HOLE, Record, Shape, Slot, Variant, key_of

_MOST_PLAIN = 12
"""Plain words of a message, from its second, that are watched for being values."""
_FEW_WATCHED = 1 << 15
"""Sets of siblings among which shapes that are gone do no harm."""


class Shapes:
    """All shapes, and the way from a message to its variant. A shape without variants is gone."""

    def __init__(self, records: Records) -> None:
        self.by_key: dict[str, Shape] = {}
        self._records = records
        self._siblings: dict[int, list[Shape]] = {}
        self._most_watched = _FEW_WATCHED

    def __iter__(self) -> Iterator[Shape]:
        """Each shape once."""
        return (shape for shape in dict.fromkeys(self.by_key.values()) if shape.variants)

    def place(self, tokens: list[Token], found: Callable[[list[str]], Record]) -> Variant:
        """Find or make the variant of a message; `found` makes the record of a new template."""
        words = [text for text, _ in tokens]
        shape = self._shape_of(tokens, words)
        if shape.observe(tokens):
            self._settle(shape)
        fixed = shape.fixed(words)
        known = shape.variants.get(tuple(fixed.values()))
        if known:
            return known
        variant = Variant(shape, fixed, found(words))
        self._add(shape, variant)
        return variant

    def keep(self, shape: Shape) -> None:
        """Put a shape back that was saved."""
        self.by_key[shape.key()] = shape
        plain = [
            place for place, word in enumerate(shape.words) if place not in shape.slots and is_word(word)
        ]
        for beside in _keys_without_one(shape.words, shape.slots, plain):
            self._siblings.setdefault(hash(beside), []).append(shape)

    def forget(self, gone: Iterable[Variant]) -> None:
        """Drop variants, and the shapes that have no others."""
        for variant in gone:
            variant.shape.leave(variant)
            key = variant.shape.key()
            if not variant.shape.variants and self.by_key.get(key) is variant.shape:
                del self.by_key[key]

    def _clean_up(self) -> None:
        """Drop what is still known of shapes that are gone, once it has become much."""
        if len(self._siblings) <= self._most_watched:
            return
        left = list(self)
        self.by_key.clear()
        self._siblings.clear()
        for shape in left:
            self.keep(shape)
        self._most_watched = max(_FEW_WATCHED, 2 * len(self._siblings))

    def _shape_of(self, tokens: list[Token], words: list[str]) -> Shape:
        key = "".join([text if evidence <= CONSTANT else HOLE for text, evidence in tokens])
        shape = self.by_key.get(key)
        if shape and shape.variants:
            return shape
        slots = {place: evidence for place, (_, evidence) in enumerate(tokens) if evidence > CONSTANT}
        plain = [place for place, (_, evidence) in enumerate(tokens) if evidence == CONSTANT]
        keys = _keys_without_one(words, slots, plain)
        for place, wider in keys:
            shape = self.by_key.get(wider)
            if shape and shape.variants and shape.slots[place].pattern:
                return shape
        self._clean_up()
        shape = self.by_key[key] = Shape(words, {place: Slot(enough) for place, enough in slots.items()})
        for place in [place for place, enough in slots.items() if enough in (MASKED, PLAIN)]:
            self._take_in(shape, key, place)
        return self._join_siblings(shape, keys)

    def _take_in(self, wide: Shape, key: str, place: int) -> None:
        """Shapes with a plain word where the wider one, which came later, has a variable from the start."""
        narrow = [one for one in self._siblings.pop(hash((place, key)), ()) if one.variants]
        if narrow:
            self._move(narrow, wide)

    def _join_siblings(self, shape: Shape, keys: list[tuple[int, str]]) -> Shape:
        """The shape itself, or the wider one that it and enough others now make."""
        for place, key in keys:
            siblings = self._siblings.setdefault(hash((place, key)), [])
            siblings.append(shape)
            if len(siblings) >= PLAIN:
                siblings[:] = [one for one in siblings if one is shape or one.variants]
            if len(siblings) >= PLAIN:
                wide = self._widen(siblings, place)
                siblings.clear()
                return wide
        return shape

    def _widen(self, siblings: list[Shape], place: int) -> Shape:
        """Make one shape of those that differ in one word only."""
        first = siblings[0]
        slots = {**{at: Slot(slot.enough) for at, slot in first.slots.items()}, place: Slot(PLAIN)}
        wide = self.by_key.get(key_of(first.words, slots))
        if not wide:
            wide = Shape(list(first.words), dict(sorted(slots.items())))
            self.keep(wide)
        self._move(siblings, wide)
        return wide

    def _move(self, siblings: list[Shape], wide: Shape) -> None:
        """Let the variants of these shapes be variants of a wider one."""
        moved = []
        for narrow in siblings:
            self.by_key[narrow.key()] = wide
            wide.observe([(word, CONSTANT) for word in narrow.words])
            for variant in narrow.variants.values():
                wide.observe(variant.tokens())
                moved.append((variant, [word for word, _ in variant.tokens()]))
            narrow.variants.clear()
        self._settle(wide)
        for variant, words in moved:
            variant.shape, variant.fixed = wide, wide.fixed(words)
            self._add(wide, variant)

    def _settle(self, shape: Shape) -> None:
        """Give the variants their place again after a slot has opened."""
        variants = list(shape.variants.values())
        shape.variants.clear()
        for variant in variants:
            variant.fixed = {
                place: word for place, word in variant.fixed.items() if not shape.slots[place].pattern
            }
            self._add(shape, variant)

    def _add(self, shape: Shape, variant: Variant) -> None:
        holder = shape.take(variant)
        if holder is variant:
            self._records.note(variant)
        else:
            self._records.drop(variant, holder)
        self.forget(self._records.trim(holder.record))


def _keys_without_one(words: list[str], slots: Iterable[int], plain: list[int]) -> list[tuple[int, str]]:
    """The keys that a shape would have with one more slot, at a plain word.

    The first plain word is left out: messages begin with what they are about.
    """
    marked = list(words)
    for place in slots:
        marked[place] = HOLE
    keys = []
    for place in plain[1 : _MOST_PLAIN + 1]:
        marked[place] = HOLE
        keys.append((place, "".join(marked)))
        marked[place] = words[place]
    return keys
