"""A sensible answer to a forced tool, made from the tool's JSON schema and the text of the question."""

from __future__ import annotations

import json
from dataclasses import dataclass
from math import inf, isfinite
from typing import Any, TypeAlias

Schema: TypeAlias = dict[str, Any]
Facts: TypeAlias = dict[str, list[Any]]

_USUAL: dict[str, Any] = {
    "classification": "FAILURE",
    "confidence": 0.9,
    "severity": 6,
    "intent": "accident",
    "reasoning": "The resource is down, nobody announced it, and bringing it back carries little risk.",
    "downtime_minutes": 15,
    "blast_radius": "the services that use this resource",
}


def fill_schema(schema: Schema, text: str) -> dict[str, Any]:
    """Fill an object schema.

    A property gets the first of these that its schema allows: a value of the same name in the JSON
    that the text holds, a usual value of an incident, the simplest value.
    """
    filled: dict[str, Any] = _Filler(facts_in(text), schema.get("$defs", {})).fill(schema, "")
    return filled


def facts_in(text: str) -> Facts:
    """Every value in every JSON document of a text, by its key, in order."""
    facts: Facts = {}
    decoder, at = json.JSONDecoder(), text.find("{")
    while at >= 0:
        try:
            document, end = decoder.raw_decode(text, at)
        except ValueError:
            end = at + 1
        else:
            _collect(document, facts)
        at = text.find("{", end)
    return facts


def _collect(value: Any, facts: Facts) -> None:
    for key, part in value.items() if isinstance(value, dict) else [("", part) for part in value]:
        facts.setdefault(key, []).append(part)
        if isinstance(part, dict | list):
            _collect(part, facts)


@dataclass(frozen=True)
class _Filler:
    facts: Facts
    definitions: dict[str, Schema]

    def fill(self, schema: Schema, name: str) -> Any:
        schema = self._resolve(schema)
        if "properties" in schema:
            return {key: self.fill(part, key) for key, part in schema["properties"].items()}
        if schema.get("type") == "array":
            return [self.fill(schema["items"], name) for _ in range(schema.get("minItems", 0))]
        known = [*self.facts.get(name, []), *([_USUAL[name]] if name in _USUAL else [])]
        return next((value for value in known if _allows(schema, value)), _simplest(schema, name))

    def _resolve(self, schema: Schema) -> Schema:
        """Follow references, and take the first alternative that is not null."""
        while True:
            options = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf")
            if "$ref" in schema:
                schema = self.definitions[schema["$ref"].rsplit("/", 1)[-1]]
            elif options:
                schema = next(option for option in options if option.get("type") != "null")
            else:
                return schema


_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
}


def _choices(schema: Schema) -> list[Any]:
    return [schema["const"]] if "const" in schema else list(schema.get("enum", []))


def _bounds(schema: Schema) -> tuple[float, float]:
    low = _first(schema, ("minimum", "exclusiveMinimum"), default=-inf)
    return low, _first(schema, ("maximum", "exclusiveMaximum"), default=inf)


def _first(schema: Schema, keys: tuple[str, ...], *, default: float) -> float:
    return next((float(schema[key]) for key in keys if key in schema), default)


def _allows(schema: Schema, value: Any) -> bool:
    """Whether a value is of the schema's scalar type, among its choices and inside its bounds."""
    if _choices(schema):
        return value in _choices(schema)
    if type(value) not in _TYPES.get(schema.get("type", ""), ()):
        return False
    if isinstance(value, str):
        return bool(schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)))
    low, high = _bounds(schema)
    return low <= value <= high


def _simplest(schema: Schema, name: str) -> Any:
    if _choices(schema):
        return _choices(schema)[0]
    low, high = _bounds(schema)
    middle = (low + high) / 2 if isfinite(low + high) else max(low, 0) + 1
    simplest = {"string": f"see the {name}", "number": middle, "integer": round(middle), "boolean": True}
    return simplest.get(schema.get("type", ""))
