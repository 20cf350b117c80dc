"""What is coming: templates, baselines, detectors, forecasts."""
