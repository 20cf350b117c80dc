"""What happens after a while."""

import threading
from collections.abc import Callable

from mainstay.embedded.later import do_later, forget_what_waits, scheduled_by


def test_it_happens_once() -> None:
    done = threading.Event()
    do_later(0.01, done.set)
    assert done.wait(5)


def test_what_is_forgotten_never_happens() -> None:
    done = threading.Event()
    do_later(0.2, done.set)
    forget_what_waits()
    assert not done.wait(0.3)


def test_somebody_else_may_keep_the_time() -> None:
    done: list[str] = []
    agenda: list[tuple[float, Callable[[], None]]] = []
    with scheduled_by(lambda seconds, action: agenda.append((seconds, action))):
        do_later(3600, lambda: done.append("done"))
    assert not done
    agenda[0][1]()
    assert (agenda[0][0], done) == (3600, ["done"])
