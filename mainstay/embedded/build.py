"""One CodeBuild build: its record as moto keeps it, and the buildspec that it really runs."""

from __future__ import annotations

import copy
import io
import os
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from moto.codebuild.models import CodeBuildBackend
from moto.core.exceptions import JsonRESTError, ServiceException
from moto.logs.exceptions import ResourceNotFoundException
from moto.logs.models import logs_backends
from moto.s3.models import s3_backends

from mainstay.embedded.buildspec import PHASES, Buildspec, InvalidBuildspecError, Shell, read_buildspec
from mainstay.embedded.personas import CODEBUILD
from mainstay.embedded.terraform import terraform_environment

DEFAULT_TIMEOUT_MINUTES = 60
DEFAULT_BUILDSPEC = "buildspec.yml"


class _PhaseFailedError(Exception):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Build:
    """One run of a project. `snapshot` is what BatchGetBuilds answers of it."""

    def __init__(
        self, backend: CodeBuildBackend, project_name: str, token: str | None, parameter: Any
    ) -> None:
        self.project_name = project_name
        self.token = token
        self._backend = backend
        self._project: dict[str, Any] = backend.codebuild_projects[project_name].project_metadata
        self._record = backend.start_build(project_name, parameter("sourceVersion"), None)
        self.id: str = self._record["id"]
        self._buildspec = parameter("buildspecOverride") or self._project["source"].get("buildspec")
        self._overrides: list[dict[str, str]] = parameter("environmentVariablesOverride") or []
        self._log = _LogStream(backend, f"/aws/codebuild/{project_name}", self.id.split(":")[1])
        self._endpoint = os.environ["AWS_ENDPOINT_URL"]
        self._lock = threading.RLock()
        self._shell: Shell | None = None
        self._failed = False
        self._record |= self._first_facts()

    def _first_facts(self) -> dict[str, Any]:
        now = time.time()
        environment = self._project["environment"]
        given = [*environment.get("environmentVariables", []), *self._overrides]
        variables = list({variable["name"]: variable for variable in given}.values())
        return {
            "startTime": now,
            "source": self._project["source"],
            "environment": {**environment, "environmentVariables": variables},
            "timeoutInMinutes": self._project["timeoutInMinutes"] or DEFAULT_TIMEOUT_MINUTES,
            "logs": {"groupName": self._log.group, "streamName": self._log.stream},
            "phases": [
                {"phaseType": "SUBMITTED", "phaseStatus": "SUCCEEDED", "startTime": now, "endTime": now},
                {"phaseType": "QUEUED", "phaseStatus": "SUCCEEDED", "startTime": now, "endTime": now},
            ],
        }

    def snapshot(self) -> dict[str, Any]:
        """Answer what the build is now."""
        with self._lock:
            return copy.deepcopy(self._record)

    def start(self) -> None:
        """Begin to run, in a thread of its own."""
        threading.Thread(target=self._run, name=self.id, daemon=True).start()

    def stop(self, status: str) -> None:
        """End it with this status, unless it has ended already."""
        with self._lock:
            if self._record["buildStatus"] == "IN_PROGRESS":
                self._record["buildStatus"] = status
            if self._shell is not None:
                self._shell.kill()

    def _run(self) -> None:
        limit = threading.Timer(self._record["timeoutInMinutes"] * 60, self.stop, ("TIMED_OUT",))
        limit.daemon = True
        limit.start()
        try:
            with tempfile.TemporaryDirectory(prefix="build-", ignore_cleanup_errors=True) as folder:
                self._run_in(Path(folder))
            self._end("FAILED" if self._failed else "SUCCEEDED")
        except Exception as error:  # a fault of ours must end the build, or whoever waits for it hangs
            self._log.write(f"the build could not be run: {error!r}")
            self._end("FAULT")
            raise
        finally:
            limit.cancel()

    def _end(self, status: str) -> None:
        with self._lock:
            self.stop(status)
            now = time.time()
            self._record["phases"].append({"phaseType": "COMPLETED", "startTime": now})
            self._record |= {"currentPhase": "COMPLETED", "endTime": now, "buildComplete": True}

    def _run_in(self, folder: Path) -> None:
        workspace = folder / "src"
        workspace.mkdir()
        spec = None
        with self._phase("DOWNLOAD_SOURCE"):
            self._fetch_source(workspace)
            spec = self._read_buildspec(workspace)
        if spec is not None:
            self._run_phases(spec, self._open_shell(folder, workspace, spec))
            with self._phase("FINALIZING"):
                pass

    @contextmanager
    def _phase(self, name: str) -> Iterator[None]:
        phase: dict[str, Any] = {"phaseType": name, "startTime": time.time()}
        with self._lock:
            self._record["phases"].append(phase)
            self._record["currentPhase"] = name
        outcome: dict[str, Any] = {"phaseStatus": "SUCCEEDED"}
        try:
            yield
        except _PhaseFailedError as error:
            self._failed = True
            self._log.write(f"Phase context status code: {error.code} Message: {error}")
            context = {"statusCode": error.code, "message": str(error)}
            outcome = {"phaseStatus": "FAILED", "contexts": [context]}
        with self._lock:
            now = time.time()
            phase |= outcome | {"endTime": now, "durationInSeconds": round(now - phase["startTime"])}

    def _run_phases(self, spec: Buildspec, shell: Shell) -> None:
        """Run the phases in order: after a failed build only post_build, after another failure nothing."""
        for name in PHASES:
            if name in spec.phases:
                with self._phase(name.upper()):
                    self._run_commands(spec, shell, name)
            if self._failed and name != "build":
                break
        values = shell.values(spec.exported)
        with self._lock:
            self._record["exportedEnvironmentVariables"] = [
                {"name": name, "value": value} for name, value in values.items()
            ]

    def _run_commands(self, spec: Buildspec, shell: Shell, name: str) -> None:
        phase, succeeding = spec.phases[name], "0" if self._failed else "1"
        status = shell.run(phase.commands, CODEBUILD_BUILD_SUCCEEDING=succeeding)
        if phase.finally_commands:
            status = shell.run(phase.finally_commands) or status
        if status:
            reason = f"Error while executing command. Reason: exit status {status}"
            raise _PhaseFailedError("COMMAND_EXECUTION_ERROR", reason)

    def _fetch_source(self, workspace: Path) -> None:
        source = self._project["source"]
        if source["type"] == "NO_SOURCE":
            return
        if source["type"] != "S3":
            raise _PhaseFailedError("CLIENT_ERROR", f"no source of type {source['type']} on embedded AWS")
        bucket, _, key = source["location"].removeprefix("arn:aws:s3:::").partition("/")
        try:
            found = s3_backends[self._backend.account_id]["aws"].get_object(bucket, key)
            with zipfile.ZipFile(io.BytesIO(found.value if found else b"")) as archive:
                archive.extractall(workspace)
        except (JsonRESTError, ServiceException, zipfile.BadZipFile) as error:
            raise _PhaseFailedError("CLIENT_ERROR", f"no zip at {source['location']}: {error}") from error

    def _read_buildspec(self, workspace: Path) -> Buildspec:
        given = self._buildspec or DEFAULT_BUILDSPEC
        try:
            return read_buildspec(given if "\n" in given else (workspace / given).read_text())
        except OSError as error:
            raise _PhaseFailedError("YAML_FILE_ERROR", f"YAML file does not exist: {given}") from error
        except InvalidBuildspecError as error:
            raise _PhaseFailedError("YAML_FILE_ERROR", str(error)) from error

    def _open_shell(self, folder: Path, workspace: Path, spec: Buildspec) -> Shell:
        given = {
            entry["name"]: entry["value"] for entry in self._record["environment"]["environmentVariables"]
        }
        environment = {
            **{name: os.environ[name] for name in ("LANG", "LC_ALL", "TMPDIR") if name in os.environ},
            **terraform_environment(),
            **self._own_variables(folder, workspace),
            **spec.variables,
            **given,
        }
        with self._lock:
            self._shell = Shell(
                folder=workspace, state=folder / "state.sh", environment=environment, log=self._log.write
            )
            if self._record["buildStatus"] != "IN_PROGRESS":
                self._shell.kill()
            return self._shell

    def _own_variables(self, folder: Path, workspace: Path) -> Mapping[str, str]:
        region = self._backend.region_name
        return {
            "HOME": str(folder),
            "AWS_ENDPOINT_URL": self._endpoint,
            "AWS_ACCESS_KEY_ID": CODEBUILD.access_key_id,
            "AWS_SECRET_ACCESS_KEY": CODEBUILD.secret,
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_PROXY": "127.0.0.1,localhost",
            "CODEBUILD_BUILD_ID": self.id,
            "CODEBUILD_BUILD_ARN": self._record["arn"],
            "CODEBUILD_BUILD_NUMBER": str(self._record["buildNumber"]),
            "CODEBUILD_SRC_DIR": str(workspace),
        }


class _LogStream:
    def __init__(self, backend: CodeBuildBackend, group: str, stream: str) -> None:
        self.group = group
        self.stream = stream
        self._logs = logs_backends[backend.account_id][backend.region_name]
        if group not in self._logs.groups:
            self._logs.create_log_group(group, {})
        self._logs.create_log_stream(group, stream)

    def write(self, line: str) -> None:
        """Append a line. It is lost where the account was reset while the build ran."""
        event = {"timestamp": int(time.time() * 1000), "message": line}
        with suppress(ResourceNotFoundException):
            self._logs.put_log_events(self.group, self.stream, [event])
