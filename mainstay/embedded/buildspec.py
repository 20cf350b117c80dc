"""Running a CodeBuild buildspec by bash, as CodeBuild's container does."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

PHASES = ("install", "pre_build", "build", "post_build")


class InvalidBuildspecError(Exception):
    """The text is no buildspec that we can run."""


@dataclass(frozen=True)
class Phase:
    """Commands in order, and those that run afterwards whatever became of them."""

    commands: tuple[str, ...]
    finally_commands: tuple[str, ...]


@dataclass(frozen=True)
class Buildspec:
    """The parts of a buildspec (version 0.2) that are honoured here."""

    phases: Mapping[str, Phase]
    variables: Mapping[str, str]
    exported: tuple[str, ...]


def read_buildspec(text: str) -> Buildspec:
    """Read the YAML of a buildspec; raise InvalidBuildspecError where it is none."""
    try:
        spec = yaml.safe_load(text)
        env = spec.get("env") or {}
        return Buildspec(
            phases={name: _read_phase(spec["phases"][name]) for name in PHASES if name in spec["phases"]},
            variables={name: str(value) for name, value in (env.get("variables") or {}).items()},
            exported=tuple(env.get("exported-variables") or ()),
        )
    except (yaml.YAMLError, AttributeError, KeyError, TypeError) as error:
        raise InvalidBuildspecError(f"the buildspec cannot be read: {error!r}") from error


def _read_phase(phase: Mapping[str, Any]) -> Phase:
    return Phase(tuple(phase.get("commands") or ()), tuple(phase.get("finally") or ()))


_CHECK = """
status=$?
if [ $status -ne 0 ]; then
  echo "Command did not exit successfully: exit status $status"
  exit $status
fi
"""


class Shell:
    """Runs commands one after another; variables and the folder last from each call of `run` to the next."""

    def __init__(
        self, *, folder: Path, state: Path, environment: Mapping[str, str], log: Callable[[str], None]
    ) -> None:
        self._folder = folder
        self._state = state
        self._environment = dict(environment)
        self._log = log
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._ended = False

    def run(self, commands: Sequence[str], **variables: str) -> int:
        """Run commands until one fails; answer its exit status, or 0. A killed shell answers 137."""
        restore = f"if [ -f {self._q} ]; then . {self._q}; fi\n"
        set_variables = "".join(f"export {name}={shlex.quote(value)}\n" for name, value in variables.items())
        save = f"""trap 'export -p > {self._q}; printf "cd %q\\n" "$PWD" >> {self._q}' EXIT\n"""
        process = self._start(restore + set_variables + save + "".join(c + _CHECK for c in commands))
        if process is None or process.stdout is None:
            return 128 + signal.SIGKILL
        with process:
            for line in process.stdout:
                self._log(line.rstrip("\n"))
        return process.returncode if process.returncode >= 0 else 128 - process.returncode

    def values(self, names: Sequence[str]) -> dict[str, str]:
        """Answer what exported variables hold now; empty where they are not set."""
        if not (names and self._state.exists()):
            return dict.fromkeys(names, "")
        script = f'. {self._q}; for name in "$@"; do printf \'%s\\0\' "${{!name}}"; done'
        out = subprocess.run(
            ["bash", "-c", script, "bash", *names], capture_output=True, text=True, check=True
        ).stdout
        return dict(zip(names, out.split("\0"), strict=False))

    def kill(self) -> None:
        """End the running command with everything that it started, and run nothing more."""
        with self._lock:
            self._ended = True
            if self._process is not None and self._process.poll() is None:
                os.killpg(self._process.pid, signal.SIGKILL)

    @property
    def _q(self) -> str:
        return shlex.quote(str(self._state))

    def _start(self, script: str) -> subprocess.Popen[str] | None:
        with self._lock:
            if self._ended:
                return None
            self._process = subprocess.Popen(
                ["bash", "-c", script],
                cwd=self._folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                start_new_session=True,
            )
            return self._process
