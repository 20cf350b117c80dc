"""Replacing parts of moto for a while."""

from __future__ import annotations

from typing import Any

_MISSING = object()
_REPLACED: list[tuple[Any, str, Any]] = []


def replace(owner: Any, name: str, replacement: Any) -> None:
    """Replace an attribute of a class or module until everything is put back."""
    _REPLACED.append((owner, name, vars(owner).get(name, _MISSING)))
    setattr(owner, name, replacement)


def put_everything_back() -> None:
    """Make moto what it was."""
    while _REPLACED:
        owner, name, original = _REPLACED.pop()
        if original is _MISSING:
            delattr(owner, name)
        else:
            setattr(owner, name, original)
