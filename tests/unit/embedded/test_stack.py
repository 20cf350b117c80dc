"""The template, the stack that it makes on embedded AWS, and the source of recovery builds."""

import io
import json
import re
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from botocore.exceptions import ClientError

from mainstay.embedded.aws import EmbeddedAws
from mainstay.embedded.stack import create_stack, upload_source
from mainstay.infrastructure import PROJECT, SOURCE_KEY, TEMPLATE, render_template, zip_source

FAST = {"VerifyIntervalSeconds": "1", "PollSeconds": "1", "VerifyAttempts": "3"}


class Made:
    """A stack, and where it is."""

    def __init__(self, aws: EmbeddedAws) -> None:
        self.aws = aws
        self.outputs = create_stack(aws, stage="local", parameters=FAST)
        upload_source(aws, self.outputs["ArtifactBucket"])


@pytest.fixture(scope="module")
def made() -> Iterator[Made]:
    with EmbeddedAws() as aws:
        yield Made(aws)


# -- the template -------------------------------------------------------------------------------


def _substituted(template: str) -> str:
    """The definition with a value of the right kind for each substitution."""
    definition = re.sub(r"\$\{\w+(Seconds|Attempts)\}", "5", _definition(template))
    for name, service in (
        ("LambdaInvokeWaitForTaskToken", "lambda:invoke.waitForTaskToken"),
        ("DynamoDbUpdateItem", "dynamodb:updateItem"),
    ):
        definition = definition.replace(f"${{{name}}}", f"arn:aws:states:::{service}")
    return re.sub(r"\$\{\w+\}", "arn:aws:lambda:us-east-1:123456789012:function:f", definition)


class _Loader(yaml.SafeLoader):
    """Reads CloudFormation's short forms as ``{"Sub": ...}``."""


_LONG = {
    yaml.ScalarNode: "construct_scalar",
    yaml.SequenceNode: "construct_sequence",
    yaml.MappingNode: "construct_mapping",
}
_Loader.add_multi_constructor(
    "!",
    lambda loader, name, node: {
        name: getattr(loader, _LONG[type(node)])(node, *([True] if node.id != "scalar" else []))
    },
)


def _properties(template: str, name: str) -> dict[str, Any]:
    return yaml.load(template, _Loader)["Resources"][name]["Properties"]  # noqa: S506 - a SafeLoader


def _definition(template: str) -> str:
    return _properties(template, "Workflow")["DefinitionString"]


def test_the_rendered_template_and_its_workflow_pass_cfn_lint(tmp_path: Path) -> None:
    rendered = render_template(TEMPLATE)
    definition = _substituted(rendered)
    lines = [
        f"      DefinitionString: {json.dumps(definition)}" if "DefinitionString:" in line else line
        for line in rendered.splitlines()
    ]
    plain = "\n".join(lines)
    plain = re.sub(r"      DefinitionSubstitutions:\n(        .*\n)+", "", plain)
    (tmp_path / "rendered.yaml").write_text(rendered)
    (tmp_path / "plain.yaml").write_text(plain)

    done = subprocess.run(
        [str(Path(sys.executable).parent / "cfn-lint"), "--", *map(str, [TEMPLATE, *tmp_path.iterdir()])],
        capture_output=True,
        text=True,
        check=False,
    )

    problems = [line for line in done.stdout.splitlines() if re.match(r"[EWI]\d{4}", line)]
    problems = [line for line in problems if not line.startswith("W2001")]  # parameters of substitutions
    assert problems == []


def test_the_template_is_small_enough_to_be_sent_in_a_call() -> None:
    assert len(render_template(TEMPLATE).encode()) < 51_200


def test_the_workflow_is_inlined_with_numbers_as_numbers() -> None:
    workflow = json.loads(_substituted(render_template(TEMPLATE)))

    text = (TEMPLATE.parent / "workflow.asl.json").read_text()
    assert list(workflow["States"]) == list(json.loads(text)["States"])
    assert workflow["States"]["VerifyRecovery"]["Retry"][0]["MaxAttempts"] == 5
    assert '"${PollSeconds}"' in text  # so that the file itself is JSON
    assert '"${PollSeconds}"' not in _definition(render_template(TEMPLATE))


def test_an_apostrophe_in_the_workflow_survives(tmp_path: Path) -> None:
    (tmp_path / "w.json").write_text('{\n  "Comment": "it\'s \\"quoted\\": \\u00e9 # no comment"\n}')
    (tmp_path / "t.yaml").write_text('A:\n  DefinitionString: "@w.json"\n')

    definition = yaml.safe_load(render_template(tmp_path / "t.yaml"))["A"]["DefinitionString"]

    assert json.loads(definition) == {"Comment": 'it\'s "quoted": \u00e9 # no comment'}


def test_each_substitution_of_the_workflow_is_given_and_none_in_vain() -> None:
    rendered = render_template(TEMPLATE)

    used = set(re.findall(r"\$\{(\w+)\}", _definition(rendered)))

    assert used == set(_properties(rendered, "Workflow")["DefinitionSubstitutions"])


def test_the_workflow_may_run_each_step_that_it_names_and_nothing_else() -> None:
    rendered = render_template(TEMPLATE)
    statements = _properties(rendered, "WorkflowRole")["Policies"][0]["PolicyDocument"]["Statement"]
    substitutions = _properties(rendered, "Workflow")["DefinitionSubstitutions"]

    steps = {v["Sub"] for v in substitutions.values() if ":function:" in v.get("Sub", "")}
    allowed = next(s["Resource"] for s in statements if s["Action"] == "lambda:InvokeFunction")

    assert {resource["Sub"] for resource in allowed} == steps
    assert len(steps) == 10
    assert next(s for s in statements if s["Sid"] == "RecordExecution")["Action"] == "dynamodb:UpdateItem"


def test_only_prod_protects_its_tables_from_deletion(made: Made) -> None:
    table = made.aws.client("dynamodb").describe_table(TableName="mainstay-local-incidents")["Table"]
    assert table["DeletionProtectionEnabled"] is False

    create_stack(made.aws, stage="prod", parameters={})

    table = made.aws.client("dynamodb").describe_table(TableName="mainstay-prod-incidents")["Table"]
    assert table["DeletionProtectionEnabled"] is True


# -- the stack ----------------------------------------------------------------------------------


def test_the_outputs_name_everything_by_app_and_stage(made: Made) -> None:
    aws = made.aws
    here = f"{aws.region}:{aws.account}"

    assert made.outputs | {"DeadLettersUrl": ""} == {
        "IncidentsTable": "mainstay-local-incidents",
        "PatternsTable": "mainstay-local-patterns",
        "PeopleTopicArn": f"arn:aws:sns:{here}:mainstay-local-people",
        "MachinesTopicArn": f"arn:aws:sns:{here}:mainstay-local-machines",
        "AlarmsTopicArn": f"arn:aws:sns:{here}:mainstay-local-alarms",
        "ScansTopicArn": f"arn:aws:sns:{here}:mainstay-local-scans",
        "DeadLettersUrl": "",
        "DeadLettersArn": f"arn:aws:sqs:{here}:mainstay-local-dead-letters",
        "ArtifactBucket": f"mainstay-local-artifacts-{aws.account}",
        "Builder": "mainstay-local-builder",
        "WorkflowArn": f"arn:aws:states:{here}:stateMachine:mainstay-local-recovery",
    }
    assert made.outputs["DeadLettersUrl"].endswith("/mainstay-local-dead-letters")


@pytest.mark.parametrize("table", ["incidents", "patterns"])
def test_tables_expire_items_and_can_be_restored_to_any_second(made: Made, table: str) -> None:
    client = made.aws.client("dynamodb")
    name = f"mainstay-local-{table}"

    ttl = client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    backups = client.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]

    assert (ttl["TimeToLiveStatus"], ttl["AttributeName"]) == ("ENABLED", "expires_at")
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    described = client.describe_table(TableName=name)["Table"]
    assert described["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"


def test_incidents_are_found_by_time_resource_state_and_signature_without_their_documents(made: Made) -> None:
    indexes = _properties(render_template(TEMPLATE), "IncidentsTable")["GlobalSecondaryIndexes"]
    shown = set(indexes[0]["Projection"]["NonKeyAttributes"])
    keys = {f"gsi_{by}_pk": f"{by}-1" for by in ("time", "resource", "state", "signature")}
    item = {"pk": "INCIDENT#1", "sk": "RECORD", "opened_at": "2026", "document": "large", **keys}
    client = made.aws.client("dynamodb")
    client.put_item(
        TableName="mainstay-local-incidents",
        Item={name: {"S": value} for name, value in {**dict.fromkeys(shown, "short"), **item}.items()},
    )

    for by in ("time", "resource", "state", "signature"):
        (found,) = client.query(
            TableName="mainstay-local-incidents",
            IndexName=f"by_{by}",
            KeyConditionExpression=f"gsi_{by}_pk = :value",
            ExpressionAttributeValues={":value": {"S": f"{by}-1"}},
        )["Items"]
        assert set(found) == {"pk", "sk", "opened_at", f"gsi_{by}_pk", *shown}
    assert "incident_id" in shown


def test_alarms_and_rules_may_write_where_they_must(made: Made) -> None:
    topic = made.aws.client("sns").get_topic_attributes(TopicArn=made.outputs["AlarmsTopicArn"])["Attributes"]
    queue = made.aws.client("sqs").get_queue_attributes(
        QueueUrl=made.outputs["DeadLettersUrl"], AttributeNames=["All"]
    )["Attributes"]

    allowed = [
        (statement["Principal"]["Service"], statement["Action"], "Condition" in statement)
        for document in (json.loads(topic["Policy"]), json.loads(queue["Policy"]))
        for statement in document["Statement"]
    ]

    assert allowed == [
        ("cloudwatch.amazonaws.com", "sns:Publish", True),
        ("budgets.amazonaws.com", "sns:Publish", True),
        ("costalerts.amazonaws.com", "sns:Publish", True),
        ("events.amazonaws.com", "sns:Publish", False),  # EventBridge meets no condition of a topic
        ("events.amazonaws.com", "sqs:SendMessage", True),
    ]
    assert queue["MessageRetentionPeriod"] == "1209600"


def test_everything_that_keeps_data_is_encrypted() -> None:
    rendered = render_template(TEMPLATE)

    for table in ("IncidentsTable", "PatternsTable"):
        assert _properties(rendered, table)["SSESpecification"] == {"SSEEnabled": True}
    for topic in ("PeopleTopic", "MachinesTopic", "AlarmsTopic", "ScansTopic"):
        assert _properties(rendered, topic)["KmsMasterKeyId"] == {"GetAtt": "TopicKey.Arn"}
    assert _properties(rendered, "DeadLetters")["SqsManagedSseEnabled"] is True
    assert "BucketEncryption" in _properties(rendered, "ArtifactBucket")


def test_what_health_says_is_sent_to_the_topic_of_the_alarms(made: Made) -> None:
    events = made.aws.client("events")

    rule = events.describe_rule(Name="mainstay-local-health")
    (target,) = events.list_targets_by_rule(Rule="mainstay-local-health")["Targets"]

    assert json.loads(rule["EventPattern"]) == {"source": ["aws.health"]}
    assert rule["State"] == "ENABLED"
    assert target["Arn"] == made.outputs["AlarmsTopicArn"]
    assert target["DeadLetterConfig"]["Arn"].endswith(":mainstay-local-dead-letters")
    assert "RoleArn" not in target  # under a key of ours, a role would not do


def test_whoever_publishes_to_the_topic_may_use_its_key(made: Made) -> None:
    statements = _properties(render_template(TEMPLATE), "TopicKey")["KeyPolicy"]["Statement"]
    attributes = made.aws.client("sns").get_topic_attributes(TopicArn=made.outputs["AlarmsTopicArn"])

    assert ":key/" in attributes["Attributes"]["KmsMasterKeyId"]  # the managed key would be an alias
    policy = json.loads(attributes["Attributes"]["Policy"])["Statement"]
    publishers = {statement["Principal"]["Service"] for statement in policy}
    by_services = [statement for statement in statements if "Service" in statement["Principal"]]
    named = [statement["Principal"]["Service"] for statement in by_services]
    assert publishers == {name for one in named for name in ([one] if isinstance(one, str) else one)}
    assert all(one["Action"] == ["kms:Decrypt", "kms:GenerateDataKey*"] for one in by_services)


def test_the_workflow_is_there_with_its_substitutions_made(made: Made) -> None:
    client = made.aws.client("stepfunctions")

    machine = client.describe_state_machine(stateMachineArn=made.outputs["WorkflowArn"])

    states = json.loads(machine["definition"])["States"]
    assert states["DetectIncident"]["Resource"] == (
        f"arn:aws:lambda:{made.aws.region}:{made.aws.account}:function:mainstay-local-detect_incident"
    )
    assert (
        states["VerifyRecovery"]["Retry"][0] | {"IntervalSeconds": 1, "MaxAttempts": 3}
        == (states["VerifyRecovery"]["Retry"][0])
    )
    assert "${" not in machine["definition"]
    assert machine["type"] == "STANDARD"
    client.start_execution(stateMachineArn=made.outputs["WorkflowArn"], name="seen", input="{}")


def test_the_artifact_bucket_keeps_former_versions_and_is_closed(made: Made) -> None:
    s3, bucket = made.aws.client("s3"), made.outputs["ArtifactBucket"]

    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    blocked = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert set(blocked.values()) == {True}
    (statement,) = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])["Statement"]
    assert statement["Effect"] == "Deny"
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_an_unconditional_denial_still_denies(made: Made) -> None:
    s3 = made.aws.client("s3")
    s3.create_bucket(Bucket="locked")
    statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::locked/*"}
    s3.put_bucket_policy(
        Bucket="locked", Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    )

    with pytest.raises(ClientError, match="403"):
        s3.put_object(Bucket="locked", Key="k", Body=b"")


def test_a_stack_that_cannot_be_made_says_why(made: Made) -> None:
    with pytest.raises(ClientError, match="mainstay-local"):
        create_stack(made.aws, stage="local", parameters={})  # it is there already


# -- the source of builds -----------------------------------------------------------------------


def test_the_source_holds_what_the_buildspec_uses_and_no_litter(made: Made) -> None:
    body = made.aws.client("s3").get_object(Bucket=made.outputs["ArtifactBucket"], Key=SOURCE_KEY)["Body"]

    names = zipfile.ZipFile(io.BytesIO(body.read())).namelist()

    assert {"terraform/buildspec.yml", "chalicelib/recovery/plan_gate.py"} <= set(names)
    assert all((PROJECT / name).is_file() for name in names)
    assert not [name for name in names if "__pycache__" in name or "_cache/" in name]


def test_the_same_source_gives_the_same_bytes(tmp_path: Path) -> None:
    for copy in ("one", "two"):
        for name in ("terraform/b.tf", "terraform/a/.terraform.lock.hcl", "chalicelib/recovery/plan_gate.py"):
            path = tmp_path / copy / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(name)
    (tmp_path / "two/terraform/.terraform").mkdir()
    (tmp_path / "two/terraform/.terraform/provider").write_text("litter")
    (tmp_path / "two/terraform/b.tf").touch()

    assert zip_source(tmp_path / "one") == zip_source(tmp_path / "two")

    (tmp_path / "two/terraform/b.tf").write_text("changed")
    assert zip_source(tmp_path / "one") != zip_source(tmp_path / "two")


def test_the_builder_of_the_stack_recovers_a_bucket(made: Made) -> None:
    values = {
        "OPERATION": "apply",
        "MODULE": "s3_bucket",
        "ADDRESS": "terraform_data.bucket",
        "STATE_KEY": f"recovery/{made.aws.account}/{made.aws.region}/s3.bucket/shop.tfstate",
        "VARIABLES_JSON": '{"bucket_name": "shop"}',
        "RECOVERY_TOKEN": "t-1",
    }
    builds = made.aws.client("codebuild")

    build_id = builds.start_build(
        projectName=made.outputs["Builder"],
        idempotencyToken="t-1",
        environmentVariablesOverride=[{"name": name, "value": value} for name, value in values.items()],
    )["build"]["id"]

    deadline = time.monotonic() + 30
    while not (build := builds.batch_get_builds(ids=[build_id])["builds"][0])["buildComplete"]:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert build["buildStatus"] == "SUCCEEDED", build
    assert {"name": "RESOURCE_ID", "value": "shop"} in build["exportedEnvironmentVariables"]
    made.aws.client("s3").head_bucket(Bucket="shop")
