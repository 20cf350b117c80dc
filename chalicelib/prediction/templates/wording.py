"""How templates are worded: what several wordings have in common, and what one takes out of a message."""

from __future__ import annotations

from chalicelib.prediction.templates.masking import WILD, is_word


def align(one: list[str], other: list[str]) -> list[str]:
    """One wording for two: their constant words, and `WILD` where what is between these differs.

    Where their constant words differ, what begins and what ends both alike is left.
    """
    if not one or not other or one == other:
        return one or other
    words = [word for word in one if is_word(word)]
    if words != [word for word in other if is_word(word)]:
        return _bridge(one, other)
    aligned = []
    gaps = zip(_gaps(one), _gaps(other), [*words, ""], strict=True)
    for left, right, word in gaps:
        aligned += left if left == right else _bridge(left, right)
        aligned += [word] if word else []
    return aligned


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
        found = message.find(constant, at + 1, end)
        if found < 0:
            return ()
        values.append(message[at:found])
        at = found + len(constant)
    if at > end or not message.endswith(last):
        return ()
    return (*values, message[at:end])


def _gaps(words: list[str]) -> list[list[str]]:
    """What is before, between and after the constant words."""
    gaps: list[list[str]] = [[]]
    for word in words:
        if is_word(word):
            gaps.append([])
        else:
            gaps[-1].append(word)
    return gaps


def _bridge(one: list[str], other: list[str]) -> list[str]:
    """The common beginning, `WILD`, and the common end."""
    shorter = min(len(one), len(other))
    begin = next((at for at in range(shorter) if one[at] != other[at]), shorter)
    left = shorter - begin
    end = next((at for at in range(left) if one[-1 - at] != other[-1 - at]), left)
    return [*one[:begin], WILD, *one[len(one) - end :]]
