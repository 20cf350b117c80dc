"""The mail about an incident: plain text that says in its first lines whether to get up.

Every text from outside goes through `quote`. Our own words are not cut.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from textwrap import TextWrapper

from chalicelib.incidents.base import Attributes
from chalicelib.incidents.lifecycle import ENDED
from chalicelib.incidents.model import (
    Classification,
    Evidence,
    Impact,
    Judge,
    PastIncident,
    State,
)
from chalicelib.incidents.plans import Verdict
from chalicelib.incidents.signal_text import told_signals
from chalicelib.incidents.standing import Standing
from chalicelib.incidents.telling import (
    ON_CALL,
    Telling,
    Words,
    capital,
    quote,
    say_duration,
    say_names,
    say_time,
    seconds_in,
    sentence,
)

WIDTH = 76
_MOST_FACTS = 3
_FIRST_EVENTS, _LAST_EVENTS = 10, 25
_MOST_PARTS = 12
_CLASSES = {
    Classification.FAILURE: "a failure",
    Classification.TAMPERING: "tampering",
    Classification.ANOMALY: "an anomaly",
    Classification.NORMAL: "normal",
}


def render_text(telling: Telling, standing: Standing) -> str:
    """The whole mail, ending in a newline. Whoever is to approve a plan reads the plan first."""
    steps = ("What to do next", [line for step in standing.steps for line in _step(step)])
    story = [(telling.words.story, _signals(telling)), ("Why we think so", _why(telling))]
    plan = (_title_of_plan(telling), _plan(telling))
    end = [
        ("How it was verified", _verification(telling)),
        (f"Timeline, in seconds since {telling.words.moment}", _timeline(telling)),
    ]
    asked = telling.incident.state is State.AWAITING_APPROVAL
    sections = [steps, plan, *story, *end] if asked else [steps, *story, plan, *end]
    body = (line for title, lines in sections for line in _section(title, list(lines)))
    return "\n".join([*_opening(telling, standing), *body, *_closing(telling)]) + "\n"


def _section(title: str, lines: list[str]) -> list[str]:
    return ["", title, "-" * len(title), *lines] if lines else []


def _opening(telling: Telling, standing: Standing) -> Iterator[str]:
    incident = telling.incident
    resource = incident.resource
    yield from _wrap(f"{quote(resource.id)} {telling.happened}. {standing.sentences}")
    if incident.problem and incident.state is State.FAILED:
        yield from ("", *_wrap(f"What went wrong: {sentence(_plainly(incident.problem), 600)}"))
    if incident.state is State.AWAITING_APPROVAL:
        yield from _answering(telling)
    if incident.plan and incident.plan.warning:
        yield from _warning(telling, sentence(incident.plan.warning))
    yield ""
    yield f"Resource  {quote(resource.type)} in {quote(resource.region)}, account {quote(resource.account)}"
    yield f"{telling.words.began:<8}  {say_time(incident.failed_at)}"
    if incident.expected_at:
        yield f"Expected  {say_time(incident.expected_at)}"
    if incident.assessment:
        yield f"Severity  {incident.assessment.severity} of 10"
    yield f"Incident  {incident.incident_id}"


def _answering(telling: Telling) -> Iterator[str]:
    """Where to answer, until when, and what comes of no answer."""
    if telling.review_url:
        whose = say_names(tuple(telling.links))
        yield from ("", *_wrap(f"To answer, on a page with all there is to know (for {whose}):"))
        yield telling.review_url
    elif telling.asked and telling.asked != (ON_CALL,):
        own = "with a link of their own" if len(telling.asked) == 1 else "each with a link of their own"
        yield from ("", *_wrap(f"Asked to answer: {say_names(telling.asked)}, {own}."))
    by = telling.answer_by
    if by:
        yield from ("", *_wrap(f"If nobody answers by {say_time(by)}, {if_nobody_answers(telling)}"))


def if_nobody_answers(telling: Telling) -> str:
    """The end of a sentence."""
    left = "the warning stands" if telling.incident.foreseen else "it stays as it failed"
    return f"nothing is changed: {left}, and that is told to those whom questions escalate to."


def _warning(telling: Telling, warning: str) -> Iterator[str]:
    """What a plan costs matters to those who are asked about it, and where it was carried out."""
    if telling.incident.state is State.AWAITING_APPROVAL:
        yield from ("", *_wrap(f"If you approve: {warning}"))
    elif telling.was_begun:
        yield from ("", *_wrap(f"Mind: {warning}"))


def _plainly(problem: str) -> str:
    """Without the class of the error in front, which tells a reader of mail nothing."""
    return re.sub(r"^\w{1,60}Error: ", "", problem)


def _closing(telling: Telling) -> list[str]:
    return ["", f"Everything about it: {telling.url}"] if telling.url else []


def _signals(telling: Telling) -> Iterator[str]:
    for line in told_signals(telling.incident.signals):
        yield from _item(line)


# -- why we think so ----------------------------------------------------------------------------


def _why(telling: Telling) -> Iterator[str]:
    assessment = telling.incident.assessment
    if assessment is None:
        return
    judge = "by the rules" if assessment.judge is Judge.RULES else "with the help of the model"
    foreseen = telling.incident.foreseen and assessment.classification is Classification.ANOMALY
    what = "a warning to heed" if foreseen else _CLASSES[assessment.classification]
    yield from _wrap(f"Judged {what}, {assessment.confidence:.0%} sure, {judge}.")
    if assessment.judge_note:
        yield from _wrap(sentence(assessment.judge_note))
    yield from _wrap(sentence(assessment.reasoning, 1000))
    yield from _facts(f"For {telling.words.doing}:", (one for one in assessment.evidence if one.weight > 0))
    yield from _facts("Against it:", (one for one in assessment.evidence if one.weight < 0))
    yield from _before(assessment.similar[:_MOST_FACTS])
    yield from _expected(assessment.impact, telling.words)
    yield from _decision(telling)


def _facts(title: str, evidence: Iterable[Evidence]) -> Iterator[str]:
    """The weightiest few."""
    heaviest = sorted(evidence, key=lambda one: -abs(one.weight))[:_MOST_FACTS]
    if heaviest:
        yield title
    for one in heaviest:
        yield from _item(f"{quote(one.fact)} ({quote(one.source)})")


def _before(similar: tuple[PastIncident, ...]) -> Iterator[str]:
    if similar:
        yield "It happened before:"
    for past in similar:
        did = f", {quote(past.action)}" if past.action else ""
        name = f"{past.ended_at:%Y-%m-%d %H:%M} {quote(past.resource_id)}"
        yield from _item(f"{name}{did}: {past.state.value.lower().replace('_', ' ')}")


def _expected(impact: Impact, words: Words) -> Iterator[str]:
    touched = [quote(name) for name in (*impact.services[:_MOST_FACTS], impact.blast_radius) if name]
    if touched:
        yield from _wrap(f"{words.affects} {', '.join(touched)}.")
    if impact.downtime_minutes:
        took = say_duration(impact.downtime_minutes * 60)
        yield from _wrap(f"{words.takes} {took}.")


def _verdict(verdict: Verdict, words: Words) -> str:
    if verdict is Verdict.RECOVER:
        return f"to {words.do} without asking"
    return "to ask a person first" if verdict is Verdict.REVIEW else "to leave it alone"


def _decision(telling: Telling) -> Iterator[str]:
    decision = telling.incident.decision
    if decision is None:
        return
    yield from _wrap(
        f"The policy decided {_verdict(decision.verdict, telling.words)}: {sentence(decision.reason)}"
    )
    others = [
        answer
        for answer in decision.gates
        if answer.verdict is not Verdict.RECOVER and answer.reason != decision.reason
    ]
    for answer in others[:_MOST_FACTS]:
        yield from _item(f"{quote(answer.gate)}: {quote(answer.reason, 300)}")


# -- what was done ------------------------------------------------------------------------------


def _title_of_plan(telling: Telling) -> str:
    state = telling.incident.state
    if telling.was_begun:
        return "What was tried" if state is State.FAILED else "What was done"
    if state is State.AWAITING_APPROVAL:
        return "What would be done"
    return "What was planned, and not done" if state in ENDED else "What is planned"


def _plan(telling: Telling) -> Iterator[str]:
    plan = telling.incident.plan
    if plan is None:
        return
    yield from _wrap(capital(sentence(plan.summary)))
    for call in plan.actions:
        given = f" with {_listed(call.parameters)}" if call.parameters else ""
        yield from _item(f"{quote(call.action)} on {quote(telling.incident.resource.id)}{given}")
    undo = "can be undone" if plan.reversible else "cannot be undone"
    yield from _wrap(f"The risk is {plan.risk.value}; it {undo}.")
    if plan.warning:
        yield from _wrap(f"What it costs: {sentence(plan.warning)}")
    if plan.goal:
        yield from _wrap(f"It has worked when {_listed(plan.goal)}.")
    approval = telling.incident.approval
    if approval and approval.approved:
        yield from _wrap(f"{quote(approval.by)} approved it at {say_time(approval.decided_at)}.")


def _listed(values: Attributes) -> str:
    told = [f"{quote(name)} = {quote(value)}" for name, value in list(values.items())[:_MOST_PARTS]]
    more = len(values) - len(told)
    return ", ".join([*told, f"and {more} more"] if more else told)


# -- whether it helped --------------------------------------------------------------------------


def _verification(telling: Telling) -> Iterator[str]:
    found = telling.incident.verification
    if found is None:
        return
    seconds = say_duration(seconds_in(telling, found.verified_at))
    yield from _wrap(
        f"{capital(found.health.value.lower())} at {say_time(found.verified_at)}, after {seconds}:"
    )
    for line in found.looked_at[:_MOST_PARTS]:
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


def _step(text: str) -> list[str]:
    """Further lines are commands and addresses: each on its own line, to be copied whole."""
    first, *further = text.split("\n")
    return [*_item(first), *(f"      {line}" for line in further)]


def _hanging(start: str, text: str) -> list[str]:
    """Words are never broken: an id or an address can be copied whole."""
    wrapper = TextWrapper(
        width=WIDTH,
        initial_indent=start,
        subsequent_indent=" " * len(start),
        break_long_words=False,
        break_on_hyphens=False,
    )
    return wrapper.wrap(text)
