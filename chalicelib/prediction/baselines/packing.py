"""Numbers of many objects as columns of single-precision floats: a third of the size, nothing lost.

Nothing, because what is learnt is rounded to that precision right after it was learnt: a state that was
saved and loaded goes on exactly as one that stayed in memory.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from operator import attrgetter
from typing import Any, cast

Fields = Sequence[tuple[str, tuple[str, ...]]]
"""Paths of attributes: the name of a part ("" for the object itself) and the names of its numbers."""


def settle(owner: Any, fields: Fields) -> None:
    """Round an object's numbers to single precision."""
    for part, names in fields:
        target = getattr(owner, part) if part else owner
        for name, value in zip(names, array("f", _getter(names)(target)), strict=True):
            setattr(target, name, value)


@cache
def _getter(names: tuple[str, ...]) -> Callable[[object], tuple[float, ...]]:
    return cast("Callable[[object], tuple[float, ...]]", attrgetter(*names))


def pack_columns(owners: Sequence[Any], fields: Fields) -> bytes:
    """All owners' first number, then all their second, and so on: alike numbers side by side pack best."""
    columns = array("f")
    for part, names in fields:
        targets = [getattr(owner, part) if part else owner for owner in owners]
        for name in names:
            columns.extend(getattr(target, name) for target in targets)
    return columns.tobytes()


def unpack_columns(owners: Sequence[Any], fields: Fields, data: bytes) -> None:
    """Put back what `pack_columns` took."""
    numbers = iter(array("f", data))
    for part, names in fields:
        targets = [getattr(owner, part) if part else owner for owner in owners]
        for name in names:
            for target in targets:
                setattr(target, name, next(numbers))


def join_blocks(blocks: Iterable[bytes]) -> bytes:
    """Blocks, each with its length before it."""
    return b"".join(struct.pack("<I", len(block)) + block for block in blocks)


def split_blocks(data: bytes) -> list[bytes]:
    """What `join_blocks` joined."""
    blocks, position = [], 0
    while position < len(data):
        (length,) = struct.unpack_from("<I", data, position)
        blocks.append(data[position + 4 : position + 4 + length])
        position += 4 + length
    return blocks
