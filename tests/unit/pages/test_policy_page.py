"""The policy in words: which resources, which limits, when."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from chalicelib.analysis.policy import ChangeWindow, Limits, Match, Policy, read_policy
from chalicelib.aws.switches import Switched
from chalicelib.pages.policy import facts_of, render_policy, say_match, say_when
from chalicelib.rulebook import Rulebook
from chalicelib.switching import SwitchState

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("match", "said"),
    [
        ({}, "every resource"),
        ({"type": "rds.db-instance"}, "rds.db-instance"),
        ({"type": "s3.bucket", "id": "shop-*"}, "s3.bucket called shop-*"),
        ({"account": "123456789012", "region": "eu-*"}, "every resource of account 123456789012 in eu-*"),
        ({"tags": {"stage": "prod*", "team": "shop"}}, "every resource with tags stage=prod*, team=shop"),
    ],
)
def test_a_match_is_a_phrase(match: dict[str, Any], said: str) -> None:
    assert say_match(Match(**match)) == said


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"weekdays": (4, 2)}, "Tuesdays, Thursdays"),
        ({"opens": time(18), "closes": time(21, 30)}, "18:00 to 21:30"),
        ({"weekdays": (1,), "opens": time(6), "closes": time(7)}, "Mondays, 06:00 to 07:00"),
        (
            {"starts_at": NOON, "ends_at": NOON + timedelta(hours=2)},
            "from 2026-11-24 12:00, until 2026-11-24 14:00",
        ),
        ({}, "names no time, so it never opens"),
    ],
)
def test_a_window_says_when(how: dict[str, Any], said: str) -> None:
    assert say_when(ChangeWindow(name="w", **how)) == said


def test_limits_are_told_in_words_with_their_units() -> None:
    told = dict(facts_of(Limits(threshold=0.85, cooldown_seconds=5400).model_dump()))
    assert told["Automatic from a confidence of"] == "85 %"
    assert told["Cooldown of a resource"] == "1.5 h"
    assert told["Highest risk without a person"] == "medium"
    assert told["Acts while nobody is named"] == "no"
    assert len(told) == len(Limits.model_fields)


def page_of(policy: Policy, *, mode: str | None = "auto", readable: bool = True, nonce: str = "n") -> str:
    present = Switched(mode=mode, set_by="bob", set_at=NOON) if mode else None
    switch = SwitchState(present=present, readable=readable)
    return render_policy(
        Rulebook(policy=policy, windows=(), source=""), switch, base="/prod", by="alice", nonce=nonce
    )


def test_no_part_of_the_policy_is_left_out() -> None:
    policy = read_policy("{}")
    page = page_of(policy)
    for name in policy.model_fields_set | Policy.model_fields.keys() - {"version", "rules", "change_windows"}:
        assert name.replace("_", " ").split()[0].lower() in page.lower(), name


@pytest.mark.parametrize("mode", ["observe", "approve", "auto"])
def test_one_press_stops_everything_and_needs_nothing_else(mode: str) -> None:
    page = page_of(read_policy("{}"), mode=mode)
    stop = page[page.index('<form class="stop"') :]
    stop = stop[: stop.index("</form>")]
    assert 'action="/prod/ui/mode"' in stop
    assert 'name="mode" value="off"' in stop
    assert "required" not in stop


@pytest.mark.parametrize(("readable", "said"), [(True, "Never set"), (False, "Cannot be read")])
def test_without_a_mode_it_says_in_red_that_nothing_is_changed(readable: bool, said: str) -> None:
    page = page_of(read_policy("{}"), mode=None, readable=readable)
    assert f"<strong>{said}: nothing is changed</strong>" in page
    assert "banner loud tone-bad" in page


def test_what_the_policy_says_is_escaped() -> None:
    page = page_of(read_policy('rules: [{match: {id: "<script>*"}, set: {leave_alone: true}}]'))
    assert "every resource called &lt;script&gt;*" in page
    assert "<script>*" not in page
