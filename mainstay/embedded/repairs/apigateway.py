"""API Gateway: documents of Swagger 2.0 are imported, as Chalice writes them.

moto takes OpenAPI 3 only, wants a description, and does not know integrations without an address.
Authorizers are left out: who may call is decided by whatever serves the API.
"""

from __future__ import annotations

from typing import Any

from moto.apigateway.models import APIGatewayBackend

from mainstay.embedded.repairs.replacing import replace

_import_as_moto_does = APIGatewayBackend.import_rest_api
_put_as_moto_does = APIGatewayBackend.put_rest_api


def install() -> None:
    """Install the repair."""
    replace(APIGatewayBackend, "import_rest_api", _import)
    replace(APIGatewayBackend, "put_rest_api", _put)


def _import(backend: Any, api_doc: dict[str, Any], fail_on_warnings: bool) -> Any:
    return _import_as_moto_does(backend, _as_openapi(api_doc), fail_on_warnings=False)


def _put(
    backend: Any,
    function_id: str,
    api_doc: dict[str, Any],
    fail_on_warnings: bool = False,
    mode: str = "merge",
) -> Any:
    return _put_as_moto_does(backend, function_id, _as_openapi(api_doc), fail_on_warnings=False, mode=mode)


def _as_openapi(document: dict[str, Any]) -> dict[str, Any]:
    """As much of the document as moto understands."""
    made = {name: part for name, part in document.items() if name != "swagger"}
    if "swagger" in document:
        made["openapi"] = "3.0.1"
    made["info"] = {"description": "", **document.get("info", {})}
    made["paths"] = {
        path: {method: _with_address(operation) for method, operation in methods.items()}
        for path, methods in document.get("paths", {}).items()
    }
    return made


_INTEGRATION = "x-amazon-apigateway-integration"


def _with_address(operation: dict[str, Any]) -> dict[str, Any]:
    if _INTEGRATION not in operation:
        return operation
    return {**operation, _INTEGRATION: {"uri": "", "httpMethod": "POST", **operation[_INTEGRATION]}}
