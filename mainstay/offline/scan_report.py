"""How alarms of a log are shown: to people as they would want to be told, to machines as JSON lines."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.text import Text

from chalicelib.prediction.log_limits import Heading
from chalicelib.prediction.log_watch import LogAlarm
from chalicelib.redaction import clean_text, inert
from mainstay.offline.drawing import draw_rates
from mainstay.offline.scanning import Summary

_WORSE = 2
_GRAVE = 7
_LONGEST_NAME = 120
_LONGEST_PASSED = 90
_YEARLESS = 2000


class TextReport:
    """Alarms for people: opened, markedly worse, passed; and what the rest was like."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._told: dict[str, LogAlarm] = {}
        self._waiting: list[Text] = []

    def begin(self, name: str) -> None:
        """A heading."""
        self._print(Text(inert(name, _LONGEST_NAME), style="bold"))

    def show(self, alarm: LogAlarm, offset: float) -> None:
        """Tell what is new about an alarm; nothing where it just goes on."""
        told = self._told.get(alarm.alarm_id)
        if alarm.status == "CLEARED":
            self._told.pop(alarm.alarm_id, None)
            lasted = format_span(alarm.updated_at - alarm.opened_at)
            self._say(
                alarm.updated_at - offset,
                "passed",
                "green",
                f"after {lasted}: {inert(alarm.what, _LONGEST_PASSED)}",
            )
        elif told is None or _is_worse(alarm, told):
            self._told[alarm.alarm_id] = alarm
            self._tell(alarm, offset, "ALARM" if told is None else "worse")

    def foresee(self, heading: Heading, at: float) -> None:
        """What will be full, and when."""
        word, style = ("AHEAD", "bold yellow") if heading.warned else ("passed", "green")
        self._say(at, word, style, describe_heading(heading))

    def end(self, summary: Summary) -> None:
        """What was read and how quiet it was; alarms that were still on."""
        for alarm in self._told.values():
            self._print(Text(f"  still on at the end: {alarm.what}", style="yellow"))
        self._told.clear()
        for line in summarise(summary):
            self._print(Text(f"  {line}", style="dim"))

    def close(self) -> None:
        """Print what had to wait for the progress bar to be gone."""
        for text in self._waiting:
            self._console.print(text)
        self._waiting.clear()

    def _print(self, text: Text) -> None:
        if self._console.is_terminal:
            self._waiting.append(text)
        else:
            self._console.print(text)

    def _tell(self, alarm: LogAlarm, offset: float, word: str) -> None:
        style = "bold red" if alarm.severity >= _GRAVE else "bold yellow"
        self._say(alarm.updated_at - offset, word, style, alarm.what)
        facts = f"severity {alarm.severity} of 10, {alarm.probability:.0%} sure, {', '.join(alarm.detectors)}"
        self._print(Text(f"    {facts.replace('_', ' ')}"))
        if any(alarm.rates):
            self._print(Text(f"    {draw_rates(alarm.rates)}  last two hours, up to {max(alarm.rates):,.0f}"))
        for example in alarm.examples if word == "ALARM" else ():
            self._print(Text(f"    | {example}", style="dim"))

    def _say(self, at: float, word: str, style: str, what: str) -> None:
        self._print(Text.assemble(f"  {format_time(at)}  ", (f"{word:<7}", style), what))


class JsonReport:
    """One object per alarm event, and nothing else."""

    def __init__(self) -> None:
        self._name = ""

    def begin(self, name: str) -> None:
        """The objects name their log."""
        self._name = name

    def show(self, alarm: LogAlarm, offset: float) -> None:
        """Print the alarm, with its times as the log has them."""
        document: dict[str, Any] = {"log": self._name, **asdict(alarm)}
        for name in ("opened_at", "updated_at"):
            document[name] = _iso(document[name] - offset)
        print(json.dumps(document))  # noqa: T201 - what was asked for

    def foresee(self, heading: Heading, at: float) -> None:
        """Print a forecast, or that it no longer stands."""
        expected = heading.forecast.expected_at if heading.warned else None
        document = {
            "log": self._name,
            "status": "FORESEEN" if heading.warned else "UNLIKELY",
            "at": _iso(at),
            "value": heading.value,
            "probability": heading.forecast.probability,
            "expected_at": None if expected is None else _iso(at + expected - heading.forecast.at),
            "what": describe_heading(heading),
        }
        print(json.dumps(document))  # noqa: T201 - what was asked for

    def end(self, summary: Summary) -> None:
        """There is nothing more to say."""

    def close(self) -> None:
        """Nothing waits."""


def describe_heading(heading: Heading) -> str:
    """One sentence."""
    text = clean_text(heading.text, _LONGEST_NAME)
    if not heading.warned:
        return f"'{text}' is no longer likely to reach 100 % within the hour"
    expected = heading.forecast.expected_at
    soon = "within the hour" if expected is None else f"in {format_span(expected - heading.forecast.at)}"
    return f"'{text}' is likely to reach 100 % {soon} ({heading.forecast.probability:.0%} within the hour)"


def summarise(summary: Summary) -> list[str]:
    """A log in a few lines."""
    if not summary.events:
        return ["nothing in it"]
    span = f"{format_time(summary.start)} to {format_time(summary.end - summary.offset)}"
    lasted = format_span(summary.end - summary.start)
    lines = [f"{summary.lines:,} lines, {summary.templates:,} templates, {span} ({lasted})"]
    quiet = 1 - summary.alarming_scans / summary.scans
    alarms = "no alarm" if not summary.opened else f"{summary.opened} alarm{'s' * (summary.opened > 1)}"
    foreseen = f", {summary.foreseen} foreseen" if summary.foreseen else ""
    lines.append(f"{alarms}{foreseen}; {quiet:.1%} of the time was quiet")
    if summary.offset:
        lines.append(f"time stamps went back by {format_span(summary.offset)}; time went on all the same")
    if summary.paused:
        lines.append(f"{format_span(summary.paused)} without a line were left out")
    if summary.untimed:
        lines.append(f"{summary.untimed:,} events without a time stamp count at that of the one before")
    if summary.disbelieved:
        lines.append(f"{summary.disbelieved:,} time stamps were out of place and not believed")
    return lines


def format_time(at: float) -> str:
    """To the minute, UTC; without the year where the log has none."""
    moment = datetime.fromtimestamp(at, UTC)
    return f"{moment:%b %d %H:%M}" if moment.year == _YEARLESS else f"{moment:%Y-%m-%d %H:%M}"


def format_span(seconds: float) -> str:
    """How long, in the two largest units."""
    minutes = round(seconds / 60)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [f"{days} d" * bool(days), f"{hours} h" * bool(hours), f"{rest} min" * bool(rest and not days)]
    return " ".join(part for part in parts if part) or "less than a minute"


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()


def _is_worse(alarm: LogAlarm, told: LogAlarm) -> bool:
    return alarm.severity >= told.severity + _WORSE or not set(alarm.detectors) <= set(told.detectors)
