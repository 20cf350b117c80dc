"""The stories that faults are put into: a resource, how it is broken, and how that ends if all goes well."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from chalicelib.analysis.policy import read_policy
from chalicelib.incidents.model import Resource, State
from mainstay.embedded.personas import ALICE, Persona
from mainstay.embedded.repairs.ec2 import jam
from tests.functional.faults.account import Account

GOOD, BAD = "https://orders.internal", "https://evil.example"
_IMAGE = "ami-0abcdef1234567890"
_RECREATED = """
protected:
  - match: {type: ec2.instance, id: i-*}
    recreation: {module: ec2_instance, address: aws_instance.this, variables: {}}
"""
_PROTECTED = "protected: [{match: {type: ssm.parameter, id: /demo/endpoint}}]"


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A resource type, as an observer outside of the product handles it."""

    name: str
    service: str
    make: Callable[[Account], str]
    """Answers the id."""
    spoil: Callable[[Account, str], None]
    look: Callable[[Account, str], str]
    """What others see of it, in a word: two changes with the same result are no two effects."""
    well: str
    broken: str
    call: str
    """The call that breaks it."""
    parameters: Callable[[str], dict[str, Any]]
    """How CloudTrail names the resource."""


@dataclass(frozen=True, kw_only=True)
class Flow:
    """One story. `by` is who broke it, as far as anybody hears; `answer` is what a person says when asked."""

    name: str
    kind: Kind
    ends: State
    by: Persona | None = ALICE
    answer: bool | None = None
    jammed: bool = False
    """Whether the recovery will not work."""
    policy: str = ""
    remembered: bool = False
    """Whether its good state is known before it is broken."""
    warned: str = ""
    """The failure that a forecast foresees: nothing is broken, and nobody breaks it."""
    numbers: Mapping[str, int] = field(default_factory=dict)
    """Parameters of the template that are not at their defaults."""

    def __str__(self) -> str:
        """Its name."""
        return self.name


# -- kinds --------------------------------------------------------------------------------------


def launch_instance(account: Account) -> str:
    """It is pending at first."""
    ec2 = account.client("ec2")
    launched = ec2.run_instances(ImageId=_IMAGE, InstanceType="t3.micro", MinCount=1, MaxCount=1)
    return str(launched["Instances"][0]["InstanceId"])


def terminate_instance(account: Account, name: str) -> None:
    """For good."""
    account.client("ec2").terminate_instances(InstanceIds=[name])


def _make_instance(account: Account) -> str:
    name = launch_instance(account)
    account.clock.run()
    return name


def _stop_instance(account: Account, name: str) -> None:
    account.client("ec2").stop_instances(InstanceIds=[name])


def _look_at_instance(account: Account, name: str) -> str:
    return _state_of(account.backend("ec2").get_instance(name))


def _look_for_another(account: Account, _name: str) -> str:
    """Whether any instance runs, the first one or what took its place; more than one is told."""
    found = [_state_of(instance) for instance in account.backend("ec2").all_instances()]
    running = found.count("running")
    return {0: "terminated", 1: "running"}.get(running, f"{running} running")


def _state_of(instance: Any) -> str:
    """On its way to a state is in it."""
    state = str(instance.state)
    return {"pending": "running", "stopping": "stopped", "shutting-down": "terminated"}.get(state, state)


def _make_parameter(account: Account) -> str:
    account.client("ssm").put_parameter(Name="/demo/endpoint", Value=GOOD, Type="String", Overwrite=True)
    return "/demo/endpoint"


def _change_parameter(account: Account, name: str) -> None:
    account.client("ssm").put_parameter(Name=name, Value=BAD, Type="String", Overwrite=True)


def _look_at_parameter(account: Account, name: str) -> str:
    return str(account.backend("ssm").get_parameter(name).value)


INSTANCE = Kind(
    name="ec2.instance",
    service="ec2",
    make=_make_instance,
    spoil=_stop_instance,
    look=_look_at_instance,
    well="running",
    broken="stopped",
    call="StopInstances",
    parameters=lambda name: {"instancesSet": {"items": [{"instanceId": name}]}},
)
LOST_INSTANCE = replace(
    INSTANCE,
    spoil=terminate_instance,
    look=_look_for_another,
    broken="terminated",
    call="TerminateInstances",
)
PARAMETER = Kind(
    name="ssm.parameter",
    service="ssm",
    make=_make_parameter,
    spoil=_change_parameter,
    look=_look_at_parameter,
    well=GOOD,
    broken=BAD,
    call="PutParameter",
    parameters=lambda name: {"name": name},
)


def _make_service(account: Account) -> str:
    ecs = account.client("ecs")
    ecs.create_cluster(clusterName="shop")
    container = {"name": "app", "image": "shop/checkout", "memory": 512}
    ecs.register_task_definition(family="checkout", containerDefinitions=[container])
    ecs.create_service(cluster="shop", serviceName="checkout", taskDefinition="checkout", desiredCount=2)
    account.clock.run()
    return "shop/checkout"


def _look_at_service(account: Account, _name: str) -> str:
    """A second restart is another effect, and has to be seen as one."""
    restarts = getattr(account.backend("ecs").services["shop:checkout"], "deployments_made", 0)
    return {0: "leaking", 1: "restarted"}.get(restarts, f"restarted {restarts} times")


def _make_database(account: Account) -> str:
    account.client("rds").create_db_instance(
        DBInstanceIdentifier="shop",
        DBInstanceClass="db.t4g.small",
        Engine="postgres",
        AllocatedStorage=20,
        MasterUsername="shop",
        MasterUserPassword="made-up-for-the-trial",
    )
    return "shop"


def _look_at_database(account: Account, name: str) -> str:
    """What it has, or is to have in a moment."""
    database = account.backend("rds").databases[name]
    pending = getattr(database, "pending_modified_values", {}).get("AllocatedStorage")
    return f"{pending or database.allocated_storage} GiB"


def _stays_well(_account: Account, _name: str) -> None:
    """A warning is about what has not happened yet."""


SERVICE = Kind(
    name="ecs.service",
    service="ecs",
    make=_make_service,
    spoil=_stays_well,
    look=_look_at_service,
    well="restarted",
    broken="leaking",
    call="",
    parameters=lambda _name: {},
)
DATABASE = Kind(
    name="rds.db-instance",
    service="rds",
    make=_make_database,
    spoil=_stays_well,
    look=_look_at_database,
    well="25 GiB",
    broken="20 GiB",
    call="",
    parameters=lambda _name: {},
)

# -- flows --------------------------------------------------------------------------------------

STOPPED = Flow(name="instance-stopped", kind=INSTANCE, ends=State.COMPLETED)
TAMPERED = Flow(
    name="parameter-tampered", kind=PARAMETER, ends=State.COMPLETED, policy=_PROTECTED, remembered=True
)
APPROVED = Flow(name="approved", kind=INSTANCE, ends=State.COMPLETED, by=None, answer=True)
REJECTED = Flow(name="rejected", kind=INSTANCE, ends=State.REJECTED, by=None, answer=False)
UNDONE = Flow(name="undone", kind=INSTANCE, ends=State.FAILED, jammed=True, numbers={"VerifyAttempts": 3})
UNANSWERED = Flow(name="unanswered", kind=INSTANCE, ends=State.EXPIRED, by=None)
RECREATED = Flow(name="recreated", kind=LOST_INSTANCE, ends=State.COMPLETED, policy=_RECREATED)
"""By a build that takes a while: the only action here whose repetition would be seen."""

RESTARTED = Flow(
    name="restarted", kind=SERVICE, ends=State.COMPLETED, by=None, answer=True, warned="memory_leaking"
)
"""Prevented by a call that takes no token: it is known by the deployment that it replaces."""
GROWN = Flow(
    name="grown", kind=DATABASE, ends=State.COMPLETED, by=None, answer=True, warned="storage_filling"
)

EXHAUSTED = (STOPPED, TAMPERED)
"""Flows that meet every single fault in every run of the tests."""
SAMPLED = (APPROVED, UNDONE, REJECTED, UNANSWERED, RECREATED, RESTARTED, GROWN)
"""Flows that meet a part of them."""


def begin(flow: Flow, account: Account) -> Resource:
    """Make the resource as it should be."""
    resource = account.resource(flow.kind.name, flow.kind.make(account))
    if flow.jammed:
        jam(resource.id)
    return resource


POLICIES = {flow.name: read_policy(flow.policy) for flow in (*EXHAUSTED, *SAMPLED)}
