"""Whether a changed resource differs from its known good state, and in what."""

from __future__ import annotations

from functools import partial

from chalicelib.analysis.case import Case
from chalicelib.analysis.facts import quoted
from chalicelib.incidents.base import Attributes
from chalicelib.incidents.model import Classification, Evidence, Observation

_SHOWN = 5
_fact = partial(Evidence, rule="known_good", source="known good state")


def weigh_known_good(case: Case) -> Evidence | None:
    """Without a known good state nobody can say what a tampered resource ought to look like."""
    if case.kind.classification is not Classification.TAMPERING:
        return None
    if case.known_good is None:
        return _fact(fact="its good state was never recorded", weight=-3.5)
    changed = _differences(case.known_good, case.observation)
    if not changed:
        return _fact(fact="it looks just as in its known good state", weight=-1.5)
    return _fact(fact=f"it differs from its known good state in {_listed(changed)}", weight=0.1)


def _differences(good: Observation, seen: Observation) -> list[str]:
    before, after = _facts(good), _facts(seen)
    return [key for key in sorted(before | after) if before.get(key) != after.get(key)]


def _facts(observation: Observation) -> Attributes:
    return {"existence": observation.exists, **observation.attributes}


def _listed(names: list[str]) -> str:
    shown = ", ".join(quoted(name) for name in names[:_SHOWN])
    more = len(names) - _SHOWN
    return f"{shown} and {more} more" if more > 0 else shown
