"""An AWS account in this process, and the product's collaborators in it, both used for many trials."""

from __future__ import annotations

import importlib
import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import boto3
import yaml
from moto import mock_aws
from moto.backends import get_backend
from moto.moto_api._internal.models import moto_api_backend

from chalicelib.analysis.policy import Policy
from chalicelib.aws.incident_table import IncidentTable
from chalicelib.aws.ledger import Ledger
from chalicelib.collaborators import Collaborators
from chalicelib.errors import ConflictError
from chalicelib.incidents.model import Resource
from chalicelib.services import make_collaborators
from chalicelib.settings import Settings
from chalicelib.telemetry import Telemetry
from mainstay.embedded.bus import BUS, Event
from mainstay.embedded.later import scheduled_by
from mainstay.embedded.personas import ACCOUNT
from mainstay.embedded.repairs import install_repairs
from tests.functional.faults.clock import Clock
from tests.functional.faults.injector import Injector

REGION = "us-east-1"
_TEMPLATE = Path(__file__).resolve().parents[3] / "infra" / "mainstay.yaml"
_PATIENCE = 6


class Silence(Telemetry):
    """Nobody reads the logs and metrics of a thousand runs."""

    def log(self, message: str, **facts: object) -> None:
        """Say nothing."""

    def warn(self, message: str, **facts: object) -> None:
        """Say nothing."""

    def count(self, metric: str, amount: float = 1, **dimensions: str) -> None:
        """Count nothing."""


@dataclass(kw_only=True)
class Account:
    """Inside `open_account`. The product's calls go through `injector`, those of the observer do not."""

    team: Collaborators
    injector: Injector
    observer: boto3.Session
    clock: Clock
    listener: Callable[[Event], None] = lambda _event: None
    _clients: dict[str, Any]
    _schema: dict[str, Any]
    _app: Any
    _team_at_work: list[Collaborators]

    def client(self, service: str) -> Any:
        """The observer's."""
        if service not in self._clients:
            self._clients[service] = self.observer.client(service, region_name=REGION)
        return self._clients[service]

    def hear(self, event: Event) -> None:
        """Pass an event on to whoever listens in this trial."""
        self.listener(event)

    def backend(self, service: str) -> Any:
        """What moto keeps of a service: looking there is much quicker than asking for it."""
        return get_backend(service)[ACCOUNT][REGION]

    def resource(self, kind: str, name: str) -> Resource:
        """A resource of this account."""
        return Resource(type=kind, id=name, region=REGION, account=ACCOUNT)

    def has_function(self, name: str) -> bool:
        """Whether app.py has such a function."""
        return hasattr(self._app, name)

    def run_function(self, name: str, payload: Any, team: Collaborators) -> Any:
        """Call a function of app.py as Lambda would, in a process that has these collaborators."""
        self._team_at_work.append(team)
        try:
            return getattr(self._app, name)(payload, None)
        finally:
            self._team_at_work.pop()

    def begin_anew(self) -> None:
        """As it is right after Mainstay has been deployed."""
        moto_api_backend.reset()
        self.client("dynamodb").create_table(**self._schema)
        for topic in (self.team.settings.people_topic_arn, self.team.settings.machines_topic_arn):
            self.client("sns").create_topic(Name=topic.rpartition(":")[2])

    def new_team(self, clock: Clock, policy: Policy) -> Collaborators:
        """Collaborators as a fresh process has them, with this clock. The AWS clients are used again."""
        incidents = IncidentTable(self.team.aws, self.team.incidents.table)
        fences = (f"fence-{number}" for number in itertools.count(1))
        return replace(
            self.team,
            policy=policy,
            incidents=incidents,
            gateway=replace(
                self.team.gateway, ledger=Ledger(incidents), clock=clock, new_fence=lambda: next(fences)
            ),
            clock=clock,
            new_nonce=lambda: "nonce",
            patiently=_patient(clock),
        )


@contextmanager
def open_account(injector: Injector) -> Iterator[Account]:
    """Moto in this process with the project's repairs, and time by the clock of each trial."""
    install_repairs()
    if BUS.is_running:
        raise RuntimeError("embedded AWS runs in this process")
    at_work: list[Collaborators] = []
    with mock_aws(), _app_of(lambda: at_work[-1]) as app:
        account = _make_account(injector, app, at_work)
        BUS.listen(account.hear)
        try:
            with scheduled_by(lambda seconds, action: _forget(account.clock.later(seconds, action))):
                yield account
        finally:
            BUS.forget_listeners()


@contextmanager
def _app_of(team: Callable[[], Collaborators]) -> Iterator[Any]:
    """The app whose composition root is this one."""
    app: Any = importlib.import_module("app")
    before, app.collaborators = app.collaborators, team
    try:
        yield app
    finally:
        app.collaborators = before


def _make_account(injector: Injector, app: Any, at_work: list[Collaborators]) -> Account:
    settings = Settings(stage="local", account=ACCOUNT, region=REGION)
    team = make_collaborators(settings)
    injector.attach(team.aws.session.events)
    return Account(
        team=replace(team, telemetry=Silence(stage="faults")),
        injector=injector,
        observer=boto3.Session(region_name=REGION),
        clock=Clock(),
        _clients={},
        _schema=_table_schema(settings.incidents_table),
        _app=app,
        _team_at_work=at_work,
    )


def _table_schema(name: str) -> dict[str, Any]:
    """The incidents table as the template has it."""
    resources = yaml.load(_TEMPLATE.read_text(encoding="utf-8"), Loader=_TemplateLoader)["Resources"]  # noqa: S506 - a safe one
    properties = resources["IncidentsTable"]["Properties"]
    wanted = ("AttributeDefinitions", "KeySchema", "BillingMode", "GlobalSecondaryIndexes")
    return {"TableName": name, **{part: properties[part] for part in wanted}}


class _TemplateLoader(yaml.SafeLoader):
    """Reads a template without its functions."""


_TemplateLoader.add_multi_constructor("!", lambda _loader, _tag, _node: None)


def _patient(clock: Clock) -> Callable[[Callable[[], Any]], Any]:
    """As the product waits while another transaction is in its way."""

    def patiently(attempt: Callable[[], Any]) -> Any:
        for _ in range(_PATIENCE - 1):
            try:
                return attempt()
            except ConflictError:
                clock.spend(0.1)
        return attempt()

    return patiently


def _forget(_result: object) -> None:
    """A schedule answers nothing."""
