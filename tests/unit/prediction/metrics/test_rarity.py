from __future__ import annotations

from random import Random

import pytest

from chalicelib.prediction.metrics.rarity import LIMIT, Rarity

DICE = Random(2)  # noqa: S311 - seeded


def test_a_small_surprise_is_not_rare() -> None:
    assert Rarity().weigh(LIMIT, 1_000) == 0.0


def test_right_after_a_peak_only_what_is_clearly_worse_is_news() -> None:
    rarity = Rarity()
    first = rarity.weigh(15.0, 1_000)

    assert rarity.weigh(15.0, 1_001) == 0.0
    assert rarity.weigh(16.0, 1_002) == 0.0
    assert rarity.weigh(25.0, 1_003) > first


def test_a_peak_is_forgotten_little_by_little() -> None:
    rarity = Rarity()
    rarity.weigh(15.0, 1_000)

    assert rarity.weigh(14.0, 1_010) == 0.0
    assert rarity.weigh(14.0, 1_150) > 0.0


@pytest.mark.parametrize("scale", [1.5, 2.0, 4.0], ids=["light", "as believed", "heavy"])
def test_large_surprises_are_as_rare_as_they_have_been_in_this_series(scale: float) -> None:
    rarity = Rarity()
    found = [
        rarity.weigh(LIMIT + DICE.expovariate(1.0) * scale, 300 * episode) for episode in range(1, 4_000)
    ]
    found = found[1_000:]

    share = sum(decades >= 3.5 for decades in found) / (300 * len(found))
    assert 0.2 <= share / 10**-3.5 <= 3.0


def test_rarity_is_remade_from_its_state() -> None:
    rarity = Rarity()
    for record in range(500, 5_000, 450):
        rarity.weigh(12.0, record)

    restored = Rarity(*rarity.state())

    assert restored.weigh(13.0, 5_400) == rarity.weigh(13.0, 5_400)
