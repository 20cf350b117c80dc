"""Incident records with their timelines and effects, as they lie in the table."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.aws import items, keys
from chalicelib.aws.clients import Aws
from chalicelib.aws.records import read_incident, read_timeline_event
from chalicelib.errors import UnknownIncidentError
from chalicelib.incidents.model import Incident, TimelineEvent
from chalicelib.incidents.said import NOTHING, Said
from chalicelib.incidents.step import Effect


@dataclass(frozen=True, kw_only=True)
class Story:
    """Everything on record about one incident."""

    incident: Incident
    timeline: tuple[TimelineEvent, ...]
    effects: tuple[Effect, ...]
    said: Said = NOTHING
    """What people were told."""


class IncidentReader:
    """Reads the incidents table; every read sees everything that was written before it."""

    def __init__(self, aws: Aws, table: str) -> None:
        self._aws = aws
        self.table = table

    def load(self, incident_id: str) -> Incident:
        """Raise UnknownIncidentError where there is none."""
        answer = self._aws.read(
            "dynamodb",
            "get_item",
            TableName=self.table,
            Key=keys.record_key(incident_id),
            ConsistentRead=True,
        )
        if "Item" not in answer:
            raise UnknownIncidentError(f"there is no incident {incident_id}")
        return read_incident(answer["Item"])

    def task_token(self, incident_id: str) -> str:
        """By which a waiting workflow is answered; empty where none waits. It is shown to nobody."""
        answer = self._aws.read(
            "dynamodb",
            "get_item",
            TableName=self.table,
            Key=keys.record_key(incident_id),
            ProjectionExpression="task_token",
            ConsistentRead=True,
        )
        return str(items.plain(answer.get("Item", {})).get("task_token", ""))

    def story(self, incident_id: str) -> Story:
        """The record with its timeline and effects, in one read."""
        answer = self._aws.read(
            "dynamodb",
            "query",
            TableName=self.table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": keys.record_key(incident_id)["pk"]},
            ConsistentRead=True,
        )
        found = {items.decode(item["sk"]): item for item in answer["Items"]}
        if "RECORD" not in found:
            raise UnknownIncidentError(f"there is no incident {incident_id}")
        return Story(
            incident=read_incident(found["RECORD"]),
            timeline=tuple(
                read_timeline_event(item) for sk, item in found.items() if sk.startswith("TIMELINE#")
            ),
            effects=tuple(
                Effect.model_validate_json(items.decode(item["effect"]))
                for sk, item in found.items()
                if sk.startswith("EFFECT#")
            ),
            said=_said(found.get("MESSAGE#people")),
        )


def _said(item: items.Item | None) -> Said:
    return Said.model_validate_json(items.decode(item["said"])) if item and "said" in item else NOTHING
