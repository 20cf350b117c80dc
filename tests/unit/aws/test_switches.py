"""The switch: what was set last holds, and what held before is kept."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.aws.clients import Aws, TransactionCancelledError
from chalicelib.aws.memory import Memory
from chalicelib.aws.switches import Switched, Switches
from chalicelib.errors import ConflictError, RecordMovedError
from tests.unit.aws.making import NOON, after


def switched(mode: str, minute: float = 0, **changes: Any) -> Switched:
    return Switched(
        **{"mode": mode, "set_by": "bob", "set_at": after(60 * minute), "reason": "why"} | changes
    )


def test_what_was_never_set_is_nothing(memory: Memory) -> None:
    assert memory.switches.present_switch() is None
    assert memory.switches.past_switches(5) == ()


def test_what_was_set_last_holds_with_who_when_and_why(memory: Memory) -> None:
    for one in (switched("auto"), switched("off", 1, set_by="alice", reason="")):
        memory.switches.switch_to(one)
    assert memory.switches.present_switch() == switched("off", 1, set_by="alice", reason="")
    assert memory.mode() == "off"


def test_what_held_before_is_kept_the_latest_first(memory: Memory) -> None:
    all_of_them = [
        switched(mode, minute) for minute, mode in enumerate(["observe", "auto", "off", "approve"])
    ]
    for one in all_of_them:
        memory.switches.switch_to(one)
    assert memory.switches.past_switches(3) == tuple(all_of_them[:0:-1])


def test_whoever_sets_the_mode_is_kept_whichever_way_it_is_set(memory: Memory) -> None:
    memory.set_mode("auto", by="mainstay", now=NOON)
    assert memory.switches.past_switches(5) == (Switched(mode="auto", set_by="mainstay", set_at=NOON),)


def test_a_mode_that_was_not_seen_is_not_replaced(memory: Memory) -> None:
    seen = switched("auto")
    memory.switches.switch_to(seen)
    memory.switches.switch_to(switched("off", 1))
    with pytest.raises(RecordMovedError):
        memory.switches.switch_to(switched("approve", 2), instead_of=seen)
    assert memory.mode() == "off"
    assert [one.mode for one in memory.switches.past_switches(5)] == ["off", "auto"]


class BusyAws(Aws):
    """Somebody else is always at the same items."""

    def read(self, _service: str, _operation: str, /, **_parameters: Any) -> dict[str, Any]:
        raise TransactionCancelledError([{"Code": "TransactionConflict"}, {"Code": "None"}])


def test_a_recovery_that_asks_at_the_same_moment_is_waited_for() -> None:
    with pytest.raises(ConflictError):
        Switches(BusyAws(region="eu-west-1"), "incidents").switch_to(switched("off"))
