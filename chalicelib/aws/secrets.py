"""Our own secrets: SecureStrings of the parameter store, read late and remembered for a few minutes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from chalicelib.aws.clients import Aws
from chalicelib.errors import MainstayError, NotFoundError, SecretsUnreadableError

REMEMBERED = timedelta(minutes=5)
"""After so long a secret is read again: a new one holds everywhere by then."""


class Secrets:
    """Texts by the name of their parameter. What was read long ago never stands in for a failed read."""

    def __init__(self, aws: Aws, clock: Callable[[], datetime]) -> None:
        self._aws = aws
        self._clock = clock
        self._known: dict[str, tuple[str, datetime]] = {}

    def secret(self, name: str) -> str:
        """Raise SecretsUnreadableError where it is missing or cannot be read; the message has no secret."""
        now = self._clock()
        text, read_at = self._known.get(name, ("", now - REMEMBERED))
        if timedelta(0) <= now - read_at < REMEMBERED:
            return text
        text = self._read_secret(name)
        self._known[name] = text, now
        return text

    def _read_secret(self, name: str) -> str:
        try:
            answer = self._aws.read("ssm", "get_parameter", Name=name, WithDecryption=True)
        except MainstayError as error:
            why = "does not exist" if isinstance(error, NotFoundError) else f"cannot be read: {error}"
            raise SecretsUnreadableError(f"{name} {why}") from error
        if answer["Parameter"].get("Type") != "SecureString":
            raise SecretsUnreadableError(f"{name} is no SecureString")
        return str(answer["Parameter"]["Value"])
