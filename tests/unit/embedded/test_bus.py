"""The queue in front of EventBridge."""

import threading

import pytest

from mainstay.embedded.bus import Bus, Event, make_event


def _event(number: int) -> Event:
    return make_event("aws.probe", "Probe", {"number": number}, region="us-east-1")


@pytest.fixture
def bus() -> Bus:
    bus = Bus()
    bus.start()
    return bus


def test_an_envelope_has_every_field_that_eventbridge_gives() -> None:
    event = _event(1)
    assert list(event) == [
        "version",
        "id",
        "detail-type",
        "source",
        "account",
        "time",
        "region",
        "resources",
        "detail",
    ]


def test_events_arrive_in_order_and_in_another_thread(bus: Bus) -> None:
    seen: list[tuple[int, str]] = []
    bus.deliver = lambda _bus, event: seen.append(
        (event["detail"]["number"], threading.current_thread().name)
    )
    for number in range(50):
        bus.put(_event(number))
    bus.stop()
    assert [number for number, _ in seen] == list(range(50))
    assert {name for _, name in seen} == {"embedded-bus"}


def test_nobody_who_emits_waits_for_a_delivery(bus: Bus) -> None:
    lock = threading.Lock()

    def deliver(_bus: str, _event: Event) -> None:
        with lock:
            """A target that needs what the emitter holds."""

    bus.deliver = deliver
    with lock:
        bus.put(_event(1))
    bus.stop()


def test_a_listener_that_fails_does_not_end_deliveries(bus: Bus) -> None:
    delivered: list[Event] = []
    bus.deliver = lambda _bus, event: delivered.append(event)
    bus.listen(lambda event: {}[event["id"]])
    bus.put(_event(1))
    bus.drain()
    bus.forget_listeners()
    bus.put(_event(2))
    bus.stop()
    assert [event["detail"]["number"] for event in delivered] == [2]


def test_only_the_default_bus_is_listened_to(bus: Bus) -> None:
    heard: list[Event] = []
    bus.listen(heard.append)
    bus.put(_event(1), bus="other")
    bus.put(_event(2))
    bus.drain()
    assert [event["detail"]["number"] for event in heard] == [2]
    bus.stop()


def test_without_a_thread_events_are_delivered_at_once() -> None:
    bus, seen = Bus(), []
    bus.deliver = lambda _bus, event: seen.append(event)
    bus.put(_event(1))
    assert len(seen) == 1
