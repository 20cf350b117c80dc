"""The local server, from its start to its end."""

from __future__ import annotations

import getpass
import re
import signal
import threading
import webbrowser
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError
from rich.console import Console

from chalicelib.errors import MainstayError
from mainstay.demo.act import Scenario
from mainstay.demo.days.day import Day
from mainstay.demo.days.playing import Watched, play_days
from mainstay.demo.days.playing import make_policy as days_policy
from mainstay.demo.play import Cast, cast_all, play_together
from mainstay.serving.estate import COUNTS, Estate
from mainstay.serving.feed import Feed
from mainstay.serving.gateway import Gateway
from mainstay.serving.local import LocalSite
from mainstay.serving.schedules import Schedules
from mainstay.serving.screen import Screen, folder_to_add
from mainstay.serving.server import Server
from mainstay.world import World

_LOOK_SECONDS = 1.0
"""How often to look for news when nothing has been heard of."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """How to serve."""

    every: float
    as_json: bool = False
    open_browser: bool = False
    scenarios: Sequence[Scenario] = ()
    days: Sequence[Day] = ()
    """Played before anything is served, since it is another time in them."""


def run_server(server: Server, options: Options, console: Console) -> None:
    """Serve until somebody ends it with SIGINT or SIGTERM."""
    screen = Screen(console, as_json=options.as_json)
    with ExitStack() as undo, _told_to_end() as ended:
        undo.callback(server.stop)  # also where it never comes to answering
        with console.status("Starting AWS on this machine") as status:
            world = undo.enter_context(World(url=server.url))
            casts, estate = _prepare(world, options, status.update)
        feed = Feed(world)
        gateway = Gateway(world.app, user=user_arn(world.aws.account), account=world.aws.account)
        server.start(LocalSite(gateway, estate))
        undo.callback(server.stop)
        schedules = Schedules(world, options.every, screen.warn)
        schedules.start()
        undo.callback(schedules.stop)
        screen.ready(server.url, estate.resources, options.every, folder=folder_to_add())
        if options.open_browser:
            webbrowser.open(server.url)
        if casts:
            threading.Thread(target=_play, args=(world, casts, screen, ended), daemon=True).start()
        _follow(world, feed, screen, ended)


def _play(world: World, casts: Sequence[Cast], screen: Screen, ended: threading.Event) -> None:
    """Play what was asked for; where the server ends meanwhile, the world is gone, and that is no news."""
    try:
        play_together(world, casts, screen.played)
    except (MainstayError, BotoCoreError) as error:
        if not ended.is_set():
            screen.warn(str(error))


def _prepare(world: World, options: Options, say: Callable[[str], None]) -> tuple[list[Cast], Estate]:
    """Play the days, make what scenarios break, and the estate; answer the last two."""
    watched: list[Watched] = []
    if options.days:
        watched = play_days(world, options.days, lambda at: say(f"Playing a day: it is {at:%H:%M}"))
    say("Making what is going to be broken")
    casts = cast_all(world, options.scenarios)
    estate = Estate(world, casts, days_policy(watched))
    estate.make(COUNTS)
    return casts, estate


def _follow(world: World, feed: Feed, screen: Screen, ended: threading.Event) -> None:
    seen = -1
    while not ended.is_set():
        screen.show(feed.news())
        seen = world.wait_for_answer(seen, _LOOK_SECONDS)


@contextmanager
def _told_to_end() -> Iterator[threading.Event]:
    """An event that SIGINT and SIGTERM set, in place of what they do."""
    ended = threading.Event()
    before = {one: signal.signal(one, lambda *_: ended.set()) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield ended
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def user_arn(account: str) -> str:
    """Who calls the API of the local server: the user of this machine, as an ARN."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = "somebody"
    return f"arn:aws:iam::{account}:user/{re.sub(r'[^A-Za-z0-9+=,.@_-]', '-', name)}"
