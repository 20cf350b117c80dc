"""AWS Budgets and Cost Anomaly Detection say that money goes: a mail as plain text, or JSON.

Each threshold of a budget is told of once in its period, and each anomaly once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from chalicelib.errors import InvalidEventError
from chalicelib.incidents.base import Attributes, digest_of
from chalicelib.incidents.model import Resource, Signal, SignalSource
from chalicelib.redaction import clean_text
from chalicelib.signals.fields import (
    fact_at,
    field_at,
    is_id,
    mapping_at,
    require_account,
    require_id,
    text_at,
    time_of,
)
from chalicelib.signals.model import Known, Reading

BUDGET_TYPE = "budgets.budget"
_NOWHERE = "global"
"""Costs are of no region."""

_TITLE = "AWS Budget Notification"
_LONGEST = 8000
"""Characters of a mail that are read: AWS writes about 800."""
_LINE = re.compile(r"(?m)^(?P<name>[A-Za-z ]{4,30}): (?P<value>[^\n]{1,400})$")
_ACCOUNT = re.compile(r"AWS Account (\d{12})")
_SENTENCE = re.compile(r"You requested that we alert you[^\n]{0,600}")
_DAILY = re.compile(r"\bper day\b")
_AMOUNT = re.compile(r"\d[\d,]{0,20}(?:\.\d{1,6})?")
_KINDS = {"ACTUAL": "exceeded", "FORECASTED": "forecast"}
_FAR_ABOVE = ((2.0, 8), (1.25, 7), (1.0, 6))
"""What was spent, as a share of the budget, and how severe that is."""
_BELOW, _MILDER = 4, 2
"""What is only expected is milder than what is spent."""
_MOST_CAUSES = 3
_MOST = 1e15
"""No amount of money is more: nor is NaN less."""


def is_of_budgets(said: object) -> bool:
    """Whether a message of the topic is the mail of a budget."""
    return isinstance(said, str) and said[:200].lstrip().startswith(_TITLE)


def read_budget(message: object, known: Known) -> Reading:
    """Read the mail of a budget. Raise InvalidEventError."""
    text = str(message)[:_LONGEST].replace("\r", "")
    lines: dict[str, str] = {}
    for found in _LINE.finditer(text):
        lines.setdefault(found["name"].strip(), found["value"].strip())
    kind = lines.get("Alert Type", "").upper()
    if kind not in _KINDS:
        raise InvalidEventError(f"the alert of the budget is neither actual nor forecasted: {kind[:80]!r}")
    account = _ACCOUNT.search(text)
    told_on = _day(text)
    threshold = clean_text(lines.get("Alert Threshold", ""), 60)
    name = _name(f"{lines.get('Budget Name', '')} ({kind.lower()} {threshold})")
    return _read(
        Cost(
            name=name,
            account=require_account(account[1] if account else ""),
            failure=_KINDS[kind],
            event_name=f"{kind.lower()} {threshold}",
            period=_period(text, told_on),
            occurred_at=known.received_at,
            details=_details(text, lines, kind) | _expectation(kind, text, told_on),
        )
    )


def _details(text: str, lines: Mapping[str, str], kind: str) -> Attributes:
    said = _SENTENCE.search(text)
    facts: Attributes = {
        "budget": clean_text(lines.get("Budget Name", ""), 200),
        "said": clean_text(said[0] if said else text, 700),
        "amount": clean_text(lines.get(f"{kind} Amount", ""), 60),
        "limit": clean_text(lines.get("Budgeted Amount", ""), 60),
        "severity": _severity(lines, kind),
    }
    return {name: fact for name, fact in facts.items() if fact}


def _severity(lines: Mapping[str, str], kind: str) -> int:
    """By how much of the budget is spent; a threshold below which something fell says no more than that."""
    spent, limit = _amount(lines.get(f"{kind} Amount", "")), _amount(lines.get("Budgeted Amount", ""))
    share = spent / limit if spent is not None and limit else 0.0
    below = "<" in lines.get("Alert Threshold", "")
    found = _BELOW if below else next((grave for least, grave in _FAR_ABOVE if share >= least), _BELOW)
    return found - (_MILDER if kind == "FORECASTED" else 0)


def _amount(text: str) -> float | None:
    found = _AMOUNT.search(text)
    return float(found[0].replace(",", "")) if found else None


def _day(text: str) -> datetime | None:
    """The day on which AWS wrote it, after the title."""
    line = text.lstrip().partition("\n")[0].removeprefix(_TITLE).strip()
    try:
        return datetime.strptime(line[:40], "%B %d, %Y").replace(tzinfo=UTC)
    except ValueError:
        return None


def _period(text: str, told_on: datetime | None) -> str:
    """In which the same threshold is told of once: the day or the month; the mail itself without a date."""
    if told_on is None:
        return digest_of(text)
    return f"{told_on:%Y-%m-%d}" if _DAILY.search(text) else f"{told_on:%Y-%m}"


def _expectation(kind: str, text: str, told_on: datetime | None) -> Attributes:
    """A forecast for a month is one of its end."""
    if kind != "FORECASTED":
        return {}
    if told_on is None or "current month" not in text:
        return {"warns": True}
    year, month = divmod(told_on.year * 12 + told_on.month, 12)
    return {"warns": True, "expected_at": datetime(year, month + 1, 1, tzinfo=UTC).isoformat()}


# -- anomalies ------------------------------------------------------------------------------------


def is_of_cost_anomalies(said: object) -> bool:
    """Whether a message of the topic is of Cost Anomaly Detection: its own, or EventBridge's."""
    own = bool(text_at(said, "anomalyId")) and field_at(said, "impact") is not None
    return own or text_at(said, "source") == "aws.ce"


def read_cost_anomaly(message: object, known: Known) -> Reading:
    """Read ``{"anomalyId": ..., "accountId": ..., "impact": {...}}``. Raise InvalidEventError."""
    forwarded = text_at(message, "source") == "aws.ce"
    anomaly = mapping_at(message, "detail") if forwarded else message
    number = require_id(anomaly, "anomalyId")
    about = fact_at(anomaly, "dimensionalValue") or fact_at(anomaly, "dimensionValue") or "costs"
    return _read(
        Cost(
            name=_name(f"{about} ({number})"),
            account=require_account(text_at(anomaly, "accountId"), text_at(message, "account")),
            failure="cost_anomaly",
            event_name=number[:200],
            period=number,
            occurred_at=time_of(known.received_at, text_at(message, "time")),
            details=_anomaly_details(anomaly, about),
        )
    )


def _anomaly_details(anomaly: object, about: str) -> Attributes:
    above, usual = _number(anomaly, "totalImpact"), _number(anomaly, "totalExpectedSpend")
    share = above / usual if above is not None and usual else 0.0
    said = f"{about} cost {_figure(above)} more than the {_figure(usual)} that were to be expected"
    since = fact_at(anomaly, "anomalyStartDate")[:10]
    causes = "; ".join(cause for cause in map(_cause, _causes(anomaly)) if cause)
    return {
        "said": clean_text(
            f"{said}{f', since {since}' if since else ''}{f'. Causes: {causes}' if causes else ''}", 700
        ),
        "severity": next((grave - 1 for least, grave in _FAR_ABOVE if share >= least), _BELOW),
    }


def _causes(anomaly: object) -> list[object]:
    found = field_at(anomaly, "rootCauses")
    return found[:_MOST_CAUSES] if isinstance(found, list) else []


def _cause(cause: object) -> str:
    parts = (fact_at(cause, name) for name in ("service", "usageType", "region", "linkedAccountName"))
    return ", ".join(part for part in parts if part)


def _number(anomaly: object, name: str) -> float | None:
    found = field_at(anomaly, "impact", name)
    if isinstance(found, bool) or not isinstance(found, int | float) or not abs(found) < _MOST:
        return None
    return float(found)


def _figure(amount: float | None) -> str:
    return "an unknown amount" if amount is None else f"{amount:,.2f}"


# -- both -----------------------------------------------------------------------------------------


def _name(text: str) -> str:
    """AWS allows letters of any script in names, keys of ours do not."""
    name = clean_text(text, 300).encode("ascii", "backslashreplace").decode()
    if not is_id(name):
        raise InvalidEventError(f"what costs money has no name: {name[:80]!r}")
    return name


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What one message says."""

    name: str
    account: str
    failure: str
    event_name: str
    period: str
    """In which it is told of once."""
    occurred_at: datetime
    details: Attributes


def _read(cost: Cost) -> Reading:
    number = digest_of([cost.account, cost.name, cost.failure, cost.period])[:32]
    signal = Signal(
        signal_id=f"cost-{number}:{cost.name}",
        source=SignalSource.COST,
        resource=Resource(type=BUDGET_TYPE, id=cost.name, region=_NOWHERE, account=cost.account),
        failure=cost.failure,
        event_name=cost.event_name,
        occurred_at=cost.occurred_at,
        details={"for_people": True, **cost.details},
    )
    return Reading(signals=(signal,))
