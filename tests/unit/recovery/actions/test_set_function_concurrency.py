from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.aws.clients import Aws
from chalicelib.incidents.model import Observation

CONCURRENCY = "set_function_concurrency"


@pytest.mark.parametrize(
    ("good", "wanted"), [(5, 5), (None, None), ("unknown", None)], ids=["as-it-was", "had-none", "unknown"]
)
def test_the_former_concurrency_is_put_back(
    story: Any, canned: Any, seen: Callable[..., Observation], good: Any, wanted: int | None
) -> None:
    known_good = None if good == "unknown" else seen(reserved_concurrency=good)

    proposal = story(canned(), CONCURRENCY, "pay").propose(seen(reserved_concurrency=0), known_good)

    assert proposal.parameters == {"reserved_concurrency": wanted}
    assert proposal.goal == {"exists": True, "reserved_concurrency": wanted}
    assert proposal.automatic is (good != "unknown")


def test_a_function_that_is_not_throttled_or_gone_needs_nothing(
    story: Any, canned: Any, seen: Callable[..., Observation]
) -> None:
    tale = story(canned(), CONCURRENCY, "pay")

    assert tale.propose(seen(reserved_concurrency=None)) is None
    assert tale.propose(seen(reserved_concurrency=5), seen(reserved_concurrency=5)) is None
    assert tale.propose(seen(gone=True)) is None


@pytest.mark.parametrize("former", [None, 20], ids=["had-none", "had-some"])
def test_a_real_function_gets_its_concurrency_back_and_the_undo_takes_it_away(
    story: Any, aws: Aws, create_function: Callable[..., None], former: int | None
) -> None:
    create_function()
    tale = story(aws, CONCURRENCY, "pay")
    tale.apply({"reserved_concurrency": former})
    good = tale.look()
    tale.apply({"reserved_concurrency": 1})
    before = tale.look()
    assert tale.is_failing(good) is True

    proposal = tale.proposed(good)
    tale.apply(proposal.parameters)

    assert tale.lacks(proposal.goal) == ()
    tale.run(tale.undo_call(proposal.parameters, before.attributes, {}))
    assert tale.look().digest == before.digest
