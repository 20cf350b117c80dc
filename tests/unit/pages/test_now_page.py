"""The first page: what is open and what it waits for comes first, and a mode that repairs nothing is loud."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.incidents.lifecycle import ENDED, OPEN
from chalicelib.incidents.model import State
from chalicelib.incidents.waiting import waits_for
from chalicelib.listing import ListedIncident
from chalicelib.overview import Overview, OverviewQuery, Shown
from chalicelib.pages.now_page import render_overview
from tests.unit.incidents.told import INSTANCE
from tests.unit.pages.reading import Element, Page, find_faults
from tests.unit.pages.records import HOSTILE

NOW = datetime(2026, 11, 24, 14, 2, tzinfo=UTC)
BASE = "/prod"


def listed(state: State, *, name: str = "i-1", ago: float = 300, lasted: float = 6, **more: Any) -> Shown:
    opened = NOW - timedelta(seconds=ago)
    incident = ListedIncident(
        incident_id=f"inc-{state.value.lower()}",
        resource=INSTANCE.model_copy(update={"id": name}),
        failure=more.pop("failure", "stopped"),
        state=state,
        waits_for=waits_for(state),
        opened_at=opened,
        failed_at=opened - timedelta(seconds=1),
        ended_at=opened + timedelta(seconds=lasted) if state in ENDED else None,
        classification="FAILURE",
        confidence=0.9,
        verdict="",
        health="",
    )
    return Shown(incident=incident, **more)


def shown(*ones: Shown, mode: str | None = "auto", more: str = "", **query: Any) -> Page:
    overview = Overview(
        query=OverviewQuery(**query),
        mode=mode,
        open=tuple(one for one in ones if one.incident.state in OPEN),
        more_open=False,
        ended=tuple(one for one in ones if one.incident.state in ENDED),
        next=more,
        types=("ec2.instance", "ssm.parameter"),
    )
    html = render_overview(overview, base=BASE, now=NOW)
    assert find_faults(html, base=BASE) == []
    return Page(html)


def row(page: Page) -> str:
    """The only incident of a page."""
    (found,) = (one for one in page.all("li") if "incident " in one.attributes["class"])
    return re.sub(r"\s+", " ", found.text).strip()


def tiles(page: Page) -> dict[str, Element]:
    names = [one.text for one in page.all("dt")]
    values = [one for one in page.all("dd") if "tile-value" in one.attributes["class"]]
    return dict(zip(names, values, strict=True))


@pytest.mark.parametrize("state", sorted(OPEN))
def test_an_open_incident_says_what_it_waits_for_and_what_comes_then(state: State) -> None:
    told = row(shown(listed(state)))

    assert f"waits for {waits_for(state)}" in told
    assert "then:" in told
    assert told.endswith("5 min open")


def test_a_question_says_until_when_it_stands() -> None:
    asked = listed(State.AWAITING_APPROVAL, answer_by=NOW + timedelta(minutes=32))

    assert "waits for a person, until 14:34:00" in row(shown(asked))


@pytest.mark.parametrize(
    ("state", "says"),
    [
        (State.COMPLETED, "well after 7.0 s"),
        (State.FAILED, "not repaired, needs you"),
        (State.EXPIRED, "not repaired, needs you"),
        (State.COOLDOWN, "left alone: failed again too soon"),
        (State.REJECTED, "a person said no"),
        (State.DISMISSED, "left alone"),
    ],
)
def test_an_ended_incident_says_how_it_ended(state: State, says: str) -> None:
    told = row(shown(listed(state)))

    assert says in told
    assert told.endswith("4 min 54 s ago")


def test_a_word_of_aws_is_told_and_no_failure_of_ours() -> None:
    page = shown(listed(State.FAILED, failure="change_planned"))
    told = row(page)

    assert told.startswith("Told i-1 ")
    assert "AWS says so, please look" in told
    assert "not repaired" not in told
    assert tiles(page)["Not repaired"].text == "0"


def test_what_is_open_stands_before_what_has_ended() -> None:
    words = shown(listed(State.COMPLETED), listed(State.VERIFYING, name="i-2")).words

    assert words.index("i-2") < words.index("i-1")


def test_the_counts_are_those_of_what_is_listed() -> None:
    found = tiles(
        shown(
            listed(State.VERIFYING),
            listed(State.AWAITING_APPROVAL),
            listed(State.FAILED),
            listed(State.COMPLETED, lasted=4),
            listed(State.COMPLETED, lasted=8),
            listed(State.COMPLETED, lasted=400),
        )
    )

    assert {name: one.text for name, one in found.items()} == {
        "Open": "2",
        "Wait for a person": "1",
        "Not repaired": "1",
        "To verified health": "9.0 s",
    }


def test_where_nothing_is_there_the_page_says_what_to_do() -> None:
    words = shown().words

    assert "Nothing is broken" in words
    assert "break a thing that does not matter" in words
    assert "none yet" in words


def test_where_a_filter_hides_everything_the_page_says_so() -> None:
    page = shown(state="FAILED")

    assert "Clear the filter" in page.words
    assert "Nothing is broken" not in page.words
    assert "open" in page.one("details").attributes


@pytest.mark.parametrize(
    ("mode", "says", "loud"),
    [
        (None, "The mode was never set", True),
        ("off", "Mainstay is off", True),
        ("observe", "Mainstay only observes", True),
        ("approve", "Mainstay asks first", False),
    ],
)
def test_every_mode_but_the_usual_one_has_a_banner(mode: str | None, says: str, loud: bool) -> None:
    banner = shown(mode=mode).one("div", role="status")

    assert says in banner.text
    assert ("loud" in banner.attributes["class"]) is loud


def test_the_banner_is_refreshed_with_the_list() -> None:
    live = [one for one in shown(mode="off").all("div") if "data-live" in one.attributes]

    assert len(live) == 2
    assert "Mainstay is off" in live[0].text


def test_further_pages_keep_the_filter() -> None:
    page = shown(listed(State.FAILED), more="c0ffee", state="FAILED", type="ec2.instance", limit=5)

    links = [one.attributes["href"] for one in page.all("a") if one.text == "Earlier ones"]
    assert links == [f"{BASE}/ui?state=FAILED&type=ec2.instance&limit=5&cursor=c0ffee"]


def test_a_later_page_shows_what_ended_and_leads_back() -> None:
    page = shown(listed(State.FAILED), cursor="c0ffee", type="ec2.instance")

    assert [one.text for one in page.all("h2")] == ["Earlier"]
    assert [one.attributes["href"] for one in page.all("a") if one.text == "Newest"] == [
        f"{BASE}/ui?type=ec2.instance"
    ]


@pytest.mark.parametrize("kind", HOSTILE)
def test_names_from_outside_stay_texts(kind: str) -> None:
    text = HOSTILE[kind]
    ones = [listed(state, name=text, failure=text) for state in (State.EXECUTING, State.COMPLETED)]
    page = shown(*ones, mode=text, resource=text[:2048], type=text[:64])

    assert "AKIAIOSFODNN7EXAMPLE" not in page.html
    assert not [sign for sign in "\u202e\u200b\x1b\x00" if sign in page.html]
    assert len(page.html) < 120_000
