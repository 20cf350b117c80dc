"""Who is told by mail, as a step. Addresses are added; AWS asks each of them to confirm."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chalicelib.errors import NotFoundError
from mainstay.deploying.errors import UnusableError
from mainstay.deploying.target import Target

_ADDRESS = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True)
class Subscriptions:
    """Addresses that should be subscribed to the topic for people."""

    target: Target
    addresses: Sequence[str]
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
            self.target.aws.read("sns", "subscribe", TopicArn=self.topic, Protocol="email", Endpoint=address)

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
