"""The incidents table as it lies there, read without the product."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chalicelib.aws import items
from chalicelib.aws.incident_reader import Story
from chalicelib.aws.records import read_incident, read_timeline_event
from chalicelib.incidents.model import Resource
from chalicelib.incidents.step import Effect
from tests.functional.faults.journal import Held


@dataclass(frozen=True)
class Records:
    """Every item of the table, by its key."""

    found: dict[tuple[str, str], dict[str, Any]]

    def stories(self) -> list[Story]:
        """Every incident with its timeline and effects, in the order of their ids."""
        names = sorted(pk for pk, sk in self.found if sk == "RECORD")
        return [self._story(pk) for pk in names]

    def held_by(self, resource: Resource) -> Held:
        """What the records say about a resource at this moment."""
        guard = items.plain(self.found.get((f"RESOURCE#{resource.key}", "GUARD"), {}))
        mode = items.plain(self.found.get(("CONTROL", "MODE"), {}))
        incident = guard.get("open_incident", "")
        return Held(
            open_incident=incident,
            effects=self._effects(f"INCIDENT#{incident}"),
            mode=mode.get("mode", ""),
        )

    def _story(self, pk: str) -> Story:
        return Story(
            incident=read_incident(self.found[pk, "RECORD"]),
            timeline=tuple(read_timeline_event(item) for item in self._lines(pk, "TIMELINE#")),
            effects=self._effects(pk),
        )

    def _effects(self, pk: str) -> tuple[Effect, ...]:
        return tuple(
            Effect.model_validate_json(items.decode(item["effect"])) for item in self._lines(pk, "EFFECT#")
        )

    def _lines(self, pk: str, prefix: str) -> list[dict[str, Any]]:
        return [self.found[key] for key in sorted(self.found) if key[0] == pk and key[1].startswith(prefix)]


def read_records(dynamodb: Any, table: str) -> Records:
    """All of them, as they lie in moto's backend."""
    found = [item.to_json()["Attributes"] for item in dynamodb.get_table(table).all_items()]
    return Records({(items.decode(one["pk"]), items.decode(one["sk"])): one for one in found})
