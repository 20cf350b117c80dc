"""What an EventBridge target is given: the event, a part of it, a constant, or a filled-in template.

moto knows `InputTransformer` only, fills it without regard to quotes, and ignores `Input` and
`InputPath`. The rules here are those of AWS's user guide, "Amazon EventBridge input transformation".
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|<[\w.\-]+>')
_PLACEHOLDER = re.compile(r"<([\w.\-]+)>")
_STEP = re.compile(r"[^.\[\]]+")


def make_input(target: Mapping[str, Any], event: Mapping[str, Any], *, rule_arn: str) -> str:
    """Answer the text that the target gets."""
    if "Input" in target:
        return str(target["Input"])
    if "InputPath" in target:
        return json.dumps(read_path(event, target["InputPath"]))
    if "InputTransformer" in target:
        return _fill_template(target["InputTransformer"], event, rule_arn)
    return json.dumps(event)


def read_path(event: Mapping[str, Any], path: str) -> Any:
    """Read a path such as ``$.detail.items[0].id``; None where nothing is there."""
    value: Any = event
    for step in _STEP.findall(path.removeprefix("$")):
        try:
            value = value[int(step)] if isinstance(value, list) else value[step]
        except (KeyError, IndexError, TypeError, ValueError):
            return None
    return value


def _fill_template(transformer: Mapping[str, Any], event: Mapping[str, Any], rule_arn: str) -> str:
    values = {name: read_path(event, path) for name, path in transformer.get("InputPathsMap", {}).items()}
    values["aws.events.event"] = values["aws.events.event.json"] = event
    values["aws.events.rule-arn"] = rule_arn
    values["aws.events.rule-name"] = rule_arn.rpartition("/")[2]
    template: str = transformer["InputTemplate"]
    if template.lstrip().startswith(("{", "[", '"')):
        return _TOKEN.sub(lambda token: _fill_json_token(token.group(), values), template)
    return _PLACEHOLDER.sub(lambda found: _as_text(values.get(found[1])), template)


def _fill_json_token(token: str, values: Mapping[str, Any]) -> str:
    """Inside a string literal a value becomes text; a literal that is only one value stays that value."""
    alone = _PLACEHOLDER.fullmatch(token.strip('"'))
    if alone:
        return json.dumps(values.get(alone[1]))
    return _PLACEHOLDER.sub(lambda found: json.dumps(_as_text(values.get(found[1])))[1:-1], token)


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)
