"""Mainstay: hears of a failure, works out what it means, repairs it or asks a person, and proves it."""

VERSION = "0.1.0"
"""As pyproject.toml has it, which is not shipped."""
