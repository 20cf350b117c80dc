"""What it means: evidence, rules, model, calibration, decision."""
