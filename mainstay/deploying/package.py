"""The zip that every function runs: the app, what it needs, and all of it compiled beforehand.

Lambda cannot keep what Python compiles, so that each cold start would compile everything anew. Compiled
files that are never checked against their source are also the same for the same input: their header holds
a digest of the source, not its time. The zip is sorted and undated, so that a deployment can see by its
digest whether anything has changed.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import chalice

from mainstay.deploying.errors import UnusableError
from mainstay.infrastructure import zip_files

ARCHITECTURES = {"arm64": "aarch64", "x86_64": "x86_64"}
"""What Lambda calls a processor, and what wheels call it."""

_PIN = re.compile(r"(?P<name>[A-Za-z0-9][\w.-]*)==")
_NEW_LINUX = (3, 12)
"""From this Python on, Lambda's Linux has glibc 2.34; before it was 2.26."""

_LITTER = ("__pycache__", "bin", "tests")
_NOTES = ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json")
"""What pip leaves for itself in each ``.dist-info``."""

UNUSED = (
    "aws_lambda_powertools/event_handler",
    "aws_lambda_powertools/utilities/[!_j]*",
    "pydantic/v1",
)
"""Parts of what we use that nothing imports: a tenth of the zip, and as much to unpack at a cold start."""

FOR_TOKENS = frozenset({"cryptography", "cffi", "pycparser", "pyjwt"})
"""Needed only where an identity provider's tokens are checked: a third of the zip."""

CHALICE_RUNTIME = ("__init__.py", "app.py")
"""All that Chalice's own packages hold of Chalice."""


@dataclass(frozen=True)
class Package:
    """A zip, and how Lambda knows it."""

    body: bytes

    @cached_property
    def digest(self) -> str:
        """SHA-256 in base64: Lambda's ``CodeSha256``."""
        return base64.b64encode(hashlib.sha256(self.body).digest()).decode()


def build_package(project: Path, architecture: str, *, tokens: bool = True) -> Package:
    """Make the zip for the functions of a project; UnusableError where a dependency cannot be had.

    `tokens`: with what checks tokens of an identity provider.
    """
    pinned = (project / "requirements.txt").read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory(prefix="mainstay-build-") as name:
        folder = Path(name)
        _install(pinned if tokens else without(pinned, FOR_TOKENS), folder, architecture)
        _clean(folder)
        copy_app(project, folder)
        (folder / "chalice").mkdir()
        for part in CHALICE_RUNTIME:
            shutil.copy(Path(chalice.__file__).parent / part, folder / "chalice")
        _compile(folder)
        files = (path for path in folder.rglob("*") if path.is_file())
        return Package(zip_files({path.relative_to(folder).as_posix(): path.read_bytes() for path in files}))


def copy_app(project: Path, folder: Path) -> None:
    """Copy what is ours."""
    shutil.copy(project / "app.py", folder)
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(project / "chalicelib", folder / "chalicelib", ignore=ignored)


def without(requirements: str, names: Collection[str]) -> str:
    """Pinned requirements, each with its hashes on the lines after it, without these."""
    kept, keep = [], True
    for line in requirements.splitlines():
        if found := _PIN.match(line):
            keep = found["name"].lower() not in names
        if keep:
            kept.append(line)
    return "\n".join(kept)


def _install(requirements: str, folder: Path, architecture: str) -> None:
    """Unpack the wheels that are pinned for Lambda's platform, checked by their hashes."""
    path = folder / "requirements.txt"
    path.write_text(requirements, encoding="utf-8")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"),
            *("--target", folder, "--no-deps", "--no-compile", "--only-binary=:all:", "--require-hashes"),
            *("--implementation", "cp", "--python-version", f"{sys.version_info[0]}.{sys.version_info[1]}"),
            *(part for platform in _platforms(architecture) for part in ("--platform", platform)),
            *("--requirement", path),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    path.unlink()
    if done.returncode:
        reasons = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        raise UnusableError(f"the dependencies cannot be had for {architecture}: {(reasons or ['pip'])[-1]}")


def _platforms(architecture: str) -> Iterator[str]:
    machine = ARCHITECTURES[architecture]
    yield f"manylinux2014_{machine}"
    if sys.version_info >= _NEW_LINUX:
        yield f"manylinux_2_28_{machine}"
        yield f"manylinux_2_34_{machine}"


def _clean(folder: Path) -> None:
    """Take away what nobody needs on Lambda."""
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and path.name in _LITTER:
            shutil.rmtree(path)
        elif path.name in _NOTES:
            path.unlink()
    for pattern in UNUSED:
        for path in folder.glob(pattern):
            if path.is_dir():
                shutil.rmtree(path)


def _compile(folder: Path) -> None:
    """Compile all of it, in a process of its own: what is marshalled depends on what else is alive."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"),
            *("-s", folder, "-p", "/var/task", folder),
        ],
        env={**os.environ, "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise UnusableError(f"what is deployed does not compile: {' '.join(done.stdout.split())}")
