"""What people and machines are told about alerts: that one began, became more urgent, or has passed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import TextWrapper
from typing import Any

from chalicelib.incidents.alert import Alert, AlertOutcome, AlertSource, AlertState, Sight, Urgency
from chalicelib.incidents.chat_messages import Chat, Link
from chalicelib.incidents.message_text import WIDTH
from chalicelib.incidents.messages import LONGEST_SUBJECT, Message, as_ascii
from chalicelib.incidents.telling import capital, quote, say_time, sentence
from chalicelib.redaction import inert, redact_value

SCHEMA = "mainstay.alert.v1"
DIGEST_SCHEMA = "mainstay.alerts.v1"

_BARS = "▁▂▃▄▅▆▇█"
_KILO, _PREFIXES = 1000, ("", "k", "M", "G", "T", "P")
_MOST_IN_DIGEST = 50
_MOST_DOCUMENTS = 20
_LONGEST_TEXT, _MOST_TEXTS, _MOST_RATES = 300, 10, 96
"""In a document, which has to fit into a message."""
_WHEN = {
    Urgency.NOW: "Look now",
    Urgency.TODAY: "Look today",
    Urgency.SOON: "Look when you have time",
}
_WHY = {
    "forecast": "where the values lead",
    "metric_anomaly": "values that are unusual for this time",
    "rate_spike": "lines that come more often than usual",
    "new_template": "lines that never came before",
    "silence": "lines that always came, and no longer do",
    "level_shift": "more errors among the lines than usual",
    "value_shift": "numbers in the lines that have moved",
}
_TEXT = TextWrapper(width=WIDTH, break_long_words=False, break_on_hyphens=False)
_FACT = TextWrapper(width=WIDTH, subsequent_indent=13 * " ", break_long_words=False, break_on_hyphens=False)
_ITEM = TextWrapper(
    width=WIDTH, initial_indent="- ", subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
)


def render_alert(alert: Alert, *, action: str, console_url: str) -> Message:
    """One alert as it stands. `action` is what Mainstay would do, in words; empty where it knows nothing."""
    url = f"{console_url.rstrip('/')}/ui/forecasts#{alert.alert_id}" if console_url else ""
    return Message(
        subject=_subject(alert),
        text="\n".join(_lines(alert, action, url)) + "\n",
        document=alert_document(alert) | {"suggested_action": inert(action, 200), "url": url},
        attributes=_attributes(alert),
        chat=_chat(alert, action, url),
    )


def _chat(alert: Alert, action: str, url: str) -> Chat:
    return Chat(
        kind="alert",
        thread=alert.alert_id,
        title=f"{_heading(alert)}: {quote(_known_as(alert))}",
        summary=_opening(alert),
        facts=dict(_facts(alert)),
        steps=tuple(_steps(alert, action)) if alert.state is AlertState.OPEN else (),
        links=[Link(label="Everything about it", url=url)] if url else [],
        resources=(quote(alert.subject.name),),
        keywords=(alert.urgency.value, alert.state.value.lower()),
        context=_attributes(alert),
        needs_people=alert.state is AlertState.OPEN and alert.urgency is Urgency.NOW,
    )


def render_digest(alerts: Sequence[Alert], *, console_url: str) -> Message:
    """Many alerts at once, in one message: the most urgent first."""
    order = list(Urgency)
    ranked = sorted(
        alerts,
        key=lambda one: (one.state is AlertState.CLEARED, order.index(one.urgency), -one.probability),
    )
    shown, more = ranked[:_MOST_IN_DIGEST], len(ranked) - _MOST_IN_DIGEST
    opening = (
        f"There is more to tell than messages should tell one by one: {len(ranked)} alerts in this one,"
        " the most urgent first."
    )
    items = [f"{_heading(alert)}: {sentence(_known_as(alert))} ({alert.alert_id})" for alert in shown]
    items += [f"and {more} more"] if more > 0 else []
    lines = [*_TEXT.wrap(opening), "", *(line for item in items for line in _ITEM.wrap(item))]
    lines += ["", f"All of them: {console_url.rstrip('/')}/ui/forecasts"] if console_url else []
    severity = str(max(one.sight.severity for one in ranked))
    attributes = {"type": "digest", "severity": severity, "severity_number": severity}
    return Message(
        subject=f"[Mainstay] {len(ranked)} alerts at once",
        text="\n".join(lines) + "\n",
        document={"schema": DIGEST_SCHEMA, "alerts": [_in_short(one) for one in shown[:_MOST_DOCUMENTS]]},
        attributes=attributes,
        chat=Chat(
            kind="digest",
            thread="alerts",
            title=f"{len(ranked)} alerts at once",
            summary=opening,
            items=items,
            context=attributes,
        ),
    )


def alert_document(alert: Alert) -> dict[str, Any]:
    """For machines: every part of it, redacted."""
    sight = alert.sight
    document = {
        "schema": SCHEMA,
        "alert_id": alert.alert_id,
        "state": alert.state.value,
        "urgency": alert.urgency.value,
        "summary": inert(sight.what, _LONGEST_TEXT),
        "subject": alert.subject.model_dump(mode="json"),
        "detectors": list(sight.detectors),
        "probability": alert.probability,
        "score": sight.score,
        "severity": sight.severity,
        "horizon_minutes": alert.horizon_minutes,
        "expected_at": sight.expected_at,
        "earliest_at": sight.earliest_at,
        "latest_at": sight.latest_at,
        "now": sight.now,
        "usual": sight.usual,
        "evidence": [inert(text, _LONGEST_TEXT) for text in sight.evidence[:_MOST_TEXTS]],
        "examples": [inert(text, _LONGEST_TEXT) for text in sight.examples[:_MOST_TEXTS]],
        "rates": list(sight.rates[-_MOST_RATES:]),
        "explanation": alert.explanation.model_dump() if alert.explanation else None,
        "incident_id": alert.incident_id,
        "opened_at": alert.opened_at,
        "updated_at": alert.updated_at,
        "cleared_at": alert.cleared_at,
        "outcome": alert.outcome.value if alert.outcome else None,
    }
    found: dict[str, Any] = redact_value({name: _plain(value) for name, value in document.items()})
    return found


def _in_short(alert: Alert) -> dict[str, Any]:
    return alert_document(alert) | {"evidence": [], "examples": [], "rates": []}


def sparkline(values: Sequence[float]) -> str:
    """A line of bars, the lowest and the highest value at its ends."""
    if not values:
        return ""
    low, high = min(values), max(values)
    step = (high - low) / (len(_BARS) - 1) or 1.0
    return "".join(_BARS[round((value - low) / step)] for value in values)


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _subject(alert: Alert) -> str:
    """How sure it is comes first: a phone shows only the beginning."""
    start = f"[Mainstay] {_heading(alert)}: "
    text = quote(_known_as(alert), LONGEST_SUBJECT - len(start) - len(".."))
    return as_ascii(start + text)


def _heading(alert: Alert) -> str:
    if alert.state is AlertState.OPEN:
        return f"Warning ({alert.probability:.0%})"
    return "Usual now" if alert.sight.adopted else "Lost sight of" if alert.was_lost else "Passed"


def _known_as(alert: Alert) -> str:
    """What has passed is known by what people were told, and not by how it looked on its way out."""
    return alert.first.what if alert.state is AlertState.CLEARED else alert.sight.what


def _attributes(alert: Alert) -> dict[str, str]:
    resource = alert.subject.resource
    return {
        "type": "alert",
        "state": alert.state.value,
        "severity": str(alert.sight.severity),
        "severity_number": str(alert.sight.severity),
        "urgency": alert.urgency.value,
        "detector": alert.sight.detectors[0] if alert.sight.detectors else "",
        "resource_type": resource.type if resource else "",
    }


def _lines(alert: Alert, action: str, url: str) -> Iterator[str]:
    yield from _TEXT.wrap(_opening(alert))
    yield ""
    for name, value in _facts(alert):
        yield from _FACT.wrap(f"{name:<13}{value}")
    if alert.state is AlertState.OPEN:
        steps = (line for step in _steps(alert, action) for line in _ITEM.wrap(step))
        yield from _section("What to do", steps)
    if alert.explanation is not None:
        told = f"{sentence(alert.explanation.cause)} {sentence(alert.explanation.advice)}"
        yield from _section("What the model makes of it (advice, not a finding)", _TEXT.wrap(told))
    yield from _section(
        "Lines", [line for one in alert.sight.examples for line in _ITEM.wrap(quote(one, 400))]
    )
    if alert.sight.rates:
        low, high = min(alert.sight.rates), max(alert.sight.rates)
        bounds = f"from {_short(low)} to {_short(high)}"
        yield from _section("Of late", [sparkline(alert.sight.rates), bounds])
    if url:
        yield from ("", f"Everything about it: {url}")


def _opening(alert: Alert) -> str:
    what = sentence(capital(_known_as(alert)))
    if alert.state is AlertState.OPEN:
        return f"{what} {_WHEN[alert.urgency]}."
    return f"{_ending(alert)} It was told as: {what}"


def _ending(alert: Alert) -> str:
    """No more than is known: that nothing is seen of it any more is no all-clear."""
    helped = f" {alert.incident_id} looked after it." if alert.incident_id else ""
    if alert.sight.adopted:
        return f"It goes on, and has for a day: it counts as usual from now on, and has not passed.{helped}"
    if alert.was_lost:
        return (
            f"Nothing has been seen of it since {say_time(alert.updated_at)}, so nobody knows whether it has"
            f" passed: see whether what it is about is still there, and still read.{helped}"
        )
    if alert.failed_at is not None:
        return f"It happened at {say_time(alert.failed_at)}, and is over now."
    if alert.outcome is AlertOutcome.FAILED:
        return f"What it warned of happened, and is over now.{helped}"
    if alert.subject.source is AlertSource.LOGS:
        return f"It has passed.{helped}"
    return f"It has passed, and did not become a failure.{helped}"


def _facts(alert: Alert) -> Iterator[tuple[str, str]]:
    return ((name, value) for name, value in _all_facts(alert) if value)


def _all_facts(alert: Alert) -> Iterator[tuple[str, str]]:
    sight = alert.sight
    if alert.state is AlertState.OPEN:
        yield "Probability", f"{alert.probability:.0%}, that it becomes a failure"
        yield "Expected", _expected(sight)
    yield "Severity", f"{sight.severity} of 10"
    yield "Told by", ", ".join(_WHY.get(detector, detector) for detector in sight.detectors)
    yield "About", quote(alert.subject.name)
    yield "Since", say_time(alert.opened_at)
    seen = alert.cleared_at is not None and not alert.was_lost and not sight.adopted
    yield "Passed", say_time(alert.cleared_at) if alert.cleared_at and seen else ""
    yield "Alert", alert.alert_id


def _expected(sight: Sight) -> str:
    if sight.expected_at is None:
        return ""
    said = say_time(sight.expected_at)
    if sight.earliest_at is None or sight.latest_at is None:
        return said
    return f"{said}; in 8 of 10 cases {sight.earliest_at:%H:%M} to {sight.latest_at:%H:%M}"


def _short(value: float) -> str:
    """Three digits: 1,290,000,000 is 1.29 G."""
    size, place = value, 0
    while abs(size) >= _KILO and place < len(_PREFIXES) - 1:
        size, place = size / _KILO, place + 1
    return f"{size:.3g} {_PREFIXES[place]}".rstrip()


def _steps(alert: Alert, action: str) -> Iterator[str]:
    if alert.incident_id:
        able = f", where it can {quote(action)}" if action else ""
        yield f"Mainstay looks after it in {alert.incident_id}{able}. A message about that follows."
    elif action:
        yield f"Suggested: {quote(action)}."
    else:
        yield "Mainstay knows no action for this. It goes on watching and says when it passes."


def _section(title: str, lines: Sequence[str] | Iterator[str]) -> Iterator[str]:
    found = list(lines)
    if found:
        yield from ("", title, "-" * len(title), *found)
