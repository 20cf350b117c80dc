"""The data points of one metric, in order of time, and what they come to in each period.

moto keeps all points of all metrics in one list, which it reads again for every period of every question.
"""

from __future__ import annotations

import math
import threading
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple, TypeAlias

Dimensions: TypeAlias = tuple[tuple[str, str], ...]
"""Names and values, sorted."""


class MetricKey(NamedTuple):
    """What makes a metric: another value of a dimension is another metric."""

    namespace: str
    name: str
    dimensions: Dimensions


class Sample(NamedTuple):
    """What is kept of values at one time, in milliseconds since 1970; `weight` is how many they were."""

    at: int
    low: float
    high: float
    total: float
    weight: float
    unit: str | None = None

    @property
    def is_of_one_value(self) -> bool:
        """Whether every value is known: the percentiles of others are not."""
        return self.low == self.high


def single(at: int, value: float, *, weight: float = 1, unit: str | None = None) -> Sample:
    """Make the sample of one value that was seen so many times."""
    return Sample(at, value, value, value * weight, weight, unit)


class MetricSeries:
    """The samples of one metric. Threads may share it; what is late is sorted in at the next question."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._samples: list[Sample] = []
        self._is_sorted = True
        self.newest = 0

    def write(self, samples: Iterable[Sample]) -> int:
        """Add samples in any order; answer how many."""
        added = list(samples)
        with self._lock:
            self._samples += added
            self._is_sorted = False
            self.newest = max([self.newest, *(sample.at for sample in added)])
        return len(added)

    def read(self, start: int, end: int) -> list[Sample]:
        """Answer the samples from `start` to before `end`, in milliseconds."""
        with self._lock:
            if not self._is_sorted:
                self._samples.sort(key=_AT)
                self._is_sorted = True
            low = bisect_left(self._samples, start, key=_AT)
            return self._samples[low : bisect_left(self._samples, end, key=_AT)]


_AT = attrgetter("at")


def by_period(samples: list[Sample], start: int, period: int) -> Iterator[tuple[int, list[Sample]]]:
    """Answer the periods that have samples, counted from `start`; milliseconds all."""
    for number, members in groupby(samples, key=lambda sample: (sample.at - start) // period):
        yield start + number * period, list(members)


# -- statistics ---------------------------------------------------------------------------------

SIMPLE_STATISTICS = ("SampleCount", "Sum", "Average", "Minimum", "Maximum")


def percentage_of(statistic: str) -> float | None:
    """Answer 99.9 for p99.9; None for what is no percentile."""
    number = statistic.removeprefix("p")
    if number == statistic or not number.replace(".", "", 1).isdecimal() or len(number) > 14:  # noqa: PLR2004
        return None
    return float(number) if 0 <= float(number) <= 100 else None  # noqa: PLR2004


def statistic_of(samples: list[Sample], statistic: str) -> float | None:
    """Compute a statistic of at least one sample; None where the values of a percentile are not known."""
    percentage = percentage_of(statistic)
    if percentage is not None:
        return _percentile(samples, percentage)
    count = math.fsum(sample.weight for sample in samples)
    total = math.fsum(sample.total for sample in samples)
    values = {
        "SampleCount": count,
        "Sum": total,
        "Average": total / count if count else None,
        "Minimum": min(sample.low for sample in samples),
        "Maximum": max(sample.high for sample in samples),
    }
    return values[statistic]


def _percentile(samples: list[Sample], percentage: float) -> float | None:
    """The smallest value that so many percent of all values do not exceed."""
    if not all(sample.is_of_one_value for sample in samples):
        return None
    ordered = sorted(samples, key=attrgetter("low"))
    wanted = math.fsum(sample.weight for sample in ordered) * percentage / 100
    seen = 0.0
    for sample in ordered:
        seen += sample.weight
        if seen >= wanted:
            return sample.low
    return ordered[-1].low
