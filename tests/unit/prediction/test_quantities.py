"""Numbers as people say them."""

import pytest

from chalicelib.prediction.quantities import say_minutes, say_quantity

GIB = 1024**3


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (12.34 * GIB, "bytes", "12.3 GiB"),
        (0, "bytes", "0 bytes"),
        (512, "bytes", "512 bytes"),
        (-3 * GIB, "bytes", "-3 GiB"),
        (1024.0**7, "bytes", "1,048,576 PiB"),
        (91.2, "percent", "91.2 %"),
        (0.034, "percent", "0.034 %"),
        (100, "percent", "100 %"),
        (450, "connections", "450 connections"),
        (12_345.6, "milliseconds", "12,346 milliseconds"),
        (5, "count", "5"),
        (1.5, "", "1.5"),
    ],
)
def test_a_quantity_is_said_with_its_unit_and_no_more_digits_than_mean_anything(
    value: float, unit: str, said: str
) -> None:
    assert say_quantity(value, unit) == said


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (0, "a minute"),
        (1.4, "a minute"),
        (40, "40 minutes"),
        (119.4, "119 minutes"),
        (120, "2 hours"),
        (60 * 47, "47 hours"),
        (60 * 48, "2 days"),
        (60 * 24 * 30, "30 days"),
    ],
)
def test_a_duration_is_said_in_the_unit_that_people_would_use(minutes: float, said: str) -> None:
    assert say_minutes(minutes) == said
