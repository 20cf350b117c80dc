"""Chalice's part of a stage as a step: functions, their roles, rules and topics' subscriptions, the API.

Chalice knows what it has made by a file beside the app. Ours is kept in the artifact bucket, so that any
machine can go on from it. Chalice puts everything anew whenever it runs; it runs only where something is
not as it should be.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from chalicelib.errors import NotFoundError
from mainstay.deploying.chalice_folder import build_folder, place_package, read_deployed, run_chalice
from mainstay.deploying.errors import FailedError
from mainstay.deploying.objects import Record, delete_record, read_record, write_record
from mainstay.deploying.package import Package
from mainstay.deploying.settings import Wishes, digests, stage_config, stage_policies
from mainstay.deploying.target import APP, Target, function_name

POLL_SECONDS = 1.0


@dataclass(frozen=True)
class Functions:
    """What should be there, and the ways to compare and to make it."""

    target: Target
    project: Path
    package: Package
    wishes: Wishes
    title: str = "functions, rules and API"

    # -- reading -----------------------------------------------------------------------------

    @cached_property
    def _policies(self) -> dict[str, dict[str, Any]]:
        return stage_policies(self.target, self.wishes.auth)

    def _config(self, api_url: str) -> dict[str, Any]:
        return stage_config(self.target, self.wishes, api_url)

    def _settings(self, api_url: str) -> dict[str, str]:
        return digests(self._config(api_url), self._policies, self.target.stage)

    def changes(self) -> list[str]:
        """By what was recorded, and by what Lambda says that each function runs."""
        record = read_record(self.target)
        if record is None:
            wanted = sorted(self._settings(""))
            return [*(f"create function {name}" for name in wanted), "create the REST API"]
        return list(self._differences(record))

    def _differences(self, record: Record) -> Iterator[str]:
        settings = self._settings(api_url(record.deployed))
        for name in sorted(settings.keys() | record.settings.keys()):
            if name not in settings:
                yield f"delete function {name}"
            elif name not in record.settings:
                yield f"create function {name}"
            elif settings[name] != record.settings[name]:
                yield f"change the settings of function {name}"
        if self._api_is_gone(record.deployed):
            yield "create the REST API, which is gone"
        known = settings.keys() & record.settings.keys()
        missing, other = self._compare_code(known)
        yield from (f"create function {name}, which is gone" for name in missing)
        if other:
            yield f"put new code into {len(other)} functions ({len(self.package.body) / 1e6:.1f} MB)"

    def _api_is_gone(self, deployed: Mapping[str, Any]) -> bool:
        for resource in deployed["resources"]:
            if resource["resource_type"] == "rest_api":
                try:
                    self.target.aws.read("apigateway", "get_rest_api", restApiId=resource["rest_api_id"])
                except NotFoundError:
                    return True
        return False

    def _compare_code(self, names: Iterable[str]) -> tuple[list[str], list[str]]:
        """Which functions are missing, and which run another zip."""
        running = {name: self._running(name) for name in sorted(names)}
        missing = [name for name, digest in running.items() if not digest]
        other = [name for name, digest in running.items() if digest and digest != self.package.digest]
        return missing, other

    def _running(self, function: str) -> str:
        name = function_name(self.target, function)
        try:
            found = self.target.aws.read("lambda", "get_function_configuration", FunctionName=name)
        except NotFoundError:
            return ""
        return str(found["CodeSha256"])

    # -- changing ----------------------------------------------------------------------------

    def apply(self) -> None:
        """Let Chalice deploy, and tell the functions where their API is once that is known."""
        record = read_record(self.target)
        before = record.deployed if record else find_api(self.target)
        url = api_url(before)
        deployed = self._deploy(before, url)
        self._keep(deployed, url)
        found = api_url(deployed)
        if found != url:
            self._tell_url(found)
            self._keep(deployed, found)

    def _deploy(self, before: Mapping[str, Any], url: str) -> dict[str, Any]:
        with build_folder(self.project, self._config(url), self._policies, before) as folder:
            place_package(folder, self.package, self.wishes.architecture)
            run_chalice(folder, self.target, "deploy")
            deployed = read_deployed(folder, self.target.stage)
        missing, other = self._compare_code(self._settings(url))
        if missing or other:
            raise FailedError(f"Chalice has not put the code into {', '.join(missing + other)}")
        return deployed

    def _keep(self, deployed: dict[str, Any], url: str) -> None:
        write_record(
            self.target, Record(deployed, self.package.digest, self._settings(url), asdict(self.wishes))
        )

    def _tell_url(self, url: str) -> None:
        """Set the variables that could not be known before the API was there."""
        config = self._config(url)["stages"][self.target.stage]
        variables = {"Variables": config["environment_variables"]}
        names = [function_name(self.target, name) for name in config["lambda_functions"]]
        for name in names:
            self.target.aws.read(
                "lambda", "update_function_configuration", FunctionName=name, Environment=variables
            )
        for name in names:
            self._await_update(name)

    def _await_update(self, name: str) -> None:
        """Until then the next deployment could not touch it."""
        while (
            self.target.aws.read("lambda", "get_function_configuration", FunctionName=name).get(
                "LastUpdateStatus"
            )
            == "InProgress"
        ):
            time.sleep(POLL_SECONDS)


def api_url(deployed: Mapping[str, Any]) -> str:
    """Where the REST API is, without a slash at the end; empty where there is none."""
    for resource in deployed.get("resources", ()):
        if resource["resource_type"] == "rest_api":
            return str(resource.get("rest_api_url", "")).rstrip("/")
    return ""


def find_api(target: Target) -> dict[str, Any]:
    """As Chalice notes it: an API that a deployment has made which did not get to its end, by its stage.

    All else Chalice finds by its name. APIs of all stages have the same.
    """
    for api in target.aws.read("apigateway", "get_rest_apis", limit=500)["items"]:
        if api["name"] == APP:
            stages = target.aws.read("apigateway", "get_stages", restApiId=api["id"])["item"]
            if target.stage in {stage["stageName"] for stage in stages}:
                found = {"name": "rest_api", "resource_type": "rest_api", "rest_api_id": api["id"]}
                return {"resources": [found], "schema_version": "2.0", "backend": "api"}
    return {}


def delete_functions(target: Target, project: Path, deployed: Mapping[str, Any]) -> None:
    """Let Chalice delete all that it has made."""
    wishes = Wishes()
    config = stage_config(target, wishes, "")
    with build_folder(project, config, stage_policies(target, wishes.auth), deployed) as folder:
        run_chalice(folder, target, "delete")
    delete_record(target)
