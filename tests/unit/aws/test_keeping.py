"""How long things are kept: all parts of an incident go at about the same time, and none stays behind."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from chalicelib.aws import items
from chalicelib.aws.clients import Aws
from chalicelib.aws.incident_table import IncidentTable
from chalicelib.aws.ledger import Ledger
from chalicelib.aws.memory import Memory
from chalicelib.aws.records import KEEP_DAYS
from chalicelib.incidents.model import State
from chalicelib.incidents.plans import Verdict
from chalicelib.incidents.timeline import News
from tests.unit.aws.making import NOON, REGION, a_plan, a_step, after, an_effect, an_incident, moved


def _parts(table: IncidentTable, incident_id: str) -> list[dict[str, Any]]:
    answer = Aws(region=REGION).read(
        "dynamodb",
        "query",
        TableName=table.table,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": f"INCIDENT#{incident_id}"}},
    )
    return [items.plain(item) for item in answer["Items"]]


def test_a_record_its_timeline_and_its_effects_are_kept_equally_long(
    table: IncidentTable, memory: Memory, ledger: Ledger
) -> None:
    memory.set_mode("auto", by="bob", now=NOON)
    planned = moved(table, a_step(an_incident(table)), State.ANALYZING, State.PLANNING)
    plan = a_plan()
    step = table.advance(
        planned.moved(plan=plan, verdict=Verdict.RECOVER),
        State.EXECUTING,
        [News(what="Decided", at=after(20))],
        plan=plan,
        plan_digest=plan.digest,
    )
    ledger.begin(step, an_effect("fence-1"), News(what="Began", at=after(30)))

    parts = _parts(table, step.incident_id)
    until = (NOON + timedelta(days=KEEP_DAYS)).timestamp()

    assert {part["sk"].partition("#")[0] for part in parts} == {"RECORD", "TIMELINE", "EFFECT"}
    assert all(0 <= part["expires_at"] - until <= timedelta(hours=1).total_seconds() for part in parts)
