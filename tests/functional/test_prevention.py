"""Before a failure: a forecast opens an incident, and what it foresees is prevented, asked about, or left."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from moto.ec2.models import ec2_backends
from moto.ec2.models.instances import InstanceState

from chalicelib.aws.incident_reader import Story
from chalicelib.aws.incident_table import How, Opening
from chalicelib.incidents.model import Classification, Resource, Signal, SignalSource, State
from chalicelib.intake import open_incident
from chalicelib.sweep import sweep
from mainstay.demo import things
from mainstay.embedded.personas import GHOST
from mainstay.embedded.repairs.ecs import break_deployments
from tests.functional.scene import TIMEOUT, Scene, answers_of, begun, moves, said

DATABASE, TABLE, INSTANCE, SERVICE = "rds.db-instance", "dynamodb.table", "ec2.instance", "ecs.service"
FAILURES = {
    DATABASE: "storage_filling",
    TABLE: "capacity_running_out",
    INSTANCE: "disk_filling",
    SERVICE: "memory_leaking",
}


def warn(scene: Scene, resource: Resource, *, name: str = "first", **details: Any) -> Opening:
    """What a scan does when a forecast says failure."""
    now = scene.world.team.clock()
    return open_incident(a_warning(resource, now, name=name, **details), scene.world.team)


def a_warning(resource: Resource, at: datetime, *, name: str = "first", **details: Any) -> Signal:
    return Signal(
        signal_id=f"forecast:{resource.key}:{name}",
        source=SignalSource.FORECAST,
        resource=resource,
        failure=FAILURES[resource.type],
        event_name="forecast",
        occurred_at=at,
        details={
            "probability": 0.93,
            "horizon_minutes": 60,
            "expected_at": (at + timedelta(minutes=40)).isoformat(),
            "metric": "free storage",
            "value": 1.2e9,
            "limit": 0.0,
            "unit": "bytes",
            "detector": "trend",
            **details,
        },
    )


def a_stop(instance: Resource, at: datetime) -> Signal:
    return Signal(
        signal_id=f"stop:{instance.key}",
        source=SignalSource.STATE_CHANGE,
        resource=instance,
        failure="stopped",
        event_name="stopped",
        occurred_at=at,
    )


def made_by_moto(instance: Resource) -> Any:
    return ec2_backends[instance.account][instance.region].get_instance(instance.id)


def stop_unheard(instance: Resource) -> None:
    """As if AWS had lost the event."""
    vars(made_by_moto(instance))["_state"] = InstanceState("stopped", 80)


def make_database(scene: Scene) -> Resource:
    return scene.world.resource(DATABASE, things.make_db_instance(scene.world))


def make_table(scene: Scene, *, busy: float = 9.0) -> Resource:
    name = things.make_provisioned_table(scene.world)
    things.use_capacity(scene.world, name, write_units=busy)
    return scene.world.resource(TABLE, name)


def make_service(scene: Scene) -> Resource:
    service = scene.world.resource(SERVICE, things.make_service(scene.world))
    scene.world.wait_until(
        lambda: not scene.world.team.observe(service).passing, 10, "the service to come to rest"
    )
    return service


def deploy(scene: Scene, service: Resource) -> None:
    cluster, name = service.id.split("/")
    scene.world.aws.client("ecs", GHOST).update_service(
        cluster=cluster, service=name, forceNewDeployment=True
    )
    scene.world.wait_until(
        lambda: not scene.world.team.observe(service).passing, 10, "the deployment to be done"
    )


def storage_of(scene: Scene, database: Resource) -> int:
    answer = scene.world.aws.client("rds", GHOST).describe_db_instances(DBInstanceIdentifier=database.id)
    return int(answer["DBInstances"][0]["AllocatedStorage"])


def write_units_of(scene: Scene, table: Resource) -> int:
    answer = scene.world.aws.client("dynamodb", GHOST).describe_table(TableName=table.id)
    return int(answer["Table"]["ProvisionedThroughput"]["WriteCapacityUnits"])


def deployment_of(scene: Scene, service: Resource) -> str:
    return str(scene.world.team.observe(service).attributes["deployment"])


def approved(scene: Scene, resource: Resource) -> Story:
    warn(scene, resource)
    scene.waits(resource)
    scene.say(resource, approved=True)
    return scene.story(resource)


def do_what_is_foreseen(scene: Scene, **prevention: Any) -> None:
    """Prevent without asking; nothing is held out unless a story says so."""
    scene.change_policy(
        rules=[{"match": {"type": TABLE}, "set": {"prevent": "do"}}], prevention={"hold_out": 0, **prevention}
    )


# -- each of the four ---------------------------------------------------------------------------


def test_a_filling_database_is_given_storage_once_a_person_agrees(scene: Scene) -> None:
    database = make_database(scene)

    story = approved(scene, database)

    assert story.incident.state is State.COMPLETED
    assert storage_of(scene, database) == 25
    assert story.incident.assessment is not None
    assert story.incident.assessment.classification is Classification.ANOMALY
    assert story.incident.verification is not None
    assert "allocated gib is 25" in story.incident.verification.looked_at
    assert said(story)[0].endswith("is expected to run out of storage")


def test_a_table_short_of_capacity_is_given_more_where_the_policy_does_so_without_asking(
    scene: Scene,
) -> None:
    do_what_is_foreseen(scene)
    table = make_table(scene)

    warn(scene, table)
    story = scene.story(table)

    assert story.incident.state is State.COMPLETED
    assert State.AWAITING_APPROVAL not in moves(story)
    assert write_units_of(scene, table) == 18
    sweep(scene.world.team)
    assert len(scene.stories(table)) == 1, "what was prevented has not failed"


def test_a_leaking_service_gets_new_tasks_once_a_person_agrees(scene: Scene) -> None:
    service = make_service(scene)
    before = deployment_of(scene, service)

    story = approved(scene, service)

    assert story.incident.state is State.COMPLETED
    assert deployment_of(scene, service) != before


def test_the_logs_of_a_full_instance_are_rotated_once_a_person_agrees(scene: Scene) -> None:
    instance = scene.make_instance()

    story = approved(scene, instance)

    assert story.incident.state is State.COMPLETED
    commands = scene.world.aws.client("ssm", GHOST).list_commands(InstanceId=instance.id)["Commands"]
    assert [one["DocumentName"] for one in commands] == [
        f"{scene.world.team.settings.prefix}-rotate-logs-command"
    ]


def test_a_restart_whose_new_tasks_do_not_come_up_needs_a_person(scene: Scene) -> None:
    service = make_service(scene)
    break_deployments(*service.id.split("/"))

    story = approved(scene, service)

    assert story.incident.state is State.FAILED
    assert "circuit breaker" in story.incident.problem
    assert scene.inbox.about(story.incident.incident_id)[-1]["summary"].endswith("needs you now")


# -- what changed while people were asked -------------------------------------------------------------


def test_a_service_that_somebody_deployed_meanwhile_has_new_tasks_already(scene: Scene) -> None:
    service = make_service(scene)
    warn(scene, service)
    scene.waits(service)
    deploy(scene, service)

    scene.say(service, approved=True)
    story = scene.story(service)

    assert (story.incident.state, begun(story)) == (State.COMPLETED, [])
    assert story.incident.verification is not None


def test_an_instance_that_changed_meanwhile_is_not_taken_for_healed(scene: Scene) -> None:
    """Nothing that is read of it shows whether its logs were rotated."""
    instance = scene.make_instance()
    warn(scene, instance)
    scene.waits(instance)
    vars(made_by_moto(instance))["instance_type"] = "t3.large"

    scene.say(instance, approved=True)
    story = scene.story(instance)

    assert (story.incident.state, begun(story)) == (State.FAILED, [])
    assert "no longer as it was planned for" in story.incident.problem


# -- what is not acted on -----------------------------------------------------------------------


def test_by_default_a_person_is_asked_before_anything_is_prevented(scene: Scene) -> None:
    table = make_table(scene)

    warn(scene, table)
    story = scene.waits(table)

    assert story.incident.decision is not None
    assert story.incident.decision.reason == "Nothing has failed yet, and the policy asks before it prevents."
    assert write_units_of(scene, table) == 10


@pytest.mark.parametrize("table", ["prevent", "mode"])
def test_where_it_only_observes_people_are_told_and_nothing_is_changed(scene: Scene, table: str) -> None:
    if table == "prevent":
        scene.change_policy(rules=[{"match": {"type": TABLE}, "set": {"prevent": "observe"}}])
    else:
        scene.set_mode("observe")
    resource = make_table(scene)

    warn(scene, resource)
    story = scene.story(resource)

    assert story.incident.state is State.DISMISSED
    assert begun(story) == []
    assert write_units_of(scene, resource) == 10
    told = scene.inbox.about(story.incident.incident_id)
    assert [one["state"] for one in told] == ["DISMISSED"]


def test_what_is_held_out_is_left_alone_and_says_so(scene: Scene) -> None:
    do_what_is_foreseen(scene, hold_out=1)
    table = make_table(scene)

    warn(scene, table)
    story = scene.story(table)

    assert story.incident.state is State.DISMISSED
    assert answers_of(story, "hold_out").startswith("Held out to measure what warnings are worth")
    assert write_units_of(scene, table) == 10
    assert scene.inbox.about(story.incident.incident_id)


def test_a_warning_that_is_over_by_the_newest_forecast_is_not_acted_on(scene: Scene) -> None:
    do_what_is_foreseen(scene)
    table = make_table(scene)

    warn(scene, table, probability=0.05)
    story = scene.story(table)

    assert story.incident.state is State.DISMISSED
    assert story.incident.assessment is not None
    assert story.incident.assessment.classification is Classification.NORMAL


def test_a_warning_for_which_there_is_no_plan_is_told_to_people(scene: Scene) -> None:
    do_what_is_foreseen(scene)
    table = make_table(scene, busy=1.0)

    warn(scene, table)
    story = scene.story(table)

    assert story.incident.state is State.FAILED
    assert "not prevented, needs you" in scene.inbox.about(story.incident.incident_id)[-1]["summary"]


# -- more than one --------------------------------------------------------------------------------


def test_a_warning_that_is_renewed_joins_its_incident(scene: Scene) -> None:
    database = make_database(scene)

    first = warn(scene, database)
    scene.waits(database)
    again, once_more = warn(scene, database, name="second"), warn(scene, database, name="second")

    assert [first.how, again.how, once_more.how] == [How.OPENED, How.JOINED, How.DUPLICATE]
    assert first.incident_id == again.incident_id == once_more.incident_id
    scene.say(database, approved=True)
    assert scene.story(database).incident.state is State.COMPLETED


def test_a_warning_gives_way_to_a_failure_that_comes_while_people_are_asked(scene: Scene) -> None:
    instance = scene.make_instance()
    warn(scene, instance)
    scene.waits(instance)

    scene.stop(instance)
    warning, failure = scene.ended(instance, count=2, timeout=TIMEOUT)

    assert (warning.incident.state, failure.incident.state) == (State.EXPIRED, State.COMPLETED)
    assert warning.incident.problem == "it failed before anybody answered"
    assert scene.state_of(instance) == "running"
    told = scene.inbox.about(warning.incident.incident_id)
    assert told[-1]["summary"].endswith("it failed first")


def test_a_failure_that_joined_a_warning_while_it_was_judged_is_found_by_the_sweep(scene: Scene) -> None:
    instance = scene.make_instance()
    opening = warn(scene, instance)
    scene.waits(instance)
    stop_unheard(instance)
    joined = a_stop(instance, scene.world.team.clock())
    scene.world.team.incidents.join(opening.incident_id, joined, joined.occurred_at)

    found = sweep(scene.world.team)

    assert found["reopened"] >= 1
    assert scene.waits(instance).incident.failure == "stopped", "nobody is named, so a person is asked"
    assert scene.stories(instance)[0].incident.state is State.EXPIRED


def test_what_people_rejected_to_prevent_is_repaired_at_once_when_it_fails(scene: Scene) -> None:
    instance = scene.make_instance()
    warn(scene, instance)
    scene.waits(instance)
    scene.say(instance, approved=False)
    assert scene.story(instance).incident.state is State.REJECTED

    scene.stop(instance)

    assert scene.story(instance, count=2).incident.state is State.COMPLETED


def test_a_warning_inside_the_cooldown_is_told_and_left_alone(scene: Scene) -> None:
    do_what_is_foreseen(scene)
    table = make_table(scene)
    warn(scene, table)
    scene.story(table)
    raised = write_units_of(scene, table)
    things.use_capacity(scene.world, table.id, write_units=17.0)

    opening = open_incident(
        a_warning(table, scene.world.team.clock() + timedelta(seconds=1), name="later"), scene.world.team
    )
    story = scene.story(table, count=2)

    assert opening.how is How.OPENED
    assert story.incident.state is State.COOLDOWN
    assert write_units_of(scene, table) == raised
