"""``mainstay serve`` as it is really started: a process of its own, asked from outside."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import queue
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from mainstay.cli import app
from mainstay.serving.client import LocalServer

_ROOT = Path(__file__).parent.parent.parent
_TIMEOUT = 60


@dataclass
class Served:
    """A server that runs, and what it has said so far."""

    process: subprocess.Popen[str]
    lines: queue.Queue[dict[str, Any]] = field(default_factory=queue.Queue)
    url: str = ""

    def hear(self, fits: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The next line that fits; queue.Empty where none comes in time."""
        while True:
            line = self.lines.get(timeout=_TIMEOUT)
            if fits(line):
                return line

    def run(self, *words: str) -> Result:
        """A command against it."""
        result = CliRunner().invoke(app, [*words, "--url", self.url])
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return result

    def run_json(self, *words: str) -> list[dict[str, Any]]:
        """A command that does what it is to do, and its lines."""
        result = self.run(*words, "--json")
        assert result.exit_code == 0, result.stderr
        return [json.loads(line) for line in result.stdout.splitlines()]


class Terminal:
    """A command that runs in a terminal of 80 columns."""

    def __init__(self, *words: str) -> None:
        ours, its = pty.openpty()
        fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self._terminal = ours
        self._process = subprocess.Popen(
            [sys.executable, "-m", "mainstay", *words],
            cwd=_ROOT,
            env={**os.environ, "TERM": "xterm", "COLUMNS": "80"},
            stdin=its,
            stdout=its,
            stderr=its,
            preexec_fn=_own_terminal,  # noqa: PLW1509 - nothing but two system calls
        )
        os.close(its)

    def read_until(self, text: str) -> str:
        """All that was said up to this text."""
        said = ""
        while text not in said:
            ready, _, _ = select.select([self._terminal], [], [], _TIMEOUT)
            assert ready, said
            said += os.read(self._terminal, 65536).decode()
        return said

    def write(self, keys: str) -> None:
        """Press keys."""
        os.write(self._terminal, keys.encode())

    def end(self) -> int:
        """Read on until it ends; answer its exit code."""
        with suppress(OSError):  # how Linux says that nobody is at the other side any more
            while select.select([self._terminal], [], [], _TIMEOUT)[0]:
                if not os.read(self._terminal, 65536):
                    break
        try:
            return self._process.wait(_TIMEOUT)
        finally:
            self._process.kill()
            os.close(self._terminal)


def _own_terminal() -> None:
    """So that Ctrl-C is for the command, and not for the tests; what runs in the background ignores it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _start(*words: str) -> subprocess.Popen[str]:
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "MAINSTAY_", "MOTO_"))
    }
    return subprocess.Popen(
        [sys.executable, "-m", "mainstay", "serve", *words],
        cwd=_ROOT,
        env=clean,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """One for all tests here; at the end it is told to stop, and has to stop well."""
    process = _start("--port", "0", "--json", "--every", "2")
    served = Served(process)
    threading.Thread(target=_read, args=(served,), daemon=True).start()
    try:
        served.url = served.hear(lambda line: line["kind"] == "ready")["url"]
        yield served
        process.send_signal(signal.SIGTERM)
        assert process.wait(_TIMEOUT) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""
    finally:
        process.kill()
        process.wait()
        for stream in (process.stdout, process.stderr):
            assert stream is not None
            stream.close()


def _read(served: Served) -> None:
    assert served.process.stdout is not None
    for line in served.process.stdout:
        served.lines.put(json.loads(line))


def test_what_is_broken_is_healed_while_one_watches(served: Served) -> None:
    lines = served.run_json("break", "ec2.instance", "--watch")

    assert lines[0]["title"] == "stopped by alice, for no reason"
    assert [line["state"] for line in lines[1:]][-1] == "COMPLETED"
    heard = served.hear(lambda line: line["kind"] == "message")
    assert "repaired and verified" in heard["subject"]


def test_a_person_is_asked_and_the_approved_plan_is_carried_out(served: Served) -> None:
    (broken,) = served.run_json("break", "ec2.instance", "--kind", "unseen")
    name = broken["resource"]["id"]
    asked = served.hear(_progress("AWAITING_APPROVAL", name))
    assert (
        served.hear(lambda line: line["kind"] == "message" and name in line["subject"])["review_links"] != []
    )

    said = served.run("approve", asked["incident_id"], "--reason", "nobody meant it")

    assert said.exit_code == 0
    last = said.stdout.splitlines()[-1]
    assert re.fullmatch(rf"{asked['incident_id']} is (EXECUTING|VERIFYING|COMPLETED)", last)
    assert "undone by: stop the instance" in said.stdout
    served.hear(_progress("COMPLETED", name))
    (shown,) = served.run_json("incidents", "show", asked["incident_id"])
    assert (shown["state"], shown["whole"]) == ("COMPLETED", True)
    assert (shown["approval"]["approved"], shown["approval"]["reason"]) == (True, "nobody meant it")


def test_a_person_says_no_and_a_second_answer_is_refused(served: Served) -> None:
    (broken,) = served.run_json("break", "ec2.instance", "--kind", "unseen")
    incident_id = served.hear(_progress("AWAITING_APPROVAL", broken["resource"]["id"]))["incident_id"]

    assert served.run("approve", incident_id, "--digest", "0" * 64).exit_code == 1
    assert served.run_json("reject", incident_id, "--reason", "not now")[0]["state"] == "REJECTED"
    again = served.run("approve", incident_id)

    assert (again.exit_code, again.stderr.count("\n")) == (1, 1)
    assert served.run("break", "ec2.instance", "--id", broken["resource"]["id"]).exit_code == 2


def test_on_a_terminal_one_sees_the_plan_and_is_asked_first(served: Served) -> None:
    (broken,) = served.run_json("break", "ec2.instance", "--kind", "unseen")
    incident_id = served.hear(_progress("AWAITING_APPROVAL", broken["resource"]["id"]))["incident_id"]

    unsure = Terminal("approve", incident_id, "--url", served.url)
    assert "1. start the instance" in unsure.read_until("Approve this plan?")
    unsure.write("n\n")
    assert (unsure.end(), served.run_json("incidents", incident_id)[0]["state"]) == (1, "AWAITING_APPROVAL")
    sure = Terminal("approve", incident_id, "--url", served.url)
    sure.read_until("Approve this plan?")
    sure.write("y\n")
    assert sure.end() == 0


def test_a_live_list_is_ended_by_ctrl_c(served: Served) -> None:
    live = Terminal("incidents", "--watch", "--url", served.url)
    live.read_until("inc-")
    live.write("\x03")
    assert live.end() == 0


def test_incidents_are_listed_by_what_is_asked_for(served: Served) -> None:
    (broken,) = served.run_json("break", "ssm.parameter")
    name = broken["resource"]["id"]
    incident_id = served.hear(_progress("COMPLETED", name))["incident_id"]

    def ids(*filters: str) -> list[str]:
        return [one["incident_id"] for one in served.run_json("incidents", *filters)]

    assert ids("--type", "ssm.parameter") == ids("--resource", f"ssm.parameter/{name}") == [incident_id]
    assert incident_id in ids("--state", "completed", "--since", "1h")
    assert incident_id not in ids("--state", "open")
    assert ids("--since", "2100-01-01T00:00:00Z") == []
    assert served.run("incidents", "--since", "yesterday").exit_code == 2


def test_the_mode_is_switched_with_a_reason(served: Served) -> None:
    assert served.run_json("mode", "off")[0]["mode"] == "off"
    long = served.run("mode", "auto", "--reason", "a" * 501)
    assert (long.exit_code, long.stderr.count("\n")) == (2, 1)
    assert (
        served.run_json("mode", "auto", "--reason", "the drill is over")[0]["reason"] == "the drill is over"
    )
    assert served.run("mode").stdout == "auto\n"


def test_what_cannot_be_broken_is_one_line(served: Served) -> None:
    for words in (("break", "no.type"), ("break", "s3.bucket", "--kind", "zap"), ("break",)):
        result = served.run(*words)
        assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert (
        "mainstay serve"
        in CliRunner().invoke(app, ["break", "ec2.instance", "--url", "http://127.0.0.1:1"]).stderr
    )
    assert CliRunner().invoke(app, ["break", "x", "--url", "http://10.0.0.1"]).exit_code == 2


def test_what_is_listed_can_be_broken_and_ends_as_it_says(served: Served) -> None:
    """All at once, but for what Terraform makes anew, which takes long and is the demo's to show."""
    found = LocalServer(served.url).get("/_local")["types"]
    assert "ec2.instance" in served.run("break", "--list").stdout
    ways = [(name, kind) for name, kinds in found.items() for kind in kinds if kind != "delete"]
    ways += [("rds.db-instance", "delete"), ("dynamodb.table", "delete")]

    broken = [served.run_json("break", name, "--kind", kind)[0] for name, kind in ways]
    waiting = {(one["resource"]["id"], one["ends"]) for one in broken}
    assert len(waiting) == len(ways)

    while waiting:
        line = served.hear(lambda line: line["kind"] == "progress")
        waiting.discard((line["resource"]["id"], line["state"]))


def test_an_incident_that_is_none_is_one_line(served: Served) -> None:
    for name in ("inc-20260301-120000-1a2b3c4d", "inc/../../_local", "x?state=open", ""):
        result = served.run("incidents", "show", name)
        assert (result.exit_code, result.stderr.count("\n")) == (2, 1)


def test_pages_and_api_are_there_and_the_control_path_is_no_part_of_the_api(served: Served) -> None:
    server = LocalServer(served.url)

    assert server.get("/health")["status"] == "ok"
    assert not [path for path in server.get("/openapi.json")["paths"] if path.startswith("/_local")]


def test_a_port_that_is_taken_is_one_clear_line(served: Served) -> None:
    second = subprocess.run(
        [sys.executable, "-m", "mainstay", "serve", "--port", served.url.rpartition(":")[2]],
        cwd=_ROOT,
        capture_output=True,
        text=True,
        timeout=_TIMEOUT,
        check=False,
    )

    assert (second.returncode, second.stdout) == (2, "")
    assert second.stderr.count("\n") == 1
    assert "already in use" in second.stderr


def _progress(state: str, name: str) -> Callable[[dict[str, Any]], bool]:
    return lambda line: (
        line["kind"] == "progress" and line["state"] == state and line["resource"]["id"] == name
    )
