"""What was measured on embedded AWS, and what is assumed because embedded AWS cannot tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

PATH = Path(__file__).with_name("measured.json")


class _Read(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Measures(_Read):
    """`per` incident, sweep, start_scan and scan (of one log group): runs, calls, units, bytes; means.

    `scan_many` is a scan of a group with more templates: what is known of it is written by each scan.
    """

    surroundings: Mapping[str, str | int | None]
    per: Mapping[str, Mapping[str, float]]

    def runs(self, what: str) -> Iterator[tuple[str, float]]:
        """Functions, and how often each runs for one of these."""
        return _under("run ", self.per[what])

    def calls(self, what: str) -> float:
        """AWS calls in all for one of these."""
        return sum(count for _, count in _under("call ", self.per[what]))

    def scan(self, templates: float) -> Mapping[str, float]:
        """One scan of a group with so many templates: units grow evenly between and beyond the measured."""
        few, many = self.per["scan"], self.per["scan_many"]
        share = (templates - few["templates"]) / (many["templates"] - few["templates"])
        grown = {name: max(1.0, few[name] + share * (many[name] - few[name])) for name in _GROWING}
        return {**few, **grown}


_GROWING = ("write_units", "read_units")


def _under(prefix: str, used: Mapping[str, float]) -> Iterator[tuple[str, float]]:
    return ((name.removeprefix(prefix), count) for name, count in used.items() if name.startswith(prefix))


class Assumed(_Read):
    """What no measurement here can say. Each errs on the dear side."""

    cold_cpu_ms: float = Field(447, description="CPU of a cold start (bench.start_up, without bytecode)")
    warm_cpu_ms: float = Field(20, description="CPU of a run beside its start")
    cold_share: float = Field(1.0, description="runs that start cold: every one")
    call_ms: float = Field(60, description="wait for one AWS call; DynamoDB alone takes about 5")
    full_core_mb: float = Field(1769, description="memory at which Lambda gives one core")
    runs_more: int = Field(
        12, description="looks at a resource that comes up as slowly as on AWS, each one run"
    )
    run_log_bytes: float = Field(400, description="what Lambda itself logs of a run: START, END, REPORT")
    event_log_bytes: float = Field(600, description="a line of the workflow's log")
    pages_per_incident: float = Field(20, description="requests to the API and pages")
    keeps_days: float = Field(365, description="how long records are kept")
    keeps_logs_days: float = Field(90, description="how long our own logs are kept")
    scanned_twice: float = Field(
        2, description="bytes that Logs Insights reads of a log that is large, per byte"
    )
    tokens_in: float = Field(3000, description="of a question to the model")
    tokens_out: float = Field(400, description="of its answer")


def read_measures(path: Path = PATH) -> Measures:
    """Those that are kept beside this file."""
    return Measures.model_validate_json(path.read_text(encoding="utf-8"))
