"""How events travel in embedded AWS: one queue and one thread, so that no caller waits for a delivery.

AWS delivers after the call that caused an event has been answered, and a target that fails never fails
that call. Here too: whoever emits an event only puts it into the queue, and may hold any lock meanwhile.
"""

from __future__ import annotations

import logging
import queue
import threading
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from mainstay.embedded.personas import ACCOUNT

Event = dict[str, Any]
"""A full EventBridge envelope."""

Listener = Callable[[Event], None]

_log = logging.getLogger(__name__)


def make_event(
    source: str,
    detail_type: str,
    detail: dict[str, Any],
    *,
    region: str,
    resources: list[str] | None = None,
    at: datetime | None = None,
) -> Event:
    """Make the envelope that EventBridge puts around a detail. Time to the second, as AWS gives it."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": detail_type,
        "source": source,
        "account": ACCOUNT,
        "time": (at or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": region,
        "resources": resources or [],
        "detail": detail,
    }


def _deliver_nowhere(bus: str, event: Event) -> None:
    """What a bus does with its events before EventBridge is there."""


class Bus:
    """The queue in front of EventBridge. `deliver` is set by the EventBridge repair."""

    def __init__(self) -> None:
        self.deliver: Callable[[str, Event], None] = _deliver_nowhere
        self._listeners: list[Listener] = []
        self._queue: queue.Queue[tuple[str, Event] | None] = queue.Queue()
        self._thread: threading.Thread | None = None

    @property
    def is_running(self) -> bool:
        """Whether there is somebody to deliver."""
        return self._thread is not None

    def start(self) -> None:
        """Begin to deliver."""
        self._thread = threading.Thread(target=self._run, name="embedded-bus", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Deliver what is in the queue, then end. Listeners are forgotten."""
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join()
        self._thread = None
        self.forget_listeners()

    def drain(self) -> None:
        """Wait until everything that has been put has been delivered."""
        self._queue.join()

    def listen(self, listener: Listener) -> None:
        """Tell `listener` of each event that is put on the default bus."""
        self._listeners.append(listener)

    def forget_listeners(self) -> None:
        """Tell nobody any more."""
        self._listeners.clear()

    def put(self, event: Event, *, bus: str = "default") -> None:
        """Deliver soon, in order; without a running thread, at once."""
        if self._thread is None:
            self._handle(bus, event)
        else:
            self._queue.put((bus, event))

    def _run(self) -> None:
        while (item := self._queue.get()) is not None:
            try:
                self._handle(*item)
            except Exception:  # noqa: BLE001 - one bad listener or rule must not end all deliveries
                _log.exception("An event was not delivered")
            finally:
                self._queue.task_done()
        self._queue.task_done()

    def _handle(self, bus: str, event: Event) -> None:
        if bus == "default":
            for listener in self._listeners:
                listener(event)
        self.deliver(bus, event)


BUS = Bus()
"""The one of this process, as moto's own state is."""
