"""CloudFormation templates as data: their short forms spelled out, and what differs between two."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import yaml


class _Loader(yaml.SafeLoader):
    """Knows ``!Ref``, ``!Sub`` and the like."""


def _spell_out(loader: yaml.SafeLoader, name: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    elif isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    if name in {"Ref", "Condition"}:
        return {name: value}
    if name == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {f"Fn::{name}": value}


_Loader.add_multi_constructor("!", _spell_out)


def read_template(text: str) -> dict[str, Any]:
    """A template with every intrinsic function in its long form."""
    found: dict[str, Any] = yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader with tags
    return found


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """A line for each resource that is new, gone or different, and one for everything else together."""
    old, new = before.get("Resources", {}), after.get("Resources", {})
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) != new.get(name):
            kind = (new.get(name) or old[name])["Type"]
            verb = "change" if name in old and name in new else "create" if name in new else "delete"
            yield f"{verb} {name} ({kind})"
    rest = [part for part in sorted(before.keys() | after.keys()) if part != "Resources"]
    changed = [part.lower() for part in rest if before.get(part) != after.get(part)]
    if changed:
        yield f"change {', '.join(changed)}"
