from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from chalicelib.errors import NotFoundError
from mainstay.deploying.functions import Functions, api_url, find_api
from mainstay.deploying.objects import Record
from mainstay.deploying.package import Package
from mainstay.deploying.settings import Wishes, digests, stage_config, stage_policies
from mainstay.deploying.target import Target
from mainstay.policies import FUNCTIONS
from tests.unit.deploying.conftest import ScriptedAws

PACKAGE = Package(b"the zip")
URL = "https://a1b2c3.execute-api.eu-central-1.amazonaws.com/prod"
DEPLOYED: dict[str, Any] = {
    "resources": [
        {"resource_type": "lambda_function", "name": "sweep"},
        {"resource_type": "rest_api", "name": "rest_api", "rest_api_id": "a1b2c3", "rest_api_url": f"{URL}/"},
    ]
}
GONE = NotFoundError("ResourceNotFoundException")
RUNNING, API, RECORD = "lambda:get_function_configuration", "apigateway:get_rest_api", "s3:get_object"


@pytest.fixture
def settings(target: Target) -> dict[str, str]:
    return digests(stage_config(target, Wishes(), URL), stage_policies(target, "iam"), "prod")


@pytest.fixture
def deployed(aws: ScriptedAws, settings: dict[str, str]) -> ScriptedAws:
    """An account in which everything is as it should be."""
    aws.answers = {
        RECORD: lambda _: record(settings),
        RUNNING: {"CodeSha256": PACKAGE.digest},
        API: {"id": "a1b2c3"},
    }
    return aws


def record(settings: dict[str, str]) -> dict[str, Any]:
    text = json.dumps(Record(DEPLOYED, PACKAGE.digest, settings, {}).__dict__)
    return {"Body": BytesIO(text.encode())}


def changes(target: Target, wishes: Wishes = Wishes(), package: Package = PACKAGE) -> list[str]:  # noqa: B008
    return Functions(target, Path(), package, wishes).changes()


def test_without_a_record_everything_is_to_be_made(target: Target, aws: ScriptedAws) -> None:
    aws.answers[RECORD] = NotFoundError("NoSuchBucket")

    assert changes(target) == [
        *(f"create function {name}" for name in sorted(FUNCTIONS)),
        "create the REST API",
    ]


def test_what_is_as_it_should_be_needs_nothing(target: Target, deployed: ScriptedAws) -> None:
    assert changes(target) == []
    assert len(deployed.called(RUNNING)) == len(FUNCTIONS)


@pytest.mark.usefixtures("deployed")
def test_another_zip_goes_into_all_functions(target: Target) -> None:
    assert changes(target, package=Package(b"x" * 2_000_000)) == [
        f"put new code into {len(FUNCTIONS)} functions (2.0 MB)"
    ]


def test_a_function_that_somebody_deleted_is_missed(target: Target, deployed: ScriptedAws) -> None:
    def look(parameters: dict[str, Any]) -> dict[str, str]:
        if parameters["FunctionName"] == "mainstay-prod-sweep":
            raise GONE
        return {"CodeSha256": PACKAGE.digest}

    deployed.answers[RUNNING] = look

    assert changes(target) == ["create function sweep, which is gone"]


def test_an_api_that_somebody_deleted_is_missed(target: Target, deployed: ScriptedAws) -> None:
    deployed.answers[API] = GONE

    assert changes(target) == ["create the REST API, which is gone"]


@pytest.mark.usefixtures("deployed")
def test_functions_come_and_go_by_what_is_declared(target: Target, settings: dict[str, str]) -> None:
    del settings["sweep"]
    settings["former"] = "of an older version"

    assert changes(target) == ["delete function former", "create function sweep"]


@pytest.mark.usefixtures("deployed")
def test_another_model_concerns_all_functions(target: Target) -> None:
    assert changes(target, Wishes(model="m")) == [
        f"change the settings of function {name}" for name in sorted(FUNCTIONS)
    ]


def test_the_api_s_address_has_no_slash_at_its_end() -> None:
    assert api_url(DEPLOYED) == URL
    assert api_url({}) == ""


def test_an_api_of_a_deployment_that_broke_off_is_found_by_its_stage(
    target: Target, aws: ScriptedAws
) -> None:
    stages = {"other": [], "dev": [{"stageName": "dev"}], "prod": [{"stageName": "prod"}]}
    names = {"other": "shop", "dev": "mainstay", "prod": "mainstay"}
    aws.answers = {
        "apigateway:get_rest_apis": {"items": [{"id": key, "name": name} for key, name in names.items()]},
        "apigateway:get_stages": lambda asked: {"item": stages[asked["restApiId"]]},
    }

    assert [one["rest_api_id"] for one in find_api(target)["resources"]] == ["prod"]

    del stages["prod"][0]
    assert find_api(target) == {}
