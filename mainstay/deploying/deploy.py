"""A deployment from its beginning to its end: check all that can be checked, then step by step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from mainstay.deploying.beginning import Keys, Mode
from mainstay.deploying.capacity import check_capacity
from mainstay.deploying.errors import UnusableError
from mainstay.deploying.functions import Functions, api_url
from mainstay.deploying.kept import adopt_kept
from mainstay.deploying.log_groups import LogGroups
from mainstay.deploying.objects import Source, read_record
from mainstay.deploying.package import Package, build_package
from mainstay.deploying.progress import Progress
from mainstay.deploying.settings import Wishes, check_wishes, remembered
from mainstay.deploying.stacks import Stack
from mainstay.deploying.step import Step
from mainstay.deploying.subscriptions import Subscriptions, approvers_by_mail
from mainstay.deploying.target import Target
from mainstay.deploying.targets import Targets
from mainstay.deploying.templates import read_template
from mainstay.infrastructure import SOURCE_KEY, render_template, zip_source

NEEDED = (
    *("app.py", "chalicelib/recovery/plan_gate.py", "requirements.txt"),
    *("infra/mainstay.yaml", "infra/workflow.asl.json", "infra/wiring.yaml", "infra/monitoring.yaml"),
    "terraform/buildspec.yml",
)
"""What a checkout must have."""


@dataclass(frozen=True)
class Order:
    """What was asked for."""

    project: Path
    options: Mapping[str, str] = field(default_factory=dict)
    """What is said about the functions, by the names of `Wishes`; all else stays as it was said before."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    mail: Sequence[str] = ()
    dry_run: bool = False


def deploy(order: Order, target: Target, progress: Progress) -> dict[str, Any]:
    """Do it, or with ``dry_run`` only say what it would do; answer the summary.

    UnusableError comes before anything is changed. FailedError, or an error of AWS, comes from the step
    at which it ended: all before it is done, and the same command goes on from there.
    """
    _check_project(order.project)
    wishes = remembered(read_record(target), order.options)
    check_wishes(target, wishes)
    stacks = infra_stack(order, target), wiring_stack(order, target), monitoring_stack(order, target, wishes)
    policy = order.project / "chalicelib" / "policy.yaml"
    mail = Subscriptions(target, order.mail, approvers_by_mail(policy))
    for part in (*stacks, mail):
        part.check()
    check_capacity(target)
    with progress.step("package") as built:
        package = build_package(order.project, wishes.architecture, tokens=wishes.auth == "oidc")
        built.note = f"{len(package.body) / 1e6:.1f} MB"
    functions = Functions(target, order.project, package, wishes)
    for step in _steps(order, target, functions, (*stacks, mail)):
        with progress.step(step.title) as one:
            one.changes = step.changes()
            if one.changes and not order.dry_run:
                step.apply()
    return summary(target, mail, package)


def _check_project(project: Path) -> None:
    for name in NEEDED:
        if not (project / name).exists():
            raise UnusableError(f"{project / name} is missing: deploy from a whole checkout")


def infra_stack(order: Order, target: Target) -> Stack:
    """Everything that is not Chalice's."""
    template = render_template(order.project / "infra" / "mainstay.yaml")
    parameters = {"Stage": target.stage, **_asked_for(order, monitoring=False)}
    adopt = partial(adopt_kept, target, target.prefix, template, parameters)
    return Stack(target, target.prefix, template, parameters, "infra stack", adopt)


def wiring_stack(order: Order, target: Target) -> Stack:
    """What can only be said of functions that are there."""
    template = render_template(order.project / "infra" / "wiring.yaml")
    return Stack(target, f"{target.prefix}-wiring", template, {"Stage": target.stage}, "wiring stack")


def monitoring_stack(order: Order, target: Target, wishes: Wishes) -> Stack:
    """Alarms on Mainstay itself, and its dashboards."""
    template = render_template(order.project / "infra" / "monitoring.yaml")
    parameters = {"Stage": target.stage, **_asked_for(order, monitoring=True), "Model": wishes.model}
    return Stack(target, f"{target.prefix}-monitoring", template, parameters, "monitoring stack")


def _asked_for(order: Order, *, monitoring: bool) -> dict[str, str]:
    """Parameters of the monitoring stack, or all others: those that nobody knows the infra stack refuses."""
    text = (order.project / "infra" / "monitoring.yaml").read_text(encoding="utf-8")
    known = read_template(text)["Parameters"].keys() - {"AppName", "Stage"}
    return {name: value for name, value in order.parameters.items() if (name in known) is monitoring}


def _steps(
    order: Order, target: Target, functions: Functions, parts: tuple[Stack, Stack, Stack, Subscriptions]
) -> Iterator[Step]:
    infra, wiring, monitoring, mail = parts
    yield infra
    yield Source(target, SOURCE_KEY, zip_source(order.project))
    yield Mode(target)
    yield Keys(target)
    yield LogGroups(target, functions.wishes.auth)
    yield functions
    yield wiring
    yield Targets(target)
    yield monitoring
    yield mail


def summary(target: Target, mail: Subscriptions, package: Package) -> dict[str, Any]:
    """Where everything is, and what to do next."""
    record = read_record(target)
    url = api_url(record.deployed) if record else ""
    return {
        "stage": target.stage,
        "region": target.region,
        "account": target.account,
        "package": {"bytes": len(package.body), "sha256": package.digest},
        "endpoints": {"api": url, "console": f"{url}/ui"} if url else {},
        "topics": {
            name: target.arn("sns", f"{target.prefix}-{name}") for name in ("people", "machines", "alarms")
        },
        "dashboards": {name: _dashboard_url(target, name) for name in ("on-call", "owner")},
        "subscribers": sorted(mail.endpoints()),
    }


def _dashboard_url(target: Target, name: str) -> str:
    """Where CloudWatch shows it; partitions other than the usual one have a console elsewhere."""
    console = f"https://{target.region}.console.aws.amazon.com/cloudwatch/home?region={target.region}"
    return f"{console}#dashboards/dashboard/{target.prefix}-{name}"
