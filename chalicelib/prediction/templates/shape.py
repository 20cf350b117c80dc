"""A shape: what messages with the same constant words in the same places have in common, and slots between.

A slot is closed at first: each word in it makes a variant of its own. When it has seen enough different
words, it opens, and the variants that differed in nothing else become one. Whatever the order of messages,
the same words open the same slots.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from chalicelib.prediction.templates.masking import BETWEEN, CONSTANT, UNITS, WILD, Token, is_word
from chalicelib.prediction.templates.wording import align

HOLE = "\x01"
"""Stands for a slot in a key."""
_NUMBERED = re.compile(r"([A-Za-z]+(?:[_-][A-Za-z]+)*[#_-]?)(?:\d+|<\*>)")


def generalize(one: str, other: str) -> str:
    """What two words have in common: ``eth0`` and ``eth1`` are ``eth<*>``."""
    if one == other:
        return one
    first, second = _NUMBERED.fullmatch(one), _NUMBERED.fullmatch(other)
    return first[1] + WILD if first and second and first[1] == second[1] else WILD


_NONE: set[str] = set()
"""The values of every open slot: there are many, and an empty set is not small. Nothing is ever added."""


class Record:
    """A template: how often it was seen, in all and since it was restored, and as which message last."""

    __slots__ = ("base", "count", "id", "seen", "variants", "wording")

    def __init__(self, template_id: str, count: int = 0, seen: int = 0) -> None:
        self.id = template_id
        self.count = count
        self.base = count
        """Its count when the state was restored."""
        self.seen = seen
        self.variants: list[Variant] = []
        self.wording: list[str] = []
        """Of variants that were let go."""

    @property
    def learnt(self) -> int:
        """How often it was seen since then."""
        return self.count - self.base

    def text(self) -> str:
        """What the template says, with `WILD` for its variables."""
        wordings = [self.wording, *(variant.words() for variant in self.variants)]
        first, *others = [words for words in wordings if words] or [[]]
        for other in others:
            first = align(first, other)
        text = "".join(first).strip()
        while WILD + WILD in text:
            text = text.replace(WILD + WILD, WILD)
        return text


class Slot:
    """One place in a shape. It opens when `enough` different words were seen; then it has a `pattern`."""

    __slots__ = ("enough", "pattern", "values")

    def __init__(self, enough: int, pattern: str = "", values: Iterable[str] = ()) -> None:
        self.enough = enough
        self.pattern = pattern
        self.values = _NONE if pattern else set(values)

    def observe(self, word: str, enough: int) -> bool:
        """Take note of a word, and of the evidence it asks for; true if this changes what the slot says."""
        if self.pattern == WILD:
            return False
        if self.pattern:
            before, self.pattern = self.pattern, generalize(self.pattern, word)
            return before != self.pattern
        self.values.add(word)
        if enough > CONSTANT:
            self.enough = min(self.enough, enough)
        if len(self.values) < self.enough and WILD not in word:
            return False
        first, *others = sorted(self.values)
        for other in others:
            first = generalize(first, other)
        self.pattern = first
        self.values = _NONE
        return True


class Variant:
    """A shape with what its closed slots hold. Several variants can make one template."""

    __slots__ = ("fixed", "record", "shape")

    def __init__(self, shape: Shape, fixed: Mapping[int, str], record: Record) -> None:
        self.shape = shape
        self.fixed = fixed
        self.record = record

    def words(self) -> list[str]:
        """The words and what is between them; a unit that varies belongs to its number."""
        words = list(self.shape.words)
        for place, slot in self.shape.slots.items():
            words[place] = slot.pattern or self.fixed[place]
            if slot.pattern == WILD and self.shape.words[place] in UNITS and words[place - 2].endswith(WILD):
                words[place - 1] = words[place] = ""
        return [word for word in words if word]

    def tokens(self) -> list[Token]:
        """What would lead to this variant again."""
        tokens = [(word, CONSTANT if is_word(word) else BETWEEN) for word in self.shape.words]
        for place, slot in self.shape.slots.items():
            tokens[place] = (slot.pattern or self.fixed[place], slot.enough)
        return tokens


class Shape:
    """Words with slots, and the variants that were seen."""

    __slots__ = ("_watched", "slots", "variants", "words")

    def __init__(self, words: list[str], slots: dict[int, Slot]) -> None:
        self.words = words
        self.slots = slots
        self._watched = list(slots.items())
        self.variants: dict[tuple[str, ...], Variant] = {}

    def key(self) -> str:
        """What all messages of this shape have in common."""
        return key_of(self.words, self.slots)

    def observe(self, tokens: list[Token]) -> bool:
        """Show the words of a message to the slots; true if this changed one."""
        changed = False
        for place, slot in self._watched:
            if slot.observe(*tokens[place]):
                changed = True
        if changed:
            self._watched = [(place, slot) for place, slot in self._watched if slot.pattern != WILD]
        return changed

    def fixed(self, words: Mapping[int, str] | list[str]) -> dict[int, str]:
        """What these words put into the closed slots."""
        return {place: words[place] for place, slot in self._watched if not slot.pattern}

    def take(self, variant: Variant) -> Variant:
        """Add a variant, or return the one that is there already."""
        return self.variants.setdefault(tuple(variant.fixed.values()), variant)

    def leave(self, variant: Variant) -> None:
        """Remove a variant, if it is there."""
        key = tuple(variant.fixed.values())
        if self.variants.get(key) is variant:
            del self.variants[key]


def key_of(words: list[str], slots: Iterable[int]) -> str:
    """The words with a hole for each slot."""
    marked = list(words)
    for place in slots:
        marked[place] = HOLE
    return "".join(marked)
