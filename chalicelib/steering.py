"""The policy and the mode, as the API shows and sets them."""

from __future__ import annotations

from typing import Annotated, Any, get_args

from pydantic import Field

from chalicelib.aws.switches import Switched
from chalicelib.collaborators import Collaborators
from chalicelib.errors import RecordMovedError
from chalicelib.incidents.base import Record, digest_of
from chalicelib.redaction import redact_value
from chalicelib.switching import Mode, NewMode, switch_mode


class ModeShown(Record):
    """Which mode holds, who set it, when and why."""

    etag: Annotated[str, Field(description="Also the header `ETag`: what `If-Match` of `PUT /mode` takes.")]
    mode: Annotated[Mode | None, Field(description="Null where none was ever set: nothing is changed then.")]
    set_by: str = ""
    set_at: str = ""
    reason: str = ""


class PolicyShown(Record):
    """What may be done without a person, in the version that decisions name."""

    etag: Annotated[str, Field(description="Also the header `ETag`; that of the mode is in `mode`.")]
    version: Annotated[str, Field(description="Of the text of the policy file.")]
    mode: ModeShown
    policy: Annotated[dict[str, Any], Field(description="With all defaults; docs/policy.md explains it.")]


def show_policy(team: Collaborators) -> PolicyShown:
    """The policy that this process decides by, and the mode as it is set now."""
    mode, version = show_mode(team.memory.switches.present_switch()), team.policy.version
    return PolicyShown(
        etag=_etag([version, mode.etag]),
        version=version,
        mode=mode,
        policy=redact_value(team.policy.model_dump(mode="json", exclude={"version"})),
    )


def put_mode(by: str, etag: str, asked: NewMode, team: Collaborators) -> ModeShown:
    """Switch. With an `etag` only while the mode is the one that was seen: else RecordMovedError."""
    present = team.memory.switches.present_switch() if etag else None
    if etag and show_mode(present).etag != etag:
        raise RecordMovedError("the mode was switched since it was looked at")
    return show_mode(switch_mode(asked, team, by=by, instead_of=present))


def standing(team: Collaborators) -> ModeShown:
    """The mode as it is now: what a refused switch is to be compared with."""
    return show_mode(team.memory.switches.present_switch())


def show_mode(switched: Switched | None) -> ModeShown:
    """A mode of a name that is not ours counts as none, as it does for every gate."""
    if switched is None or switched.mode not in get_args(Mode):
        return ModeShown(etag=_etag(None), mode=None)
    content = switched.model_dump(mode="json")
    return ModeShown(etag=_etag(content), **content)


def _etag(content: object) -> str:
    return f'"{digest_of(content)[:32]}"'
