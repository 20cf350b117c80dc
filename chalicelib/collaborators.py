"""What the workflow works with: handed in, so that every part of it can be replaced."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from chalicelib.analysis.policy import Limits, Policy
from chalicelib.aws.clients import Aws
from chalicelib.aws.incident_table import IncidentTable
from chalicelib.aws.secrets import Secrets
from chalicelib.incidents.model import Observation, Resource
from chalicelib.incidents.step import Step
from chalicelib.recovery.gateway import Gateway
from chalicelib.recovery.model import RecoveryAction
from chalicelib.resources.model import ReadAws, ResourceType
from chalicelib.settings import Settings
from chalicelib.telemetry import Telemetry

if TYPE_CHECKING:
    from chalicelib.analysis.model import Converse
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
    from chalicelib.incidents.links import LinkKeys


class Executions(Protocol):
    """The state machine."""

    def start(self, step: Step) -> None: ...  # noqa: D102
    def answer(self, token: str, step: Step) -> bool: ...  # noqa: D102
    def keep_waiting(self, token: str) -> bool: ...  # noqa: D102
    def status(self, incident_id: str) -> str: ...  # noqa: D102


@dataclass(frozen=True, kw_only=True)
class Collaborators:
    """Made by services.py; replaced one by one in tests."""

    settings: Settings
    policy: Policy
    types: Mapping[str, ResourceType]
    actions: Mapping[str, RecoveryAction]
    incidents: IncidentTable
    index: IncidentIndex
    answers: Answers
    memory: Memory
    knowledge: Knowledge
    alerts: AlertTable
    logs: Logs
    metrics: Metrics
    scan_topic: ScanTopic
    gateway: Gateway
    executions: Executions
    aws: Aws
    secrets: Secrets
    notifier: Notifier
    messages: MessageTable
    chat: ChatRoom
    converse: Converse | None
    """None where no model is configured."""
    telemetry: Telemetry
    clock: Callable[[], datetime]
    new_nonce: Callable[[], str]
    patiently: Callable[[Callable[[], Any]], Any]
    """Run something again while another transaction is in its way."""

    @property
    def read(self) -> ReadAws:
        """Reads, and writes that carry a token or condition."""
        return self.aws.read

    def observe(self, resource: Resource) -> Observation:
        """Read a resource now."""
        return self.types[resource.type].observe(resource, self.read, self.clock())

    def link_keys(self) -> LinkKeys:
        """The keys of links and forms; raise SecretsUnreadableError."""
        from chalicelib.incidents.links import read_keys  # noqa: PLC0415 - only where links are made or checked

        return read_keys(self.secrets.secret(self.settings.link_keys_parameter))

    def limits(self, resource: Resource, tags: dict[str, str] | None = None) -> Limits:
        """What the policy says of a resource."""
        return self.policy.limits_for(resource, tags or {})
