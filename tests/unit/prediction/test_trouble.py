"""How grave a line is: its level is believed, words raise it by one."""

from __future__ import annotations

import pytest

from chalicelib.prediction.trouble import ERROR, FATAL, HARMLESS, WARNING, gravity_of


@pytest.mark.parametrize(
    ("level", "text", "gravity"),
    [
        ("INFO", "all is well", HARMLESS),
        ("INFO", "connection refused", WARNING),
        ("DEBUG", "panic", WARNING),
        ("warn", "slow", WARNING),
        ("WARN", "request timed out", ERROR),
        ("ERROR", "it is what it is", ERROR),
        ("FATAL", "goodbye", FATAL),
        ("", "authentication failure", ERROR),
        (None, "java.lang.NullPointerException", ERROR),
        ("", "Out of memory: kill process 17", FATAL),
        ("", "0 terrors, transferred", HARMLESS),
        ("ODD", "all is well", HARMLESS),
    ],
)
def test_gravity(level: str | None, text: str, gravity: int) -> None:
    assert gravity_of(level, text) == gravity
