from __future__ import annotations

import io
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from chalicelib.incidents.model import Resource, State, TimelineEvent
from mainstay.serving.feed import Progress, Told
from mainstay.serving.screen import Screen, folder_to_add
from tests.unit.incidents.told import an_incident

LINK = f"http://127.0.0.1:8000/review/{'a' * 300}.kc3d8.{'b' * 43}"
INSTANCES = [
    Resource(type="ec2.instance", id=f"i-{number}", region="us-east-1", account="1" * 12) for number in (1, 2)
]
ASKED = Told(
    "[Mainstay] i-1 was stopped: needs your approval", json.dumps({"text": f"Answer: <{LINK}|here> {LINK}"})
)


def _progress(what: str, number: int = 1) -> Progress:
    event = TimelineEvent(
        number=number,
        at=datetime(2026, 3, 1, 12, 0, 5, tzinfo=UTC),
        state=State.DETECTING,
        what=what,
        previous_hash="0" * 64,
        hash="1" * 64,
    )
    return Progress(an_incident(State.DETECTING), event)


def _shown(act: Any) -> list[str]:
    file = io.StringIO()
    act(Screen(Console(file=file, width=80, color_system=None), as_json=False))
    return file.getvalue().splitlines()


def test_the_start_says_where_it_is_what_there_is_and_how_to_begin() -> None:
    lines = _shown(lambda screen: screen.ready("http://127.0.0.1:8123", INSTANCES, 300))

    text = "\n".join(lines)
    assert "Mainstay runs at http://127.0.0.1:8123" in text
    assert "2 ec2.instance" in text
    assert "export MAINSTAY_URL=http://127.0.0.1:8123" in text
    assert "mainstay break ec2.instance --watch" in text
    assert max(map(len, lines)) <= 80


def test_where_the_shell_does_not_find_the_command_it_is_told_where_that_lies() -> None:
    lines = _shown(
        lambda screen: screen.ready("http://127.0.0.1:8000", INSTANCES, 300, folder="/srv/it's/bin")
    )
    assert """export PATH='/srv/it'"'"'s/bin':"$PATH\"""" in "\n".join(lines)


def test_only_a_command_that_is_not_found_has_to_be_told_where_it_lies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert folder_to_add() == str(Path(sys.executable).parent)
    command = tmp_path / "mainstay"
    command.touch(mode=0o755)
    assert not folder_to_add()


def test_where_the_port_is_the_usual_one_nothing_has_to_be_exported() -> None:
    assert "export" not in "\n".join(
        _shown(lambda screen: screen.ready("http://127.0.0.1:8000", INSTANCES, 300))
    )


def test_a_line_of_an_incident_folds_and_loses_nothing() -> None:
    what = "Decided REVIEW: " + " ".join(f"word{number}" for number in range(30))
    lines = _shown(lambda screen: screen.show([_progress(what)]))

    assert lines[0].startswith("12:00:05 DETECTING")
    assert max(map(len, lines)) <= 80
    assert all(word in " ".join(line[27:].strip() for line in lines) for word in what.split())


def test_a_message_shows_its_review_link_once_and_in_one_piece() -> None:
    assert [line for line in _shown(lambda screen: screen.show([ASKED])) if "review" in line] == [LINK]


def test_markup_in_names_is_text() -> None:
    lines = _shown(
        lambda screen: screen.show([_progress("Heard that [red]x[/red] [link=http://evil]y[/link]")])
    )
    assert "[red]x[/red]" in " ".join(line[27:].strip() for line in lines)


def test_nothing_in_a_name_moves_the_terminal_and_no_secret_is_shown() -> None:
    secret = "AKIA" + "ABCDEFGHIJKLMNOP"
    text = "\n".join(_shown(lambda screen: screen.show([_progress(f"Heard of \x1b[2J\x07 {secret}")])))
    assert "\x1b" not in text
    assert secret not in text
    assert "Heard of" in text


def test_as_json_there_is_one_object_for_each_line(capsys: pytest.CaptureFixture[str]) -> None:
    screen = Screen(Console(quiet=True), as_json=True)
    screen.ready("http://127.0.0.1:1", INSTANCES, 5)
    screen.show([_progress("Heard\nof it"), ASKED])
    screen.warn("sweep raised")

    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["kind"] for one in found] == ["ready", "progress", "message", "problem"]
    assert (found[1]["what"], found[2]["review_links"]) == ("Heard of it", [LINK])
