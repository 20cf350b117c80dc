"""The composition root: which collaborator, made once, when it is first needed."""

from __future__ import annotations

import os
import random
import secrets
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, TextIO, TypeVar

from chalicelib.analysis.policy import Policy, read_policy
from chalicelib.aws.bedrock import Bedrock
from chalicelib.aws.clients import Aws
from chalicelib.aws.executions import Executions
from chalicelib.aws.incident_table import IncidentTable
from chalicelib.aws.ledger import Ledger
from chalicelib.aws.secrets import Secrets
from chalicelib.collaborators import Collaborators
from chalicelib.errors import ConflictError, InvalidPolicyError, InvalidSettingsError
from chalicelib.parts import Actions, Parts, late
from chalicelib.recovery.gateway import Gateway
from chalicelib.resources import RESOURCE_TYPES
from chalicelib.settings import Settings, read_settings
from chalicelib.telemetry import Telemetry

if TYPE_CHECKING:
    from chalicelib.tokens import IdentityProvider

T = TypeVar("T")

_ATTEMPTS = 6
"""At being let in between other transactions; with the waits below about two seconds in all."""


class Clock:
    """What time it is, in UTC. Whoever plays a day in a minute gives it another source."""

    def __init__(self) -> None:
        self.source: Callable[[], datetime] = partial(datetime.now, UTC)

    def __call__(self) -> datetime:
        """Now."""
        return self.source()


now_utc = Clock()


@cache
def collaborators() -> Collaborators:
    """Everything that the triggers need, for the settings of this process."""
    return make_collaborators(read_settings(os.environ))


@cache
def identity_provider() -> IdentityProvider:
    """Who says whom a token speaks for; InvalidSettingsError where the settings name nobody."""
    from chalicelib.aws.documents import fetch_document  # noqa: PLC0415 - only with MAINSTAY_AUTH=oidc
    from chalicelib.tokens import IdentityProvider  # noqa: PLC0415 - as above

    settings = read_settings(os.environ)
    if not settings.issuer or not settings.audience:
        raise InvalidSettingsError("MAINSTAY_ISSUER and MAINSTAY_AUDIENCE: MAINSTAY_AUTH=oidc needs both")
    return IdentityProvider(
        issuer=settings.issuer,
        audience=settings.audience,
        fetch=fetch_document,
        monotonic=time.monotonic,
    )


def make_collaborators(settings: Settings, clock: Callable[[], datetime] = now_utc) -> Collaborators:
    """Make everything for these settings; no AWS client is made before its first call."""
    aws = Aws(region=settings.region)
    incidents = IncidentTable(aws, settings.incidents_table)
    parts = Parts(settings, aws, time.sleep)
    gateway = Gateway(
        ledger=Ledger(incidents),
        read=aws.read,
        change=aws.change,
        actions=Actions(),
        builder=settings.builder,
        log_rotation=settings.log_rotation,
        clock=clock,
        new_fence=_new_nonce,
    )
    return Collaborators(
        settings=settings,
        policy=load_policy(settings),
        types=RESOURCE_TYPES,
        actions=Actions(),
        incidents=incidents,
        index=late(parts.index),
        answers=late(parts.answers),
        memory=late(parts.memory),
        knowledge=late(parts.knowledge),
        alerts=late(parts.alerts),
        logs=late(parts.logs),
        metrics=late(parts.metrics),
        scan_topic=late(parts.scan_topic),
        gateway=gateway,
        executions=Executions(aws, settings.state_machine_arn),
        aws=aws,
        secrets=Secrets(aws, clock),
        notifier=late(parts.notifier),
        messages=late(parts.messages),
        chat=late(parts.chat),
        converse=Bedrock(aws, settings.model) if settings.model else None,
        telemetry=Telemetry(stage=settings.stage, stream=_log_stream(settings)),
        clock=clock,
        new_nonce=_new_nonce,
        patiently=_patiently,
    )


def load_policy(settings: Settings) -> Policy:
    """Read the policy file; raise InvalidPolicyError naming it where it cannot be read."""
    try:
        policy = read_policy(settings.policy_file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidPolicyError(f"MAINSTAY_POLICY_FILE: {error}") from error
    for entry in policy.protected:
        if entry.match.names_one and entry.match.type not in RESOURCE_TYPES:
            known = ", ".join(RESOURCE_TYPES)
            raise InvalidPolicyError(f"protected: there is no type {entry.match.type!r}; there are {known}")
    return policy


def _log_stream(settings: Settings) -> TextIO:
    if settings.log_file is None:
        return sys.stdout
    try:
        return open_log(settings.log_file)
    except OSError as error:
        raise InvalidSettingsError(f"MAINSTAY_LOG_FILE: {error}") from error


@cache
def open_log(path: Path) -> TextIO:
    """One stream for each file, however often collaborators are made."""
    return path.open("a", encoding="utf-8", buffering=1)


def _new_nonce() -> str:
    return secrets.token_hex(16)


def _patiently(attempt: Callable[[], T]) -> T:
    """Run a transaction again while another one is in its way, after short random waits."""
    for number in range(1, _ATTEMPTS):
        try:
            return attempt()
        except ConflictError:
            time.sleep(random.uniform(0, 0.03 * 2**number))  # noqa: S311 - jitter needs no secrecy
    return attempt()
