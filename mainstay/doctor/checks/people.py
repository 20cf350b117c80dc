"""People: whether questions reach somebody who may answer them, and nobody else gets their links."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from chalicelib.errors import NotFoundError
from chalicelib.incidents.model import Classification, State
from chalicelib.incidents.telling import CHAT
from chalicelib.resources import RESOURCE_TYPES
from mainstay.doctor.case import Case
from mainstay.doctor.check import Check
from mainstay.doctor.filters import Attributes, lets_through
from mainstay.doctor.findings import Finding, carefully, failure, fine, unclear, warning

_SEVERITIES = range(1, 11)
_NOT_CONFIRMED = ("PendingConfirmation", "Deleted")
EVERYBODY = '{"approver":[{"exists":false}]}'
"""The filter of who is to get no links of single approvers."""


@dataclass(frozen=True)
class Subscription:
    """Somebody who is told, and what of."""

    arn: str
    endpoint: str
    filter: Mapping[str, Any]

    def hears(self, questions: Iterable[Attributes]) -> set[bool]:
        """Whether it lets questions through: both, where it lets some."""
        return {lets_through(self.filter, question) for question in questions}


def _examine(case: Case) -> Iterator[Finding]:
    try:
        listed = case.subscriptions(case.settings.people_topic_arn)
    except NotFoundError:
        yield failure("the topic for people is missing", case.deploy)
        return
    confirmed = [one for one in listed if one["SubscriptionArn"] not in _NOT_CONFIRMED]
    yield from _waiting(case, [one for one in listed if one not in confirmed])
    if not confirmed:
        yield failure(
            "nobody is told: no subscription of the topic for people is confirmed",
            f"{case.deploy} --mail you@example.com",
        )
        return
    yield fine(f"{len(confirmed)} told: {', '.join(str(one['Endpoint']) for one in confirmed)}")
    yield from _heard(case, confirmed)


def _waiting(case: Case, listed: list[dict[str, Any]]) -> Iterator[Finding]:
    for one in listed:
        if one["SubscriptionArn"] == "PendingConfirmation":
            yield warning(
                f"{one['Endpoint']} has not confirmed the subscription, and is told nothing",
                "open the mail from AWS Notifications and confirm, within two days of: "
                f"{case.deploy} --mail {one['Endpoint']}",
            )


def _heard(case: Case, listed: list[dict[str, Any]]) -> Iterator[Finding]:
    known: list[Subscription] = []
    for one in listed:
        yield from carefully(_read(case, one, known), f"the filter of {one['Endpoint']}")
    names = tuple(name for name in case.policy.approvals.people if name != CHAT)
    if CHAT in case.policy.approvals.people and not case.policy.messages.chat:
        yield failure(
            "the policy names the chat as an approver, and does not let it be told",
            f"say messages: {{chat: true}} in chalicelib/policy.yaml, then {case.deploy}",
        )
    for name in names or ("",):
        yield from _asked(case, name, known, whole=len(known) == len(listed))
    if names:
        yield from _overheard(case, names, known)


def _read(case: Case, listed: Mapping[str, Any], known: list[Subscription]) -> Iterator[Finding]:
    """Add it to those that are known, where its filter can be judged."""
    arn, endpoint = str(listed["SubscriptionArn"]), str(listed["Endpoint"])
    found = case.read("sns", "get_subscription_attributes", SubscriptionArn=arn)["Attributes"]
    look = f"aws sns get-subscription-attributes --subscription-arn {arn} --region {case.target.region}"
    if found.get("FilterPolicyScope") == "MessageBody" and found.get("FilterPolicy"):
        yield unclear(f"{endpoint} filters by the text of messages, which cannot be judged here", look)
        return
    subscription = Subscription(arn, endpoint, json.loads(found.get("FilterPolicy") or "{}"))
    try:
        subscription.hears(questions_for(""))
    except ValueError as error:
        yield unclear(f"{endpoint}: {error}", look)
    else:
        known.append(subscription)


def _asked(case: Case, name: str, known: list[Subscription], *, whole: bool) -> Iterator[Finding]:
    """One person must hear of every question; the empty name stands for whoever is on call."""
    who = name or "whoever is on call"
    heard = {one.arn: one.hears(questions_for(name)) for one in known}
    if any(one == {True} for one in heard.values()):
        yield _many(case, name, [one for one in known if heard[one.arn] == {True}])
    elif any(True in one for one in heard.values()):
        yield warning(f"filters hide some questions from {who}", _subscribe(case, name))
    elif whole:
        what = f"no subscription lets questions for {name} through" if name else "filters hide every question"
        yield failure(what, _subscribe(case, name))
    else:
        yield unclear(f"nobody can tell whether questions reach {who}", _subscribe(case, name))


def _many(case: Case, name: str, hearing: list[Subscription]) -> Finding:
    """When much fails at once, questions come in digests, which filters may hide although questions pass."""
    who = name or "whoever is on call"
    if any(one.hears(digests_for(name)) == {True} for one in hearing):
        return fine(f"questions reach {who}")
    return warning(
        f"filters hide digests from {who}: questions come in them when much fails at once",
        _subscribe(case, name),
    )


def _overheard(case: Case, names: tuple[str, ...], known: list[Subscription]) -> Iterator[Finding]:
    """Whoever has the link of an approver can answer in their name."""
    for one in known:
        links = [name for name in names if True in one.hears(questions_for(name))]
        if len(links) > 1:
            yield warning(
                f"{one.endpoint} gets the links of {', '.join(links)}, and could answer as each of them",
                f"aws sns set-subscription-attributes --subscription-arn {one.arn} --region "
                f"{case.target.region} --attribute-name FilterPolicy --attribute-value '{EVERYBODY}'",
            )


def _subscribe(case: Case, name: str) -> str:
    mails = {one.name: one.mail for one in case.policy.approvals.approvers}
    policy = json.dumps({"approver": [name]}) if name else EVERYBODY
    return (
        f"aws sns subscribe --topic-arn {case.settings.people_topic_arn} --region {case.target.region} "
        f"--protocol email --notification-endpoint {mails.get(name) or 'ADDRESS'} "
        f"--attributes 'FilterPolicy={policy}'"
    )


def questions_for(name: str) -> list[Attributes]:
    """The attributes of every kind of question for one approver; without a name, for everybody."""
    own = {"approver": name} if name else {}
    return [
        {
            "type": "incident",
            "severity": str(severity),
            "severity_number": severity,
            "state": State.AWAITING_APPROVAL.value,
            "resource_type": kind,
            "classification": classification.value,
            "decision": "REVIEW",
            **own,
        }
        for severity, kind, classification in product(_SEVERITIES, RESOURCE_TYPES, Classification)
    ]


def digests_for(name: str) -> list[Attributes]:
    """The same of digests, in which questions come when there are many."""
    own = {"approver": name} if name else {}
    return [
        {"type": "digest", "severity": str(severity), "severity_number": severity, **own}
        for severity in _SEVERITIES
    ]


PEOPLE = Check(name="people", title="people", examine=_examine)
