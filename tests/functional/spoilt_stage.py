"""Ways to spoil a whole stage, each with how it is put right again and what the doctor should say of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from mainstay.doctor.check import Check
from mainstay.doctor.checks.builds import BUILDS
from mainstay.doctor.checks.dead_letters import DEAD_LETTERS
from mainstay.doctor.checks.functions import FUNCTIONS
from mainstay.doctor.checks.links import LINKS
from mainstay.doctor.checks.mode import MODE
from mainstay.doctor.checks.model import MODEL
from mainstay.doctor.checks.permissions import PERMISSIONS
from mainstay.doctor.checks.stacks import STACKS
from mainstay.doctor.checks.tables import TABLES
from mainstay.doctor.checks.trail import TRAIL
from mainstay.doctor.checks.triggers import TRIGGERS
from mainstay.doctor.findings import Level
from mainstay.keys import keep_keys, new_keys
from tests.functional.whole_stage import (
    PREFIX,
    WholeStage,
    make_function,
    make_stack,
    name_of,
    record_management_events,
)

Undo = Callable[[], object]


@dataclass(frozen=True)
class Spoil:
    """What is done to the stage, which check has to notice it, how bad it is, and parts of what is said."""

    do: Callable[[WholeStage], Undo]
    check: Check
    level: Level
    says: str
    todo: str

    @property
    def name(self) -> str:
        return self.do.__name__.strip("_").replace("_", " ")


def _switch_off_recovery_of_a_table(stage: WholeStage) -> Undo:
    def switch(*, on: bool) -> None:
        stage.client("dynamodb").update_continuous_backups(
            TableName=f"{PREFIX}-patterns",
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": on},
        )

    switch(on=False)
    return lambda: switch(on=True)


def let_nothing_expire(stage: WholeStage) -> Undo:
    def switch(*, on: bool) -> None:
        stage.client("dynamodb").update_time_to_live(
            TableName=f"{PREFIX}-incidents",
            TimeToLiveSpecification={"Enabled": on, "AttributeName": "expires_at"},
        )

    switch(on=False)
    return lambda: switch(on=True)


def _delete_a_function(stage: WholeStage) -> Undo:
    client = stage.client("lambda")
    before = client.get_function_configuration(FunctionName=PREFIX)
    client.delete_function(FunctionName=PREFIX)
    variables = {"Variables": before["Environment"]["Variables"]}
    return lambda: make_function(stage, FunctionName=PREFIX, Role=before["Role"], Environment=variables)


def _throttle_a_function(stage: WholeStage) -> Undo:
    client, name = stage.client("lambda"), name_of("run_action")
    client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    return lambda: client.delete_function_concurrency(FunctionName=name)


def _move_a_function(stage: WholeStage) -> Undo:
    return _set_variables(stage, "sweep", MAINSTAY_ACCOUNT="999999999999")


def _take_the_address(stage: WholeStage) -> Undo:
    return _set_variables(stage, "notify_people", MAINSTAY_API_URL="")


def _set_variables(stage: WholeStage, function: str, **variables: str) -> Undo:
    client, name = stage.client("lambda"), name_of(function)
    before = client.get_function_configuration(FunctionName=name)["Environment"]["Variables"]

    def put(wanted: dict[str, str]) -> None:
        client.update_function_configuration(FunctionName=name, Environment={"Variables": wanted})

    put({**before, **variables})
    return lambda: put(before)


def _lose_dead_letters_of_a_function(stage: WholeStage) -> Undo:
    client, name = stage.client("lambda"), name_of("on_alarm")
    before = client.get_function_event_invoke_config(FunctionName=name)["DestinationConfig"]
    client.delete_function_event_invoke_config(FunctionName=name)
    return lambda: client.put_function_event_invoke_config(FunctionName=name, DestinationConfig=before)


def _disable_a_schedule(stage: WholeStage) -> Undo:
    client, rule = stage.client("events"), f"{PREFIX}-sweep-event"
    client.disable_rule(Name=rule)
    return lambda: client.enable_rule(Name=rule)


def _lead_a_rule_nowhere(stage: WholeStage) -> Undo:
    client, rule = stage.client("events"), f"{PREFIX}-on_resource_event-event"
    before = client.list_targets_by_rule(Rule=rule)["Targets"]
    client.remove_targets(Rule=rule, Ids=[one["Id"] for one in before])
    return lambda: client.put_targets(Rule=rule, Targets=before)


def _lose_dead_letters_of_a_rule(stage: WholeStage) -> Undo:
    client, rule = stage.client("events"), f"{PREFIX}-start_scan-event"
    before = client.list_targets_by_rule(Rule=rule)["Targets"]
    client.put_targets(Rule=rule, Targets=[{"Id": one["Id"], "Arn": one["Arn"]} for one in before])
    return lambda: client.put_targets(Rule=rule, Targets=before)


def _silence_alarms(stage: WholeStage) -> Undo:
    client, topic = stage.client("sns"), f"arn:aws:sns:us-east-1:{stage.world.aws.account}:{PREFIX}-alarms"
    (one,) = client.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    client.unsubscribe(SubscriptionArn=one["SubscriptionArn"])
    return lambda: client.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=one["Endpoint"])


def _leave_a_dead_letter(stage: WholeStage) -> Undo:
    client, url = stage.client("sqs"), stage.world.outputs["DeadLettersUrl"]
    client.send_message(QueueUrl=url, MessageBody="an event")
    return lambda: client.purge_queue(QueueUrl=url)


def _lose_the_source(stage: WholeStage) -> Undo:
    client, bucket = stage.client("s3"), stage.world.outputs["ArtifactBucket"]
    before = client.get_object(Bucket=bucket, Key="source/terraform.zip")["Body"].read()
    client.delete_object(Bucket=bucket, Key="source/terraform.zip")
    return lambda: client.put_object(Bucket=bucket, Key="source/terraform.zip", Body=before)


def _switch_off(stage: WholeStage) -> Undo:
    return _set_mode(stage, "off")


def _only_observe(stage: WholeStage) -> Undo:
    return _set_mode(stage, "observe")


def _set_mode(stage: WholeStage, mode: str) -> Undo:
    memory = stage.world.team.memory
    memory.set_mode(mode, by="a test", now=datetime.now(UTC))
    return lambda: memory.set_mode("auto", by="a test", now=datetime.now(UTC))


def _forget_the_mode(stage: WholeStage) -> Undo:
    key = {"pk": {"S": "CONTROL"}, "sk": {"S": "MODE"}}
    stage.client("dynamodb").delete_item(TableName=f"{PREFIX}-incidents", Key=key)
    return lambda: stage.world.team.memory.set_mode("auto", by="a test", now=datetime.now(UTC))


def _lose_the_keys(stage: WholeStage) -> Undo:
    stage.client("ssm").delete_parameter(Name="/mainstay/local/link-keys")
    return lambda: _keep_keys(stage, datetime.now(UTC))


def _damage_the_keys(stage: WholeStage) -> Undo:
    stage.client("ssm").put_parameter(
        Name="/mainstay/local/link-keys", Value="{}", Type="SecureString", Overwrite=True
    )
    return lambda: _keep_keys(stage, datetime.now(UTC))


def _age_the_keys(stage: WholeStage) -> Undo:
    _keep_keys(stage, datetime.now(UTC) - timedelta(days=400))
    return lambda: _keep_keys(stage, datetime.now(UTC))


def _keep_keys(stage: WholeStage, made_at: datetime) -> None:
    def call(service: str, operation: str, /, **parameters: Any) -> Any:
        return getattr(stage.client(service), operation)(**parameters)

    keep_keys(new_keys(None, made_at), call, stage.world.team.settings)


def _stop_the_trail(stage: WholeStage) -> Undo:
    client = stage.client("cloudtrail")
    client.stop_logging(Name="management")
    return lambda: client.start_logging(Name="management")


def _record_reads_only(stage: WholeStage) -> Undo:
    record_management_events(stage, "ReadOnly")
    return lambda: record_management_events(stage, "All")


def _take_a_permission(stage: WholeStage) -> Undo:
    stage.taken.add(("run_action", "ec2:StartInstances"))
    return stage.taken.clear


def _close_the_model(stage: WholeStage) -> Undo:
    stage.answers["bedrock:get_foundation_model_availability"] = lambda **_: {
        "authorizationStatus": "NOT_AUTHORIZED",
        "entitlementAvailability": "NOT_AVAILABLE",
        "regionAvailability": "AVAILABLE",
    }
    return stage.answers.clear


def _leave_monitoring_out(stage: WholeStage) -> Undo:
    stage.client("cloudformation").delete_stack(StackName=f"{PREFIX}-monitoring")
    return lambda: make_stack(stage, "monitoring")


def _stick_the_stack(stage: WholeStage) -> Undo:
    stage.answers["cloudformation:describe_stacks"] = lambda **_: {
        "Stacks": [{"StackStatus": "UPDATE_ROLLBACK_FAILED"}]
    }
    return stage.answers.clear


SPOILS = (
    Spoil(
        _switch_off_recovery_of_a_table,
        TABLES,
        Level.FAIL,
        "point-in-time recovery of mainstay-local-patterns is off",
        "update-continuous-backups",
    ),
    Spoil(
        let_nothing_expire,
        TABLES,
        Level.WARN,
        "time to live of mainstay-local-incidents is off",
        "update-time-to-live",
    ),
    Spoil(_delete_a_function, FUNCTIONS, Level.FAIL, "functions are missing: api_handler", "mainstay deploy"),
    Spoil(
        _throttle_a_function, FUNCTIONS, Level.FAIL, "run_action is throttled to nothing", "mainstay deploy"
    ),
    Spoil(
        _move_a_function,
        FUNCTIONS,
        Level.FAIL,
        "MAINSTAY_ACCOUNT is not 123456789012 for sweep",
        "mainstay deploy",
    ),
    Spoil(_take_the_address, FUNCTIONS, Level.WARN, "no links can be sent: notify_people", "mainstay deploy"),
    Spoil(
        _lose_dead_letters_of_a_function,
        FUNCTIONS,
        Level.WARN,
        "what mainstay-local-on_alarm cannot take is lost",
        "mainstay deploy",
    ),
    Spoil(
        _disable_a_schedule,
        TRIGGERS,
        Level.FAIL,
        "the rule mainstay-local-sweep-event is off",
        "aws events enable-rule",
    ),
    Spoil(
        _lead_a_rule_nowhere,
        TRIGGERS,
        Level.FAIL,
        "on_resource_event-event leads nowhere: no event of AWS is heard",
        "mainstay deploy",
    ),
    Spoil(
        _lose_dead_letters_of_a_rule,
        TRIGGERS,
        Level.WARN,
        "start_scan-event cannot deliver is lost",
        "mainstay deploy",
    ),
    Spoil(_silence_alarms, TRIGGERS, Level.FAIL, "alarms does not start on_alarm", "mainstay deploy"),
    Spoil(_leave_a_dead_letter, DEAD_LETTERS, Level.WARN, "1 dead letter waits", "aws sqs receive-message"),
    Spoil(_lose_the_source, BUILDS, Level.FAIL, "no Terraform recovery can start", "mainstay deploy"),
    Spoil(_switch_off, MODE, Level.WARN, "the mode is off, set by a test", "mainstay mode approve"),
    Spoil(_only_observe, MODE, Level.WARN, "all is judged, nothing is changed", "mainstay mode approve"),
    Spoil(_forget_the_mode, MODE, Level.FAIL, "the mode was never set", "mainstay mode observe"),
    Spoil(
        _lose_the_keys, LINKS, Level.FAIL, "/mainstay/local/link-keys does not exist", "mainstay keys rotate"
    ),
    Spoil(
        _damage_the_keys,
        LINKS,
        Level.FAIL,
        "the keys of links are not as they should be",
        "mainstay keys rotate",
    ),
    Spoil(_age_the_keys, LINKS, Level.WARN, "400 days old", "mainstay keys rotate"),
    Spoil(
        _stop_the_trail,
        TRAIL,
        Level.FAIL,
        "the trail management is off",
        "aws cloudtrail start-logging",
    ),
    Spoil(
        _record_reads_only,
        TRAIL,
        Level.FAIL,
        "leaves out management events that change something",
        "put-event-selectors",
    ),
    Spoil(
        _take_a_permission,
        PERMISSIONS,
        Level.FAIL,
        "run_action may not do what it needs: ec2:StartInstances",
        "mainstay deploy",
    ),
    Spoil(
        _close_the_model, MODEL, Level.FAIL, "the account may not use the model maker.model-1", "--model ''"
    ),
    Spoil(
        _leave_monitoring_out,
        STACKS,
        Level.WARN,
        "nobody hears when Mainstay itself fails",
        "mainstay deploy",
    ),
    Spoil(
        _stick_the_stack,
        STACKS,
        Level.FAIL,
        "is UPDATE_ROLLBACK_FAILED",
        "aws cloudformation continue-update-rollback",
    ),
)
