"""Which incidents only told people what AWS had said, so that their end is no failure of ours."""

from __future__ import annotations

from chalicelib.incidents.model import State
from chalicelib.resources import RESOURCE_TYPES


def is_only_told(resource_type: str, failure: str, state: State) -> bool:
    """Whether an incident has ended with people told of what AWS announced: there is nothing to repair."""
    kind = RESOURCE_TYPES.get(resource_type)
    return state is State.FAILED and kind is not None and failure in kind.announced
