"""What happens after a while."""

import threading

from mainstay.embedded.later import do_later, forget_what_waits


def test_it_happens_once() -> None:
    done = threading.Event()
    do_later(0.01, done.set)
    assert done.wait(5)


def test_what_is_forgotten_never_happens() -> None:
    done = threading.Event()
    do_later(0.2, done.set)
    forget_what_waits()
    assert not done.wait(0.3)
