"""The mail about an incident: plain text that says in its first lines whether to get up.

Every text from outside goes through `quote`. Our own words are not cut.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from textwrap import TextWrapper

from chalicelib.incidents.model import (
    Attributes,
    Evidence,
    Judge,
    RecoveryPlan,
    Signal,
    SignalSource,
    State,
    Verdict,
)
from chalicelib.incidents.standing import Standing
from chalicelib.incidents.telling import Telling, quote, say_duration, say_time, seconds_in

_WIDTH = 76
_MOST_SIGNALS = 5
_MOST_FACTS = 3
_FIRST_EVENTS, _LAST_EVENTS = 10, 25
_MOST_PARAMETERS = 12
_FOUND = 8


def render_text(telling: Telling, standing: Standing) -> str:
    """The whole mail, ending in a newline."""
    sections = (
        ("What to do next", (line for step in standing.steps for line in _item(step))),
        ("What happened", _what_happened(telling)),
        ("Why we think so", _why(telling)),
        (_title_of_plan(telling), _plan(telling)),
        ("How it was verified", _verification(telling)),
        ("Timeline, in seconds since the failure", _timeline(telling)),
    )
    lines = [*_opening(telling, standing)]
    for title, body in sections:
        told = list(body)
        if told:
            lines += ["", title, "-" * len(title), *told]
    return "\n".join([*lines, *_closing(telling)]) + "\n"


def _opening(telling: Telling, standing: Standing) -> Iterator[str]:
    incident = telling.incident
    resource = incident.resource
    yield from _wrap(f"{quote(resource.id)} {telling.happened}. {standing.sentences}")
    if incident.plan and incident.plan.warning:
        yield from ("", *_wrap(f"Mind: {quote(incident.plan.warning, 400)}"))
    if incident.problem and incident.state is State.FAILED:
        yield from ("", *_wrap(f"What went wrong: {quote(incident.problem, 600)}"))
    yield ""
    yield f"Resource  {quote(resource.type)} in {quote(resource.region)}, account {quote(resource.account)}"
    yield f"Failed    {say_time(incident.failed_at)}"
    if incident.assessment:
        yield f"Severity  {incident.assessment.severity} of 10"
    yield f"Incident  {incident.incident_id}"


def _closing(telling: Telling) -> list[str]:
    return ["", f"Everything about it: {telling.url}"] if telling.url else []


# -- what happened ------------------------------------------------------------------------------


def _what_happened(telling: Telling) -> Iterator[str]:
    signals = telling.incident.signals
    for signal in signals[:_MOST_SIGNALS]:
        yield from _item(f"{signal.occurred_at:%H:%M:%S} {_told_by(signal)}")
    if len(signals) > _MOST_SIGNALS:
        yield from _item(f"and {len(signals) - _MOST_SIGNALS} more signals of the same failure")


def _told_by(signal: Signal) -> str:
    name = quote(signal.event_name)
    match signal.source:
        case SignalSource.API_CALL:
            return _call(signal, name)
        case SignalSource.STATE_CHANGE:
            return f"AWS reported the state {name}"
        case SignalSource.DB_EVENT:
            return f"RDS reported {name}: {quote(signal.details.get('message', ''))}".rstrip(": ")
        case SignalSource.ALARM:
            return f"the alarm {name} went off: {quote(signal.details.get('reason', ''))}".rstrip(": ")
        case SignalSource.FORECAST:
            return f"Mainstay foresaw it: {name}"
        case SignalSource.SWEEP:
            return f"Mainstay found it while looking round: {name}"


def _call(signal: Signal, name: str) -> str:
    actor = signal.actor
    where = f" from {quote(actor.address, 60)}" if actor.address else ""
    tool = f", with {quote(actor.user_agent, 60)}" if actor.user_agent else ""
    without = " as a dry run" if signal.dry_run else ""
    refused = f"; AWS refused it: {quote(signal.error_code)}" if signal.error_code and not without else ""
    return f"{quote(actor.name) or 'somebody unnamed'} called {name}{without}{where}{tool}{refused}"


# -- why we think so ----------------------------------------------------------------------------


def _why(telling: Telling) -> Iterator[str]:
    assessment = telling.incident.assessment
    if assessment is None:
        return
    judge = "by the rules" if assessment.judge is Judge.RULES else "with the help of the model"
    yield from _wrap(
        f"Judged {assessment.classification.value.lower()}, {assessment.confidence:.0%} sure, {judge}."
    )
    if assessment.judge_note:
        yield from _wrap(quote(assessment.judge_note, 300))
    yield from _wrap(quote(assessment.reasoning, 1000))
    yield from _facts("For repairing it:", (one for one in assessment.evidence if one.weight > 0))
    yield from _facts("Against it:", (one for one in assessment.evidence if one.weight < 0))
    yield from _expected(telling)
    yield from _decision(telling)


def _facts(title: str, evidence: Iterable[Evidence]) -> Iterator[str]:
    """The weightiest few."""
    heaviest = sorted(evidence, key=lambda one: -abs(one.weight))[:_MOST_FACTS]
    if heaviest:
        yield title
    for one in heaviest:
        yield from _item(f"{quote(one.fact)} ({quote(one.source)})")


def _expected(telling: Telling) -> Iterator[str]:
    impact = telling.incident.assessment.impact if telling.incident.assessment else None
    if impact is None:
        return
    touched = [quote(name) for name in impact.services[:_MOST_FACTS]]
    if impact.blast_radius or touched:
        yield from _wrap(f"It affects: {', '.join([*touched, quote(impact.blast_radius)]).strip(', ')}.")
    if impact.downtime_minutes:
        took = say_duration(impact.downtime_minutes * 60)
        yield from _wrap(f"Until somebody repairs it by hand, it usually takes {took}.")


_VERDICTS = {
    Verdict.RECOVER: "to repair it without asking",
    Verdict.REVIEW: "to ask a person first",
    Verdict.IGNORE: "to leave it alone",
}


def _decision(telling: Telling) -> Iterator[str]:
    decision = telling.incident.decision
    if decision is None:
        return
    yield from _wrap(f"The policy decided {_VERDICTS[decision.verdict]}: {quote(decision.reason, 400)}")
    others = [
        answer
        for answer in decision.gates
        if answer.verdict is not Verdict.RECOVER and answer.reason != decision.reason
    ]
    for answer in others[:_MOST_FACTS]:
        yield from _item(f"{quote(answer.gate)}: {quote(answer.reason, 300)}")


# -- what was done ------------------------------------------------------------------------------


def _title_of_plan(telling: Telling) -> str:
    if telling.incident.state is State.AWAITING_APPROVAL:
        return "What would be done"
    return "What was done" if telling.was_begun else "What was planned, and not done"


def _plan(telling: Telling) -> Iterator[str]:
    plan = telling.incident.plan
    if plan is None:
        return
    yield from _wrap(f"{_capital(quote(plan.summary, 300))}.")
    for call in plan.actions:
        yield from _item(f"{quote(call.action)}({_listed(call.parameters, ', ')})")
    undo = "can be undone" if plan.reversible else "cannot be undone"
    yield from _wrap(f"The risk is {plan.risk.value}; it {undo}. {_purpose(plan)}")
    approval = telling.incident.approval
    if approval and approval.approved:
        yield from _wrap(f"{quote(approval.by)} approved it at {say_time(approval.decided_at)}.")


def _purpose(plan: RecoveryPlan) -> str:
    return f"It is done when {_listed(plan.goal, ' and ')}." if plan.goal else ""


def _listed(values: Attributes, separator: str) -> str:
    told = [f"{quote(name)} = {quote(value)}" for name, value in list(values.items())[:_MOST_PARAMETERS]]
    more = len(values) - len(told)
    return separator.join([*told, f"and {more} more" if more else ""]).removesuffix(separator)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


# -- whether it helped --------------------------------------------------------------------------


def _verification(telling: Telling) -> Iterator[str]:
    found = telling.incident.verification
    if found is None:
        return
    seconds = say_duration(seconds_in(telling, found.verified_at))
    yield from _wrap(
        f"{_capital(found.health.value.lower())} at {say_time(found.verified_at)}, after {seconds}:"
    )
    for line in found.looked_at[:_FOUND]:
        yield from _item(quote(line))


def _timeline(telling: Telling) -> Iterator[str]:
    events = list(telling.timeline)
    left_out = len(events) - _FIRST_EVENTS - _LAST_EVENTS
    for place, event in enumerate(events):
        if left_out > 0 and place == _FIRST_EVENTS:
            yield f"{'...':>8}    {left_out} more"
        if left_out > 0 and _FIRST_EVENTS <= place < _FIRST_EVENTS + left_out:
            continue
        yield from _hanging(f"{seconds_in(telling, event.at):>8.1f}    ", quote(event.what))


# -- lines --------------------------------------------------------------------------------------


def _wrap(text: str) -> list[str]:
    return _hanging("", text)


def _item(text: str) -> list[str]:
    return _hanging("- ", text)


def _hanging(start: str, text: str) -> list[str]:
    """Words are never broken: an id or an address can be copied whole."""
    wrapper = TextWrapper(
        width=_WIDTH,
        initial_indent=start,
        subsequent_indent=" " * len(start),
        break_long_words=False,
        break_on_hyphens=False,
    )
    return wrapper.wrap(text)
