"""How templates are worded: what several wordings have in common, and what one takes out of a message."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher

from chalicelib.prediction.templates.masking import UNITS, WILD, is_word


def align(one: list[str], other: list[str]) -> list[str]:
    """One wording for two: the constant words of both, and `WILD` where what is between these differs."""
    if not one or not other or one == other:
        return one or other
    here, there = constant_places(one), constant_places(other)
    if [one[place] for place in here] != [other[place] for place in there]:
        here, there = _in_common(one, here, other, there)
    aligned: list[str] = []
    for (left, right), word in zip(_gaps(one, here, other, there), [*here, None], strict=True):
        aligned += left if left == right else _bridge(left, right)
        aligned += [] if word is None else [one[word]]
    return aligned


def constant_places(words: list[str]) -> list[int]:
    """Where the constant words are; a unit of measurement behind a number is none."""
    return [
        place
        for place, word in enumerate(words)
        if is_word(word) and not (word in UNITS and place > 1 and words[place - 2].endswith(WILD))
    ]


def take_values(text: str, message: str) -> tuple[str, ...]:
    """What stands in a message where a template's text has `WILD`; empty where the message does not fit."""
    first, *others = text.split(WILD)
    if not others or not message.startswith(first):
        return ()
    last = others.pop()
    end = len(message) - len(last)
    values = []
    at = len(first)
    for constant in others:
        found = message.find(constant, at, end)
        if found < 0:
            return ()
        values.append(message[at:found])
        at = found + len(constant)
    if at > end or not message.endswith(last):
        return ()
    return (*values, message[at:end])


def _in_common(
    one: list[str], here: list[int], other: list[str], there: list[int]
) -> tuple[list[int], list[int]]:
    """The places of the constant words that both have, in the same order."""
    words = [one[place] for place in here], [other[place] for place in there]
    blocks = SequenceMatcher(None, *words, autojunk=False).get_matching_blocks()
    return (
        [here[block.a + at] for block in blocks for at in range(block.size)],
        [there[block.b + at] for block in blocks for at in range(block.size)],
    )


def _gaps(
    one: list[str], here: list[int], other: list[str], there: list[int]
) -> Iterator[tuple[list[str], list[str]]]:
    """What is before, between and after the constant words of both."""
    left = right = 0
    for at, beside in zip([*here, len(one)], [*there, len(other)], strict=True):
        yield one[left:at], other[right:beside]
        left, right = at + 1, beside + 1


def _bridge(one: list[str], other: list[str]) -> list[str]:
    """The common beginning, `WILD`, and the common end."""
    shorter = min(len(one), len(other))
    begin = next((at for at in range(shorter) if one[at] != other[at]), shorter)
    left = shorter - begin
    end = next((at for at in range(left) if one[-1 - at] != other[-1 - at]), left)
    return [*one[:begin], WILD, *one[len(one) - end :]]
