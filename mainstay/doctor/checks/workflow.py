"""The workflow: there, and not failing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from chalicelib.errors import AwsError
from mainstay.doctor.case import Case
from mainstay.doctor.check import Check
from mainstay.doctor.findings import Finding, carefully, failure, fine, warning

LATELY = timedelta(days=1)


def _examine(case: Case) -> Iterator[Finding]:
    arn = case.settings.state_machine_arn
    try:
        status = case.read("stepfunctions", "describe_state_machine", stateMachineArn=arn)["status"]
    except AwsError as error:
        if error.code != "StateMachineDoesNotExist":
            raise
        yield failure("the workflow is missing: no incident goes on", case.deploy)
        return
    if status != "ACTIVE":
        yield failure(f"the workflow is {status}: no incident goes on", case.deploy)
        return
    yield fine("the workflow is there")
    yield from carefully(_failed(case, arn), "runs of the workflow")


def _failed(case: Case, arn: str) -> Iterator[Finding]:
    """An incident that fails ends well for the workflow; a run that fails is an error of ours."""
    since = case.clock() - LATELY
    runs = case.read(
        "stepfunctions", "list_executions", stateMachineArn=arn, statusFilter="FAILED", maxResults=100
    )["executions"]
    lately = [one for one in runs if one["startDate"] >= since]
    if lately:
        yield warning(
            f"{len(lately)} runs of the workflow broke off within a day, the latest for {lately[0]['name']}",
            f"mainstay incidents {lately[0]['name']} {case.options}",
        )


WORKFLOW = Check(name="workflow", title="workflow", examine=_examine)
