"""How long does GET /incidents take beside many stored incidents? ``python -m bench.api --incidents 100000``.

Each request goes the way that it goes behind API Gateway, in this process: gateway, Chalice, our code, SDK.
Beside it stands a bare Chalice route that answers one constant page, so that ratios can be read anywhere.
Embedded DynamoDB sorts a whole list of an index for each query, which DynamoDB does not. So two times are
shown: the whole as the clock says, and our own, which is the processor's time outside of DynamoDB's calls.
What a page costs on AWS is our own time and the calls, each of which reads one page of an index.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from chalice import Chalice, Response
from rich.table import Table

from bench.past import stored_table
from bench.report import make_table, show, surroundings
from chalicelib.aws.items import Item, encode
from chalicelib.aws.records import write_record
from chalicelib.incidents.lifecycle import ENDED
from chalicelib.incidents.model import Actor, ActorKind, Incident, Signal, SignalSource, State
from chalicelib.incidents.timeline import START
from chalicelib.resources import RESOURCE_TYPES
from mainstay.embedded.calls import invocation
from mainstay.serving.exchange import Request
from mainstay.serving.gateway import Gateway
from mainstay.world import World

STORED = 100_000
REQUESTS = 60
_SPAN = timedelta(days=300)
_OPEN_IN = 500
"""One of so many incidents is still open."""
_WARM_UP = 3
_OK = 200
_USER = "arn:aws:iam::123456789012:user/bench"

LISTS: Mapping[str, str] = {
    "newest": "/incidents",
    "open": "/incidents?state=open",
    "of a type": "/incidents?type=rds.db-instance",
    "of a resource, by its id": "/incidents?resource=thing-000007",
    "failed, this week": "/incidents?state=FAILED&since={week}",
}


@dataclass
class Stopwatch:
    """Hooks into the SDK: what calls took of the processor, and how many there were, since last asked."""

    seconds: float = 0.0
    calls: int = 0
    _began: float = field(default=0.0, repr=False)

    def attach(self, session: Any) -> None:
        """Measure what clients of this session call. Clients that were made before are not seen."""
        session.events.register("before-call", self._on_call)
        session.events.register("after-call", self._on_answer)

    def take(self) -> tuple[float, int]:
        """Seconds and calls, and begin anew."""
        found = self.seconds, self.calls
        self.seconds, self.calls = 0.0, 0
        return found

    def _on_call(self, **_: Any) -> None:
        self._began, self.calls = time.thread_time(), self.calls + 1

    def _on_answer(self, **_: Any) -> None:
        self.seconds += time.thread_time() - self._began


def measure(stored: int, requests: int) -> dict[str, Any]:
    """Ask for each list this often beside so many stored incidents, and for the constant page."""
    with World() as world:
        watch = Stopwatch()
        world.set_policy("")  # so that no client was made before this
        watch.attach(world.team.aws.session)
        page = _fill(world, stored)
        ours = Gateway(sys.modules["app"].app, user=_USER).answer
        week = f"{world.team.clock() - timedelta(days=7):%Y-%m-%dT%H:%M:%SZ}"
        rows = {name: _timed(ours, path.format(week=week), requests, watch) for name, path in LISTS.items()}
        bare = _timed(Gateway(_bare(page), user=_USER).answer, "/page", requests, watch)
    return {
        "benchmark": "lists over REST",
        "surroundings": surroundings(),
        "stored": stored,
        "requests": requests,
        "lists": rows,
        "bare": bare,
    }


def _timed(answer: Callable[[Request], Any], path: str, requests: int, watch: Stopwatch) -> dict[str, Any]:
    """Milliseconds of each request: whole, and our own."""
    whole, own, calls = [], [], set()
    for number in range(_WARM_UP + requests):
        watch.take()
        began, used = time.perf_counter(), time.thread_time()
        with invocation("api_handler", {}):
            found = answer(Request(method="GET", target=path))
        took, used = time.perf_counter() - began, time.thread_time() - used
        inside, count = watch.take()
        if found.status != _OK:
            raise SystemExit(f"{path} answered {found.status}: {found.body[:200]!r}")
        if number >= _WARM_UP:
            whole.append(took * 1000)
            own.append((used - inside) * 1000)
            calls.add(count)
    shown = len(json.loads(found.body).get("incidents", ()))
    return {"own_ms": _percentiles(own), "whole_ms": _percentiles(whole), "calls": max(calls), "shown": shown}


def _percentiles(values: Sequence[float]) -> dict[str, float]:
    ordered = sorted(values)
    return {
        "p50": statistics.median(ordered),
        "p99": ordered[min(len(ordered) - 1, round(0.99 * (len(ordered) - 1)))],
    }


# -- what is asked ------------------------------------------------------------------------------


def _fill(world: World, stored: int) -> dict[str, Any]:
    """Put incidents into what embedded DynamoDB keeps, and answer a page as the API would show it."""
    table, now = stored_table(world), world.team.clock()
    for number in range(stored):
        incident = _incident(world, number, now - _SPAN / stored * number)
        table.put_item(_as_it_lies(incident))
        if number < len(RESOURCE_TYPES):
            table.put_item({"pk": {"S": f"RESOURCE#{incident.resource.key}"}, "sk": {"S": "GUARD"}})
    _keep_lists(table)
    answer = Gateway(sys.modules["app"].app, user=_USER).answer(Request(method="GET", target="/incidents"))
    found: dict[str, Any] = json.loads(answer.body)
    return found


def _keep_lists(table: Any) -> None:
    """Let a query look through its own list of an index, where it would look through all items."""
    lists: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for one in table.all_items():
        for name in [name for name in one.attrs if name.startswith("gsi_")]:
            lists[name, one.attrs[name].value].append(one)
    query_as_ever = table.query

    def query(*given: Any, hash_key_conditions: Any = None, **named: Any) -> Any:
        asked = [(name, value.value) for name, value in hash_key_conditions or ()]
        table.all_items = lambda: lists[asked[0]]
        try:
            return query_as_ever(*given, hash_key_conditions=hash_key_conditions, **named)
        finally:
            del table.all_items

    table.query = query


def _incident(world: World, number: int, opened_at: datetime) -> Incident:
    """Of some type in turn; each resource has one, and a few are open."""
    types, ends = sorted(RESOURCE_TYPES), sorted(ENDED)
    resource = world.resource(types[number % len(types)], f"thing-{number:06d}")
    is_open = number % _OPEN_IN == 0
    signal = Signal(
        signal_id=f"signal-{number}",
        source=SignalSource.API_CALL,
        resource=resource,
        failure="stopped",
        event_name="StopSomething",
        occurred_at=opened_at,
        actor=Actor(kind=ActorKind.PERSON, name="alice"),
    )
    return Incident(
        incident_id=f"inc-{opened_at:%Y%m%d-%H%M%S}-{number:08x}",
        resource=resource,
        failure="stopped",
        state=State.AWAITING_APPROVAL if is_open else ends[number % len(ends)],
        bookmark=START,
        opened_at=opened_at,
        failed_at=opened_at,
        ended_at=None if is_open else opened_at + timedelta(seconds=60),
        signals=(signal,),
    )


def _as_it_lies(incident: Incident) -> Item:
    """As the product writes it when it opens and when it ends."""
    item = write_record(incident)
    if incident.ended_at is not None:
        del item["gsi_open_pk"]
        item["ended_at"] = encode(incident.ended_at)
    judged: dict[str, str | float] = {
        "classification": "FAILURE",
        "confidence": 0.93,
        "verdict": "RECOVER",
        "health": "HEALTHY",
    }
    return {**item, **{name: encode(value) for name, value in judged.items()}}


def _bare(page: dict[str, Any]) -> Chalice:
    """What Chalice alone takes to answer as much."""
    app, body = Chalice(app_name="bare", configure_logs=False), json.dumps(page)

    @app.route("/page", methods=["GET"])  # type: ignore[untyped-decorator]
    def show_page() -> Response:
        return Response(body=body, status_code=_OK, headers={"Content-Type": "application/json"})

    return app


# -- showing ------------------------------------------------------------------------------------


def tables(document: Mapping[str, Any]) -> Iterator[Table | str]:
    """For people."""
    bare = document["bare"]["own_ms"]
    yield make_table(
        f"GET /incidents beside {document['stored']:,} stored, {document['requests']} times each, in ms",
        ("list", "own p50", "own p99", "times bare p50", "whole p50", "whole p99", "calls", "shown"),
        [
            *(_row(name, row, bare) for name, row in document["lists"].items()),
            _row("bare Chalice, a constant page", document["bare"], bare),
        ],
    )
    yield "Own: the processor's time outside of embedded DynamoDB, which sorts a whole list for each query."


def _row(name: str, row: Mapping[str, Any], bare: Mapping[str, float]) -> tuple[object, ...]:
    own, whole = row["own_ms"], row["whole_ms"]
    ratio = own["p50"] / bare["p50"]
    return (name, own["p50"], own["p99"], ratio, whole["p50"], whole["p99"], row["calls"], row["shown"])


def main() -> None:
    """Read the arguments, measure, and show."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--incidents", type=int, default=STORED, help=f"how many are stored ({STORED:,})")
    parser.add_argument("--requests", type=int, default=REQUESTS, help=f"of each list ({REQUESTS})")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    given = parser.parse_args()
    document = measure(given.incidents, given.requests)
    show(document, tables(document), as_json=given.json)


if __name__ == "__main__":
    main()
