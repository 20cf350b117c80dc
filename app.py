"""Every trigger of Mainstay, a few lines each: parse, one call, JSON back.

Each Lambda function imports this file, so that its cold start is what stands at the top of it. What only
one function needs is therefore imported by that function.
"""

from __future__ import annotations

import gc

gc.disable()  # nothing that is imported is garbage, and looking for some slows a cold start

import os
from dataclasses import dataclass
from typing import Any

from chalice import Chalice

from chalicelib import intake
from chalicelib.api import GUARD, routes
from chalicelib.incidents.step import Step
from chalicelib.resources import RESOURCE_TYPES
from chalicelib.services import collaborators
from chalicelib.settings import topic_name
from chalicelib.signals import event_pattern, message_in

app = Chalice(app_name="mainstay", configure_logs=False)
app.register_blueprint(routes)
authorize_call = GUARD
"""With ``MAINSTAY_AUTH=oidc`` a function, by this name, that API Gateway asks who may call."""


@dataclass(frozen=True)
class Arrived:
    """What reached a trigger, as it came: Chalice's own classes raise where a part of it is missing."""

    payload: object
    context: object


# -- what starts an incident --------------------------------------------------------------------


@app.on_cw_event(event_pattern(RESOURCE_TYPES))
def on_resource_event(event: Arrived) -> dict[str, Any]:
    """Take in a state change, a CloudTrail call or an RDS event."""
    return intake.receive_event(event.payload, collaborators())


@app.on_sns_message(topic=topic_name(os.environ, "alarms"))
def on_alarm(event: Arrived) -> dict[str, Any]:
    """Take in a CloudWatch alarm."""
    return intake.receive_alarm(message_in(event.payload), collaborators())


@app.schedule("rate(5 minutes)")
def sweep(_event: Arrived) -> dict[str, Any]:
    """Look after what events alone would miss."""
    from chalicelib import sweep as sweeping

    return sweeping.sweep(collaborators())


# -- what looks ahead ---------------------------------------------------------------------------


@app.schedule("rate(5 minutes)")
def start_scan(_event: Arrived) -> dict[str, Any]:
    """Ask for a scan of each log group and each batch of metrics; look after alerts."""
    from chalicelib import scanning

    return scanning.start_scan(collaborators())


@app.on_sns_message(topic=topic_name(os.environ, "scans"))
def on_scan_request(event: Arrived) -> dict[str, Any]:
    """Scan one log group, or one batch of metrics."""
    from chalicelib import scanning

    return scanning.run_scan(message_in(event.payload), collaborators())


for trigger in (on_resource_event, on_alarm, sweep, start_scan, on_scan_request):
    trigger.event_class = Arrived


# -- the workflow's tasks -----------------------------------------------------------------------


@app.lambda_function(name="detect_incident")
def detect_incident(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Read the resource again."""
    from chalicelib import workflow

    return _run(workflow.detect_incident, event)


@app.lambda_function(name="analyze_incident")
def analyze_incident(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Judge what it means."""
    from chalicelib import workflow

    return _run(workflow.analyze_incident, event)


@app.lambda_function(name="plan_recovery")
def plan_recovery(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Make the one exact plan."""
    from chalicelib import workflow

    return _run(workflow.plan_recovery, event)


@app.lambda_function(name="decide_recovery")
def decide_recovery(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Ask every gate."""
    from chalicelib import deciding

    return _run(deciding.decide_recovery, event)


@app.lambda_function(name="request_approval")
def request_approval(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Ask people; the workflow waits for the token."""
    from chalicelib import workflow

    token = str(event["token"])
    return _run(lambda step, team: workflow.request_approval(step, token, team), event["step"])


@app.lambda_function(name="run_action")
def run_action(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Carry out the next action of the plan, or look after it."""
    from chalicelib import doing

    return _run(doing.run_action, event)


@app.lambda_function(name="verify_recovery")
def verify_recovery(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Read the resource and compare it with the goal."""
    from chalicelib import doing

    return _run(doing.verify_recovery, event)


@app.lambda_function(name="roll_back")
def roll_back(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Put back whatever was changed, and end the incident."""
    from chalicelib import undoing

    return _run(undoing.roll_back, event)


@app.lambda_function(name="notify_people")
def notify_people(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Tell people and machines."""
    from chalicelib import workflow

    return _run(workflow.notify_people, event)


@app.lambda_function(name="learn_outcome")
def learn_outcome(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Keep the outcome for later judgement."""
    from chalicelib import workflow

    return _run(workflow.learn_outcome, event)


def _run(task: Any, event: dict[str, Any]) -> dict[str, Any]:
    """Run one task on a step, and answer the step after it."""
    from chalicelib import workflow

    return workflow.run_task(task, Step.model_validate(event), collaborators()).model_dump(mode="json")


gc.freeze()  # what is here stays
gc.enable()
