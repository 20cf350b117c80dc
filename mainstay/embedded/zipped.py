"""Lambda functions that are what was deployed: each invocation a process that sees its zip and boto3 only.

Whatever is missing from a zip is missing here as well: the interpreter is isolated from the folders, the
packages and the variables of whoever runs it, and gets what Lambda's own Python has beside the zip.
"""

from __future__ import annotations

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any

from moto.awslambda.models import LambdaFunction

from mainstay.embedded.invocations import _install, _Route
from mainstay.embedded.repairs.replacing import replace

RETRY_DELAYS_SECONDS = (0.2, 0.4)
"""On AWS these are one and two minutes."""

IN_LAMBDA = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3", "six")
"""What Lambda's Python has beside the standard library."""

_RUNNER = """
import importlib, json, sys, time, traceback

folder, runtime, handler, answer, context = sys.argv[1:]
sys.path += [folder, runtime]

class Context:
    began = time.monotonic()
    def __init__(self, facts):
        self.__dict__.update(facts)
    def get_remaining_time_in_millis(self):
        return max(0, round((self.began + self.timeout_seconds - time.monotonic()) * 1000))

try:
    module, _, name = handler.rpartition(".")
    run = getattr(importlib.import_module(module), name)
    text = json.dumps({"answer": run(json.load(sys.stdin), Context(json.loads(context)))})
except BaseException as error:
    traceback.print_exc()
    text = json.dumps({"type": type(error).__name__, "message": str(error)})
with open(answer, "w") as file:
    file.write(text)
"""


def run_zips() -> None:
    """Let every function run the zip that it has, unless a handler of this process is routed to it."""
    _install()
    replace(LambdaFunction, "in_process", _ByZip())


class _ByZip:
    """What a function does by default. It is not data, so that a routed handler comes before it."""

    def __get__(self, function: Any, owner: type) -> Any:
        if function is None:
            return self
        return _Route(function.function_name, _Zip(function), RETRY_DELAYS_SECONDS)


class _Zip:
    """A handler that runs in a process of its own."""

    def __init__(self, function: Any) -> None:
        self._function = function

    def __call__(self, event: Any, context: Any) -> Any:
        with tempfile.TemporaryDirectory(prefix="mainstay-invocation-") as folder:
            path = Path(folder) / "answer.json"
            done = self._run(event, context, path)
            sys.stderr.write(done.stderr)
            if not path.exists():
                said = done.stderr[-500:]
                raise _error("Runtime.ExitError", f"Runtime exited with {done.returncode}: {said}")
            found = json.loads(path.read_text(encoding="utf-8"))
        if "type" in found:
            raise _error(found["type"], found["message"])
        return found["answer"]

    def _run(self, event: Any, context: Any, path: Path) -> subprocess.CompletedProcess[str]:
        function = self._function
        folder = unpack(function.code_sha_256, function.code_bytes)
        facts = json.dumps({**vars(context), "log_group_name": context.log_group_name})
        try:
            return subprocess.run(
                [
                    *(sys.executable, "-I", "-S", "-c", _RUNNER),
                    *(folder, make_runtime(), function.handler, path, facts),
                ],
                input=json.dumps(event),
                cwd=path.parent,
                env=_environment(function),
                capture_output=True,
                text=True,
                timeout=function.timeout,
                check=False,
            )
        except subprocess.TimeoutExpired:
            said = f"Error: Task timed out after {function.timeout}.00 seconds"
            raise _error("Sandbox.Timedout", f"RequestId: {context.aws_request_id} {said}") from None


def _error(name: str, message: str) -> Exception:
    """An error that is called as the one that a process ended with."""
    error: Exception = type(name, (Exception,), {})(message)
    return error


def _environment(function: Any) -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if name.startswith(("AWS_", "NO_PROXY"))}
    return {
        **ours,
        **function.environment_vars,
        "AWS_REGION": function.region,
        "AWS_DEFAULT_REGION": function.region,
        "AWS_LAMBDA_FUNCTION_NAME": function.function_name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_size),
    }


@cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="mainstay-lambda-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def unpack(digest: str, body: bytes) -> Path:
    """A folder with what is in a zip, until this process ends; made once, and complete before it is seen."""
    folder = _folder() / digest.replace("/", "_")
    if not folder.exists():
        fresh = Path(tempfile.mkdtemp(dir=_folder()))
        with zipfile.ZipFile(BytesIO(body)) as archive:
            archive.extractall(fresh)
        try:
            fresh.rename(folder)
        except OSError:  # somebody else was quicker
            shutil.rmtree(fresh)
    return folder


@cache
def make_runtime(names: Sequence[str] = IN_LAMBDA) -> Path:
    """A folder with what Lambda's Python has, and nothing else of what is installed here."""
    folder = Path(tempfile.mkdtemp(dir=_folder()))
    for name in names:
        spec = find_spec(name)
        if spec is None or spec.origin is None:
            raise ModuleNotFoundError(name)
        path = Path(spec.origin)
        source = path.parent if path.name == "__init__.py" else path
        (folder / source.name).symlink_to(source)
    return folder
