"""What a rule's target is given."""

import json
from typing import Any

import pytest

from mainstay.embedded.repairs.event_input import make_input, read_path

EVENT = {
    "id": "e-1",
    "source": "aws.ec2",
    "detail": {"name": 'say "hi"', "count": 3, "tags": [{"key": "a"}, {"key": "b"}], "none": None},
}
RULE = "arn:aws:events:us-east-1:123456789012:rule/probe"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("$", EVENT),
        ("$.source", "aws.ec2"),
        ("$.detail.count", 3),
        ("$.detail.tags[1].key", "b"),
        ("$.detail.missing.deeper", None),
        ("$.detail.tags[7]", None),
    ],
)
def test_a_path_reads_what_is_there(path: str, value: Any) -> None:
    assert read_path(EVENT, path) == value


@pytest.mark.parametrize(
    ("target", "given"),
    [
        pytest.param({}, json.dumps(EVENT), id="the event itself"),
        pytest.param({"Input": '{"a": 1}'}, '{"a": 1}', id="a constant"),
        pytest.param({"InputPath": "$.detail.count"}, "3", id="a part"),
    ],
)
def test_a_target_is_given(target: dict[str, Any], given: str) -> None:
    assert make_input(target, EVENT, rule_arn=RULE) == given


@pytest.mark.parametrize(
    ("template", "given"),
    [
        pytest.param('{"n": <name>}', {"n": 'say "hi"'}, id="text without quotes gets them"),
        pytest.param('{"n": "<name>"}', {"n": 'say "hi"'}, id="text in quotes keeps them"),
        pytest.param('{"n": "I <name>!"}', {"n": 'I say "hi"!'}, id="text inside of text"),
        pytest.param('{"n": <count>}', {"n": 3}, id="a number stays one"),
        pytest.param('{"n": "<count> times"}', {"n": "3 times"}, id="a number inside of text"),
        pytest.param('{"n": <tags>}', {"n": [{"key": "a"}, {"key": "b"}]}, id="a list stays one"),
        pytest.param('{"n": <gone>}', {"n": None}, id="nothing is null"),
        pytest.param('"<name> <count>"', 'say "hi" 3', id="a line in quotes"),
        pytest.param('{"n": <aws.events.rule-name>}', {"n": "probe"}, id="the rule's name"),
        pytest.param("<aws.events.event.json>", EVENT, id="the whole event"),
    ],
)
def test_a_template_is_filled(template: str, given: Any) -> None:
    transformer = {
        "InputPathsMap": {
            "name": "$.detail.name",
            "count": "$.detail.count",
            "tags": "$.detail.tags",
            "gone": "$.detail.gone",
        },
        "InputTemplate": template,
    }
    assert json.loads(make_input({"InputTransformer": transformer}, EVENT, rule_arn=RULE)) == given


def test_a_template_of_plain_text_stays_plain() -> None:
    transformer = {"InputPathsMap": {"name": "$.detail.name"}, "InputTemplate": "it is <name>"}
    assert make_input({"InputTransformer": transformer}, EVENT, rule_arn=RULE) == 'it is say "hi"'
