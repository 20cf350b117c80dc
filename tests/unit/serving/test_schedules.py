from __future__ import annotations

import threading
from typing import Any

from mainstay.serving.schedules import Schedules


class Functions:
    """A world whose sweep raises, once more each time."""

    def __init__(self) -> None:
        self.scanned = threading.Semaphore(0)

    def sweep(self) -> None:
        raise RuntimeError("sweep raised ThrottledError")

    def start_scan(self) -> None:
        self.scanned.release()


def test_a_schedule_fires_again_and_again_whatever_fails() -> None:
    functions: Any = Functions()
    failures: list[str] = []
    schedules = Schedules(functions, 0.01, failures.append)

    schedules.start()
    fired = [functions.scanned.acquire(timeout=10) for _ in range(3)]
    schedules.stop()

    assert fired == [True] * 3
    assert failures[:3] == ["sweep raised ThrottledError"] * 3


def test_a_schedule_that_was_stopped_fires_no_more() -> None:
    functions: Any = Functions()
    schedules = Schedules(functions, 3600, print)
    schedules.start()
    schedules.stop()
    assert not functions.scanned.acquire(blocking=False)
