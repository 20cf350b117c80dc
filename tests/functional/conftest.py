"""One world for all stories of a process; each story makes resources of its own in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.incidents.links import LinkKeys, rotate_keys
from mainstay.embedded.personas import GHOST
from mainstay.world import World
from tests.functional.refusals import Refusals
from tests.functional.scene import POLICY, Inbox, Scene

_HERE = Path(__file__).parent
_OPEN: list[Scene] = []
"""The world is opened by the first story. Others may need the process for a world of their own, since there
can be one at a time: it is closed before the first test of another folder."""


@pytest.fixture
def scene() -> Iterator[Scene]:
    """The world with its usual policy, switched on; at the end every timeline is found whole."""
    if not _OPEN:
        world = World(policy=POLICY, model="stand-in").__enter__()
        _OPEN.append(Scene(world, Inbox(world), Refusals()))
        _OPEN[0].set_policy(POLICY)
    first = _OPEN[0]
    scene = Scene(first.world, first.inbox, first.aws_refuses, first.played)
    yield scene
    scene.leave()


@pytest.fixture
def world(scene: Scene) -> World:
    """The same, for what is no story."""
    return scene.world


@pytest.fixture
def keys(scene: Scene) -> LinkKeys:
    """The keys of forms, as an operator makes them."""
    team = scene.world.team
    made = rotate_keys(None, "k1", "5a" * 32, team.clock())
    scene.world.aws.client("ssm", GHOST).put_parameter(
        Name=team.settings.link_keys_parameter,
        Value=made.model_dump_json(),
        Type="SecureString",
        Overwrite=True,
    )
    return team.link_keys()


@pytest.fixture
def no_keys(scene: Scene, keys: LinkKeys) -> Iterator[None]:  # noqa: ARG001 - they have to be there first
    """As in a stage where nobody has made any. They are there again for whoever comes next."""
    ssm, name = scene.world.aws.client("ssm", GHOST), scene.world.team.settings.link_keys_parameter
    kept = ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]
    ssm.delete_parameter(Name=name)
    yield
    ssm.put_parameter(Name=name, Value=kept, Type="SecureString")


@pytest.fixture(scope="module")
def new_world() -> None:
    """For stories that would have to look through everything that happened before."""
    _close()


def _close() -> None:
    while _OPEN:
        _OPEN.pop().world.__exit__(None, None, None)


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> None:
    if nextitem is None or nextitem.path.parent != _HERE:
        _close()


def pytest_sessionfinish() -> None:
    """Also when a failure ends the tests early."""
    _close()
