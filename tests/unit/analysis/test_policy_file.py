"""The policy file that is shipped: complete, documented, and the same as the defaults."""

import re
from pathlib import Path

import pytest
import yaml

import chalicelib
from chalicelib.analysis.policy import Policy, read_policy
from chalicelib.errors import InvalidPolicyError

TEXT = Path(chalicelib.__file__).with_name("policy.yaml").read_text(encoding="utf-8")


def test_it_says_what_the_defaults_say() -> None:
    policy = read_policy(TEXT)
    assert policy.model_copy(update={"version": ""}) == Policy()
    assert re.fullmatch("[0-9a-f]{12}", policy.version)


def test_it_names_every_option() -> None:
    written = yaml.safe_load(TEXT)
    defaults = Policy().model_dump(exclude={"version"})
    assert written.keys() == defaults.keys()
    for section in ("limits", "budgets", "prevention", "actors", "scan"):
        assert written[section].keys() == defaults[section].keys()


def test_its_examples_can_be_used() -> None:
    policy = read_policy(re.sub(r"(?m)^( *)#(   .*)$", r"\1\2", TEXT.replace(": []\n", ":\n")))
    assert [rule.set for rule in policy.rules][1] == {"leave_alone": True}
    assert [window.name for window in policy.change_windows] == ["patch evening", "data centre move"]
    recreation = policy.protected[1].recreation
    assert recreation is not None
    assert recreation.address == "terraform_data.bucket"
    assert [group.name for group in policy.scan.log_groups] == ["/aws/lambda/orders*", "*", "/shop/worker"]
    assert [metric.limit for metric in policy.scan.metrics] == [3600]


@pytest.mark.parametrize(
    ("window", "problem"),
    [
        ('{name: w, opens: "18:00"}', "give both"),
        ('{name: w, closes: "18:00"}', "give both"),
        ('{name: w, opens: "22:00", closes: "02:00"}', "one past midnight is two windows"),
        ('{name: w, opens: "18:00", closes: "18:00"}', "opens before it closes"),
        (
            "{name: w, starts_at: 2030-05-02T00:00:00Z, ends_at: 2030-05-01T00:00:00Z}",
            "starts before it ends",
        ),
    ],
    ids=["half open", "half closed", "past midnight", "no time at all", "ends before it starts"],
)
def test_a_change_window_that_could_never_do_what_it_says_is_an_error(window: str, problem: str) -> None:
    with pytest.raises(InvalidPolicyError, match=problem):
        read_policy(f"change_windows: [{window}]")


@pytest.mark.parametrize("option", ["limits", "rules", "change_windows", "protected", "budgets", "actors"])
def test_every_section_has_a_comment_above_it(option: str) -> None:
    lines = TEXT.splitlines()
    assert lines[lines.index(next(line for line in lines if line.startswith(f"{option}:"))) - 1].startswith(
        "#"
    )
