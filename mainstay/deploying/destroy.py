"""Taking a stage away, in the reverse order, and saying what is kept."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chalicelib.errors import NotFoundError
from mainstay.deploying.beginning import Keys, link_keys_name
from mainstay.deploying.deploy import Order, infra_stack, monitoring_stack, wiring_stack
from mainstay.deploying.errors import UnusableError
from mainstay.deploying.functions import delete_functions
from mainstay.deploying.kept import POLL_SECONDS, find_kept
from mainstay.deploying.objects import Record, read_record
from mainstay.deploying.progress import Progress
from mainstay.deploying.settings import Wishes
from mainstay.deploying.stacks import Stack
from mainstay.deploying.target import Target
from mainstay.policies import FUNCTIONS

_DELETABLE = frozenset({"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED"})


@dataclass(frozen=True)
class _Part:
    """Something that is there, and how it goes."""

    title: str
    what: list[str]
    remove: Callable[[], object]


def destroy(target: Target, project: Path, progress: Progress, *, with_tables: bool) -> dict[str, Any]:
    """Take away what is there; answer what was removed and what is kept.

    UnusableError comes before anything is removed, where it could not all be.
    """
    order = Order(project)
    stacks = (
        infra_stack(order, target),
        wiring_stack(order, target),
        monitoring_stack(order, target, Wishes()),
    )
    for stack in stacks:
        _check(stack)
    record = read_record(target)
    if record is None:
        _check_no_functions(target)
    for part in _parts(target, project, stacks, record, with_tables=with_tables):
        with progress.step(part.title) as one:
            one.changes = part.what
            if one.changes:
                part.remove()
    return {
        "stage": target.stage,
        "region": target.region,
        "account": target.account,
        "kept": [f"{one.type} {one.name}" for one in find_kept(target)],
    }


def _check(stack: Stack) -> None:
    """A stack that cannot be updated can still be deleted."""
    found = stack.describe()
    if found and found["StackStatus"] not in _DELETABLE:
        stack.check()


def _check_no_functions(target: Target) -> None:
    """Without Chalice's record nobody knows what is to be deleted: another deployment writes it anew."""
    for function in FUNCTIONS:
        name = f"{target.prefix}-{function}"
        try:
            target.aws.read("lambda", "get_function_configuration", FunctionName=name)
        except NotFoundError:
            continue
        raise UnusableError(
            f"there is a function {name}, but no record of a deployment that ended: "
            f"run mainstay deploy --stage {target.stage} --region {target.region} first, then destroy"
        )


def _parts(
    target: Target,
    project: Path,
    stacks: tuple[Stack, Stack, Stack],
    record: Record | None,
    *,
    with_tables: bool,
) -> Iterator[_Part]:
    infra, wiring, monitoring = stacks
    yield _Part("monitoring stack", _there(monitoring), monitoring.delete)
    yield _Part("wiring stack", _there(wiring), wiring.delete)
    resources = record.deployed["resources"] if record else []
    functions = [f"delete {one['resource_type']} {one['name']}" for one in resources]
    yield _Part(
        "functions, rules and API",
        functions,
        lambda: delete_functions(target, project, record.deployed if record else {}),
    )
    yield _keys(target)
    yield _Part("infra stack", _there(infra), infra.delete)
    if with_tables:
        tables = [one.name for one in find_kept(target) if one.name in target.tables]
        yield _Part("tables", [f"delete {name}" for name in tables], lambda: _delete_tables(target, tables))


def _keys(target: Target) -> _Part:
    """Whoever has a link that was signed by them has nothing any more."""
    name = link_keys_name(target)
    there = [] if Keys(target).changes() else [f"delete {name}"]
    return _Part("keys of links", there, lambda: target.aws.change("ssm", "delete_parameter", Name=name))


def _there(stack: Stack) -> list[str]:
    return [f"delete {stack.name}"] if stack.describe() else []


def _delete_tables(target: Target, names: list[str]) -> None:
    """Protection goes first; a table that is being changed cannot be deleted."""
    for name in names:
        table = target.aws.read("dynamodb", "describe_table", TableName=name)["Table"]
        if table.get("DeletionProtectionEnabled"):
            target.aws.change("dynamodb", "update_table", TableName=name, DeletionProtectionEnabled=False)
        _await_active(target, name)
        target.aws.change("dynamodb", "delete_table", TableName=name)


def _await_active(target: Target, name: str) -> None:
    while target.aws.read("dynamodb", "describe_table", TableName=name)["Table"]["TableStatus"] != "ACTIVE":
        time.sleep(POLL_SECONDS)
