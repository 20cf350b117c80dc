"""put_public_access_block and delete_public_access_block."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.aws.clients import Aws
from chalicelib.incidents.model import Observation
from chalicelib.resources.s3_bucket import FLAGS

NONE = dict.fromkeys(FLAGS, False)
ALL = dict.fromkeys(FLAGS, True)
PARTLY = NONE | {"block_public_acls": True}
OTHERLY = NONE | {"restrict_public_buckets": True}

Propose = Callable[[Observation, Observation | None], Any]


@pytest.fixture
def propose(story: Any, canned: Any) -> Propose:
    tale = story(canned(), "put_public_access_block", "photos")
    propose: Propose = tale.propose
    return propose


@pytest.mark.parametrize(
    ("now_set", "good", "wanted"),
    [
        (NONE, ALL, ALL),
        (NONE, PARTLY, PARTLY),
        (OTHERLY, PARTLY, PARTLY | {"restrict_public_buckets": True}),
    ],
    ids=["whole", "as-it-was", "never-weaker"],
)
def test_the_known_good_block_is_put_back_and_never_a_weaker_one(
    seen: Callable[..., Observation], propose: Propose, now_set: Any, good: Any, wanted: Any
) -> None:
    proposal = propose(seen(**now_set), seen(**good))

    assert proposal.parameters == wanted
    assert proposal.goal == {"exists": True, **wanted}
    assert (proposal.automatic, proposal.warning) == (True, "")


@pytest.mark.parametrize("now_set", [NONE, PARTLY], ids=["removed", "partial"])
def test_without_a_known_good_block_a_person_agrees_to_the_whole_one(
    seen: Callable[..., Observation], propose: Propose, now_set: Any
) -> None:
    proposal = propose(seen(**now_set), None)

    assert proposal.parameters == ALL
    assert proposal.automatic is False
    assert "on purpose" in proposal.warning


@pytest.mark.parametrize(("now_set", "good"), [(ALL, ALL), (ALL, None), (NONE, NONE), (ALL, PARTLY)])
def test_a_bucket_that_is_as_closed_as_it_was_needs_nothing(
    story: Any, canned: Any, seen: Callable[..., Observation], now_set: Any, good: Any
) -> None:
    known_good = None if good is None else seen(**good)

    assert story(canned(), "put_public_access_block", "photos").propose(seen(**now_set), known_good) is None


def test_a_bucket_that_is_gone_cannot_be_closed(
    story: Any, canned: Any, seen: Callable[..., Observation]
) -> None:
    assert story(canned(), "put_public_access_block", "photos").propose(seen(gone=True), seen(**ALL)) is None


def test_only_a_bucket_of_the_same_account_is_changed(story: Any, canned: Any) -> None:
    aws = canned(put_public_access_block={}, delete_public_access_block={})

    story(aws, "put_public_access_block", "photos").apply(ALL)
    story(aws, "delete_public_access_block", "photos").apply({})

    assert [asked["ExpectedBucketOwner"] for _, asked in aws.calls] == ["123456789012"] * 2


@pytest.mark.parametrize("former", [None, PARTLY], ids=["none-at-all", "a-weaker-one"])
def test_a_real_bucket_is_closed_and_the_former_state_comes_back(story: Any, aws: Aws, former: Any) -> None:
    tale = story(aws, "put_public_access_block", "photos")
    aws.change("s3", "create_bucket", Bucket="photos")
    tale.apply(ALL)
    good = tale.look()
    aws.change("s3", "delete_public_access_block", Bucket="photos")
    if former is not None:
        tale.apply(former)
    before = tale.look()
    assert tale.is_failing(good) is True

    proposal = tale.proposed(good)
    tale.apply(proposal.parameters)
    tale.apply(proposal.parameters)

    assert tale.lacks(proposal.goal) == ()
    tale.run(tale.undo_call(proposal.parameters, before.attributes, {}))
    assert tale.look().digest == before.digest
