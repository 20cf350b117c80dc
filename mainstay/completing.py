"""What a shell completes: names that are known without asking anybody."""

from __future__ import annotations

import typer


def complete_scenario() -> list[tuple[str, str]]:
    """Names of scenarios, with their titles."""
    from mainstay.demo.scenarios import SCENARIOS  # noqa: PLC0415 - moto is slow to import

    return [(name, one.title) for name, one in SCENARIOS.items()]


def complete_demo_scenario() -> list[tuple[str, str]]:
    """The same, and the simulated days."""
    from mainstay.demo.days import DAYS  # noqa: PLC0415 - as above

    return [*complete_scenario(), *((name, day.title) for name, day in DAYS.items())]


def complete_type() -> list[str]:
    """Types of resources."""
    from chalicelib.resources import RESOURCE_TYPES  # noqa: PLC0415 - only a completion needs it

    return sorted(RESOURCE_TYPES)


def complete_kind(context: typer.Context) -> list[tuple[str, str]]:
    """Ways to break a resource of the type that was named, or of any."""
    from mainstay.serving.breakages import BREAKAGES  # noqa: PLC0415 - as above

    named = str(context.params.get("resource_type"))
    chosen = [BREAKAGES[named]] if named in BREAKAGES else BREAKAGES.values()
    return list({kind: one.title for kinds in chosen for kind, one in kinds.items()}.items())


def complete_state() -> list[str]:
    """States of incidents, and ``open`` for all that are no end."""
    from chalicelib.incidents.model import State  # noqa: PLC0415 - as above

    return ["open", *(state.value for state in State)]


def complete_mode() -> list[tuple[str, str]]:
    """Modes, with what they allow."""
    return [
        ("off", "change nothing"),
        ("observe", "say what would be done"),
        ("approve", "ask a person each time"),
        ("auto", "do what the policy allows"),
    ]
