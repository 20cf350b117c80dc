"""Detectors, one file each. A new one is a line here."""

from __future__ import annotations

from chalicelib.prediction.detectors.level_shift import find_level_shifts
from chalicelib.prediction.detectors.new_template import find_new_templates
from chalicelib.prediction.detectors.rate_spike import find_rate_spikes
from chalicelib.prediction.detectors.silence import find_silences
from chalicelib.prediction.detectors.value_shift import find_value_shifts
from chalicelib.prediction.moment import Detector

LOG_DETECTORS: tuple[Detector, ...] = (
    find_rate_spikes,
    find_new_templates,
    find_silences,
    find_level_shifts,
    find_value_shifts,
)
"""What looks at every slot of every log group."""
