"""CodeBuild with Terraform in it, as a recovery sees it: a build takes a while, and makes an instance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.functional.faults.clock import Clock

_TAKES_SECONDS = 40.0
_TOKEN_SECONDS = 300.0
"""For so long CodeBuild knows an idempotency token."""


@dataclass(eq=False)
class Build:
    """One build."""

    id: str
    settings: dict[str, str]
    status: str = "IN_PROGRESS"
    made: str = ""


@dataclass(kw_only=True)
class CodeBuild:
    """The service. `make` makes an instance and answers its id; `remove` takes one away."""

    clock: Clock
    make: Callable[[], str]
    remove: Callable[[str], None]
    builds: dict[str, Build] = field(default_factory=dict)
    _tokens: dict[str, tuple[float, str]] = field(default_factory=dict)
    _states: dict[str, str] = field(default_factory=dict)
    """Terraform's: key to the instance that it holds."""

    def handle(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        """Answer one request."""
        match operation:
            case "StartBuild":
                return {"build": self._describe(self._start(request))}
            case "BatchGetBuilds":
                return {"builds": [self._describe(self.builds[one]) for one in request["ids"]]}
        raise NotImplementedError(operation)

    def _start(self, request: dict[str, Any]) -> Build:
        """The same token soon after is the same build."""
        now, token = self.clock.now.timestamp(), request["idempotencyToken"]
        since, known = self._tokens.get(token, (0.0, ""))
        if now - since < _TOKEN_SECONDS:
            return self.builds[known]
        settings = {one["name"]: one["value"] for one in request["environmentVariablesOverride"]}
        build = Build(f"builder:{len(self.builds) + 1}", settings)
        self.builds[build.id], self._tokens[token] = build, (now, build.id)
        self.clock.later(_TAKES_SECONDS, lambda: self._finish(build))
        return build

    def _finish(self, build: Build) -> None:
        """What the state holds already is not made again."""
        key = build.settings["STATE_KEY"]
        if build.settings["OPERATION"] == "apply":
            build.made = self._states[key] = self._states.get(key) or self.make()
        elif made := self._states.pop(key, ""):
            self.remove(made)
        build.status = "SUCCEEDED"

    def _describe(self, build: Build) -> dict[str, Any]:
        exported = [{"name": "RESOURCE_ID", "value": build.made}] if build.made else []
        return {"id": build.id, "buildStatus": build.status, "exportedEnvironmentVariables": exported}
