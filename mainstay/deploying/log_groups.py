"""Log groups of the functions, as a step: there before the functions are, so that none keeps logs for ever.

Chalice could do it, but gives the API's function a group that it never writes to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from chalicelib.errors import AwsError
from mainstay.deploying.target import Target, function_name
from mainstay.policies import functions_of

DAYS = 90
"""As long as the infra stack keeps the logs of the workflow."""

_THERE = "ResourceAlreadyExistsException"


@dataclass(frozen=True)
class LogGroups:
    """One for each function."""

    target: Target
    auth: str
    title: str = "retention of logs"

    def changes(self) -> list[str]:
        """A line for each group that is missing or never forgets; whoever chose another time keeps it."""
        return [f"keep the logs of {name} for {DAYS} days" for name in self._open_ended()]

    def apply(self) -> None:
        """Make them."""
        for group in self._open_ended().values():
            self._create(group)
            self.target.aws.read("logs", "put_retention_policy", logGroupName=group, retentionInDays=DAYS)

    def _create(self, group: str) -> None:
        try:
            self.target.aws.change("logs", "create_log_group", logGroupName=group)
        except AwsError as error:
            if error.code != _THERE:
                raise

    def _open_ended(self) -> Mapping[str, str]:
        kept = {name for name, days in self._retentions() if days}
        groups = {name: f"/aws/lambda/{function_name(self.target, name)}" for name in functions_of(self.auth)}
        return {name: group for name, group in groups.items() if group not in kept}

    def _retentions(self) -> Iterator[tuple[str, int | None]]:
        token: dict[str, str] = {}
        while True:
            page = self.target.aws.read(
                "logs", "describe_log_groups", logGroupNamePrefix=f"/aws/lambda/{self.target.prefix}", **token
            )
            yield from ((one["logGroupName"], one.get("retentionInDays")) for one in page["logGroups"])
            if not page.get("nextToken"):
                return
            token = {"nextToken": page["nextToken"]}
