"""The commands ``approve`` and ``reject``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from mainstay.commands.options import AsJson, Local, Region, Stage, Url, Yes
from mainstay.failing import operating, refuse

if TYPE_CHECKING:
    from chalicelib.lookup import IncidentShown
    from mainstay.desk import Desk


def approve(  # noqa: PLR0913, PLR0917 - one for each option
    incident_id: str,
    stage: Stage = "dev",
    region: Region = "",
    url: Url = "",
    local: Local = False,
    digest: Annotated[str, typer.Option(help="Approve only if the plan has this digest.")] = "",
    reason: Annotated[str, typer.Option(help="Why: it is kept with the incident.")] = "",
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Show the plan that an incident waits with, and approve exactly that one.

    On a terminal you are asked first. A plan that two people have to approve says who has.
    """
    from mainstay.desk import open_desk  # noqa: PLC0415

    with operating():
        desk = open_desk(stage, region, url=url, local=local)
        incident = _waiting(desk, incident_id, digest)
        if not as_json:
            from mainstay.show import print_plan  # noqa: PLC0415

            print_plan(incident)
        asked = not yes and not as_json and sys.stdin.isatty()
        if asked:
            _confirm(incident)
        etag = incident.etag if asked else ""  # what was looked at has to stand; the plan always has to
        _reply(desk, incident, approved=True, reason=reason, etag=etag, as_json=as_json)


def reject(  # noqa: PLR0913, PLR0917 - one for each option
    incident_id: str,
    stage: Stage = "dev",
    region: Region = "",
    url: Url = "",
    local: Local = False,
    reason: Annotated[str, typer.Option(help="Why: it is kept with the incident.")] = "",
    as_json: AsJson = False,
) -> None:
    """Reject the plan that an incident waits with: nothing is changed.

    Also after somebody has approved it, as long as nothing was begun.
    """
    from mainstay.desk import open_desk  # noqa: PLC0415

    with operating():
        desk = open_desk(stage, region, url=url, local=local)
        incident = desk.incident(incident_id)
        _reply(desk, incident, approved=False, reason=reason, etag="", as_json=as_json)


def _waiting(desk: Desk, incident_id: str, digest: str) -> IncidentShown:
    """The incident, if a person is asked about it and its plan has this digest."""
    incident = desk.incident(incident_id)
    if incident.state.value != "AWAITING_APPROVAL" or incident.plan is None:
        refuse(f"{incident_id} is {incident.state.value}: there is nothing to approve")
    if digest and digest != incident.plan.digest:
        refuse(f"the plan of {incident_id} is not the one of that digest, but {incident.plan.digest}")
    return incident


def _confirm(incident: IncidentShown) -> None:
    """A yes; for what cannot be taken back the name of the resource."""
    if incident.plan is not None and not incident.plan.reversible:
        typed = typer.prompt("This cannot be undone. Type the resource's id to approve", default="")
        if typed.strip() != incident.resource.id:
            refuse("that is not its id: nothing was approved")
    elif not typer.confirm("Approve this plan?"):
        refuse("nothing was approved")


def _reply(
    desk: Desk, incident: IncidentShown, *, approved: bool, reason: str, etag: str, as_json: bool
) -> None:
    from mainstay import show  # noqa: PLC0415
    from mainstay.desk import Reply  # noqa: PLC0415

    digest = incident.plan.digest if incident.plan else ""
    reply = Reply(approved=approved, digest=digest, reason=reason, etag=etag)
    desk.reply(incident.incident_id, reply)
    after = desk.incident(incident.incident_id)
    if as_json:
        show.print_json(show.as_json(after))
        return
    print(f"{after.incident_id} is {after.state.value}")  # noqa: T201 - the answer
    if approved and after.state.value == "AWAITING_APPROVAL":
        so_far = ", ".join(show.agreed_so_far(after))
        print(f"agreed so far: {so_far}; another person has to approve it too")  # noqa: T201
