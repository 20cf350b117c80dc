"""Collaborators that only some functions need: imported and made when one of their names is first used.

All of them together are a fifth of a cold start, and the event handler uses none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, cast

from chalicelib.aws.clients import Aws
from chalicelib.settings import Settings

if TYPE_CHECKING:
    from chalicelib.aws.alert_table import AlertTable
    from chalicelib.aws.answers import Answers
    from chalicelib.aws.chat import ChatRoom
    from chalicelib.aws.incident_index import IncidentIndex
    from chalicelib.aws.knowledge import Knowledge
    from chalicelib.aws.logs import Logs
    from chalicelib.aws.memory import Memory
    from chalicelib.aws.message_table import MessageTable
    from chalicelib.aws.metrics import Metrics
    from chalicelib.aws.notifier import Notifier
    from chalicelib.aws.scan_topic import ScanTopic
    from chalicelib.recovery.model import RecoveryAction

T = TypeVar("T")


def late(make: Callable[[], T]) -> T:
    """Stand for what this makes, once, when an attribute of it is first asked for."""
    return cast("T", _Late(make))


class _Late:
    def __init__(self, make: Callable[[], Any]) -> None:
        self._made = cache(make)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._made(), name)


class Actions(Mapping[str, "RecoveryAction"]):
    """The catalogue of recovery actions, read when one is first looked for."""

    def __getitem__(self, name: str) -> RecoveryAction:
        return self._table()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._table())

    def __len__(self) -> int:
        return len(self._table())

    def _table(self) -> Mapping[str, RecoveryAction]:
        from chalicelib.recovery.actions import ACTIONS

        return ACTIONS


@dataclass(frozen=True)
class Parts:
    """Makes each of them for these settings."""

    settings: Settings
    aws: Aws
    wait: Callable[[float], None]
    """Sleep so many seconds."""

    def alerts(self) -> AlertTable:
        from chalicelib.aws.alert_table import AlertTable

        return AlertTable(self.aws, self.settings.patterns_table)

    def answers(self) -> Answers:
        from chalicelib.aws.answers import Answers

        return Answers(self.aws, self.settings.incidents_table)

    def chat(self) -> ChatRoom:
        from chalicelib.aws.chat import ChatRoom

        return ChatRoom()

    def index(self) -> IncidentIndex:
        from chalicelib.aws.incident_index import IncidentIndex

        return IncidentIndex(self.aws, self.settings.incidents_table)

    def knowledge(self) -> Knowledge:
        from chalicelib.aws.knowledge import Knowledge

        return Knowledge(self.aws, self.settings.patterns_table)

    def logs(self) -> Logs:
        from chalicelib.aws.logs import Logs

        return Logs(self.aws, self.wait)

    def memory(self) -> Memory:
        from chalicelib.aws.memory import Memory

        return Memory(self.aws, self.settings.incidents_table)

    def messages(self) -> MessageTable:
        from chalicelib.aws.message_table import MessageTable

        return MessageTable(self.aws, self.settings.incidents_table)

    def metrics(self) -> Metrics:
        from chalicelib.aws.metrics import Metrics

        return Metrics(self.aws)

    def notifier(self) -> Notifier:
        from chalicelib.aws.notifier import Notifier

        topics = {"people": self.settings.people_topic_arn, "machines": self.settings.machines_topic_arn}
        return Notifier(self.aws, **topics)

    def scan_topic(self) -> ScanTopic:
        from chalicelib.aws.scan_topic import ScanTopic

        return ScanTopic(self.aws, self.settings.scans_topic_arn)
