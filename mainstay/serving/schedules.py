"""The schedules of the app, which embedded AWS makes but never fires by itself."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mainstay.world import World  # the command line reads the constants here, and starts quickly

EVERY_SECONDS = 300.0
QUICK_SECONDS = 15.0


class Schedules:
    """Sweeps and scans in a thread of its own, once in so many seconds; `on_failure` is told what failed."""

    def __init__(self, world: World, every: float, on_failure: Callable[[str], None]) -> None:
        self._world, self._every, self._on_failure = world, every, on_failure
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="schedules", daemon=True)

    def start(self) -> None:
        """From now on."""
        self._thread.start()

    def stop(self) -> None:
        """What runs comes to its end; nothing else begins."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(self._every):
            for fire in (self._world.sweep, self._world.start_scan):
                try:
                    fire()
                except RuntimeError as error:  # a function that raised: it is tried again at its next time
                    self._on_failure(str(error))
