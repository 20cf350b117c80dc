"""Issues of AWS's services are read with everything else, until they are over."""

from __future__ import annotations

from chalicelib.aws.clients import Aws
from chalicelib.aws.incident_table import IncidentTable
from chalicelib.aws.memory import Memory
from chalicelib.aws.service_issues import ServiceIssues
from chalicelib.incidents.guard import ServiceIssue
from tests.unit.aws.making import NOON, a_resource, a_step, an_incident


def _issue_of(aws: Aws, table: IncidentTable, source: str = "aws.ec2") -> ServiceIssue | None:
    return Memory(aws, table.table).for_analysis(a_step(an_incident(table)), NOON, source).service_issue


def test_the_issue_of_a_service_is_read_with_everything_else_until_it_is_over(
    table: IncidentTable, aws: Aws
) -> None:
    place, issues = a_resource(1), ServiceIssues(aws, table.table)
    issue = ServiceIssue(service="EC2", event="AWS_EC2_OPERATIONAL_ISSUE_1", told_at=NOON)
    issues.note_service_issue(issue, place, NOON)
    assert _issue_of(aws, table) == issue
    issues.end_service_issue(issue.model_copy(update={"event": "another"}), place, NOON)
    assert _issue_of(aws, table) == issue
    issues.end_service_issue(issue, place, NOON)
    assert _issue_of(aws, table) is None
    issues.note_service_issue(issue, place, NOON)
    assert _issue_of(aws, table) is None  # it came late
    other = issue.model_copy(update={"event": "AWS_EC2_OPERATIONAL_ISSUE_2"})
    issues.note_service_issue(other, place, NOON)
    assert _issue_of(aws, table) == other


def test_an_issue_is_of_one_service_in_one_region(table: IncidentTable, aws: Aws) -> None:
    issue = ServiceIssue(service="RDS", event="AWS_RDS_OPERATIONAL_ISSUE_1", told_at=NOON)
    issues = ServiceIssues(aws, table.table)
    elsewhere = a_resource(1).model_copy(update={"region": "eu-central-1"})
    issues.note_service_issue(issue, a_resource(1), NOON)
    issues.note_service_issue(issue.model_copy(update={"service": "EC2"}), elsewhere, NOON)
    assert _issue_of(aws, table) is None
    assert _issue_of(aws, table, "aws.rds") == issue


def test_the_end_of_an_issue_that_was_never_heard_of_is_harmless(table: IncidentTable, aws: Aws) -> None:
    issue = ServiceIssue(service="EC2", event="AWS_EC2_OPERATIONAL_ISSUE_1", told_at=NOON)
    ServiceIssues(aws, table.table).end_service_issue(issue, a_resource(1), NOON)
    assert _issue_of(aws, table) is None
