"""What a recovery action declares. Running it, showing it and approving it read the same entry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from chalicelib.incidents.base import Attributes, Record
from chalicelib.incidents.model import Observation, Resource
from chalicelib.incidents.plans import ActionCall, Risk
from chalicelib.resources.model import ReadAws


class ActionKind(StrEnum):
    """By what means an action works."""

    API = "api"
    SSM = "ssm"
    TERRAFORM = "terraform"
    RESTORE = "restore"


class Recreation(Record):
    """How Terraform makes a protected resource anew: from the policy's list of what is protected."""

    module: str
    """A folder under terraform/modules."""
    address: str
    """The one address that the recovery may create or replace."""
    variables: dict[str, str] = {}


@dataclass(frozen=True, kw_only=True)
class Situation:
    """Everything that planning may look at."""

    resource: Resource
    failure: str
    observation: Observation
    known_good: Observation | None
    recreation: Recreation | None


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What an action offers to do in a situation."""

    parameters: Attributes
    goal: Attributes
    """Attribute to the value that verification will require; ``exists`` stands for the resource, and
    ``NAME_other_than`` for any other value of the attribute NAME than this."""
    automatic: bool = True
    """False where a person must agree this time, whatever the action says in general."""
    warning: str = ""


class CallAws(Protocol):
    """Change something in AWS, once: a single attempt, never retried by the SDK."""

    def __call__(self, service: str, operation: str, /, **parameters: Any) -> dict[str, Any]: ...  # noqa: D102


@dataclass(frozen=True, kw_only=True)
class Tools:
    """What an action gets from the gateway while its intent is on record."""

    read: ReadAws
    change: CallAws
    token: str
    """The same for every attempt at this effect: pass it wherever AWS takes a client token."""
    builder: str
    """The name of the CodeBuild project that runs Terraform."""
    log_rotation: str
    """The name of the SSM runbook that rotates logs."""


class ProgressState(StrEnum):
    """How far a long action is."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Progress(Record):
    """The state of an action that was begun. `outputs` may name the successor as ``resource_id``."""

    state: ProgressState
    note: str = ""
    outputs: Attributes = {}


@dataclass(frozen=True, kw_only=True)
class RecoveryAction:
    """One catalogue entry.

    `propose` answers what it would do, or None where it does not fit. `apply` has the effect and
    answers a handle (small, without secrets) by which `progress` and `undo` know it again. An action
    without `progress` is done when `apply` returns. `undo` answers the call that takes the effect
    back, given the parameters, the attributes before, and the handle.
    """

    name: str
    kind: ActionKind
    title: str
    """Imperative, with no full stop: "start the instance"."""
    resource_types: tuple[str, ...]
    failures: tuple[str, ...]
    """The failure kinds it may answer; none for an action that only ever undoes another."""
    parameters: type[Record]
    risk: Risk
    automatic: bool
    repeatable: bool
    """Whether the same call (with its token) made twice has one effect."""
    permissions: tuple[str, ...]
    """Every IAM action that carrying it out needs."""
    propose: Callable[[Situation, ReadAws], Proposal | None]
    apply: Callable[[Resource, Any, Tools], Attributes]
    progress: Callable[[Attributes, ReadAws], Progress] | None = None
    undo: Callable[[Any, Attributes, Attributes], ActionCall] | None = None
    undone_by: tuple[str, ...] = ()
    """The actions that `undo` may call: a rollback may do what these declare, and nothing else."""
    reads: tuple[str, ...] = ()
    """Every IAM action that `propose` needs: planning may do no more than that."""
    shows: bool = True
    """Whether its goal tells that it was done. Where it does not, an attempt that vanished is met again by
    repeating it under its token, so it has to be repeatable, and nothing but carrying it out counts."""
    too_early: frozenset[str] = frozenset()
    """AWS error codes that mean: nothing was changed, and the same may well work a little later."""


def never_proposed(_situation: Situation, _read: ReadAws) -> None:
    """For actions that only ever undo another."""
