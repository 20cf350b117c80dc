"""Mainstay whole, on a laptop: its stack, its functions and embedded AWS, in this process."""

from __future__ import annotations

import importlib
import json
import os
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from chalicelib.collaborators import Collaborators
from chalicelib.incidents.model import Resource
from mainstay.embedded.aws import EmbeddedAws
from mainstay.embedded.bedrock import BedrockStandIn
from mainstay.embedded.calls import CallLog
from mainstay.embedded.codebuild import find_terraform
from mainstay.embedded.functions import deploy_functions
from mainstay.embedded.invocations import forget_listeners, on_answer, wait_idle
from mainstay.embedded.personas import GHOST
from mainstay.embedded.stack import create_stack, upload_source
from mainstay.keys import keep_keys, new_keys

STAGE = "local"

NOWHERE = "http://127.0.0.1:8000"
"""Where links in messages lead while nothing is served."""

QUICK = {"VerifyIntervalSeconds": "1", "VerifyAttempts": "4", "PollSeconds": "1"}
"""Embedded AWS takes milliseconds for what AWS takes minutes for."""


class World:
    """A context manager. `policy` is the YAML that everything in it goes by; `mode` is set at the start.

    `url` is where the app is served, if it is: links in messages lead there. `app` is the app itself.
    Logs and metrics go to `log_file`; `calls` knows every AWS call that the product makes in it.
    """

    app: Any

    def __init__(self, *, policy: str = "", mode: str = "auto", model: str = "", url: str = NOWHERE) -> None:
        self.aws = EmbeddedAws()
        self.calls = CallLog()
        self.bedrock = BedrockStandIn()
        self.outputs: dict[str, str] = {}
        self._policy, self._mode, self._model, self._url = policy, mode, model, url
        self._folder = tempfile.TemporaryDirectory(prefix="mainstay-")
        self.log_file = Path(self._folder.name) / "mainstay.jsonl"
        self._open = ExitStack()
        self._changed = threading.Condition()
        self._answers: Counter[str] = Counter()

    def __enter__(self) -> Self:
        find_terraform()
        self._open.callback(_close_log, self.log_file)
        self._open.enter_context(self.aws)
        self._open.enter_context(self.calls)
        self._open.enter_context(self.bedrock)
        self._open.callback(self._folder.cleanup)
        self.outputs = create_stack(self.aws, stage=STAGE, parameters=QUICK)
        upload_source(self.aws, self.outputs["ArtifactBucket"])
        self.set_policy(self._policy)
        keep_keys(new_keys(None, self.team.clock()), self._call_unseen, self.team.settings)
        self.app = _fresh_app().app
        deploy_functions(self.app, self.aws, stage=STAGE)
        on_answer(self._note_change)
        self._open.callback(forget_listeners)
        self.team.memory.set_mode(self._mode, by="mainstay", now=self.team.clock())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.set_clock(None)
        self._open.close()
        for name in [name for name in os.environ if name.startswith("MAINSTAY_")]:
            del os.environ[name]
        _forget_collaborators()

    def _call_unseen(self, service: str, operation: str, /, **parameters: Any) -> Any:
        """As part of how this world was made, which nobody hears of."""
        return getattr(self.aws.client(service, GHOST), operation)(**parameters)

    def set_policy(self, text: str) -> None:
        """Let this be the policy from now on."""
        path = Path(self._folder.name) / "policy.yaml"
        path.write_text(text, encoding="utf-8")
        os.environ.update(
            MAINSTAY_STAGE=STAGE,
            MAINSTAY_ACCOUNT=self.aws.account,
            MAINSTAY_POLICY_FILE=str(path),
            MAINSTAY_MODEL=self._model,
            MAINSTAY_CONSOLE_URL=self._url,
            MAINSTAY_API_URL=self._url,
            MAINSTAY_LOG_FILE=str(self.log_file),
        )
        _forget_collaborators()
        self.calls.attach(self.team.aws.session)

    @property
    def team(self) -> Collaborators:
        """What the functions work with: the same objects."""
        from chalicelib.services import collaborators  # noqa: PLC0415 - reads the environment set above

        return collaborators()

    def resource(self, kind: str, name: str) -> Resource:
        """A resource of this world."""
        return Resource(type=kind, id=name, region=self.aws.region, account=self.aws.account)

    def invoke(self, function: str, payload: object = None) -> Any:
        """Call a function as its trigger would, and answer what it answers."""
        answer = self.aws.client("lambda").invoke(
            FunctionName=f"mainstay-{STAGE}-{function}", Payload=json.dumps(payload or {})
        )
        found = json.loads(answer["Payload"].read() or b"null")
        if "FunctionError" in answer:
            raise RuntimeError(f"{function} raised {found['errorType']}: {found['errorMessage']}")
        return found

    def sweep(self) -> dict[str, int]:
        """Run the sweep now, as its schedule would."""
        found: dict[str, int] = self.invoke("sweep", self._scheduled("sweep"))
        return found

    def _scheduled(self, name: str) -> dict[str, Any]:
        return {
            "version": "0",
            "id": name,
            "source": "aws.events",
            "detail-type": "Scheduled Event",
            "account": self.aws.account,
            "region": self.aws.region,
            "time": f"{self.team.clock():%Y-%m-%dT%H:%M:%SZ}",
            "resources": [],
            "detail": {},
        }

    def scan(self) -> dict[str, int]:
        """Ask for all scans now, as their schedule would, and wait until they are done."""
        found = self.start_scan()
        self.settle(60)
        return found

    def start_scan(self) -> dict[str, int]:
        """Ask for all scans now, and wait for none of them."""
        found: dict[str, int] = self.invoke("start_scan", self._scheduled("start_scan"))
        return found

    def set_clock(self, source: Callable[[], datetime] | None) -> None:
        """Let it be another time for Mainstay and for embedded AWS; None: the time that it is."""
        from chalicelib import services  # noqa: PLC0415 - reads the environment set above

        services.now_utc.source = source or partial(datetime.now, UTC)
        self.aws.set_clock(source)

    def wait_until(self, is_so: Callable[[], bool], timeout: float, what: str, *, after: str = "") -> None:
        """Look again whenever a function has answered, until it is so; TimeoutError says what was not.

        `after` names the one function whose answer can make it so, where there is one.
        """
        until = time.monotonic() + timeout
        while True:
            seen = self.answers(after)
            if is_so():
                return
            with self._changed:
                left = until - time.monotonic()
                if left <= 0:
                    raise TimeoutError(f"after {timeout} s: {what}")
                self._changed.wait_for(partial(self._is_past, seen, after), min(left, 5.0))

    def _is_past(self, seen: int, function: str) -> bool:
        return self.answers(function) != seen

    def answers(self, function: str = "") -> int:
        """How often a function has answered; without a name, all of them together."""
        return self._answers[function] if function else self._answers.total()

    def wait_for_answer(self, seen: int, timeout: float) -> int:
        """Wait until more than `seen` functions have answered, or out of time; answer how many have."""
        with self._changed:
            self._changed.wait_for(lambda: self.answers() != seen, timeout)
        return self.answers()

    def settle(self, timeout: float = 10) -> None:
        """Wait until no event is on its way and no event's function is running."""
        self.aws.settle()
        wait_idle(timeout)

    def _note_change(self, function: str) -> None:
        with self._changed:
            self._answers[function] += 1
            self._changed.notify_all()


def _forget_collaborators() -> None:
    from chalicelib import services  # noqa: PLC0415

    services.collaborators.cache_clear()


def _close_log(path: Path) -> None:
    from chalicelib import services  # noqa: PLC0415

    services.open_log(path).close()
    services.open_log.cache_clear()


def _fresh_app() -> Any:
    """The app, imported from the checkout, whose root may not be on the path of an installed command.

    Anew, since the name of the topic that its alarms come in by was read when it was last imported. Its
    blueprint too: Chalice takes what routes ask for out of it when it is registered, so it serves one app.
    """
    root = str(Path(__file__).parent.parent)
    if root not in sys.path:
        sys.path.insert(0, root)
    for name in [one for one in sys.modules if one == "app" or one.split(".")[:2] == ["chalicelib", "api"]]:
        del sys.modules[name]
    return importlib.import_module("app")
