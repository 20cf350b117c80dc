"""How a resource type says whether an observation shows a failure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from chalicelib.incidents.model import Observation

Check: TypeAlias = Callable[[Observation, Observation | None], bool | None]
"""What is seen, beside what was known good: does it fail? None where it cannot be told."""


def judge_by(
    checks: Mapping[str, Check],
) -> Callable[[str, Observation, Observation | None], bool | None]:
    """One check for each failure kind; KeyError for a kind that the type does not have."""

    def is_failing(failure: str, observation: Observation, known_good: Observation | None) -> bool | None:
        return checks[failure](observation, known_good)

    return is_failing


def is_gone(observation: Observation, _known_good: Observation | None) -> bool:
    """For failures after which the resource is not there."""
    return not observation.exists


def foretold(observation: Observation, _known_good: Observation | None) -> bool | None:
    """For failures that only a forecast tells of: as long as the resource is there, nothing has failed.

    Whether the warning still holds is not in what AWS describes: the newest forecast says so, and the
    evidence rule ``forecast`` weighs it. A resource that is gone has failed in another way.
    """
    return False if observation.exists else None
