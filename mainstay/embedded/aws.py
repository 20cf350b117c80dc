"""AWS on a laptop: moto's server in this process, repaired, so that the product's code runs unchanged.

    with EmbeddedAws() as aws:
        aws.client("ec2", ALICE).stop_instances(InstanceIds=[...])

Inside, `boto3.client("ec2")` without any argument, in this process or in a child, reaches it too.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack, suppress
from types import TracebackType
from typing import Any, Self

import boto3
import botocore.loaders
import botocore.session
from botocore.config import Config

from mainstay.embedded.bus import BUS, Event
from mainstay.embedded.clock import CLOCK, TimeSource
from mainstay.embedded.later import forget_what_waits
from mainstay.embedded.personas import ACCOUNT, MAINSTAY, Persona

REGION = "us-east-1"

_LOADER = botocore.loaders.create_loader()
"""One for all sessions: reading EC2's model takes longer than everything else about a client."""


class EmbeddedAws:
    """A context manager. One at a time in a process, since moto's state is the process's own."""

    region: str = REGION
    account: str = ACCOUNT
    endpoint: str = ""

    def __init__(self) -> None:
        self._sessions: dict[str, boto3.Session] = {}
        self._clients: dict[tuple[str, str, str], Any] = {}
        self._lock = threading.RLock()
        self._undo = ExitStack()

    def __enter__(self) -> Self:
        if BUS.is_running:
            raise RuntimeError("Embedded AWS runs already in this process")
        with ExitStack() as undo:
            # Before anything of moto is loaded: it asks the environment as soon as that.
            undo.callback(_replace_environment, _replace_environment(_ENVIRONMENT))
            port = self._start(undo)
            self.endpoint = f"http://127.0.0.1:{port}"
            os.environ.update(AWS_ENDPOINT_URL=self.endpoint, MOTO_PORT=str(port))
            self._undo = undo.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._undo.close()
        self._sessions.clear()
        self._clients.clear()

    def _start(self, undo: ExitStack) -> int:
        """Start everything, note how to end it in the reverse order, and answer the port."""
        from mainstay.embedded.repairs import install_repairs, remove_repairs  # noqa: PLC0415
        from mainstay.embedded.server import EmbeddedServer  # noqa: PLC0415

        undo.callback(remove_repairs)
        install_repairs()
        server = EmbeddedServer()
        server.start()
        undo.callback(server.stop)
        _run_state_machines(on=True)
        undo.callback(_run_state_machines, on=False)
        BUS.start()
        undo.callback(_forget_everything)
        undo.callback(_end_invocations)
        undo.callback(BUS.stop)
        return server.port

    def session(self, persona: Persona = MAINSTAY) -> boto3.Session:
        """Answer the session that signs as this persona: the same one each time."""
        with self._lock:
            if persona.name not in self._sessions:
                self._sessions[persona.name] = self._make_session(persona)
            return self._sessions[persona.name]

    def client(self, service: str, persona: Persona = MAINSTAY, region: str | None = None) -> Any:
        """Answer a client that signs as this persona: the same one each time, safe to share by threads.

        It makes one attempt, so that what a test or a scenario counts is what it did.
        """
        key = (service, persona.name, region or self.region)
        with self._lock:
            if key not in self._clients:
                config = Config(retries={"total_max_attempts": 1}, max_pool_connections=50)
                self._clients[key] = self.session(persona).client(service, region_name=key[2], config=config)
            return self._clients[key]

    def on_event(self, listener: Callable[[Event], None]) -> None:
        """Call `listener` with the full envelope of each event that is put on the default bus.

        It is called in the thread that delivers, before the event's targets are.
        """
        BUS.listen(listener)

    def publish(self, event: Event) -> None:
        """Deliver this envelope, id and all: an event again, or one that AWS itself would emit."""
        BUS.put(event)

    def jam(self, instance_id: str) -> None:
        """Let an EC2 instance begin to start from now on, but never get to running."""
        from mainstay.embedded.repairs.ec2 import jam  # noqa: PLC0415

        jam(instance_id, self.region)

    def set_clock(self, source: TimeSource | None) -> None:
        """Let the logs and metrics take their time from this source, until `reset`; None: the real time."""
        CLOCK.set(source)

    def write_logs(self, group: str, stream: str, lines: Iterable[tuple[float, str]]) -> int:
        """Store lines, each seconds since 1970 and a message, and answer how many.

        Group and stream are made where they are missing. There are no batches, no bounds of time and no
        deliveries to subscriptions, so that months of a million lines are there in a second.
        """
        from moto.logs.models import logs_backends  # noqa: PLC0415

        from mainstay.embedded.repairs.logs import write_lines  # noqa: PLC0415

        return write_lines(logs_backends[self.account][self.region], group, stream, lines)

    def write_metrics(
        self, namespace: str, name: str, dimensions: Mapping[str, str], points: Iterable[tuple[float, float]]
    ) -> int:
        """Store values of one metric, each with seconds since 1970, of any age, and answer how many."""
        from moto.cloudwatch.models import cloudwatch_backends  # noqa: PLC0415

        from mainstay.embedded.repairs.cloudwatch import write_points  # noqa: PLC0415
        from mainstay.embedded.repairs.metric_series import make_key  # noqa: PLC0415

        backend = cloudwatch_backends[self.account][self.region]
        return write_points(backend, make_key(namespace, name, dimensions), points)

    def settle(self) -> None:
        """Wait until every event emitted so far has been handed to its targets."""
        BUS.drain()

    def reset(self) -> None:
        """Forget all resources and listeners, and let nothing of before happen afterwards."""
        BUS.drain()
        BUS.forget_listeners()
        _forget_everything()

    def _make_session(self, persona: Persona) -> boto3.Session:
        core = botocore.session.get_session()
        core.register_component("data_loader", _LOADER)
        return boto3.Session(
            botocore_session=core,
            aws_access_key_id=persona.access_key_id,
            aws_secret_access_key=persona.secret,
            region_name=self.region,
        )


_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": MAINSTAY.access_key_id,
    "AWS_SECRET_ACCESS_KEY": MAINSTAY.secret,
    "AWS_DEFAULT_REGION": REGION,
    "AWS_REGION": REGION,
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "MOTO_EC2_LOAD_DEFAULT_AMIS": "false",
    "NO_PROXY": "127.0.0.1,localhost",
    "no_proxy": "127.0.0.1,localhost",
}
"""What the SDKs, Terraform and moto find, beside the address.

The configuration files are switched off, so that no profile of the machine's owner leads elsewhere; the
images that moto would load take a second, and it takes any image id without them.
"""


def _replace_environment(wanted: dict[str, str]) -> dict[str, str]:
    """Make `wanted` all that the environment says about AWS and moto; answer what it said before."""
    before = {name: value for name, value in os.environ.items() if _concerns_us(name)}
    for name in before:
        del os.environ[name]
    os.environ.update(wanted)
    return before


def _concerns_us(name: str) -> bool:
    return name.startswith(("AWS_", "MOTO_")) or name.upper() == "NO_PROXY"


def _run_state_machines(*, on: bool) -> None:
    """Let moto interpret state machines. Its own default is to answer every execution with success."""
    from moto.core.config import default_user_config  # noqa: PLC0415

    default_user_config["stepfunctions"] = {"execute_state_machine": on}


def _end_invocations() -> None:
    """Let functions that were invoked by events end while everything that they may call is still there."""
    from mainstay.embedded.invocations import wait_idle  # noqa: PLC0415
    from mainstay.embedded.server import STOP_SECONDS  # noqa: PLC0415

    with suppress(TimeoutError):
        wait_idle(STOP_SECONDS)


def _forget_everything() -> None:
    from moto.moto_api._internal.models import moto_api_backend  # noqa: PLC0415

    from mainstay.embedded import invocations  # noqa: PLC0415
    from mainstay.embedded.repairs.task_tokens import stop_all_executions  # noqa: PLC0415

    CLOCK.set(None)
    invocations.forget_what_waits()
    forget_what_waits()
    stop_all_executions()
    moto_api_backend.reset()
