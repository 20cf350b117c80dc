"""What ends a deployment, by who has to act on it."""

from __future__ import annotations

from chalicelib.errors import PermanentError


class UnusableError(PermanentError):
    """What was given, or what an earlier deployment left, has to be put right first. Nothing was changed."""


class FailedError(PermanentError):
    """AWS, or a tool, said no half-way; the message says why. The same command goes on from there."""
