"""A stage with everything that a deployment makes, on embedded AWS, ready to be spoilt and examined.

IAM's simulation and Bedrock's lists, which embedded AWS has not, are answered from here: IAM by the very
documents that a deployment gives to each role, unless a test takes something away.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Any

from mainstay.deploying.settings import narrow
from mainstay.doctor.case import Case, open_case
from mainstay.doctor.check import Check
from mainstay.doctor.checks import CHECKS
from mainstay.doctor.examine import Examination, examine
from mainstay.doctor.findings import Finding, Level
from mainstay.doctor.reading import ReadingAws, require_read
from mainstay.embedded.personas import GHOST
from mainstay.policies import functions_of, policy_of
from mainstay.world import STAGE, World

PREFIX = f"mainstay-{STAGE}"
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "lambda.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)

POLICY = "protected: [{match: {type: dynamodb.table, id: carts}}]\n"

Answer = Callable[..., dict[str, Any]]


class AnsweringAws(ReadingAws):
    """Embedded AWS with some operations answered by a test; it notes what it is asked."""

    def __init__(self, usual: dict[str, Answer], answers: dict[str, Answer], *, region: str) -> None:
        super().__init__(region=region)
        self._usual, self._answers = usual, answers

    def _call(
        self, service: str, operation: str, parameters: dict[str, Any], *, once: bool
    ) -> dict[str, Any]:
        require_read(service, operation)
        name = f"{service}:{operation}"
        answer = self._answers.get(name) or self._usual.get(name)
        if answer is not None:
            return answer(**parameters)
        return super()._call(service, operation, parameters, once=once)


@dataclass
class WholeStage:
    """The stage of a world, and what IAM and Bedrock say in it."""

    world: World
    answers: dict[str, Answer] = field(default_factory=dict)
    taken: set[tuple[str, str]] = field(default_factory=set)
    """Actions that a function's role lost: function and action."""

    def client(self, service: str) -> Any:
        return self.world.aws.client(service, GHOST)

    # -- examining -------------------------------------------------------------------------------

    def case(self, **different: Any) -> Case:
        """Of this stage; `different` are fields of the policy."""
        policy = self._opened.policy.model_copy(update=different)
        return replace(self._opened, policy=policy)

    @cached_property
    def _opened(self) -> Case:
        """With one AWS for all cases: making clients takes longer than everything else."""
        return self.open()

    def open(self) -> Case:
        """With an AWS that has made no client yet."""
        case = open_case(STAGE, self.world.aws.region)
        aws = AnsweringAws(self._usual(), self.answers, region=case.target.region)
        return replace(case, target=replace(case.target, aws=aws))

    def examine(self, checks: Iterable[Check] = CHECKS, **different: Any) -> Examination:
        return examine(self.case(**different), checks)

    def look(self, check: Check, **different: Any) -> list[Finding]:
        """What one check says."""
        (examined,) = self.examine([check], **different).checks
        return list(examined.findings)

    def _usual(self) -> dict[str, Answer]:
        return {
            "iam:simulate_principal_policy": self.simulate,
            "bedrock:get_inference_profile": lambda **_: {
                "models": [{"modelArn": "arn:aws:bedrock:us-east-1::foundation-model/maker.model-1"}]
            },
            "bedrock:get_foundation_model_availability": lambda **_: {
                "authorizationStatus": "AUTHORIZED",
                "entitlementAvailability": "AVAILABLE",
                "regionAvailability": "AVAILABLE",
            },
        }

    def simulate(self, **asked: Any) -> dict[str, Any]:
        """As IAM evaluates one role's policy, one action on each resource."""
        name = asked["PolicySourceArn"].rpartition("/")[2].removeprefix(f"{PREFIX}-")
        document = narrow(policy_of(name), self._opened.target)
        context = {
            one["ContextKeyName"]: one["ContextKeyValues"][0] for one in asked.get("ContextEntries", ())
        }
        return {
            "EvaluationResults": [
                {
                    "EvalActionName": action,
                    "EvalResourceName": arn,
                    "EvalDecision": self._decide(name, document, action, arn, context),
                }
                for action in asked["ActionNames"]
                for arn in asked["ResourceArns"]
            ]
        }

    def _decide(
        self, name: str, document: dict[str, Any], action: str, arn: str, context: dict[str, str]
    ) -> str:
        fitting = {
            one["Effect"]
            for one in document["Statement"]
            if action in one["Action"]
            and any(fnmatchcase(arn, pattern) for pattern in one["Resource"])
            and _holds(one.get("Condition", {}), context)
        }
        if "Deny" in fitting:
            return "explicitDeny"
        return "allowed" if "Allow" in fitting and (name, action) not in self.taken else "implicitDeny"


def _holds(conditions: dict[str, dict[str, str]], context: dict[str, str]) -> bool:
    return all(
        fnmatchcase(context.get(key, ""), wanted)
        for keys in conditions.values()
        for key, wanted in keys.items()
    )


# -- making it whole ----------------------------------------------------------------------------


@contextmanager
def open_stage() -> Iterator[WholeStage]:
    """A world with a stage that lacks nothing."""
    with World(policy=POLICY) as world:
        stage = complete(world)
        subscribe(stage, "oncall@example.com")
        make_table(stage, "carts")
        world.sweep()
        yield stage


def make_table(stage: WholeStage, name: str, *, continuous: bool = True) -> None:
    client = stage.client("dynamodb")
    client.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    if continuous:
        client.update_continuous_backups(
            TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
        )


def complete(world: World) -> WholeStage:
    """Add to a world what a deployment makes beside it."""
    stage = WholeStage(world)
    _complete_functions(stage)
    for last in ("wiring", "monitoring"):
        make_stack(stage, last)
    _make_trail(stage)
    return stage


def make_stack(stage: WholeStage, last: str) -> None:
    """A stack of the right name, which is all that is looked at."""
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": f"of-{last}"}}
    stage.client("cloudformation").create_stack(
        StackName=f"{PREFIX}-{last}", TemplateBody=json.dumps({"Resources": {"Topic": topic}})
    )


def _complete_functions(stage: WholeStage) -> None:
    """Each has a role of its own and knows where it is; and there is the API's."""
    client, account = stage.client("lambda"), stage.world.aws.account
    variables = {
        "MAINSTAY_STAGE": STAGE,
        "MAINSTAY_ACCOUNT": account,
        "MAINSTAY_API_URL": "https://abcdefghij.execute-api.us-east-1.amazonaws.com/local",
        "MAINSTAY_MODEL": "us.maker.model-1",
    }
    for name in functions_of("iam"):
        stage.client("iam").create_role(RoleName=f"{PREFIX}-{name}", AssumeRolePolicyDocument=TRUST)
        settings = {
            "FunctionName": name_of(name),
            "Role": f"arn:aws:iam::{account}:role/{PREFIX}-{name}",
            "Environment": {"Variables": variables},
        }
        if name == "api_handler":
            make_function(stage, **settings)
        else:
            client.update_function_configuration(**settings)


def make_function(stage: WholeStage, **settings: Any) -> None:
    """One that nobody ever calls."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("app.py", "")
    stage.client("lambda").create_function(
        Runtime="python3.11", Handler="app.app", Code={"ZipFile": buffer.getvalue()}, **settings
    )


def name_of(function: str) -> str:
    return PREFIX if function == "api_handler" else f"{PREFIX}-{function}"


def _make_trail(stage: WholeStage) -> None:
    stage.client("s3").create_bucket(Bucket="trail-of-the-account")
    client = stage.client("cloudtrail")
    client.create_trail(Name="management", S3BucketName="trail-of-the-account", IsMultiRegionTrail=True)
    client.start_logging(Name="management")
    record_management_events(stage, "All")


def record_management_events(stage: WholeStage, kind: str) -> None:
    """AWS itself gives a new trail such a selector."""
    selector = {"ReadWriteType": kind, "IncludeManagementEvents": True, "DataResources": []}
    stage.client("cloudtrail").put_event_selectors(TrailName="management", EventSelectors=[selector])


def subscribe(stage: WholeStage, address: str, **filter_policy: Any) -> str:
    """Somebody who has confirmed; answers the ARN of the subscription."""
    answer = stage.client("sns").subscribe(
        TopicArn=stage.world.team.settings.people_topic_arn,
        Protocol="email",
        Endpoint=address,
        Attributes={"FilterPolicy": json.dumps(filter_policy)} if filter_policy else {},
        ReturnSubscriptionArn=True,
    )
    return str(answer["SubscriptionArn"])


def worst(findings: Iterable[Finding]) -> list[Finding]:
    """All that is not fine."""
    return [one for one in findings if one.level is not Level.OK]
