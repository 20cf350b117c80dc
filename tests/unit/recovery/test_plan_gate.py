from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.recovery import plan_gate
from chalicelib.recovery.plan_gate import PlannedChange, judge_plan, main, read_plan

PLANS = Path(__file__).parent / "plans"
INSTANCE = "terraform_data.instance"
ALARMS = 'terraform_data.settings["alarms"]'
TAGS = 'terraform_data.settings["tags"]'
SUBNET = "module.network.terraform_data.subnet[0]"
EVERYTHING = (INSTANCE, ALARMS, TAGS, SUBNET)
SECRET = "correct-horse-battery"

Plan = dict[str, Any]


def plan(name: str = "create") -> Plan:
    """A plan that Terraform 1.15 made, without its configuration."""
    return read_plan(PLANS / f"{name}.json")


def change(plan: Plan, number: int = 0) -> Plan:
    found: Plan = plan["resource_changes"][number]
    return found


def is_allowed(plan: Any, *, allow: tuple[str, ...] = ("replace",)) -> bool:
    return judge_plan(plan, addresses=EVERYTHING, allow=allow).allowed


# -- what Terraform really says -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "addresses", "allow", "allowed"),
    [
        ("create", EVERYTHING, (), True),
        ("create", (INSTANCE, ALARMS, TAGS), ("replace",), False),
        ("create", (), ("replace", "delete", "forget"), False),
        ("create", ("",), (), False),
        ("replace", (INSTANCE, ALARMS, TAGS), ("replace",), True),
        ("replace", (INSTANCE, ALARMS, TAGS), (), False),
        ("replace", (INSTANCE, ALARMS, TAGS), ("delete",), False),
        ("replace", (INSTANCE, "terraform_data.settings"), ("replace",), False),
        ("replace", (INSTANCE, 'terraform_data.settings["*"]'), ("replace",), False),
        ("destroy", EVERYTHING, ("delete",), True),
        ("destroy", EVERYTHING, ("replace",), False),
        ("destroy", (INSTANCE, ALARMS, TAGS), ("delete",), False),
        ("nothing", EVERYTHING, ("replace",), False),
    ],
    ids=[
        "create",
        "create-elsewhere-too",
        "no-address",
        "empty-address",
        "replace",
        "replace-not-allowed",
        "delete-does-not-mean-replace",
        "an-address-without-its-key",
        "no-wildcards",
        "destroy",
        "replace-does-not-mean-delete",
        "destroy-elsewhere-too",
        "nothing-to-apply",
    ],
)
def test_a_plan_is_allowed_where_it_stays_within_what_is_named(
    name: str, addresses: tuple[str, ...], allow: tuple[str, ...], allowed: bool
) -> None:
    verdict = judge_plan(plan(name), addresses=addresses, allow=allow)

    assert verdict.allowed is allowed
    assert bool(verdict.reasons) is not allowed


def test_what_would_change_is_told_without_what_would_not() -> None:
    verdict = judge_plan(plan("replace"), addresses=EVERYTHING, allow=("replace",))

    assert verdict.changes == tuple(
        PlannedChange(address=address, action="replace") for address in (INSTANCE, ALARMS, TAGS)
    )


@pytest.mark.parametrize("name", ["create", "replace", "destroy"])
def test_secrets_are_never_told(name: str) -> None:
    judged = plan(name)
    assert SECRET in json.dumps(judged)

    judged["errored"] = {"password": SECRET}
    verdict = judge_plan(judged, addresses=())

    assert verdict.reasons
    assert SECRET not in str(verdict)


# -- one thing wrong at a time ------------------------------------------------------------------


def entry(key: str, value: object) -> Callable[[Plan], object]:
    return lambda plan: plan.update({key: value})


def resource_entry(key: str, value: object) -> Callable[[Plan], object]:
    return lambda plan: change(plan).update({key: value})


def change_entry(key: str, value: object) -> Callable[[Plan], object]:
    return lambda plan: change(plan)["change"].update({key: value})


def without(key: str) -> Callable[[Plan], object]:
    return lambda plan: plan.pop(key)


def check(status: object) -> dict[str, object]:
    return {"address": {"kind": "resource", "to_display": "x"}, "status": status}


def drift(address: object, **more: object) -> list[dict[str, object]]:
    return [{"address": address, "change": {"actions": ["update"]}, **more}]


WRONG: dict[str, Callable[[Plan], object]] = {
    "unknown-major": entry("format_version", "2.0"),
    "unknown-minor-of-0": entry("format_version", "0.3"),
    "version-is-a-number": entry("format_version", 1.2),
    "version-is-nonsense": entry("format_version", "1.x"),
    "no-version": without("format_version"),
    "unknown-key": entry("planned_surprises", []),
    "a-state": entry("values", {}),
    "no-planned-values": without("planned_values"),
    "changes-left-out": without("resource_changes"),
    "one-change-left-out": lambda plan: plan["resource_changes"].pop(),
    "changes-no-list": entry("resource_changes", {}),
    "changes-null": entry("resource_changes", None),
    "change-no-object": lambda plan: plan["resource_changes"].append("create"),
    "errored": entry("errored", True),
    "errored-is-text": entry("errored", "false"),
    "errored-null": entry("errored", None),
    "errored-zero": entry("errored", 0),
    "incomplete": entry("complete", False),
    "not-applyable": entry("applyable", False),
    "applyable-is-one": entry("applyable", 1),
    "deferred": entry("deferred_changes", [{"reason": "unknown"}]),
    "deferred-null": entry("deferred_changes", None),
    "deferred-action": entry("deferred_action_invocations", [{}]),
    "action-invocation": entry("action_invocations", [{"address": "action.aws_lambda_invoke.x"}]),
    "check-failed": entry("checks", [check("fail")]),
    "check-errored": entry("checks", [check("error")]),
    "check-new-status": entry("checks", [check("skipped")]),
    "check-no-object": entry("checks", ["pass"]),
    "checks-no-list": entry("checks", {}),
    "condition-failed": entry("condition_results", [{"address": "x", "result": False, "unknown": False}]),
    "outputs-no-object": entry("output_changes", []),
    "output-change-unknown": entry("output_changes", {"x": {"actions": ["explode"]}}),
    "drift-elsewhere": entry("resource_drift", drift("aws_iam_role.admin")),
    "drift-without-address": entry("resource_drift", drift(None)),
    "drift-moved": entry("resource_drift", drift(INSTANCE, previous_address="x.y")),
    "drift-no-list": entry("resource_drift", {}),
    "moved": resource_entry("previous_address", "terraform_data.old"),
    "resource-unknown-key": resource_entry("index_unknown", True),
    "ephemeral": resource_entry("mode", "ephemeral"),
    "no-mode": resource_entry("mode", None),
    "address-is-a-list": resource_entry("address", [INSTANCE]),
    "address-of-another-name": resource_entry("name", "other"),
    "address-of-another-type": resource_entry("type", "aws_iam_role"),
    "address-of-another-module": resource_entry("module_address", "module.other"),
    "address-with-a-hidden-index": resource_entry("index", 0),
    "change-missing": resource_entry("change", None),
    "change-is-text": resource_entry("change", "create"),
    "change-unknown-key": change_entry("destroys", True),
    "importing": change_entry("importing", {"id": "i-1"}),
    "importing-nothing-in-particular": change_entry("importing", {}),
    "generated-config": change_entry("generated_config", "resource"),
    "no-actions": change_entry("actions", []),
    "actions-null": change_entry("actions", None),
    "actions-text": change_entry("actions", "create"),
    "actions-nested": change_entry("actions", [["create"]]),
    "action-in-capitals": change_entry("actions", ["Create"]),
    "two-creates": change_entry("actions", ["create", "create"]),
    "forget": change_entry("actions", ["forget"]),
    "create-and-forget": change_entry("actions", ["create", "forget"]),
    "delete": change_entry("actions", ["delete"]),
    "update-and-delete": change_entry("actions", ["update", "delete"]),
    "create-delete-create": change_entry("actions", ["create", "delete", "create"]),
    "deposed-delete": lambda plan: plan["resource_changes"].append(
        {**change(plan), "deposed": "0a1b2c3d", "change": {"actions": ["delete"]}}
    ),
    "the-same-twice": lambda plan: plan["resource_changes"].append(change(plan)),
}


@pytest.mark.parametrize("spoil", WRONG.values(), ids=WRONG.keys())
def test_one_thing_wrong_is_enough_to_refuse(spoil: Callable[[Plan], object]) -> None:
    judged = plan()
    assert is_allowed(judged)

    spoil(judged)

    assert not is_allowed(judged)


HARMLESS: dict[str, Callable[[Plan], object]] = {
    "a-later-minor": entry("format_version", "1.9"),
    "before-1.0": entry("format_version", "0.2"),
    "no-outcome-as-before-1.8": lambda plan: [plan.pop(k) for k in ("errored", "complete", "applyable")],
    "drift-inside": entry("resource_drift", drift(INSTANCE)),
    "no-drift": entry("resource_drift", []),
    "nothing-deferred": entry("deferred_changes", []),
    "a-check-that-only-the-apply-can-answer": entry("checks", [check("unknown")]),
    "a-condition-is-unknown": entry("condition_results", [{"result": False, "unknown": True}]),
    "update": change_entry("actions", ["update"]),
    "create-before-destroy": change_entry("actions", ["create", "delete"]),
    "a-new-reason": resource_entry("action_reason", "replace_because_of_the_moon"),
    "an-output-goes": entry("output_changes", {"x": {"actions": ["delete"]}}),
    "only-outputs-change": lambda plan: (
        plan.pop("resource_changes") and plan.update(planned_values={"outputs": {}, "root_module": {}})
    ),
}


@pytest.mark.parametrize("alter", HARMLESS.values(), ids=HARMLESS.keys())
def test_what_is_harmless_is_not_refused(alter: Callable[[Plan], object]) -> None:
    judged = plan()

    alter(judged)

    assert judge_plan(judged, addresses=EVERYTHING, allow=("replace",)).reasons == ()


def test_a_data_source_is_read_at_a_named_address_only() -> None:
    judged = plan()
    address = "data.terraform_remote_state.network"
    read = {"address": address, "mode": "data", "type": "terraform_remote_state", "name": "network"}
    judged["resource_changes"].append({**read, "change": {"actions": ["read"]}})

    assert judge_plan(judged, addresses=(*EVERYTHING, address)).allowed
    assert not judge_plan(judged, addresses=EVERYTHING).allowed


@pytest.mark.parametrize(
    ("index", "address"),
    [
        (3, f"{INSTANCE}[3]"),
        ("a b", f'{INSTANCE}["a b"]'),
        ('a"b', f'{INSTANCE}["a\\"b"]'),
        ("${x}", f'{INSTANCE}["$${{x}}"]'),
        ("é", f'{INSTANCE}["é"]'),
    ],
    ids=["count", "key", "quote", "template", "not-ascii"],
)
def test_an_address_with_an_index_is_named_exactly(index: object, address: str) -> None:
    judged = plan()
    change(judged).update(index=index, address=address)
    judged["planned_values"] = {}

    assert judge_plan(judged, addresses=(*EVERYTHING, address)).allowed
    assert not judge_plan(judged, addresses=EVERYTHING).allowed


def test_a_name_that_would_steer_a_terminal_is_told_harmlessly() -> None:
    judged = plan()
    change(judged)["address"] = "x\x1b[2J\ny"

    verdict = judge_plan(judged, addresses=EVERYTHING)

    assert "x\\x1b[2J\\ny would be changed (create), but is not a named address" in verdict.reasons


# -- whatever else --------------------------------------------------------------------------------

unhurried = settings(deadline=None)
words = st.sampled_from(["no-op", "create", "read", "update", "delete", "forget", "destroy", "", "Delete"])
KNOWN_SAFE = (["no-op"], ["create"], ["read"], ["update"])


@unhurried
@given(
    actions=st.lists(words, max_size=3).filter(lambda actions: actions not in KNOWN_SAFE),
    number=st.integers(min_value=0, max_value=3),
    name=st.sampled_from(["create", "replace"]),
)
def test_any_delete_forget_or_unknown_action_turns_yes_into_no(
    actions: list[str], number: int, name: str
) -> None:
    before = plan(name)
    allow = ("replace",) if name == "replace" else ()
    assert is_allowed(before, allow=allow)

    change(before, number)["change"]["actions"] = actions

    still = name == "replace" and sorted(actions) == ["create", "delete"]
    assert is_allowed(before, allow=allow) is still


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def paths(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where in a plan something could be put."""
    items: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    return [path, *(found for key, inner in items for found in paths(inner, (*path, key)))]


@unhurried
@given(data=st.data())
def test_whatever_a_plan_holds_there_is_a_verdict_and_no_secret_in_it(data: st.DataObject) -> None:
    judged: Any = plan(data.draw(st.sampled_from(["create", "replace", "destroy", "nothing"])))
    *way, last = data.draw(st.sampled_from(paths(judged)[1:]))
    holder = judged
    for key in way:
        holder = holder[key]
    holder[last] = data.draw(anything)

    verdict = judge_plan(judged, addresses=EVERYTHING)

    assert verdict.allowed is not bool(verdict.reasons)
    assert SECRET not in str(verdict)


@unhurried
@given(value=anything)
def test_whatever_is_no_plan_is_refused(value: Any) -> None:
    assert not judge_plan(value, addresses=EVERYTHING, allow=plan_gate.ALLOWANCES).allowed


@unhurried
@given(data=st.data())
def test_naming_fewer_addresses_never_allows_more(data: st.DataObject) -> None:
    judged = plan(data.draw(st.sampled_from(["create", "replace", "destroy"])))
    more = data.draw(st.sets(st.sampled_from(EVERYTHING)))
    fewer = data.draw(st.sets(st.sampled_from(sorted(more)))) if more else set()
    allow = data.draw(st.sets(st.sampled_from(plan_gate.ALLOWANCES)))

    if judge_plan(judged, addresses=fewer, allow=allow).allowed:
        assert judge_plan(judged, addresses=more, allow=allow).allowed


def test_judging_changes_nothing() -> None:
    judged = plan("replace")
    before = copy.deepcopy(judged)

    judge_plan(judged, addresses=EVERYTHING)

    assert judged == before


# -- the command --------------------------------------------------------------------------------


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the one file as CodeBuild does: from elsewhere, with nothing installed."""
    script = str(Path(plan_gate.__file__).resolve())
    return subprocess.run(
        [sys.executable, "-I", "-S", script, *arguments], capture_output=True, text=True, check=False, cwd="/"
    )


def test_the_command_stands_alone_and_tells_what_would_change() -> None:
    done = run(str(PLANS / "replace.json"), "--address", INSTANCE, ALARMS, TAGS, "--allow", "replace")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [f"replace {address}" for address in (INSTANCE, ALARMS, TAGS)]


def test_the_command_tells_each_reason_on_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    status = main([str(PLANS / "replace.json"), f"--address={INSTANCE}", f"--address={TAGS}"])

    assert status == 1
    assert capsys.readouterr().out.splitlines() == [
        f"{INSTANCE} would be changed by replace, which is not allowed",
        f"{ALARMS} would be changed (replace), but is not a named address",
        f"{ALARMS} would be changed by replace, which is not allowed",
        f"{TAGS} would be changed by replace, which is not allowed",
    ]


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"a": 1, "a": 2}', b"[" * 100_000, b'{"a": ' + b"9" * 5000],
    ids=["empty", "cut-off", "list", "null", "not-utf-8", "a-key-twice", "too-deep", "too-long-a-number"],
)
def test_what_cannot_be_used_is_told_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    path = tmp_path / "plan.json"
    path.write_bytes(content)

    assert main([str(path), "--address", INSTANCE]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("plan_gate: ")
    assert said.err.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        (str(PLANS / "missing.json"), "--address", INSTANCE),
        (str(PLANS), "--address", INSTANCE),
        (str(PLANS / "create.json"),),
        (str(PLANS / "create.json"), "--address"),
        (str(PLANS / "create.json"), "--address", INSTANCE, "--allow", "everything"),
        (),
    ],
    ids=["no-such-file", "a-folder", "no-address", "empty-address", "unknown-allowance", "nothing"],
)
def test_a_wrong_command_line_is_told_in_one_line(arguments: tuple[str, ...]) -> None:
    done = run(*arguments)

    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("plan_gate: ")
    assert done.stderr.count("\n") == 1
