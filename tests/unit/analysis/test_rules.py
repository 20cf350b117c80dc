"""Stories: what happened, and what the rules make of it with the default policy."""

from typing import Any

import pytest

from chalicelib.analysis.case import Case
from chalicelib.analysis.policy import Limits
from chalicelib.analysis.rules import assess_by_rules, intent_of
from chalicelib.incidents.guard import Load, Outcomes
from chalicelib.incidents.model import (
    Actor,
    ActorKind,
    Classification,
    Evidence,
    Impact,
    Intent,
    Judge,
    Observation,
    Signal,
)
from tests.unit.analysis.builders import (
    ALICE,
    OURSELVES,
    PIPELINE,
    SCALING,
    TAMPERED,
    TERMINATED,
    a_case,
    a_past_incident,
    a_signal,
    a_state_change,
    an_observation,
)

THRESHOLD = Limits().threshold
GONE = an_observation(exists=False, attributes={})
GOOD = an_observation(attributes={"value": "sha256:good"})
CHANGED = an_observation(attributes={"value": "sha256:changed"})
TAMPERING: dict[str, Any] = {"kind": TAMPERED, "observation": CHANGED, "known_good": GOOD}


def test_a_person_who_stops_an_instance_slipped() -> None:
    found = assess_by_rules(a_case())
    assert found.classification is Classification.FAILURE
    assert found.intent is Intent.ACCIDENT
    assert found.confidence >= 0.85
    assert found.judge is Judge.RULES


def test_two_sources_make_it_surer() -> None:
    one, two = assess_by_rules(a_case()), assess_by_rules(a_case(a_state_change(), a_signal()))
    assert one.confidence < two.confidence < 0.99


def test_a_stop_with_nobody_named_is_put_to_a_person() -> None:
    found = assess_by_rules(a_case(a_state_change()))
    assert found.classification is Classification.FAILURE
    assert 0.6 <= found.confidence <= 0.75


def test_a_workload_s_role_is_put_to_a_person_even_where_two_sources_tell() -> None:
    worker = Actor(kind=ActorKind.UNKNOWN, name="worker/i-0def")
    assert assess_by_rules(a_case(a_signal(actor=worker), a_state_change())).confidence < THRESHOLD


def test_a_person_s_deletion_is_sure_enough_but_less_than_a_stop() -> None:
    deleted = assess_by_rules(a_case(kind=TERMINATED, observation=GONE))
    assert THRESHOLD < deleted.confidence < assess_by_rules(a_case()).confidence


def test_tampering_is_sure_where_the_good_state_is_known() -> None:
    found = assess_by_rules(a_case(**TAMPERING))
    assert found.classification is Classification.TAMPERING
    assert found.intent is Intent.DELIBERATE
    assert found.confidence >= 0.85


@pytest.mark.parametrize("failing", [True, None])
def test_tampering_is_unsure_where_no_good_state_is_known(failing: bool | None) -> None:
    signals = (a_signal(event_name="DeleteBucketPublicAccessBlock"), a_state_change())
    found = assess_by_rules(a_case(*signals, **TAMPERING | {"known_good": None, "failing": failing}))
    assert found.classification is Classification.TAMPERING
    assert found.confidence < 0.5


@pytest.mark.parametrize(
    "settled",
    [
        pytest.param(a_case(a_signal(dry_run=True), **TAMPERING), id="dry-run"),
        pytest.param(a_case(a_signal(error_code="AccessDenied"), **TAMPERING), id="refused"),
        pytest.param(a_case(**TAMPERING | {"failing": False}), id="healthy-again"),
    ],
)
def test_what_came_to_nothing_never_makes_a_change_look_wanted(settled: Case) -> None:
    found = assess_by_rules(settled)
    assert found.classification is Classification.NORMAL
    assert found.intent is Intent.ACCIDENT


def test_tampering_by_nobody_named_is_put_to_a_person() -> None:
    assert assess_by_rules(a_case(a_state_change(), **TAMPERING)).confidence < THRESHOLD


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(a_case(a_signal(actor=SCALING), a_state_change()), id="auto-scaling"),
        pytest.param(a_case(a_signal(actor=PIPELINE), a_state_change()), id="ci"),
        pytest.param(a_case(a_signal(actor=OURSELVES)), id="our-own-role"),
        pytest.param(a_case(a_signal(error_code="AccessDenied")), id="refused"),
        pytest.param(a_case(a_signal(dry_run=True)), id="dry-run"),
        pytest.param(a_case(observation=an_observation(tags={"mainstay": "off"})), id="tagged"),
        pytest.param(a_case(failing=False), id="healthy-again"),
    ],
)
def test_facts_that_settle_the_matter_make_it_normal(case: Case) -> None:
    found = assess_by_rules(case)
    assert found.classification is Classification.NORMAL
    assert found.confidence > 0.95
    assert found.severity == 1
    assert found.impact == Impact()


def test_no_history_talks_a_settled_matter_away() -> None:
    case = a_case(a_signal(actor=PIPELINE), outcomes=Outcomes(recovered=1000))
    assert assess_by_rules(case).classification is Classification.NORMAL
    assert assess_by_rules(case).confidence > 0.95


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(a_case(failing=None), id="state-cannot-be-told"),
        pytest.param(a_case(a_signal(), a_signal(actor=PIPELINE)), id="person-and-ci"),
        pytest.param(a_case(load=Load(opened={"ec2.instance": 10})), id="many-at-once"),
        pytest.param(
            a_case(observation=an_observation(tags={"aws:autoscaling:groupName": "web"})),
            id="in-an-auto-scaling-group",
        ),
        pytest.param(
            a_case(observation=an_observation(attributes={"state_reason": "Server.SpotInstanceShutdown"})),
            id="spot-capacity-reclaimed",
        ),
    ],
)
def test_doubt_puts_a_person_s_stop_to_a_person(case: Case) -> None:
    found = assess_by_rules(case)
    assert found.classification is Classification.FAILURE
    assert found.confidence < THRESHOLD


def test_verified_recoveries_raise_and_rejections_lower() -> None:
    unnamed = a_state_change()
    usual, proven, refused = (
        assess_by_rules(a_case(unnamed, outcomes=outcomes)).confidence
        for outcomes in (Outcomes(), Outcomes(recovered=12), Outcomes(rejected=5))
    )
    assert refused < usual < THRESHOLD <= proven


def test_an_attack_is_graver() -> None:
    case = a_case(a_signal(event_name="DeleteBucketPublicAccessBlock"), **TAMPERING)
    found = assess_by_rules(case)
    assert found.intent is Intent.ATTACK
    assert found.severity == TAMPERED.severity + 2


def test_the_impact_is_the_kind_s_for_the_services_that_the_tags_name() -> None:
    found = assess_by_rules(a_case(observation=an_observation(tags={"app": "shop", "team": "web"})))
    assert found.impact.services == ("shop",)
    assert found.impact.downtime_minutes == 30
    assert found.impact.blast_radius == "whatever runs on it"


def test_similar_incidents_come_along() -> None:
    similar = (a_past_incident(),)
    assert assess_by_rules(a_case(similar=similar)).similar == similar


@pytest.mark.parametrize(
    ("case", "reasoning"),
    [
        pytest.param(
            a_case(a_state_change(), a_signal()),
            "i-0abc was stopped. A repair makes sense because alice (a person) did it from 203.0.113.7, it "
            "was still failing when read again and a state change and an API call tell the same. "
            "Nothing speaks against it.",
            id="a-person",
        ),
        pytest.param(
            a_case(a_state_change()),
            "i-0abc was stopped. A repair makes sense because it was still failing when read again. "
            "Little speaks against it: nobody is named yet.",
            id="nobody",
        ),
        pytest.param(
            a_case(outcomes=Outcomes(recovered=2)),
            "i-0abc was stopped. A repair makes sense because alice (a person) did it from 203.0.113.7 and "
            "it was still failing when read again. Nothing speaks against it.",
            id="a-history-that-takes-no-side",
        ),
        pytest.param(
            a_case(a_state_change(), failing=None),
            "i-0abc was stopped. Nothing calls for a repair. "
            "Caution is due because reading it again could not show whether it is failing.",
            id="unreadable",
        ),
        pytest.param(
            a_case(a_signal(actor=SCALING)),
            "i-0abc was stopped. It is left as it is: autoscaling.amazonaws.com (an AWS service) did it.",
            id="auto-scaling",
        ),
    ],
)
def test_the_reasoning_reads_well(case: Case, reasoning: str) -> None:
    assert assess_by_rules(case).reasoning == reasoning


def fact(intent: Intent | None, *, decisive: bool = False) -> Evidence:
    return Evidence(rule="r", source="s", fact="f", intent=intent, decisive=decisive)


@pytest.mark.parametrize(
    ("evidence", "intent"),
    [
        pytest.param([], Intent.ACCIDENT, id="nothing-known"),
        pytest.param([fact(None)], Intent.ACCIDENT, id="nothing-told"),
        pytest.param([fact(Intent.ACCIDENT), fact(Intent.ATTACK)], Intent.ATTACK, id="gravest"),
        pytest.param(
            [fact(Intent.ATTACK), fact(Intent.AUTOMATION, decisive=True)], Intent.AUTOMATION, id="settled"
        ),
        pytest.param([fact(Intent.DELIBERATE), fact(None, decisive=True)], Intent.ACCIDENT, id="left-open"),
    ],
)
def test_the_intent_is_what_is_settled_or_else_the_gravest_reading(
    evidence: list[Evidence], intent: Intent
) -> None:
    assert intent_of(evidence) is intent


@pytest.mark.parametrize("actor", [ALICE, PIPELINE], ids=["person", "ci"])
@pytest.mark.parametrize("observation", [an_observation(), GONE], ids=["there", "gone"])
@pytest.mark.parametrize("signal", [a_signal(), a_state_change()], ids=["call", "state"])
def test_the_same_case_is_always_judged_alike(actor: Actor, observation: Observation, signal: Signal) -> None:
    case = a_case(signal, a_signal(actor=actor), observation=observation)
    assert assess_by_rules(case) == assess_by_rules(case)
