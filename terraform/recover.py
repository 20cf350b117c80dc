"""One build: plan, gate, and apply of the saved plan; or the same to take it back.

The environment says what to do (see buildspec.yml). Nothing of it reaches a shell, everything is
checked before it is used, and values of variables are never printed. What came of it is left in the
folder given as the only argument, one file each: `resource_id`, `plan_summary` and `problem`.

Standard library only: it runs on CodeBuild's plain Python.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote

HERE = Path(__file__).resolve().parent
GATE = HERE.parent / "chalicelib" / "recovery" / "plan_gate.py"
NOTHING_TO_DO = 0
CHANGES = 2
"""What `terraform plan -detailed-exitcode` ends with where something is to be done."""

_PATTERNS = {
    "OPERATION": r"apply|destroy",
    "STATE_KEY": r"recovery/\d{12}/[a-z0-9-]{1,32}/[a-z0-9.-]{1,64}/[A-Za-z0-9._~%-]{1,512}\.tfstate",
    "STATE_BUCKET": r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]",
    "RECOVERY_TOKEN": r"[A-Za-z0-9][A-Za-z0-9._:/@+=-]{0,127}",
    "LOCK_TIMEOUT": r"\d{1,4}s",
    "AWS_REGION": r"[a-z]{2}(-[a-z]+)+-\d{1,2}",
}
_VARIABLE = re.compile(r"[a-z][a-z0-9_]{0,63}")
_PLACE = re.compile(r"\s+(with|on|\d+:) ")
"""Lines in which Terraform shows where in its configuration an error lies."""
_RESOURCE_ID = re.compile(r"[!-~]{1,512}")


class RecoverError(Exception):
    """The build has failed; the message is one clear line."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """What this build is to do, checked."""

    operation: str
    module: Path
    address: str
    addresses: tuple[str, ...]
    """Everything that the module makes: what a plan may touch."""
    lost_id: str
    backend: Mapping[str, str]
    variables: Mapping[str, str]
    token: str
    lock_timeout: str


# -- the request --------------------------------------------------------------------------------


def read_request(environ: Mapping[str, str]) -> Request:
    """Check everything that comes from outside; raise RecoverError naming what is wrong."""
    checked = {name: _matching(environ, name) for name in _PATTERNS}
    module = _module_named(environ.get("MODULE", ""))
    addresses = _addresses_of(module) or (environ.get("ADDRESS", ""),)
    if environ.get("ADDRESS", "") not in addresses or not addresses[0]:
        raise RecoverError(f"ADDRESS is not one of module {module.name}")
    return Request(
        operation=checked["OPERATION"],
        module=module,
        address=environ["ADDRESS"],
        addresses=addresses,
        lost_id=unquote(PurePosixPath(checked["STATE_KEY"]).stem),
        backend=_backend(checked, embedded=bool(environ.get("AWS_ENDPOINT_URL"))),
        variables=_read_variables(environ.get("VARIABLES_JSON", "{}")),
        token=checked["RECOVERY_TOKEN"],
        lock_timeout=checked["LOCK_TIMEOUT"],
    )


def _matching(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "")
    if not re.fullmatch(_PATTERNS[name], value):
        raise RecoverError(f"{name} is missing or not of the form {_PATTERNS[name]}")
    return value


def _module_named(name: str) -> Path:
    """Only a folder that is there: the name is compared, never made into a path."""
    for folder in (HERE / "modules").iterdir():
        if folder.is_dir() and folder.name == name:
            return folder
    raise RecoverError("MODULE is not a folder under terraform/modules")


def _addresses_of(module: Path) -> tuple[str, ...]:
    """What the module says it makes; a module without such a list makes one thing alone."""
    listed = module / "addresses.txt"
    return tuple(listed.read_text().split()) if listed.exists() else ()


def _read_variables(text: str) -> dict[str, str]:
    try:
        variables = json.loads(text)
    except ValueError as error:
        raise RecoverError("VARIABLES_JSON is not JSON") from error
    if not isinstance(variables, dict) or not all(isinstance(value, str) for value in variables.values()):
        raise RecoverError("VARIABLES_JSON is not a JSON object of strings")
    if not all(_VARIABLE.fullmatch(name) for name in variables) or "recovery_token" in variables:
        raise RecoverError("VARIABLES_JSON names a variable that cannot be given")
    return variables


def _backend(checked: Mapping[str, str], *, embedded: bool) -> dict[str, str]:
    """Where the state is, locked while in use. An embedded AWS has no accounts, regions or host names."""
    real = {
        "bucket": checked["STATE_BUCKET"],
        "key": checked["STATE_KEY"],
        "region": checked["AWS_REGION"],
        "encrypt": "true",
        "use_lockfile": "true",
    }
    lenient = (
        *("skip_credentials_validation", "skip_requesting_account_id", "skip_metadata_api_check"),
        *("skip_region_validation", "use_path_style"),
    )
    return real | dict.fromkeys(lenient, "true") if embedded else real


# -- the build ----------------------------------------------------------------------------------


def run_build(request: Request, work: Path, results: Path) -> None:
    """Do what is asked, and leave what came of it; raise RecoverError where it fails."""
    backend = [f"-backend-config={name}={value}" for name, value in request.backend.items()]
    # A provider that the module's lock file does not name is never fetched.
    _terraform(request, "init", "-reconfigure", "-lockfile=readonly", *backend)
    plan = work / "saved.tfplan"
    if _plan(request, plan) == CHANGES:
        summary = _gate(request, plan, work / "plan.json")
        _say(results, summary)
        _terraform(request, "apply", *_locking(request), str(plan), show=True)
    else:
        _say(results, "nothing to do")
    if request.operation == "apply":
        (results / "resource_id").write_text(_resource_id(request))


def _say(results: Path, summary: str) -> None:
    (results / "plan_summary").write_text(summary)
    print(summary, flush=True)


def _plan(request: Request, plan: Path) -> int:
    """Save a plan; answer NOTHING_TO_DO or CHANGES."""
    if request.operation == "destroy" and not _is_ours(request):
        return NOTHING_TO_DO
    mode = ["-destroy"] if request.operation == "destroy" else _replacement(request)
    variables = [f"-var={name}={value}" for name, value in request.variables.items()]
    arguments = ["-detailed-exitcode", f"-out={plan}", *_locking(request), *mode, *variables]
    return _terraform(request, "plan", *arguments, good=(NOTHING_TO_DO, CHANGES)).returncode


def _replacement(request: Request) -> list[str]:
    """What is in the state is gone in AWS, so it is replaced; unless this recovery itself made it.

    Raise RecoverError where the state holds a successor: that one is not what was lost.
    """
    state = _state(request)
    outputs = {name: output.get("value") for name, output in state.get("outputs", {}).items()}
    known = request.address in _addresses_in(state.get("root_module", {}))
    if not known or outputs.get("recovery_token") == request.token:
        return []
    if outputs.get("resource_id") not in (None, "", request.lost_id):
        raise RecoverError(f"{request.lost_id} was already made anew, as {outputs['resource_id']}")
    return [f"-replace={request.address}"]


def _is_ours(request: Request) -> bool:
    """Whether the state holds the work of the recovery that is being undone, and not an earlier one's.

    The token stands in the state from the first step on, also where making the rest failed half-way.
    """
    return f'"{request.token}"' in json.dumps(_state(request))


def _state(request: Request) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(_terraform(request, "show", "-json").stdout).get("values", {})
    return values


def _addresses_in(module: Mapping[str, Any]) -> set[str]:
    inner = (_addresses_in(child) for child in module.get("child_modules", []))
    return {resource["address"] for resource in module.get("resources", [])}.union(*inner)


def _gate(request: Request, plan: Path, plan_json: Path) -> str:
    """Ask the gate; answer what the plan will do, or raise RecoverError with the reasons against it."""
    plan_json.write_text(_terraform(request, "show", "-json", str(plan)).stdout)
    allow = "delete" if request.operation == "destroy" else "replace"
    addresses = [f"--address={address}" for address in request.addresses]
    answer = subprocess.run(
        [sys.executable, str(GATE), str(plan_json), *addresses, f"--allow={allow}"],
        capture_output=True,
        text=True,
        check=False,
    )
    said = "; ".join((answer.stdout + answer.stderr).splitlines())
    if answer.returncode != 0:
        raise RecoverError(f"the plan is refused: {said}")
    return said


def _resource_id(request: Request) -> str:
    outputs = json.loads(_terraform(request, "output", "-json").stdout)
    value = outputs.get("resource_id", {}).get("value")
    if not isinstance(value, str) or not _RESOURCE_ID.fullmatch(value):
        raise RecoverError(f"module {request.module.name} has no usable output resource_id")
    return value


# -- terraform ----------------------------------------------------------------------------------


def _locking(request: Request) -> list[str]:
    return [f"-lock-timeout={request.lock_timeout}"]


def _terraform(
    request: Request, command: str, *arguments: str, show: bool = False, good: tuple[int, ...] = (0,)
) -> subprocess.CompletedProcess[str]:
    """Run Terraform in the module's folder. Only with `show` does its output reach the build's log."""
    flags = [] if command in ("show", "output") else ["-input=false"]
    done = subprocess.run(
        ["terraform", command, *flags, "-no-color", *arguments],
        cwd=request.module,
        env=_environment(request),
        stdin=subprocess.DEVNULL,
        stdout=None if show else subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode not in good:
        print(done.stderr, file=sys.stderr, flush=True)
        raise RecoverError(f"terraform {command} failed: {_error_in(done.stderr)}")
    return done


def _environment(request: Request) -> dict[str, str]:
    """Steps run with the Python that runs this script; a token that a module does not ask for is ignored."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
    own = {"PATH": path, "TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"}
    return {**os.environ, **own, "TF_VAR_recovery_token": request.token}


def _error_in(text: str) -> str:
    """What Terraform, or the step that it ran, said went wrong first; on one line."""
    _, found, said = text.partition("Error: ")
    first = said.partition("\nError: ")[0] if found else text
    _, ran_step, of_step = first.partition("Output: ")
    lines = (of_step if ran_step else first).splitlines()
    return " ".join(" ".join(line for line in lines if not _PLACE.match(line)).split())[:400]


def main() -> int:
    """Answer 0 where the build did its work, 1 where it failed."""
    results = Path(sys.argv[1])
    results.mkdir(parents=True, exist_ok=True)
    for name in ("resource_id", "plan_summary", "problem"):
        (results / name).write_text("")
    try:
        with tempfile.TemporaryDirectory() as work:
            run_build(read_request(os.environ), Path(work), results)
    except (RecoverError, OSError) as error:
        (results / "problem").write_text(str(error))
        print(f"the build has failed: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
