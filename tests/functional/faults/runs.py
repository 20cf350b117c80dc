"""Which trials are run, and what they come to in numbers."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import product
from typing import TypeAlias

from chalicelib.incidents.lifecycle import ENDED
from tests.functional.faults.account import Account, open_account
from tests.functional.faults.flows import Flow
from tests.functional.faults.injector import SINGLE_FAULTS, Fault, Injector, Plan, at, at_each
from tests.functional.faults.promises import doubles, problems_of, repeats
from tests.functional.faults.trial import Result, Trial

FAULTY_CALLS_APART = 12
"""The second fault of a pair is at most so many calls after the first: near ones have more in common."""


@dataclass
class Laboratory:
    """Runs trials in one account, and knows how many calls each flow makes."""

    account: Account
    _reach: dict[str, int] = field(default_factory=dict)

    def run(self, flow: Flow, plan: Plan, seed: int = 0) -> Result:
        """One trial."""
        return Trial(flow=flow, account=self.account, plan=plan, seed=seed).run()

    def reach(self, flow: Flow) -> int:
        """How many calls a flow makes if nothing goes wrong, the last sweeps left out."""
        if flow.name not in self._reach:
            self._reach[flow.name] = self.run(flow, lambda _call: None).in_reach
        return self._reach[flow.name]

    def run_each(self, flow: Flow, fault: Fault) -> list[Result]:
        """The same fault at each call, in turn."""
        return [self.run(flow, at(number, fault)) for number in range(1, self.reach(flow) + 1)]

    def run_some(self, flow: Flow, count: int, seed: int) -> list[Result]:
        """So many single faults, drawn evenly from all calls and all kinds of fault."""
        every = list(product(range(1, self.reach(flow) + 1), SINGLE_FAULTS))
        chosen = random.Random(seed).sample(every, min(count, len(every)))  # noqa: S311 - the same each time
        return [self.run(flow, at(number, fault)) for number, fault in sorted(chosen)]

    def run_pairs(self, flow: Flow, count: int, seed: int) -> list[Result]:
        """So many pairs of faults, the second soon after the first."""
        draw = random.Random(seed)  # noqa: S311 - the same each time
        return [self.run(flow, at_each(_draw_pair(draw, self.reach(flow))), seed) for _ in range(count)]


def _draw_pair(draw: random.Random, reach: int) -> dict[int, Fault]:
    first = draw.randint(1, reach)
    second = first + draw.randint(1, FAULTY_CALLS_APART)
    return {first: draw.choice(SINGLE_FAULTS), second: draw.choice(SINGLE_FAULTS)}


@contextmanager
def open_laboratory() -> Iterator[Laboratory]:
    """For as many trials as you like."""
    with open_account(Injector()) as account:
        yield Laboratory(account)


# -- numbers ------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Tally:
    """What some trials came to."""

    runs: int = 0
    """Trials in which the fault happened."""
    doubles: int = 0
    """In which an intended effect was had twice."""
    lost: int = 0
    """In which the failure is in no incident that ended."""
    broken: int = 0
    """In which any promise was not kept, these two included."""
    repeats: int = 0
    """In which a repeatable action was asked for again, and that changed nothing."""
    as_planned: int = 0
    """In which it ended as without the fault: where that is healed, no person was needed."""

    def __add__(self, other: Tally) -> Tally:
        """Both together."""
        counts = Counter(vars(self)) + Counter(vars(other))
        return replace(Tally(), **counts)


Report: TypeAlias = Callable[[Tally], None]


def tally(results: Iterable[Result]) -> Tally:
    """Count what they came to; trials that met no fault do not count."""
    counted = [result for result in results if result.met]
    return Tally(
        runs=len(counted),
        doubles=sum(bool(doubles(result)) for result in counted),
        lost=sum(_is_lost(result) for result in counted),
        broken=sum(bool(problems_of(result)) for result in counted),
        repeats=sum(bool(repeats(result)) for result in counted),
        as_planned=sum(ended_as_planned(result) for result in counted),
    )


def ended_as_planned(result: Result) -> bool:
    """One incident of the failure, and the end that the flow has without a fault."""
    incidents = [story.incident for story in result.stories if story.incident.resource == result.resource]
    return [incident.state for incident in incidents] == [result.flow.ends]


def _is_lost(result: Result) -> bool:
    return not result.stories or any(story.incident.state not in ENDED for story in result.stories)


def broken_promises(results: Sequence[Result]) -> list[str]:
    """Each with the faults that led to it."""
    return [
        f"{result.flow} with {', '.join(map(str, result.met)) or 'no fault'}: {problem}"
        for result in results
        for problem in problems_of(result)
    ]
