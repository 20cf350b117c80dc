"""Putting a stage into an account, and taking it away: one file for each step.

A step first says what it would change, by reading only; then it does it. A dry run stops in between, and a
step that has nothing to change does nothing: so a deployment can be repeated whenever one is in doubt.
"""
