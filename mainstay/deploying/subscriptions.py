"""Who is told by mail, as a step. Addresses are added; AWS asks each of them to confirm.

What is for one approver alone holds a link by which that approver answers, so it goes to nobody else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from chalicelib.analysis.policy import read_policy
from chalicelib.errors import NotFoundError
from mainstay.deploying.errors import UnusableError
from mainstay.deploying.target import Target

_ADDRESS = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True)
class Subscriptions:
    """Addresses that should be subscribed to the topic for people."""

    target: Target
    addresses: Sequence[str]
    approvers: Mapping[str, str] = field(default_factory=dict)
    """The names that the policy has for addresses."""
    title: str = "mail"

    @property
    def topic(self) -> str:
        """The topic for people."""
        return self.target.arn("sns", f"{self.target.prefix}-people")

    def check(self) -> None:
        """UnusableError names the first that is no address."""
        for address in self.addresses:
            if not _ADDRESS.fullmatch(address):
                raise UnusableError(f"{address!r} is no mail address")

    def changes(self) -> list[str]:
        """A line for each address that is not subscribed."""
        return [f"subscribe {address}, who has to confirm it" for address in self._missing()]

    def apply(self) -> None:
        """Subscribe them."""
        for address in self._missing():
            self.target.aws.read(
                "sns",
                "subscribe",
                TopicArn=self.topic,
                Protocol="email",
                Endpoint=address,
                Attributes={"FilterPolicy": json.dumps({"approver": self._may_hear(address)})},
            )

    def _may_hear(self, address: str) -> list[object]:
        """What everybody gets, and what is for the approver of this address."""
        name = self.approvers.get(address)
        return [{"exists": False}, *([name] if name else [])]

    def _missing(self) -> list[str]:
        if not self.addresses:
            return []
        there = set(self.endpoints())
        return [address for address in dict.fromkeys(self.addresses) if address not in there]

    def endpoints(self) -> Iterator[str]:
        """Everything that is subscribed, confirmed or not; nothing where there is no topic yet."""
        token: dict[str, str] = {}
        while True:
            try:
                page = self.target.aws.read(
                    "sns", "list_subscriptions_by_topic", TopicArn=self.topic, **token
                )
            except NotFoundError:
                return
            yield from (str(one["Endpoint"]) for one in page["Subscriptions"])
            if not page.get("NextToken"):
                return
            token = {"NextToken": page["NextToken"]}


def approvers_by_mail(policy_file: Path) -> dict[str, str]:
    """The names of the approvers whose address a policy knows; InvalidPolicyError."""
    policy = read_policy(policy_file.read_text(encoding="utf-8"))
    return {one.mail: one.name for one in policy.approvals.approvers if one.mail}
