"""What people are shown waits for the progress bar, and says when and how long."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from mainstay.offline.scan_report import TextReport, format_span, format_time, summarise
from mainstay.offline.scanning import Summary


def test_on_a_terminal_nothing_is_printed_before_the_progress_bar_is_gone() -> None:
    out = io.StringIO()
    report = TextReport(Console(file=out, force_terminal=True))

    report.begin("app.log")
    before = out.getvalue()
    report.close()

    assert before == ""
    assert "app.log" in out.getvalue()


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "less than a minute"), (300, "5 min"), (3600, "1 h"), (5400, "1 h 30 min"), (93_600, "1 d 2 h")],
)
def test_spans_have_their_two_largest_units(seconds: float, text: str) -> None:
    assert format_span(seconds) == text


def test_a_log_without_years_is_shown_without_years() -> None:
    assert format_time(951_782_400.0) == "Feb 29 00:00"
    assert format_time(1_767_571_200.0) == "2026-01-05 00:00"


def test_what_was_odd_about_a_log_is_said() -> None:
    summary = Summary(
        "app.log", lines=3, events=3, scans=2, untimed=2, disbelieved=1, paused=7200.0, offset=3600.0
    )

    assert summarise(summary)[2:] == [
        "time stamps went back by 1 h; time went on all the same",
        "2 h without a line were left out",
        "2 events without a time stamp count at that of the one before",
        "1 time stamps were out of place and not believed",
    ]
