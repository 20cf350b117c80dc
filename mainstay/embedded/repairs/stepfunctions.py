"""Step Functions: moto's interpreter keeps to the States Language where our workflow depends on it.

What concerns executions and task tokens is in `task_tokens`; this module repairs how states are run.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

import botocore.session
from jsonpath_ng.ext.parser import parse
from moto.stepfunctions.parser.asl.component.common.error_name.custom_error_name import CustomErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.error_equals_decl import ErrorEqualsDecl
from moto.stepfunctions.parser.asl.component.common.error_name.error_name import ErrorName
from moto.stepfunctions.parser.asl.component.eval_component import EvalComponent
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service import (
    StateTaskService,
)
from moto.stepfunctions.parser.asl.eval import variable_store
from moto.stepfunctions.parser.asl.jsonata import jsonata as jsonata_bridge
from moto.stepfunctions.parser.asl.utils.encoding import to_json_str
from moto.stepfunctions.parser.asl.utils.json_path import NoSuchJsonPathError
from moto.stepfunctions.parser.utils import camel_to_snake_case

from mainstay.embedded.repairs import task_tokens
from mainstay.embedded.repairs.clients import client_for
from mainstay.embedded.repairs.replacing import replace

_BEYOND_ALL = frozenset({"States.Runtime", "States.DataLimitExceeded"})
"""Errors that ``States.ALL`` does not match: the workflow itself is wrong, and ends."""

_finish_task_as_moto_does = StateTaskService._after_eval_execution
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_INDEFINITE = re.compile(r"\.\.|[*?:,]")


def install() -> None:
    """Install the repair."""
    task_tokens.install()
    replace(CustomErrorName, "__init__", _name_error)
    replace(ErrorEqualsDecl, "_eval_body", _match_error)
    replace(EvalComponent, "_log_failure_event_exception", _log_nothing)
    replace(EvalComponent, "_log_exception", _log_nothing)
    replace(StateTaskService, "_normalise_parameters", _spell_parameters)
    replace(StateTaskService, "_normalise_response", _spell_response)
    replace(StateTaskService, "_after_eval_execution", _finish_task)
    replace(jsonata_bridge, "_eval_jsonata", _evaluate_jsonata)
    replace(variable_store, "encode_jsonata_variable_declarations", _declare_variables)
    _replace_everywhere("boto_client_for", _client_for)
    _replace_everywhere("extract_json", _read_path)


def _replace_everywhere(function: str, replacement: Callable[..., Any]) -> None:
    """Replace a function in each of the interpreter's modules that has imported it."""
    for name, module in list(sys.modules.items()):
        if name.startswith("moto.stepfunctions") and hasattr(module, function):
            replace(module, function, replacement)


# -- errors -------------------------------------------------------------------------------------


def _name_error(name: Any, error_name: str | None) -> None:
    """Let an error be of any name.

    In moto a ``States.*`` error of a Parallel branch or Fail state becomes one that nobody can catch.

    On AWS ``States.Timeout`` in a branch is ``States.Timeout`` of the Parallel state, and can be caught.
    """
    ErrorName.__init__(name, error_name=error_name)


def _match_error(declared: Any, env: Any) -> None:
    """Read ErrorEquals: TaskFailed is all but a timeout, ALL is all but what ends the workflow.

    Moto lets TaskFailed match no ``States.*`` error at all, and ALL every one.
    """
    raised: str = env.stack.pop().error_name
    names = {name.error_name for name in declared.error_names}
    env.stack.append(
        raised in names
        or ("States.ALL" in names and raised not in _BEYOND_ALL)
        or ("States.TaskFailed" in names and raised not in _BEYOND_ALL | {"States.Timeout"})
    )


def _log_nothing(component: Any, *args: Any, **kwargs: Any) -> None:
    """Spare the log: with each error comes the whole state machine in words, slower than the state."""


# -- what tasks are given, and what they answer -------------------------------------------------


@cache
def _operations(service: str) -> dict[str, Any]:
    """Answer the operations of a service by their names in snake case."""
    model = botocore.session.get_session().get_service_model(service)
    return {camel_to_snake_case(name): model.operation_model(name) for name in model.operation_names}


def _operation(task: Any, service: str | None, action: str | None) -> Any:
    name = task._get_boto_service_name(service)
    return _operations(name).get(task._get_boto_service_action(action))


def _spell_parameters(
    task: Any,
    parameters: dict[str, Any],
    boto_service_name: str | None = None,
    service_action_name: str | None = None,
) -> None:
    """Take parameters in PascalCase, whatever the service's own case is. Moto passes them on as they are."""
    operation = _operation(task, boto_service_name, service_action_name)
    if operation and operation.input_shape:
        task._to_boto_request(parameters, operation.input_shape)


def _spell_response(
    task: Any,
    response: Any,
    boto_service_name: str | None = None,
    service_action_name: str | None = None,
) -> None:
    """Answer in PascalCase too: ``$.DbInstances``, not ``$.DBInstances``."""
    operation = _operation(task, boto_service_name, service_action_name)
    if operation and operation.output_shape:
        task._from_boto_response(response, operation.output_shape)


def _finish_task(task: Any, env: Any, **parts: Any) -> None:
    """Make times in a result text, as on AWS; in moto they break DescribeExecution."""
    env.stack[-1] = json.loads(to_json_str(env.stack[-1]))
    _finish_task_as_moto_does(task, env=env, **parts)


@lru_cache(maxsize=1024)
def _parse_path(path: str) -> tuple[Any, bool]:
    """Answer the parsed path, and whether it names one place. Parsing takes far longer than reading."""
    return parse(path), not _INDEFINITE.search(_QUOTED.sub("", path))


def _read_path(path: str, data: Any) -> Any:
    """Answer the value where the path names one place, else a list. In moto ``$.a[0].b`` gives a list too."""
    expression, definite = _parse_path(path)
    values = [match.value for match in expression.find(data)]
    if not definite:
        return values
    if not values:
        raise NoSuchJsonPathError(json_path=path, data=data)
    return values[0]


# -- JSONata ------------------------------------------------------------------------------------


def _evaluate_jsonata(expression: str) -> Any:
    """Evaluate. Moto has no JSONata, and fails for every workflow with JSONata or variables."""
    import jsonata  # noqa: PLC0415 - few workflows need it

    try:
        result = jsonata.Jsonata(expression).evaluate(None)
    except jsonata.JException as error:
        raise jsonata_bridge.JSONataException("UNKNOWN", str(error)) from error
    return json.loads(to_json_str(result))


def _declare_variables(bindings: dict[str, Any]) -> str:
    """Write variables down, with the quotes in their text escaped, which moto forgets."""
    return "".join(f"{name}:={to_json_str(value)};" for name, value in bindings.items())


# -- clients ------------------------------------------------------------------------------------


def _client_for(region: str, service: str, state_credentials: Any = None) -> Any:
    """Share clients. Moto makes one for each task, which takes longer than the task."""
    return client_for(service, region)
