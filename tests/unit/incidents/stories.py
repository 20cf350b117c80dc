"""Incidents at each of their ends, as their records stand when people are told about them."""

from __future__ import annotations

from typing import Any

from chalicelib.incidents.model import (
    Actor,
    ActorKind,
    Classification,
    Impact,
    Incident,
    Intent,
    Judge,
    SignalSource,
    State,
)
from chalicelib.incidents.plans import ActionCall, Approval, Health, Risk, Verdict, Verification
from chalicelib.incidents.telling import UNDOING_VERIFIED
from tests.unit.incidents.told import (
    ASKED,
    BEGINNING,
    DATABASE,
    DOING,
    RESTORE,
    REVIEW,
    STARTED,
    STATE_CHANGE,
    Told,
    a_decision,
    a_fact,
    a_plan,
    a_signal,
    a_timeline,
    after,
    an_assessment,
    an_incident,
)
from tests.unit.incidents.warnings_told import WARNINGS


def completed() -> Told:
    verification = Verification(
        health=Health.HEALTHY, looked_at=("state is 'running'",), verified_at=after(6.2)
    )
    timeline = a_timeline(
        *STARTED,
        (4.1, State.VERIFYING, "Done: start the instance"),
        (6.2, State.COMPLETED, "Verified: state is 'running'"),
        Began=DOING,
    )
    return Told(an_incident(State.COMPLETED, verification=verification), timeline, "was stopped")


def healed_by_itself() -> Told:
    verification = Verification(
        health=Health.HEALTHY, looked_at=("state is 'running'",), verified_at=after(5)
    )
    timeline = a_timeline(
        *STARTED[:5],
        (4.0, State.VERIFYING, "Found the resource well again before anything was done"),
        (5.0, State.COMPLETED, "Verified: state is 'running'"),
    )
    return Told(an_incident(State.COMPLETED, verification=verification), timeline, "was stopped")


def _about_database(state: State, **changes: Any) -> Incident:
    signals = (
        a_signal(resource=DATABASE, failure="deleted", event_name="DeleteDBInstance"),
        a_signal(
            resource=DATABASE, failure="deleted", event_name="RDS-EVENT-0003", source=SignalSource.DB_EVENT,
            occurred_at=after(240), details={"message": "DB instance deleted"},
        ),
    )  # fmt: skip
    assessment = an_assessment(
        severity=10,
        confidence=0.88,
        reasoning="orders-db was deleted. For putting it right speaks that alice, a person, did it and that "
        "it is not there when read again. Against it speaks that deletion protection was off.",
        evidence=(
            a_fact("it is not there when read again", 1.5, "describe_db_instances"),
            a_fact("alice, a person, did it from 203.0.113.24", 1.4),
            a_fact("deletion protection was off", -0.4, "known good state"),
        ),
        impact=Impact(
            downtime_minutes=240,
            blast_radius="every service that reads or writes the database, and its data",
        ),
        judge=Judge.MODEL,
    )
    usual = {
        "resource": DATABASE, "failure": "deleted", "signals": signals, "assessment": assessment,
        "plan": RESTORE, "decision": REVIEW,
    }  # fmt: skip
    return an_incident(state, **usual | changes)


DATABASE_ASKED = (
    (1.4, State.DETECTING, "Heard that orders-db was deleted"),
    (2.1, State.ANALYZING, "Looked at the resource: it is not there"),
    (3.6, State.PLANNING, "Judged it FAILURE, 88% sure, by model"),
    (4.2, State.AWAITING_APPROVAL, "Planned to restore from its newest snapshot the database orders-db"),
    (4.2, State.AWAITING_APPROVAL, "Decided REVIEW: Restoring a database is never automatic."),
    (4.6, State.AWAITING_APPROVAL, "Asked people to approve the plan"),
)


def awaiting_approval() -> Told:
    timeline = a_timeline(*DATABASE_ASKED, Asked=ASKED)
    return Told(_about_database(State.AWAITING_APPROVAL), timeline, "was deleted")


def approved_and_completed() -> Told:
    approval = Approval(approved=True, by="bob@example.com", digest=RESTORE.digest, decided_at=after(412))
    verification = Verification(
        health=Health.HEALTHY, looked_at=("exists is True", "status is 'available'"), verified_at=after(1271)
    )
    timeline = a_timeline(
        *DATABASE_ASKED,
        (412, State.EXECUTING, "bob@example.com approved the plan"),
        (414, State.EXECUTING, "Began to restore from its newest snapshot the database"),
        (420, State.EXECUTING, "Waiting for AWS to restore from its newest snapshot the database"),
        (1265, State.VERIFYING, "Done: restore from its newest snapshot the database"),
        (1271, State.COMPLETED, "Verified: exists is True; status is 'available'"),
        Asked=ASKED,
        Began={"effect": "do-0"},
    )
    incident = _about_database(
        State.COMPLETED, approval=approval, verification=verification, successor="orders-db-restored"
    )
    return Told(incident, timeline, "was deleted")


def rejected() -> Told:
    approval = Approval(
        approved=False, by="bob@example.com", digest=RESTORE.digest, decided_at=after(412),
        reason="we moved to the new cluster on Friday",
    )  # fmt: skip
    timeline = a_timeline(
        *DATABASE_ASKED,
        (412, State.REJECTED, "bob@example.com rejected the plan: we moved to the new cluster on Friday"),
        Asked=ASKED,
    )
    return Told(_about_database(State.REJECTED, approval=approval), timeline, "was deleted")


def expired() -> Told:
    timeline = a_timeline(
        *DATABASE_ASKED,
        (3605.1, State.EXPIRED, "Nobody answered in time: nothing was changed"),
        Asked=ASKED,
    )
    incident = _about_database(State.EXPIRED, problem="nobody answered in time")
    return Told(incident, timeline, "was deleted")


def failed_without_a_plan() -> Told:
    problem = "there is no recovery for this in the catalogue"
    timeline = a_timeline(*BEGINNING, (2.8, State.FAILED, "Decided REVIEW: There is no plan."))
    decision = a_decision(Verdict.REVIEW, "There is no plan.")
    incident = an_incident(State.FAILED, plan=None, decision=decision, problem=problem)
    return Told(incident, timeline, "was stopped")


def failed_and_undone() -> Told:
    problem = "NotHealthyError: i-0d5f1c2b3a4e59687: state is 'pending', not 'running'"
    timeline = a_timeline(
        *STARTED,
        (4.1, State.VERIFYING, "Done: start the instance"),
        (184.4, State.ROLLING_BACK, f"The recovery failed: {problem}. Began to undo it"),
        (185.0, State.ROLLING_BACK, "Began to stop the instance"),
        (186.2, State.ROLLING_BACK, "Done: stop the instance"),
        (193.7, State.FAILED, UNDOING_VERIFIED),
        Began=DOING,
    )
    return Told(an_incident(State.FAILED, problem=problem), timeline, "was stopped")


def failed_half_way() -> Told:
    problem = (
        "ActionFailedError: could not re-create the instance: terraform apply ended with 1: "
        "Error: creating EC2 Instance: InsufficientInstanceCapacity. Something was done that cannot be undone"
    )
    plan = a_plan(
        actions=(
            ActionCall(
                action="ec2.recreate-instance",
                parameters={"module": "ec2-instance", "address": "aws_instance.web", "image": "ami-0abc"},
            ),
        ),
        risk=Risk.MEDIUM,
        reversible=False,
        summary="re-create with Terraform the instance i-0d5f1c2b3a4e59687",
        warning="what was on the instance's own disks is gone",
    )
    timeline = a_timeline(
        *BEGINNING,
        (2.8, State.EXECUTING, "Decided RECOVER: Every gate allows it."),
        (3.3, State.EXECUTING, "Began to re-create with Terraform the instance"),
        (61.9, State.EXECUTING, "Could not re-create with Terraform the instance"),
        (62.4, State.FAILED, f"Gave up: {problem}"),
        Began=DOING,
    )
    signals = (a_signal(failure="terminated", event_name="TerminateInstances"),)
    incident = an_incident(State.FAILED, problem=problem, plan=plan, failure="terminated", signals=signals)
    return Told(incident, timeline, "was terminated")


def in_cooldown() -> Told:
    reason = "An incident of it ended 4 minutes ago; the cooldown lasts until 2026-09-14 03:23:11 UTC."
    decision = a_decision(Verdict.IGNORE, reason, in_cooldown=True)
    timeline = a_timeline(*BEGINNING, (2.8, State.COOLDOWN, f"Decided IGNORE: {reason}"))
    return Told(an_incident(State.COOLDOWN, decision=decision), timeline, "was stopped")


def meant() -> Told:
    ci = Actor(kind=ActorKind.IAC, name="orders-ci-deployer/GitHubActions", address="198.51.100.7")
    fact = a_fact("orders-ci-deployer/GitHubActions, a CI or infrastructure-as-code role, did it", -4.0)
    assessment = an_assessment(
        classification=Classification.NORMAL,
        confidence=0.98,
        severity=1,
        intent=Intent.AUTOMATION,
        reasoning=f"i-0d5f1c2b3a4e59687 was stopped. Nothing is to be put right: {fact.fact}.",
        evidence=(fact, a_fact("it is down when read again: state is stopped", 1.2, "describe_instances")),
        impact=Impact(),
    )
    decision = a_decision(Verdict.IGNORE, "Nothing is wrong: it was meant.")
    timeline = a_timeline(
        *BEGINNING[:2],
        (2.3, State.PLANNING, "Judged it NORMAL, 98% sure, by rules"),
        (2.8, State.DISMISSED, "Decided IGNORE: Nothing is wrong: it was meant."),
    )
    incident = an_incident(
        State.DISMISSED, signals=(a_signal(actor=ci),), assessment=assessment, decision=decision, plan=None
    )
    return Told(incident, timeline, "was stopped")


def left_alone() -> Told:
    reason = "The mode is observe. In the mode auto it would have been RECOVER."
    decision = a_decision(Verdict.IGNORE, reason)
    timeline = a_timeline(*BEGINNING, (2.8, State.DISMISSED, f"Decided IGNORE: {reason}"))
    return Told(an_incident(State.DISMISSED, decision=decision), timeline, "was stopped")


def at_work() -> Told:
    incident = an_incident(
        State.DETECTING, assessment=None, plan=None, decision=None, signals=(STATE_CHANGE,)
    )
    return Told(incident, a_timeline(BEGINNING[0]), "was stopped")


STORIES = {
    story.__name__.replace("_", "-"): story
    for story in (
        completed,
        healed_by_itself,
        awaiting_approval,
        approved_and_completed,
        rejected,
        expired,
        failed_without_a_plan,
        failed_and_undone,
        failed_half_way,
        in_cooldown,
        meant,
        left_alone,
        at_work,
    )
} | WARNINGS
"""One for each way in which people can be told, by the name of its golden file."""
