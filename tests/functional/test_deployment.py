"""A stage put into an account by the real commands, healing there, changed, and taken away again.

The account is embedded AWS in a process of its own. Its functions run what was deployed and nothing else:
each invocation is a Python that sees the zip, the standard library and boto3.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from platform import machine
from shutil import copytree, ignore_patterns
from typing import Any

import boto3
import pytest
from botocore.config import Config

from mainstay.embedded.aws import REGION
from mainstay.embedded.personas import ALICE, GHOST, Persona
from tests.contract.source import ROOT

STAGE = "local"
ARCHITECTURE = "arm64" if machine() in {"arm64", "aarch64"} else "x86_64"
"""What can run here. On AWS it is arm64 unless somebody asks for the other."""

ORDER = (
    *("--architecture", ARCHITECTURE, "--mail", "oncall@example.com"),
    *("--parameter", "VerifyIntervalSeconds=1", "--parameter", "PollSeconds=1"),
)
POLICY = "limits: {settle_seconds: 1, model: never}\n"
TREES = ("chalicelib", "mainstay", "infra", "terraform")
EXTRA = """

@app.lambda_function(name="extra")
def extra(_event: object, _context: object) -> str:
    return "extra"
"""


def _copy_project(folder: Path) -> Path:
    for name in TREES:
        copytree(ROOT / name, folder / name, ignore=ignore_patterns("__pycache__"))
    for name in ("app.py", "requirements.txt"):
        (folder / name).write_bytes((ROOT / name).read_bytes())
    (folder / "chalicelib" / "policy.yaml").write_text(POLICY)
    return folder


@dataclass
class Account:
    """An account, and a checkout that is deployed to it."""

    endpoint: str
    project: Path
    _originals: dict[str, str] = field(default_factory=dict)

    def client(self, service: str, persona: Persona = GHOST) -> Any:
        session = boto3.Session(persona.access_key_id, persona.secret, region_name=REGION)
        return session.client(
            service, endpoint_url=self.endpoint, config=Config(retries={"total_max_attempts": 1})
        )

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of Mainstay's by somebody of whom no event speaks."""
        return subprocess.run(
            [sys.executable, "-m", "mainstay", *arguments, "--stage", STAGE, "--region", REGION],
            cwd=self.project,
            env={
                **os.environ,
                "AWS_ENDPOINT_URL": self.endpoint,
                "AWS_ACCESS_KEY_ID": GHOST.access_key_id,
                "AWS_SECRET_ACCESS_KEY": GHOST.secret,
            },
            capture_output=True,
            text=True,
            check=False,
        )

    def deploy(self, *arguments: str) -> dict[str, Any]:
        return self._document("deploy", *ORDER, *arguments)

    def destroy(self, *arguments: str) -> dict[str, Any]:
        return self._document("destroy", "--yes", *arguments)

    def _document(self, *arguments: str) -> dict[str, Any]:
        done = self.run(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def edit(self, name: str, old: str, new: str) -> None:
        path = self.project / name
        text = path.read_text()
        assert old in text
        self._originals.setdefault(name, text)
        path.write_text(text.replace(old, new, 1))

    def undo_edits(self) -> None:
        for name, text in self._originals.items():
            (self.project / name).write_text(text)

    def add_function(self) -> None:
        """Declare one function more, in the three places that know of functions."""
        last = (self.project / "app.py").read_text().splitlines()[-1]
        self.edit("app.py", last, last + EXTRA)
        self.edit("mainstay/policies.py", '    "api_handler": {', '    "extra": {},\n    "api_handler": {')
        self.edit("mainstay/permissions.py", '    "api_handler": (', '    "extra": (),\n    "api_handler": (')

    def functions(self) -> set[str]:
        pages = self.client("lambda").get_paginator("list_functions").paginate()
        return {one["FunctionName"] for page in pages for one in page["Functions"]}

    def tables(self) -> set[str]:
        return set(self.client("dynamodb").list_tables()["TableNames"])


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    project = _copy_project(tmp_path_factory.mktemp("project"))
    with subprocess.Popen(
        [sys.executable, "-m", "mainstay.embedded.standalone"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        assert server.stdout
        yield Account(json.loads(server.stdout.readline())["endpoint"], project)
        assert server.stdin
        server.stdin.close()
        server.wait(30)


@dataclass(frozen=True)
class Life:
    """What became of a stage, from its first deployment to its last."""

    foreseen: dict[str, Any]
    before: set[str]
    first: dict[str, Any]
    mode: str
    rules: dict[str, dict[str, Any]]
    configs: dict[str, dict[str, Any]]
    variables: dict[str, str]
    answers: dict[str, dict[str, Any]]
    healed: dict[str, Any]
    again: dict[str, Any]
    less: str
    functions: tuple[set[str], set[str], set[str]]
    destroyed: dict[str, Any]
    stacks: list[str]
    kept: set[str]
    farewell: str
    gone: set[str]


@pytest.fixture(scope="module")
def life(account: Account) -> Life:
    account.add_function()
    foreseen, before = account.deploy("--dry-run"), account.functions() | account.tables()
    first = account.deploy()
    mode = account.run("mode").stdout.strip()
    rules, configs = _rules(account), _configs(account)
    variables = account.client("lambda").get_function_configuration(
        FunctionName="mainstay-local-notify_people"
    )["Environment"]["Variables"]
    answers = {path: _call_api(account, path) for path in ("/health", "/ui")}
    assert account.run("mode", "auto", "--reason", "we trust it").returncode == 0
    healed = _heal(account)
    again, many = account.deploy(), account.functions()
    account.undo_edits()
    less, fewer = account.run("deploy", *ORDER).stdout, account.functions()
    destroyed, none = account.destroy(), account.functions()
    stacks = [one["StackName"] for one in account.client("cloudformation").describe_stacks()["Stacks"]]
    kept = account.tables()
    farewell = account.run("destroy", "--yes", "--with-tables").stdout
    return Life(
        foreseen=foreseen,
        before=before,
        first=first,
        mode=mode,
        rules=rules,
        configs=configs,
        variables=variables,
        answers=answers,
        healed=healed,
        again=again,
        less=less,
        functions=(many, fewer, none),
        destroyed=destroyed,
        stacks=stacks,
        kept=kept,
        farewell=farewell,
        gone=account.tables(),
    )


def _rules(account: Account) -> dict[str, dict[str, Any]]:
    events = account.client("events")
    names = [rule["Name"] for rule in events.list_rules(NamePrefix="mainstay-local")["Rules"]]
    return {name: events.list_targets_by_rule(Rule=name)["Targets"][0] for name in names}


def _configs(account: Account) -> dict[str, dict[str, Any]]:
    client = account.client("lambda")
    return {
        name: client.get_function_event_invoke_config(FunctionName=f"mainstay-local-{name}")
        for name in ("on_resource_event", "on_alarm", "on_scan_request", "sweep", "start_scan")
    }


def _call_api(account: Account, path: str) -> dict[str, Any]:
    """What API Gateway would give to the function, and what it would get."""
    request = {
        "httpMethod": "GET",
        "resource": path,
        "path": path,
        "headers": {},
        "multiValueHeaders": {},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "stageVariables": None,
        "body": None,
        "isBase64Encoded": False,
        "requestContext": {
            "resourcePath": path,
            "path": f"/{STAGE}{path}",
            "stage": STAGE,
            "httpMethod": "GET",
            "identity": {"sourceIp": "192.0.2.1"},
        },
    }
    answer = account.client("lambda").invoke(FunctionName="mainstay-local", Payload=json.dumps(request))
    found: dict[str, Any] = json.loads(answer["Payload"].read())
    return found


def _heal(account: Account) -> dict[str, Any]:
    """Let a person stop an instance, and wait for what becomes of it."""
    ec2 = account.client("ec2")
    [instance] = ec2.run_instances(ImageId="ami-12345678", MinCount=1, MaxCount=1)["Instances"]
    name = instance["InstanceId"]
    _eventually(lambda: _state(ec2, name) == "running")
    account.client("ec2", ALICE).stop_instances(InstanceIds=[name])
    machine_arn = f"arn:aws:states:{REGION}:123456789012:stateMachine:mainstay-local-recovery"
    states = account.client("stepfunctions")
    [execution] = _eventually(
        lambda: [
            one
            for one in states.list_executions(stateMachineArn=machine_arn)["executions"]
            if one["status"] != "RUNNING"
        ]
    )
    listed = account.run("incidents", "--json").stdout.splitlines()
    [incident] = [one for one in map(json.loads, listed) if one["resource"]["id"] == name]
    return {**incident, "execution": execution["status"], "instance": _state(ec2, name)}


def _state(ec2: Any, instance: str) -> str:
    found = ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]
    return str(found["State"]["Name"])


def _eventually(look: Callable[[], Any], timeout: float = 90) -> Any:
    end = time.monotonic() + timeout
    while not (found := look()):
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.1)
    return found


def _changes(document: dict[str, Any]) -> dict[str, list[str]]:
    return {one["step"]: one["changes"] for one in document["steps"]}


def test_a_dry_run_says_what_would_be_made_and_makes_nothing(life: Life) -> None:
    assert "create IncidentsTable (AWS::DynamoDB::Table)" in _changes(life.foreseen)["infra stack"]
    assert "create function extra" in _changes(life.foreseen)["functions, rules and API"]
    assert life.before == set()


def test_the_first_deployment_makes_everything(life: Life) -> None:
    assert life.first["changed"]
    assert life.functions[0] == {"mainstay-local", "mainstay-local-extra"} | {
        f"mainstay-local-{name}" for name in _functions() if name != "api_handler"
    }
    assert life.first["endpoints"]["api"].endswith(f".execute-api.{REGION}.amazonaws.com/{STAGE}")
    assert life.first["subscribers"] == ["oncall@example.com"]


def _functions() -> set[str]:
    from mainstay.policies import FUNCTIONS  # noqa: PLC0415

    return set(FUNCTIONS)


def test_a_new_stage_only_observes(life: Life) -> None:
    assert life.mode == "observe"


def test_rules_keep_what_they_cannot_deliver(life: Life) -> None:
    queue = f"arn:aws:sqs:{REGION}:123456789012:mainstay-local-dead-letters"
    ours = {name: target for name, target in life.rules.items() if name.endswith("-event")}
    assert {target["DeadLetterConfig"]["Arn"] for target in ours.values()} == {queue}
    assert ours["mainstay-local-sweep-event"]["RetryPolicy"]["MaximumEventAgeInSeconds"] == 300


def test_functions_keep_what_they_cannot_take(life: Life) -> None:
    queue = f"arn:aws:sqs:{REGION}:123456789012:mainstay-local-dead-letters"
    assert {one["DestinationConfig"]["OnFailure"]["Destination"] for one in life.configs.values()} == {queue}
    assert life.configs["on_resource_event"]["MaximumRetryAttempts"] == 2
    assert life.configs["sweep"]["MaximumRetryAttempts"] == 0


def test_functions_know_where_they_are(life: Life) -> None:
    url = life.first["endpoints"]["api"]
    assert life.variables == {
        "MAINSTAY_STAGE": STAGE,
        "MAINSTAY_ACCOUNT": "123456789012",
        "MAINSTAY_AUTH": "iam",
        "MAINSTAY_API_URL": url,
        "MAINSTAY_CONSOLE_URL": f"{url}/ui",
    }


def test_the_api_answers_out_of_its_zip(life: Life) -> None:
    assert {path: answer["statusCode"] for path, answer in life.answers.items()} == {
        "/health": 200,
        "/ui": 200,
    }
    assert life.answers["/ui"]["body"].startswith("<!doctype html>")


def test_an_event_heals_by_what_was_deployed(life: Life) -> None:
    assert (life.healed["execution"], life.healed["state"]) == ("SUCCEEDED", "COMPLETED")
    assert life.healed["instance"] == "running"


def test_deploying_again_changes_nothing_and_says_so(life: Life) -> None:
    assert not life.again["changed"]
    assert life.again["endpoints"] == life.first["endpoints"]


def test_a_function_that_is_no_more_is_removed(life: Life) -> None:
    many, fewer, _ = life.functions
    assert many - fewer == {"mainstay-local-extra"}
    assert "    delete function extra\n" in life.less


def test_a_deployment_ends_with_where_everything_is_and_what_is_next(life: Life) -> None:
    assert f"Deployed local in {REGION} of account 123456789012." in life.less
    assert life.first["endpoints"]["console"] in life.less
    assert f"mainstay mode approve --stage {STAGE} --region {REGION}" in life.less


def test_what_is_destroyed_is_gone_but_for_tables_and_bucket(life: Life) -> None:
    assert life.functions[2] == set()
    assert life.stacks == []
    assert life.kept == {"mainstay-local-incidents", "mainstay-local-patterns"}
    assert life.destroyed["kept"] == [
        "AWS::DynamoDB::Table mainstay-local-incidents",
        "AWS::DynamoDB::Table mainstay-local-patterns",
        "AWS::S3::Bucket mainstay-local-artifacts-123456789012",
    ]


def test_tables_go_when_that_is_asked_for(life: Life) -> None:
    assert life.gone == set()
    assert "    delete mainstay-local-incidents\n" in life.farewell
    assert "AWS::S3::Bucket mainstay-local-artifacts-123456789012" in life.farewell
