"""What one check declares, so that all are examined and shown alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from mainstay.doctor.case import Case
from mainstay.doctor.findings import Finding


@dataclass(frozen=True, kw_only=True)
class Check:
    """One entry of the table. What `examine` cannot read becomes a finding of its own."""

    name: str
    """In JSON."""
    title: str
    """Above its findings."""
    examine: Callable[[Case], Iterator[Finding]]
    of_stage: bool = True
    """Whether there is nothing to look at while the stage is not deployed."""
