from __future__ import annotations

from typing import Any

from chalicelib.recovery.actions.apply_terraform import APPLY_TERRAFORM
from chalicelib.recovery.actions.destroy_terraform import DESTROY_TERRAFORM
from chalicelib.recovery.model import Situation


def test_nothing_is_ever_destroyed_but_to_take_back_what_was_made(seen: Any) -> None:
    anything: Any = Situation(
        resource=None,  # type: ignore[arg-type] # it is never looked at
        failure="deleted",
        observation=seen(gone=True),
        known_good=None,
        recreation=None,
    )

    assert DESTROY_TERRAFORM.propose(anything, lambda *_, **__: {}) is None
    assert not DESTROY_TERRAFORM.failures
    assert not DESTROY_TERRAFORM.automatic


def test_what_can_be_made_can_be_destroyed() -> None:
    assert DESTROY_TERRAFORM.resource_types == APPLY_TERRAFORM.resource_types
    assert DESTROY_TERRAFORM.progress is APPLY_TERRAFORM.progress
