"""CodeBuild for moto: a build runs its buildspec in a subprocess.

moto itself runs nothing, says SUCCEEDED when first asked, and takes no notice of overrides and tokens.
"""

from __future__ import annotations

import atexit
import threading
from functools import cache
from typing import Any

from moto.codebuild.exceptions import ResourceNotFoundException
from moto.codebuild.models import CodeBuildBackend, codebuild_backends
from moto.codebuild.responses import CodeBuildResponse
from moto.core.base_backend import BaseBackend
from moto.core.responses import ActionResult

from mainstay.embedded.build import Build
from mainstay.embedded.terraform import find_terraform

__all__ = ["find_terraform", "run_builds_for_real"]


@cache
def run_builds_for_real() -> None:
    """Change moto's CodeBuild for the life of the process. The second time does nothing."""
    CodeBuildResponse.start_build = _start_build
    CodeBuildBackend.batch_get_builds = _batch_get_builds
    CodeBuildBackend.stop_build = _stop_build
    CodeBuildBackend.reset = _reset
    atexit.register(_kill_all)


# -- the API ------------------------------------------------------------------------------------


def _start_build(response: CodeBuildResponse) -> ActionResult:
    backend, name = response.codebuild_backend, response._get_param("projectName")
    if name not in backend.codebuild_projects:
        raise ResourceNotFoundException(f"Project cannot be found: {name}")
    token = response._get_param("idempotencyToken")
    with _LOCK:
        build = _by_token(backend, name, token)
        if build is None:
            build = Build(backend, name, token, response._get_param)
            _builds(backend)[build.id] = build
            build.start()
    return ActionResult({"build": build.snapshot()})


def _batch_get_builds(backend: CodeBuildBackend, ids: list[str]) -> list[dict[str, Any]]:
    return [build.snapshot() for id_, build in list(_builds(backend).items()) if id_ in ids]


def _stop_build(backend: CodeBuildBackend, build_id: str) -> dict[str, Any]:
    build = _builds(backend)[build_id]
    build.stop("STOPPED")
    return build.snapshot()


_LOCK = threading.Lock()


def _builds(backend: CodeBuildBackend) -> dict[str, Build]:
    """Answer the builds by id, oldest first: kept in moto's backend, so that moto's reset forgets them."""
    builds: dict[str, Build] = backend.__dict__.setdefault("builds_for_real", {})
    return builds


def _by_token(backend: CodeBuildBackend, project: str, token: str | None) -> Build | None:
    if not token:
        return None
    wanted = (project, token)
    return next((b for b in _builds(backend).values() if (b.project_name, b.token) == wanted), None)


def _reset(backend: CodeBuildBackend) -> None:
    """End what still runs first: it would go on in an account that has forgotten it."""
    _kill(backend)
    BaseBackend.reset(backend)


def _kill_all() -> None:
    for regions in codebuild_backends.values():
        for backend in regions.values():
            _kill(backend)


def _kill(backend: CodeBuildBackend) -> None:
    for build in _builds(backend).values():
        build.stop("STOPPED")
