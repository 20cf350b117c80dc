"""The model answers well, answers nonsense, is throttled, is down: every incident still ends well."""

from __future__ import annotations

from collections.abc import Callable

from chalicelib.aws.incident_reader import Story
from chalicelib.incidents.model import Judge, State
from mainstay.demo import spoils, things
from mainstay.demo.act import Act, Scenario
from mainstay.embedded.bedrock import Behaviour, answers_nonsense, answers_well, is_down, throttles
from mainstay.world import World


def _make(behaviour: Behaviour) -> Callable[[World], str]:
    def make(world: World) -> str:
        instance = things.make_instance(world)
        world.bedrock.behave(behaviour, when=instance)
        return instance

    return make


def _judged_by(judge: Judge) -> Callable[[World, str, Story], str]:
    def check(_world: World, _instance: str, story: Story) -> str:
        assessment = story.incident.assessment
        if assessment is None or assessment.judge is not judge:
            return f"{judge.value} should have judged"
        return "" if judge is Judge.MODEL or assessment.judge_note else "no reason is given why rules decided"

    return check


def _act(title: str, behaviour: Behaviour, judge: Judge) -> Act:
    return Act(
        title=f"the model {title}",
        type="ec2.instance",
        make=_make(behaviour),
        spoil=spoils.stop_instance,
        ends=State.COMPLETED,
        limits={"model": "always"},
        check=_judged_by(judge),
    )


MODEL = Scenario(
    name="model",
    title="Bedrock helps, and may fail",
    acts=(
        _act("answers well", answers_well, Judge.MODEL),
        _act("answers nonsense; rules decide", answers_nonsense, Judge.RULES),
        _act("is throttled; rules decide", throttles, Judge.RULES),
        _act("is down; rules decide", is_down, Judge.RULES),
    ),
)
