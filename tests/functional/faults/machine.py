"""A small interpreter of the Amazon States Language: as much of it as infra/workflow.asl.json uses.

It does nothing by itself. A run is a generator: it yields what it wants done, is sent the outcome, and
returns the output. What it does not know raises, so that no new feature of the file goes untested in silence.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias

_INFRA = Path(__file__).resolve().parents[3] / "infra"
Data: TypeAlias = Any
"""JSON."""


# -- what a run wants done ----------------------------------------------------------------------


@dataclass(frozen=True)
class Sleep:
    """Go on after so many seconds."""

    seconds: float


@dataclass(frozen=True)
class Invoke:
    """Call a function and wait for its answer."""

    function: str
    payload: Data
    timeout_seconds: float


@dataclass(frozen=True)
class Ask:
    """Call a function that hands a token on, and wait for whoever answers by it."""

    function: str
    token: str
    payload: Data
    timeout_seconds: float
    heartbeat_seconds: float


@dataclass(frozen=True)
class CallAws:
    """Call AWS from the state machine itself."""

    service: str
    operation: str
    parameters: Data


Want: TypeAlias = Sleep | Invoke | Ask | CallAws
Run: TypeAlias = Generator[Want, Data, Data]


class TaskFailedError(Exception):
    """A task or a branch failed, in the state machine's words."""

    def __init__(self, error: str, cause: str = "") -> None:
        super().__init__(f"{error}: {cause}")
        self.error = error
        self.cause = cause

    def is_one_of(self, names: list[str]) -> bool:
        """Whether a Retry or Catch that lists these names is about it."""
        if "States.ALL" in names or self.error in names:
            return True
        return "States.TaskFailed" in names and self.error != "States.Timeout"


# -- the definition -----------------------------------------------------------------------------


def read_definition(**numbers: int) -> dict[str, Any]:
    """The file as it is deployed: with the template's defaults, or these, in place of its parameters.

    A placeholder of an ARN becomes its name, ``DetectIncidentArn``.
    """
    text = (_INFRA / "workflow.asl.json").read_text(encoding="utf-8")
    for name, value in (_default_numbers() | numbers).items():
        text = text.replace(f'"${{{name}}}"', str(value))
    definition: dict[str, Any] = json.loads(re.sub(r"\$\{(\w+)\}", r"\1", text))
    return definition


def _default_numbers() -> dict[str, int]:
    template = (_INFRA / "mainstay.yaml").read_text(encoding="utf-8")
    found = re.findall(r"\n  (\w+):\n    Type: Number\n    Default: (\d+)", template)
    return {name: int(value) for name, value in found}


def function_of(resource: str) -> str:
    """``DetectIncidentArn`` is the function ``detect_incident``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", resource.removesuffix("Arn")).lower()


# -- a run --------------------------------------------------------------------------------------

_KNOWN = {
    "Type", "Comment", "Resource", "Parameters", "TimeoutSeconds", "TimeoutSecondsPath",
    "HeartbeatSecondsPath", "Retry", "Catch", "Next", "End", "Choices", "Default", "Seconds", "SecondsPath",
    "Branches", "ResultPath", "ResultSelector", "OutputPath",
}  # fmt: skip
_KNOWN_RETRY = {
    "ErrorEquals",
    "IntervalSeconds",
    "MaxAttempts",
    "BackoffRate",
    "MaxDelaySeconds",
    "JitterStrategy",
}
_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "NumericGreaterThan": lambda value, limit: value > limit,
    "StringEquals": lambda value, wanted: value == wanted,
    "BooleanEquals": lambda value, wanted: value is wanted,
}


@dataclass(frozen=True, kw_only=True)
class Machine:
    """One execution. `jitter` answers the share, 0 to 1, of a jittered delay; `clock` is asked for times."""

    definition: dict[str, Any]
    name: str
    jitter: Callable[[], float]
    clock: Callable[[], datetime]
    new_token: Callable[[], str]

    def run(self, data: Data) -> Run:
        """From the first state to the last; raises TaskFailedError where nothing catches one."""
        return self._run_states(self.definition, data)

    def _run_states(self, scope: dict[str, Any], data: Data) -> Run:
        name = scope["StartAt"]
        while name is not None:
            data, name = yield from self._run_state(scope["States"][name], data)
        return data

    def _run_state(self, state: dict[str, Any], data: Data) -> Generator[Want, Data, tuple[Data, str | None]]:
        _require_known(state, _KNOWN)
        match state["Type"]:
            case "Choice":
                return data, _choose(state, data)
            case "Wait":
                yield Sleep(state["Seconds"] if "Seconds" in state else look_up(state["SecondsPath"], data))
                return data, state["Next"]
            case "Pass":
                return data, state.get("Next")
            case "Task" | "Parallel":
                return (yield from self._try(state, data))
        raise NotImplementedError(f"states of type {state['Type']}")

    def _try(self, state: dict[str, Any], data: Data) -> Generator[Want, Data, tuple[Data, str | None]]:
        tried = [0] * len(state.get("Retry", []))
        while True:
            try:
                result = yield from self._do(state, data)
                return _output(state, data, result), state.get("Next")
            except TaskFailedError as failure:
                delay = self._delay(state.get("Retry", []), tried, failure)
                if delay is None:
                    return _caught(state, data, failure)
            yield Sleep(delay)

    def _delay(
        self, retriers: list[dict[str, Any]], tried: list[int], failure: TaskFailedError
    ) -> float | None:
        """Only the first retrier that is about the failure counts; None once it has had its attempts."""
        for place, retrier in enumerate(retriers):
            _require_known(retrier, _KNOWN_RETRY)
            if failure.is_one_of(retrier["ErrorEquals"]):
                number, tried[place] = tried[place], tried[place] + 1
                if number >= retrier["MaxAttempts"]:
                    return None
                delay = retrier["IntervalSeconds"] * retrier["BackoffRate"] ** number
                delay = min(delay, retrier.get("MaxDelaySeconds", delay))
                return float(delay * (self.jitter() if "JitterStrategy" in retrier else 1))
        return None

    # -- what is tried --------------------------------------------------------------------------

    def _do(self, state: dict[str, Any], data: Data) -> Run:
        if state["Type"] == "Parallel":
            return self._do_branches(state, data)
        context = {
            "Execution": {"Id": f"execution:{self.name}", "Name": self.name},
            "State": {"EnteredTime": f"{self.clock():%Y-%m-%dT%H:%M:%S.%fZ}"},
            "Task": {"Token": self.new_token()},
        }
        return self._do_task(state, data, context)

    def _do_branches(self, state: dict[str, Any], data: Data) -> Run:
        """One after another: what runs at the same time shares nothing here but the record."""
        results = []
        for branch in state["Branches"]:
            results.append((yield from self._run_states(branch, data)))  # noqa: PERF401 - it yields
        return results

    def _do_task(self, state: dict[str, Any], data: Data, context: dict[str, Any]) -> Run:
        given = fill_in(state["Parameters"], data, context) if "Parameters" in state else data
        match state["Resource"]:
            case "LambdaInvokeWaitForTaskToken":
                want: Want = Ask(
                    function_of(given["FunctionName"]),
                    context["Task"]["Token"],
                    given["Payload"],
                    look_up(state["TimeoutSecondsPath"], data),
                    look_up(state["HeartbeatSecondsPath"], data),
                )
            case "DynamoDbUpdateItem":
                want = CallAws("dynamodb", "update_item", given)
            case resource:
                want = Invoke(function_of(resource), given, state["TimeoutSeconds"])
        return (yield want)


def _require_known(fields: dict[str, Any], known: set[str]) -> None:
    if unknown := set(fields) - known:
        raise NotImplementedError(f"the fields {', '.join(sorted(unknown))}")


def _choose(state: dict[str, Any], data: Data) -> str:
    for choice in state["Choices"]:
        ((comparison, wanted),) = [(key, choice[key]) for key in choice if key not in {"Variable", "Next"}]
        if _COMPARISONS[comparison](look_up(choice["Variable"], data), wanted):
            return str(choice["Next"])
    return str(state["Default"])


def _output(state: dict[str, Any], data: Data, result: Data) -> Data:
    if "ResultSelector" in state:
        result = fill_in(state["ResultSelector"], result, {})
    if "ResultPath" in state:
        if state["ResultPath"] is not None:
            raise NotImplementedError("a ResultPath other than null")
        result = data
    return look_up(state["OutputPath"], result) if "OutputPath" in state else result


def _caught(state: dict[str, Any], data: Data, failure: TaskFailedError) -> tuple[Data, str]:
    for catcher in state.get("Catch", []):
        if failure.is_one_of(catcher["ErrorEquals"]):
            name = catcher["ResultPath"].removeprefix("$.")
            return {**data, name: {"Error": failure.error, "Cause": failure.cause}}, catcher["Next"]
    raise failure


# -- paths --------------------------------------------------------------------------------------


def fill_in(template: Data, data: Data, context: Data) -> Data:
    """A template with every field whose name ends in ``.$`` replaced by what its path or function says."""
    if isinstance(template, dict):
        return {
            key.removesuffix(".$"): _evaluate(value, data, context)
            if key.endswith(".$")
            else fill_in(value, data, context)
            for key, value in template.items()
        }
    return template


def _evaluate(expression: str, data: Data, context: Data) -> Data:
    if found := re.fullmatch(r"States\.Format\('(.*)', (\S+)\)", expression):
        return found[1].replace("{}", str(_evaluate(found[2], data, context)))
    if expression.startswith("$$"):
        return look_up(expression[1:], context)
    return look_up(expression, data)


def look_up(path: str, data: Data) -> Data:
    """What lies at ``$``, ``$.name.name`` or ``$[0]``; KeyError where nothing does."""
    if not re.fullmatch(r"\$((\.\w+)|(\[\d+\]))*", path):
        raise NotImplementedError(f"the path {path}")
    for name, number in re.findall(r"\.(\w+)|\[(\d+)\]", path):
        data = data[name] if name else data[int(number)]
    return data
