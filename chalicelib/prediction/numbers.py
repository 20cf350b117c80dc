"""What warnings were worth, as a message: a week beside all that was counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from textwrap import TextWrapper

from chalicelib.incidents.chat_messages import Chat
from chalicelib.incidents.messages import Message
from chalicelib.prediction.scores import Worth

SCHEMA = "mainstay.numbers.v1"

_COLUMNS = {
    "told by": 15,
    "alerts": 7,
    "failed": 7,
    "prevented": 10,
    "passed": 7,
    "wrong": 6,
    "missed": 7,
    "right": 6,
    "found": 6,
    "lead": 5,
}
"""Headings and widths."""

_MEANINGS = {
    "failed": "what was foretold happened",
    "prevented": "an action that was verified came before it could",
    "passed": "it went away by itself",
    "wrong": "it was gone at the next look, or a person said no",
    "missed": "the warning came no sooner than the failure",
    "right": "of all warnings, those that failed or were prevented",
    "found": "of all failures that were warned of, those warned of in time",
    "lead": "minutes from the warning to the failure, on average",
}
_MEANING = TextWrapper(width=76, subsequent_indent=11 * " ")
_HELD_OUT = TextWrapper(width=76, subsequent_indent="  ")


def render_numbers(week: Sequence[Worth], ever: Sequence[Worth], *, week_name: str) -> Message:
    """Two tables, and what the numbers mean."""
    title = f"What the warnings of {week_name} were worth"
    attributes = {"type": "week"}
    return Message(
        subject=f"[Mainstay] {title}",
        text="\n".join(_lines(week, ever, week_name)) + "\n",
        document={
            "schema": SCHEMA,
            "week": [one.model_dump() for one in week],
            "ever": [one.model_dump() for one in ever],
        },
        attributes=attributes,
        chat=Chat(
            kind="week",
            thread="weekly",
            title=title,
            summary=f"What became of the warnings of {week_name}:",
            block="\n".join(tabulate_worths(week)),
            context=attributes,
        ),
    )


def _lines(week: Iterable[Worth], ever: Iterable[Worth], week_name: str) -> Iterator[str]:
    yield f"What became of the warnings of {week_name}:"
    yield ""
    yield from tabulate_worths(week)
    yield ""
    yield "All that was counted:"
    yield ""
    yield from tabulate_worths(ever)
    yield ""
    for word, meaning in _MEANINGS.items():
        yield from _MEANING.wrap(f"{word:<11}{meaning}")
    yield from _held_out(ever)


def tabulate_worths(worths: Iterable[Worth]) -> Iterator[str]:
    """One line for each detector, under a line of headings."""
    yield _row(tuple(_COLUMNS))
    for one in worths:
        yield _row(
            (
                one.detector,
                one.alerts,
                one.failed,
                one.prevented,
                one.passed,
                one.wrong,
                one.missed,
                _share(one.precision),
                _share(one.recall),
                "-" if one.mean_lead_minutes is None else f"{one.mean_lead_minutes:.0f}",
            )
        )


def _row(cells: Sequence[object]) -> str:
    placed = [str(cell).rjust(width) for cell, width in zip(cells, _COLUMNS.values(), strict=True)]
    return str(cells[0]).ljust(len(placed[0])) + "".join(placed[1:])


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.0%}"


def _held_out(worths: Iterable[Worth]) -> Iterator[str]:
    for one in worths:
        if one.expected_failures is not None:
            yield ""
            yield from _HELD_OUT.wrap(
                f"{one.detector}: {one.held_out} warnings were left alone on purpose, and"
                f" {one.held_out_failed} of them failed. So of the {one.prevented} that were prevented about"
                f" {one.expected_failures:.0f} would have failed."
            )
