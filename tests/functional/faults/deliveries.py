"""How what is not waited for reaches the functions: late, more than once, and again after a failure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from mainstay.embedded.bus import Event
from tests.functional.faults.clock import Clock
from tests.functional.faults.lambdas import Invocation, Lambdas, Outcome

LAMBDA_TRIES = (60.0, 120.0)
"""Lambda tries an event again after these seconds."""

_DUPLICATES_AFTER = 240.0


@dataclass(kw_only=True)
class Deliveries:
    """Everything that is on its way to a function without anybody waiting for the answer."""

    clock: Clock
    lambdas: Lambdas
    sent: list[Event] = field(default_factory=list)

    def send(self, event: Event, seconds: float) -> None:
        """An event is handed in after a while."""
        event = {**event, "id": f"event-{len(self.sent) + 1}"}
        self.sent.append(event)
        self.clock.later(seconds, lambda: self.invoke("on_resource_event", event, LAMBDA_TRIES))

    def send_all_again(self) -> None:
        """Late duplicates. What failed each time comes out of the dead-letter queue by this."""
        self.clock.spend(_DUPLICATES_AFTER)
        for event in list(self.sent):
            self.invoke("on_resource_event", event, LAMBDA_TRIES)
            self.clock.run()

    def invoke(
        self,
        function: str,
        payload: Any,
        tries: tuple[float, ...],
        is_final: Callable[[str], bool] = lambda _error: False,
    ) -> None:
        """Run a function; after an error that is not final, and when it hangs, again after these seconds."""

        def try_again() -> None:
            if tries:
                self.clock.later(tries[0], lambda: self.invoke(function, payload, tries[1:], is_final))

        def time_out() -> None:
            try_again()
            self.clock.run()

        def end(outcome: Outcome) -> None:
            if outcome.error and not is_final(outcome.error):
                try_again()

        self.lambdas.invoke(Invocation(function=function, payload=payload, on_end=end, on_timeout=time_out))
