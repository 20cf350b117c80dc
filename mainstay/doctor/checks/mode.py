"""The mode: whether anything may be done at all."""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.aws.switches import Switches
from chalicelib.incidents.telling import say_time
from mainstay.doctor.case import Case
from mainstay.doctor.check import Check
from mainstay.doctor.findings import Finding, failure, fine, warning


def _examine(case: Case) -> Iterator[Finding]:
    switched = Switches(case.target.aws, case.settings.incidents_table).present_switch()
    if switched is None:
        yield failure(
            "the mode was never set, so nothing may be changed", f"mainstay mode observe {case.options}"
        )
        return
    says = f"the mode is {switched.mode}, set by {switched.set_by} at {say_time(switched.set_at)}"
    match switched.mode:
        case "off":
            yield warning(f"{says}: nothing is recovered", f"mainstay mode approve {case.options}")
        case "observe":
            yield warning(
                f"{says}: all is judged, nothing is changed", f"mainstay mode approve {case.options}"
            )
        case _:
            yield fine(says)


MODE = Check(name="mode", title="mode", examine=_examine)
