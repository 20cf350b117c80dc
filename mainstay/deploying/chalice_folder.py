"""Chalice, run in a folder of its own: a copy of the app, what Chalice reads beside it, and our package."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mainstay.deploying.errors import FailedError
from mainstay.deploying.package import Package, copy_app
from mainstay.deploying.target import Target

_UNCHANGING = {"PYTHONDONTWRITEBYTECODE": "1"}
"""Chalice knows our package by a digest over its folder, which bytecode of its own would change."""

_CHALICE = "import sys; from chalice.cli import main; sys.exit(main())"


@contextmanager
def build_folder(
    project: Path, config: Mapping[str, Any], policies: Mapping[str, Any], deployed: Mapping[str, Any]
) -> Iterator[Path]:
    """A copy of the app with what Chalice reads beside it, for as long as it is needed."""
    with tempfile.TemporaryDirectory(prefix="mainstay-chalice-") as name:
        folder = Path(name)
        copy_app(project, folder)
        # Dependencies are in the package that is placed here: Chalice has none to get.
        (folder / "requirements.txt").touch()
        ours = folder / ".chalice"
        for path, content in _files(config, policies, deployed):
            (ours / path).parent.mkdir(parents=True, exist_ok=True)
            (ours / path).write_text(json.dumps(content), encoding="utf-8")
        yield folder


def _files(
    config: Mapping[str, Any], policies: Mapping[str, Any], deployed: Mapping[str, Any]
) -> Iterator[tuple[str, Any]]:
    yield "config.json", config
    for name, policy in policies.items():
        yield f"policy-{name}.json", policy
    if deployed:
        yield f"deployed/{next(iter(config['stages']))}.json", deployed


def place_package(folder: Path, package: Package, architecture: str) -> None:
    """Put the zip where Chalice looks whether it has made one already of the same files."""
    from chalice.deploy.packager import LambdaDeploymentPackager  # noqa: PLC0415 - slow to import
    from chalice.utils import OSUtils  # noqa: PLC0415

    packager = LambdaDeploymentPackager(
        osutils=OSUtils(), dependency_builder=None, ui=None, architecture=architecture
    )
    python = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    path = Path(packager.deployment_package_filename(str(folder), python))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(package.body)


def read_deployed(folder: Path, stage: str) -> dict[str, Any]:
    """What Chalice notes about what it has made."""
    found: dict[str, Any] = json.loads((folder / ".chalice" / "deployed" / f"{stage}.json").read_text())
    return found


def run_chalice(folder: Path, target: Target, command: str) -> None:
    """Run a command of Chalice's in its folder; FailedError has the end of what it says."""
    done = subprocess.run(
        [sys.executable, "-c", _CHALICE, command, "--stage", target.stage],
        cwd=folder,
        env={**os.environ, **_UNCHANGING, "AWS_DEFAULT_REGION": target.region, "AWS_REGION": target.region},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = [line.strip() for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        raise FailedError(f"chalice {command} ended with {done.returncode}: {' '.join(said[-6:])}")
