"""The policy file that is shipped: complete, documented, and the same as the defaults."""

import re
from pathlib import Path

import pytest
import yaml

import chalicelib
from chalicelib.analysis.policy import Policy, read_policy

TEXT = Path(chalicelib.__file__).with_name("policy.yaml").read_text(encoding="utf-8")


def test_it_says_what_the_defaults_say() -> None:
    policy = read_policy(TEXT)
    assert policy.model_copy(update={"version": ""}) == Policy()
    assert re.fullmatch("[0-9a-f]{12}", policy.version)


def test_it_names_every_option() -> None:
    written = yaml.safe_load(TEXT)
    defaults = Policy().model_dump(exclude={"version"})
    assert written.keys() == defaults.keys()
    for section in ("limits", "budgets", "actors"):
        assert written[section].keys() == defaults[section].keys()


def test_its_examples_can_be_used() -> None:
    policy = read_policy(re.sub(r"(?m)^#(   .*)$", r"\1", TEXT.replace(": []\n", ":\n")))
    assert [rule.set for rule in policy.rules][1] == {"leave_alone": True}
    assert [window.name for window in policy.change_windows] == ["patch evening", "data centre move"]
    recreation = policy.protected[1].recreation
    assert recreation is not None
    assert recreation.address == "aws_s3_bucket.this"


@pytest.mark.parametrize("option", ["limits", "rules", "change_windows", "protected", "budgets", "actors"])
def test_every_section_has_a_comment_above_it(option: str) -> None:
    lines = TEXT.splitlines()
    assert lines[lines.index(next(line for line in lines if line.startswith(f"{option}:"))) - 1].startswith(
        "#"
    )
