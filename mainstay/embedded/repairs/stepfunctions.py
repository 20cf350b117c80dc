"""Step Functions: moto's interpreter keeps to the States Language where our workflow depends on it.

What concerns executions and task tokens is in `task_tokens`; this module repairs how states are run.
"""

from __future__ import annotations

import json
import os
import sys
from functools import cache
from types import ModuleType
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from moto.stepfunctions.parser.asl.component.common.error_name.custom_error_name import CustomErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.error_equals_decl import ErrorEqualsDecl
from moto.stepfunctions.parser.asl.component.common.error_name.error_name import ErrorName
from moto.stepfunctions.parser.asl.component.eval_component import EvalComponent
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service import (
    StateTaskService,
)
from moto.stepfunctions.parser.asl.eval import states, variable_store
from moto.stepfunctions.parser.asl.jsonata import jsonata as jsonata_bridge
from moto.stepfunctions.parser.asl.utils import boto_client
from moto.stepfunctions.parser.asl.utils.encoding import to_json_str
from moto.stepfunctions.parser.utils import camel_to_snake_case

from mainstay.embedded.repairs import task_tokens

_BEYOND_ALL = frozenset({"States.Runtime", "States.DataLimitExceeded"})
"""Errors that ``States.ALL`` does not match: the workflow itself is wrong, and ends."""

_finish_task_as_moto_does = StateTaskService._after_eval_execution
_client_as_moto_makes_it = boto_client.boto_client_for


def install() -> None:
    """Install the repair."""
    task_tokens.install()
    CustomErrorName.__init__ = _name_error
    ErrorEqualsDecl._eval_body = _match_error
    EvalComponent._log_failure_event_exception = EvalComponent._log_exception = _log_nothing
    StateTaskService._normalise_parameters = _spell_parameters
    StateTaskService._normalise_response = _spell_response
    StateTaskService._after_eval_execution = _finish_task
    jsonata_bridge._eval_jsonata = _evaluate_jsonata
    for module in (jsonata_bridge, states, variable_store):
        module.encode_jsonata_variable_declarations = _declare_variables
    for module in _modules_with(_client_as_moto_makes_it):
        module.boto_client_for = _client_for  # type: ignore[attr-defined]


def _modules_with(function: object) -> list[ModuleType]:
    """Answer the interpreter's modules that hold `boto_client_for` under its name."""
    return [
        module
        for name, module in list(sys.modules.items())
        if name.startswith("moto.stepfunctions") and getattr(module, "boto_client_for", None) is function
    ]


# -- errors -------------------------------------------------------------------------------------


def _name_error(name: Any, error_name: str | None) -> None:
    """moto refuses any ``States.*`` error of a Parallel branch or Fail state, with an error nobody can catch.

    On AWS ``States.Timeout`` in a branch is ``States.Timeout`` of the Parallel state, and can be caught.
    """
    ErrorName.__init__(name, error_name=error_name)


def _match_error(declared: Any, env: Any) -> None:
    """ErrorEquals with AWS's wildcards: TaskFailed is all but a timeout, ALL is all but what ends the workflow.

    moto lets TaskFailed match no ``States.*`` error at all, and ALL every one.
    """
    raised: str = env.stack.pop().error_name
    names = {name.error_name for name in declared.error_names}
    env.stack.append(
        raised in names
        or ("States.ALL" in names and raised not in _BEYOND_ALL)
        or ("States.TaskFailed" in names and raised not in _BEYOND_ALL | {"States.Timeout"})
    )


def _log_nothing(component: Any, *args: Any, **kwargs: Any) -> None:
    """moto logs each error with the whole state machine in words, which takes longer than the state."""


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
    """Parameters are in PascalCase on AWS whatever the service's own case is; moto passes them on as they are."""
    operation = _operation(task, boto_service_name, service_action_name)
    if operation and operation.input_shape:
        task._to_boto_request(parameters, operation.input_shape)


def _spell_response(
    task: Any,
    response: Any,
    boto_service_name: str | None = None,
    service_action_name: str | None = None,
) -> None:
    """Results are in PascalCase too: ``$.DbInstances``, not ``$.DBInstances``."""
    operation = _operation(task, boto_service_name, service_action_name)
    if operation and operation.output_shape:
        task._from_boto_response(response, operation.output_shape)


def _finish_task(task: Any, env: Any, **parts: Any) -> None:
    """A time in a result is text on AWS; in moto it breaks DescribeExecution."""
    env.stack[-1] = json.loads(to_json_str(env.stack[-1]))
    _finish_task_as_moto_does(task, env=env, **parts)


# -- JSONata ------------------------------------------------------------------------------------


def _evaluate_jsonata(expression: str) -> Any:
    """moto has no JSONata, and fails for every workflow with JSONata or variables."""
    import jsonata  # noqa: PLC0415 - few workflows need it

    try:
        result = jsonata.Jsonata(expression).evaluate(None)
    except jsonata.JException as error:
        raise jsonata_bridge.JSONataException("UNKNOWN", str(error)) from error
    return json.loads(to_json_str(result))


def _declare_variables(bindings: dict[str, Any]) -> str:
    """moto does not escape the quotes in a variable's text."""
    return "".join(f"{name}:={to_json_str(value)};" for name, value in bindings.items())


# -- clients ------------------------------------------------------------------------------------


def _client_for(region: str, service: str, state_credentials: Any = None) -> Any:
    """moto makes a new client for each task, which takes longer than the task."""
    endpoint = os.environ.get("AWS_ENDPOINT_URL")
    if endpoint is None:
        return _client_as_moto_makes_it(region, service, state_credentials)
    return _shared_client(region, service, endpoint)


@cache
def _shared_client(region: str, service: str, endpoint: str) -> Any:
    return boto3.session.Session().client(
        service,
        region_name=region,
        endpoint_url=endpoint,
        aws_access_key_id="AKIASTATESINTERPRETR",
        aws_secret_access_key="signs-nothing-of-worth",  # noqa: S106
        config=Config(
            parameter_validation=False,
            retries={"total_max_attempts": 1},
            read_timeout=900,
            max_pool_connections=50,
        ),
    )
