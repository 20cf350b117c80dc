"""What a template names is made, with its properties."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from mainstay.embedded.aws import EmbeddedAws

BUCKET = "probe-bucket"
ROLE = "arn:aws:iam::123456789012:role/probe"
POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "*"}]}


def _resource(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": f"AWS::{kind}", "Properties": properties}


def _definition(seconds: str = "${Seconds}") -> str:
    return '{"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": %s, "End": true}}}' % seconds  # noqa: UP031


TEMPLATE = {
    "Parameters": {"Seconds": {"Type": "Number", "Default": 1}, "On": {"Type": "String", "Default": "true"}},
    "Resources": {
        "Topic": _resource("SNS::Topic", TopicName="t"),
        "Queue": _resource("SQS::Queue", QueueName="q"),
        "Subscription": _resource(
            "SNS::Subscription",
            TopicArn={"Ref": "Topic"},
            Protocol="sqs",
            Endpoint={"Fn::GetAtt": ["Queue", "Arn"]},
            FilterPolicy={"kind": ["wanted"]},
        ),
        "TopicPolicy": _resource("SNS::TopicPolicy", Topics=[{"Ref": "Topic"}], PolicyDocument=POLICY),
        "QueuePolicy": _resource("SQS::QueuePolicy", Queues=[{"Ref": "Queue"}], PolicyDocument=POLICY),
        "Bucket": _resource(
            "S3::Bucket",
            BucketName=BUCKET,
            VersioningConfiguration={"Status": "Enabled"},
            PublicAccessBlockConfiguration={"BlockPublicAcls": {"Ref": "On"}, "BlockPublicPolicy": True},
            OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
            LifecycleConfiguration={
                "Rules": [
                    {"Id": "old", "Status": "Enabled", "ExpirationInDays": 30},
                    {
                        "Id": "former",
                        "Status": "Enabled",
                        "Prefix": "p/",
                        "NoncurrentVersionExpiration": {"NoncurrentDays": 9},
                    },
                ]
            },
        ),
        "BucketPolicy": _resource("S3::BucketPolicy", Bucket={"Ref": "Bucket"}, PolicyDocument=POLICY),
        "Logs": _resource("Logs::LogGroup", LogGroupName="/probe"),
        "Filter": _resource(
            "Logs::MetricFilter",
            LogGroupName={"Ref": "Logs"},
            FilterPattern="ERROR",
            MetricTransformations=[{"MetricName": "E", "MetricNamespace": "P", "MetricValue": 1}],
        ),
        "Alarm": _resource(
            "CloudWatch::Alarm",
            AlarmName="alarm",
            Namespace="P",
            MetricName="E",
            Statistic="Sum",
            Period="60",
            EvaluationPeriods=1,
            Threshold="5",
            ComparisonOperator="GreaterThanThreshold",
            AlarmActions=[{"Ref": "Topic"}],
        ),
        "Project": _resource(
            "CodeBuild::Project",
            Name="project",
            ServiceRole=ROLE,
            Source={"Type": "S3", "Location": f"{BUCKET}/source.zip", "BuildSpec": "buildspec.yml"},
            Artifacts={"Type": "NO_ARTIFACTS"},
            Environment={
                "Type": "LINUX_CONTAINER",
                "ComputeType": "BUILD_GENERAL1_SMALL",
                "Image": "image",
                "EnvironmentVariables": [{"Name": "SECONDS", "Value": {"Ref": "Seconds"}}],
            },
            TimeoutInMinutes={"Ref": "Seconds"},
        ),
        "Table": _resource(
            "DynamoDB::Table",
            TableName="table",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
            TimeToLiveSpecification={"AttributeName": "expires_at", "Enabled": True},
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": "true"},
        ),
        "Machine": _resource(
            "StepFunctions::StateMachine",
            StateMachineName="machine",
            RoleArn=ROLE,
            DefinitionString=_definition(),
            DefinitionSubstitutions={"Seconds": {"Ref": "Seconds"}},
            TracingConfiguration={"Enabled": True},
        ),
        "Schedule": _resource(
            "Scheduler::Schedule",
            Name="schedule",
            ScheduleExpression="rate(1 day)",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={"Arn": {"Ref": "Machine"}, "RoleArn": ROLE},
        ),
    },
    "Outputs": {
        "Machine": {"Value": {"Fn::GetAtt": ["Machine", "Arn"]}},
        "Project": {"Value": {"Fn::GetAtt": ["Project", "Arn"]}},
        "Alarm": {"Value": {"Fn::GetAtt": ["Alarm", "Arn"]}},
    },
}


@pytest.fixture
def outputs(aws: EmbeddedAws) -> dict[str, str]:
    """The outputs of the stack, with all of its resources made."""
    client = aws.client("cloudformation")
    client.create_stack(StackName="probe", TemplateBody=json.dumps(TEMPLATE))
    stack = client.describe_stacks(StackName="probe")["Stacks"][0]
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def test_every_resource_of_a_template_is_made(aws: EmbeddedAws, outputs: dict[str, str]) -> None:
    listed = aws.client("cloudformation").list_stack_resources(StackName="probe")["StackResourceSummaries"]
    made = {entry["LogicalResourceId"]: entry.get("PhysicalResourceId") for entry in listed}
    assert {name for name, physical in made.items() if physical} == set(TEMPLATE["Resources"])
    assert outputs == {
        "Machine": f"arn:aws:states:{aws.region}:{aws.account}:stateMachine:machine",
        "Project": f"arn:aws:codebuild:{aws.region}:{aws.account}:project/project",
        "Alarm": f"arn:aws:cloudwatch:{aws.region}:{aws.account}:alarm:alarm",
    }


@pytest.mark.usefixtures("outputs")
def test_a_subscription_filters(aws: EmbeddedAws) -> None:
    sns, sqs = aws.client("sns"), aws.client("sqs")
    topic = f"arn:aws:sns:{aws.region}:{aws.account}:t"
    for kind in ("other", "wanted"):
        attributes = {"kind": {"DataType": "String", "StringValue": kind}}
        sns.publish(TopicArn=topic, Message=kind, MessageAttributes=attributes)
    url = sqs.get_queue_url(QueueName="q")["QueueUrl"]
    received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    assert [json.loads(message["Body"])["Message"] for message in received] == ["wanted"]


@pytest.mark.usefixtures("outputs")
def test_policies_are_put(aws: EmbeddedAws) -> None:
    sqs = aws.client("sqs")
    url = sqs.get_queue_url(QueueName="q")["QueueUrl"]
    topic = f"arn:aws:sns:{aws.region}:{aws.account}:t"
    for text in (
        sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"]["Policy"],
        aws.client("sns").get_topic_attributes(TopicArn=topic)["Attributes"]["Policy"],
    ):
        assert json.loads(text) == POLICY
    s3 = aws.client("s3")
    assert json.loads(s3.get_bucket_policy(Bucket=BUCKET)["Policy"]) == POLICY


@pytest.mark.usefixtures("outputs")
def test_a_bucket_has_all_of_its_properties(aws: EmbeddedAws) -> None:
    template = json.loads(json.dumps(TEMPLATE))
    del template["Resources"]["BucketPolicy"]
    aws.reset()
    aws.client("cloudformation").create_stack(StackName="probe", TemplateBody=json.dumps(template))
    s3 = aws.client("s3")
    assert s3.get_bucket_versioning(Bucket=BUCKET)["Status"] == "Enabled"
    block = s3.get_public_access_block(Bucket=BUCKET)["PublicAccessBlockConfiguration"]
    assert (block["BlockPublicAcls"], block["BlockPublicPolicy"]) == (True, True)
    owner = s3.get_bucket_ownership_controls(Bucket=BUCKET)["OwnershipControls"]["Rules"][0]
    assert owner["ObjectOwnership"] == "BucketOwnerEnforced"
    old, former = s3.get_bucket_lifecycle_configuration(Bucket=BUCKET)["Rules"]
    assert (old["ID"], old["Expiration"]["Days"]) == ("old", 30)
    assert (former["Filter"]["Prefix"], former["NoncurrentVersionExpiration"]["NoncurrentDays"]) == ("p/", 9)


@pytest.mark.usefixtures("outputs")
def test_a_table_has_all_of_its_properties(aws: EmbeddedAws) -> None:
    client = aws.client("dynamodb")
    live = client.describe_time_to_live(TableName="table")["TimeToLiveDescription"]
    assert live == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"}
    backups = client.describe_continuous_backups(TableName="table")["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"


@pytest.mark.usefixtures("outputs")
def test_a_project_has_its_values_in_their_types(aws: EmbeddedAws) -> None:
    [project] = aws.client("codebuild").batch_get_projects(names=["project"])["projects"]
    assert project["source"]["buildspec"] == "buildspec.yml"
    assert project["environment"]["environmentVariables"][0]["value"] == "1", "a number becomes text"
    assert project["timeoutInMinutes"] == 1


@pytest.mark.usefixtures("outputs")
def test_alarms_filters_and_schedules_are_there(aws: EmbeddedAws) -> None:
    [alarm] = aws.client("cloudwatch").describe_alarms()["MetricAlarms"]
    assert (alarm["Threshold"], alarm["Period"]) == (5.0, 60), "text becomes a number"
    [found] = aws.client("logs").describe_metric_filters(logGroupName="/probe")["metricFilters"]
    assert found["metricTransformations"][0]["metricValue"] == "1"
    assert aws.client("scheduler").get_schedule(Name="schedule")["ScheduleExpression"] == "rate(1 day)"


def test_a_state_machine_runs_with_what_was_substituted(
    aws: EmbeddedAws, outputs: dict[str, str], eventually: Any
) -> None:
    client = aws.client("stepfunctions")
    described = client.describe_state_machine(stateMachineArn=outputs["Machine"])
    assert json.loads(described["definition"]) == json.loads(_definition("1"))
    assert described["tracingConfiguration"] == {"enabled": True}
    arn = client.start_execution(stateMachineArn=outputs["Machine"])["executionArn"]
    eventually(lambda: client.describe_execution(executionArn=arn)["status"] == "SUCCEEDED")


def test_a_change_of_the_template_changes_what_was_made(aws: EmbeddedAws, outputs: dict[str, str]) -> None:
    template = json.loads(json.dumps(TEMPLATE))
    template["Resources"]["Machine"]["Properties"]["DefinitionString"] = _definition("2")
    template["Resources"]["Project"]["Properties"]["Description"] = "changed"
    template["Resources"]["Alarm"]["Properties"]["Threshold"] = 6
    aws.client("cloudformation").update_stack(StackName="probe", TemplateBody=json.dumps(template))
    machine = aws.client("stepfunctions").describe_state_machine(stateMachineArn=outputs["Machine"])
    assert json.loads(machine["definition"]) == json.loads(_definition("2"))
    [project] = aws.client("codebuild").batch_get_projects(names=["project"])["projects"]
    assert project["description"] == "changed"
    [alarm] = aws.client("cloudwatch").describe_alarms()["MetricAlarms"]
    assert alarm["Threshold"] == 6


def test_a_resource_that_cannot_be_made_is_refused_with_the_reason(aws: EmbeddedAws) -> None:
    bad = {"Resources": {"Policy": _resource("S3::BucketPolicy", Bucket="gone", PolicyDocument=POLICY)}}
    with pytest.raises(ClientError, match="NoSuchBucket"):
        aws.client("cloudformation").create_stack(StackName="bad", TemplateBody=json.dumps(bad))
