"""What goes to AWS: `chalice package` works offline, its template lints, and the zip holds what it needs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree, ignore_patterns
from typing import Any

import pytest

from chalicelib.api.gateway import KEPT_SECONDS
from chalicelib.resources import RESOURCE_TYPES
from chalicelib.settings import Settings
from chalicelib.signals import event_pattern
from mainstay.policies import FUNCTIONS, functions_of, make_config, policy_of
from tests.contract.source import ROOT, shipped

BIN = Path(sys.executable).parent
STAGE = "prod"
OPEN = ("GET /health", "GET /review/{token}", "HEAD /review/{token}", "POST /review/{token}")
"""Routes without authorization: see tests/contract/test_api.py."""
LITTER = ignore_patterns("__pycache__")
HANDLERS = {"api_handler": "app.app"}
"""Chalice serves all routes by the app itself."""
_CALLED = {"ApiHandler": "APIHandler"}
"""What Chalice calls otherwise than by its way of naming."""


@dataclass(frozen=True)
class Package:
    """The template that Chalice makes, and the names of the files in its zip."""

    path: Path
    template: dict[str, Any]
    files: set[str]

    def resource(self, function: str, suffix: str = "") -> dict[str, Any]:
        """The properties of what Chalice makes for a function, by its way of naming."""
        name = "".join(part.capitalize() for part in function.split("_")) + suffix
        found: dict[str, Any] = self.template["Resources"][_CALLED.get(name, name)]["Properties"]
        return found


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Package:
    """As it is checked in."""
    project = tmp_path_factory.mktemp("project")
    copytree(ROOT / ".chalice", project / ".chalice", ignore=LITTER)
    return _packaged(project)


@pytest.fixture(scope="module")
def package_with_oidc(tmp_path_factory: pytest.TempPathFactory) -> Package:
    """With an identity provider that says who may call."""
    project = tmp_path_factory.mktemp("project")
    config = make_config([STAGE], "oidc")
    config["stages"][STAGE]["environment_variables"] |= {"MAINSTAY_AUTH": "oidc"}
    (project / ".chalice").mkdir()
    contents = {f"policy-{name}.json": policy_of(name) for name in functions_of("oidc")}
    for name, content in (contents | {"config.json": config}).items():
        (project / ".chalice" / name).write_text(json.dumps(content), encoding="utf-8")
    return _packaged(project)


def _packaged(project: Path) -> Package:
    """Packaged from a copy; without requirements nothing has to be downloaded."""
    copytree(ROOT / "chalicelib", project / "chalicelib", ignore=LITTER)
    (project / "app.py").write_bytes((ROOT / "app.py").read_bytes())
    (project / "requirements.txt").touch()
    environment = {**os.environ, "AWS_DEFAULT_REGION": "eu-central-1", "HOME": str(project)}
    subprocess.run(
        [BIN / "chalice", "package", "--stage", STAGE, "out"],
        cwd=project,
        env=environment,
        capture_output=True,
        check=True,
    )
    with zipfile.ZipFile(project / "out/deployment.zip") as archive:
        files = set(archive.namelist())
    path = project / "out/sam.json"
    return Package(path, json.loads(path.read_text(encoding="utf-8")), files)


def test_the_template_of_the_functions_passes_cfn_lint(package: Package) -> None:
    linted = subprocess.run([BIN / "cfn-lint", package.path], capture_output=True, text=True, check=False)

    assert (linted.returncode, linted.stdout) == (0, "")


def test_every_function_is_made_and_nothing_else(package: Package) -> None:
    made = {
        entry["Properties"]["Handler"]
        for entry in package.template["Resources"].values()
        if entry["Type"] == "AWS::Serverless::Function"
    }

    assert made == {HANDLERS.get(name, f"app.{name}") for name in FUNCTIONS}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_each_function_has_a_role_with_its_own_policy_alone(package: Package, function: str) -> None:
    policies = package.resource(function, "Role")["Policies"]

    assert [policy["PolicyDocument"] for policy in policies] == [policy_of(function)]
    assert package.resource(function)["Role"] == {"Fn::GetAtt": [_logical_id(function), "Arn"]}


def _logical_id(function: str) -> str:
    return "".join(part.capitalize() for part in function.split("_")) + "Role"


@pytest.mark.parametrize("function", FUNCTIONS)
def test_each_function_knows_its_stage_and_is_traced(package: Package, function: str) -> None:
    """All but the one behind the API, of which a trace would keep the addresses of links."""
    properties = package.resource(function)

    assert properties["Environment"]["Variables"]["MAINSTAY_STAGE"] == STAGE
    assert properties["Tracing"] == ("PassThrough" if function == "api_handler" else "Active")


def test_the_rule_lets_through_what_the_resource_types_declare(package: Package) -> None:
    events = package.resource("on_resource_event")["Events"]

    assert [event["Properties"]["Pattern"] for event in events.values()] == [event_pattern(RESOURCE_TYPES)]


def test_alarms_come_by_the_topic_of_the_stage(package: Package) -> None:
    """Its name is read when app.py is imported, by which time Chalice has set the stage's variables."""
    settings = Settings(stage=STAGE, account="123456789012", region="eu-central-1")
    topics = [
        event["Properties"]["Topic"]["Fn::Sub"] for event in package.resource("on_alarm")["Events"].values()
    ]

    assert [topic.rpartition(":")[2] for topic in topics] == [f"{settings.prefix}-alarms"]


def test_the_zip_holds_the_app_and_its_policy_and_nothing_of_the_operator_s(package: Package) -> None:
    assert {module.path for module in shipped().values()} <= package.files
    assert "chalicelib/policy.yaml" in package.files
    assert not [name for name in package.files if name.startswith(("mainstay/", "tests/", "terraform/"))]


def test_the_api_is_regional_and_asks_for_a_signature_at_each_route(package: Package) -> None:
    """What API Gateway is told: whoever has no permission never reaches our code."""
    api = package.template["Resources"]["RestAPI"]["Properties"]

    assert api["EndpointConfiguration"] == "REGIONAL"
    assert api["StageName"] == STAGE
    assert _security(package) == dict.fromkeys(_security(package), "sigv4") | dict.fromkeys(OPEN, "")
    scheme = api["DefinitionBody"]["securityDefinitions"]["sigv4"]
    assert scheme["x-amazon-apigateway-authtype"] == "awsSigv4"


def test_with_an_identity_provider_the_api_asks_a_function_at_each_route(package_with_oidc: Package) -> None:
    security = _security(package_with_oidc)

    assert security == dict.fromkeys(security, "authorize_call") | dict.fromkeys(OPEN, "")
    scheme = _definitions(package_with_oidc)["authorize_call"]
    assert (scheme["in"], scheme["name"], scheme["x-amazon-apigateway-authtype"]) == (
        "header",
        "Authorization",
        "custom",
    )
    assert scheme["x-amazon-apigateway-authorizer"]["authorizerResultTtlInSeconds"] == KEPT_SECONDS


def test_the_function_that_is_asked_may_do_nothing_in_aws(package_with_oidc: Package) -> None:
    asked = package_with_oidc.resource("authorize_call")
    (policy,) = package_with_oidc.resource("authorize_call", "Role")["Policies"]
    may = {name for one in policy["PolicyDocument"]["Statement"] for name in one["Action"]}

    assert asked["Handler"] == "app.authorize_call"
    assert {name.partition(":")[0] for name in may} == {"logs", "xray"}


def _definitions(package: Package) -> dict[str, Any]:
    body: dict[str, Any] = package.template["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]
    return dict(body["securityDefinitions"])


def _security(package: Package) -> dict[str, str]:
    """Who is asked at each route; "" for nobody."""
    paths = package.template["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]["paths"]
    return {
        f"{method.upper()} {path}": "".join(name for one in entry.get("security", []) for name in one)
        for path, methods in paths.items()
        for method, entry in methods.items()
    }
