"""The REST API as OpenAPI 3.1, made from its table of operations and the models that it takes and answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from pydantic.json_schema import JsonSchemaMode, models_json_schema

from chalicelib import VERSION
from chalicelib.api.examples import EXAMPLES
from chalicelib.api.operations import EVERYWHERE, OPERATIONS, Operation
from chalicelib.api.problems import CONTENT_TYPE, FORBIDDEN, Kind, ProblemDocument, ProblemError, as_document
from chalicelib.api.scopes import SCOPES
from chalicelib.collaborators import Collaborators
from chalicelib.incidents.base import Record
from chalicelib.settings import Settings

_COMPONENTS = "#/components/schemas/"
_IAM, _OIDC = "sigv4", "oidc"
_INCIDENT_ID = {
    "name": "incident_id",
    "in": "path",
    "required": True,
    "schema": {"type": "string"},
    "example": "inc-20261124-033500-0a1b2c3d",
}
_IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "description": "Only if the record still has this `ETag`.",
    "schema": {"type": "string"},
}
_IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "description": "Answer 304 where the record still has this `ETag`.",
    "schema": {"type": "string"},
}


class Refusal(Record):
    """How API Gateway refuses whoever it does not let in: our code never sees it."""

    message: str


def describe_api(base: str, team: Collaborators) -> dict[str, Any]:
    """The document; `base` is what every path of this API begins with."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Mainstay",
            "summary": "Auto-remediation for AWS that you can backtest, undo and switch off.",
            "description": (
                "Clients ignore members that they do not know: more may come, and none goes away or changes "
                "its meaning. Errors are problem documents (RFC 9457) whose `type` is stable."
            ),
            "version": VERSION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": base or "/"}],
        "paths": _paths(team.settings),
        "components": {"schemas": _schemas(), "securitySchemes": _security_schemes(team.settings)},
    }


# -- paths --------------------------------------------------------------------------------------


def _paths(settings: Settings) -> dict[str, Any]:
    paths: dict[str, Any] = defaultdict(dict)
    for operation in OPERATIONS:
        paths[operation.path][operation.method.lower()] = _described(operation, settings)
    return dict(paths)


def _described(operation: Operation, settings: Settings) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "description": operation.description,
        "parameters": list(_parameters(operation)),
        "responses": _responses(operation, settings),
        "security": [_security(operation, settings)] if operation.guarded else [],
    }
    if operation.body is not None:
        content = {"schema": _ref(operation.body.__name__), **_example(operation.body)}
        described["requestBody"] = {"required": True, "content": {"application/json": content}}
    return described


def _security(operation: Operation, settings: Settings) -> dict[str, list[str]]:
    return {_OIDC: [operation.scope]} if settings.auth == "oidc" else {_IAM: []}


def _parameters(operation: Operation) -> Iterator[dict[str, Any]]:
    if "{incident_id}" in operation.path:
        yield _INCIDENT_ID
    if operation.changes:
        yield _IF_MATCH
    elif operation.tagged:
        yield _IF_NONE_MATCH
    if operation.query is not None:
        yield from _query(operation.query)


def _query(query: type[Record]) -> Iterator[dict[str, Any]]:
    schema = query.model_json_schema(ref_template=f"{_COMPONENTS}{{model}}")
    for name, part in schema.get("properties", {}).items():
        inner = {key: value for key, value in part.items() if key not in {"title", "description", "examples"}}
        yield {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", []),
            "description": part.get("description", ""),
            "schema": inner,
        } | ({"example": part["examples"][0]} if "examples" in part else {})


# -- answers ------------------------------------------------------------------------------------


def _responses(operation: Operation, settings: Settings) -> dict[str, Any]:
    found = {str(HTTPStatus.OK.value): _answer(operation, "Done." if operation.changes else "As asked.")}
    if operation.tagged and not operation.changes:
        found["304"] = {"description": "The caller has it already.", "headers": _etag_header()}
    kinds: dict[HTTPStatus, list[Kind]] = defaultdict(list)
    for kind in _kinds(operation):
        kinds[kind.status].append(kind)
    found |= {str(status.value): _problems(operation, those) for status, those in kinds.items()}
    if operation.guarded:
        found |= _refusals(operation, settings)
    for status, meaning in operation.also.items():
        found[str(status)] = _answer(operation, meaning)
    return dict(sorted(found.items()))


def _kinds(operation: Operation) -> tuple[Kind, ...]:
    return (*EVERYWHERE, *operation.problems)


def _answer(operation: Operation, meaning: str) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "object"}
    example: dict[str, Any] = {}
    if operation.answer is not None:
        schema, example = _ref(operation.answer.__name__), _example(operation.answer)
    answer = {"description": meaning, "content": {"application/json": {"schema": schema, **example}}}
    return {**answer, "headers": _etag_header()} if operation.tagged else answer


def _etag_header() -> dict[str, Any]:
    return {"ETag": {"description": "Changes with the record.", "schema": {"type": "string"}}}


def _refusals(operation: Operation, settings: Settings) -> dict[str, Any]:
    """Of API Gateway, before the app hears of it; and ours, of whoever has no name or not the scope."""
    refused = {"application/json": {"schema": _ref(Refusal.__name__)}}
    forbidden = {"application/problem+json": {"schema": _ref(ProblemDocument.__name__), **_shown(FORBIDDEN)}}
    needs = f"the scope `{operation.scope}`" if settings.auth == "oidc" else "`execute-api:Invoke` on it"
    return {
        "401": {"description": "There is no token, or none that counts.", "content": refused},
        "403": {"description": f"The caller needs {needs}.", "content": {**refused, **forbidden}},
    }


def _problems(operation: Operation, kinds: list[Kind]) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "allOf": [
            _ref(ProblemDocument.__name__),
            {"properties": {"type": {"enum": [kind.uri for kind in kinds]}}},
        ]
    }
    told = {HTTPStatus.CONFLICT, HTTPStatus.PRECONDITION_FAILED}
    if operation.refused is not None and kinds[0].status in told:
        schema["anyOf"] = [_ref(operation.refused.__name__), {}]
    examples = {kind.name: {"value": _document(kind, operation)} for kind in kinds}
    return {
        "description": " ".join(f"{kind.title}." for kind in kinds),
        "content": {CONTENT_TYPE: {"schema": schema, "examples": examples}},
    }


def _document(kind: Kind, operation: Operation) -> dict[str, Any]:
    path = operation.path.replace("{incident_id}", _INCIDENT_ID["example"])  # type: ignore[arg-type]
    return as_document(ProblemError(kind=kind), path)


def _shown(kind: Kind) -> dict[str, Any]:
    return {"example": as_document(ProblemError(kind=kind), "/mode")}


# -- models -------------------------------------------------------------------------------------


def _schemas() -> dict[str, Any]:
    """Of everything that is taken and answered. What is answered may get further members some day."""
    taken = _models(*((one.body, one.query) for one in OPERATIONS))
    given = _models(*((one.answer, one.refused) for one in OPERATIONS), (ProblemDocument, Refusal))
    wanted: list[tuple[type[Record], JsonSchemaMode]] = [
        *((one, "validation") for one in taken),
        *((one, "serialization") for one in given),
    ]
    _, found = models_json_schema(wanted, ref_template=f"{_COMPONENTS}{{model}}")
    schemas: dict[str, Any] = found["$defs"]
    kept = {one.__name__ for one in taken}
    return {name: schema if name in kept else _open(schema) for name, schema in schemas.items()}


def _models(*of: tuple[type[Record] | None, ...]) -> list[type[Record]]:
    """Each once, in the order of the table."""
    return list(dict.fromkeys(one for those in of for one in those if one))


def _open(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in schema.items() if (name, value) != ("additionalProperties", False)}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"{_COMPONENTS}{name}"}


def _example(model: type[Record]) -> dict[str, Any]:
    return {"example": EXAMPLES[model].model_dump(mode="json")} if model in EXAMPLES else {}


def _security_schemes(settings: Settings) -> dict[str, Any]:
    if settings.auth == "oidc":
        where = f"{settings.issuer.rstrip('/')}/.well-known/openid-configuration"
        scopes = " ".join(f"`{scope}`: {meaning}" for scope, meaning in SCOPES.items())
        return {_OIDC: {"type": "openIdConnect", "openIdConnectUrl": where, "description": scopes}}
    return {
        _IAM: {
            "type": "apiKey",
            "name": "Authorization",
            "in": "header",
            "x-amazon-apigateway-authtype": "awsSigv4",
            "description": "Signed by AWS Signature Version 4, for the service `execute-api`.",
        }
    }
