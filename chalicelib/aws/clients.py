"""The only place that makes AWS clients: late, once each, from one session.

Two kinds of call. A read may be tried again by the SDK. A change is a single attempt, since the SDK's
own retries repeat the effect of a call that has no client token.
"""

from __future__ import annotations

import threading
from functools import cached_property
from typing import TYPE_CHECKING, Any

from chalicelib.errors import (
    AwsError,
    DeniedError,
    MainstayError,
    NotFoundError,
    ThrottledError,
    UnreachableError,
)

if TYPE_CHECKING:
    import boto3

_THROTTLES = frozenset(
    {
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "RequestThrottled",
        "RequestThrottledException",
        "TooManyRequestsException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "SlowDown",
        "LimitExceededException",
        "TransactionInProgressException",
    }
)
"""Answers after which AWS did nothing, and the same call may work a moment later."""

_BREAKDOWNS = ("InternalError", "InternalFailure", "InternalServer", "ServiceUnavailable")
"""Answers after which nobody knows whether AWS did it."""

_SERVER_ERROR = 500

_DENIALS = ("AccessDenied", "UnauthorizedOperation", "AuthorizationError", "NotAuthorized")


class Aws:
    """One region's AWS, as calls by name: ``aws.read("ec2", "describe_instances", InstanceIds=[...])``."""

    def __init__(self, *, region: str) -> None:
        self.region = region
        self._clients: dict[tuple[str, bool], Any] = {}
        self._lock = threading.Lock()

    @cached_property
    def session(self) -> boto3.Session:
        """Made at the first call, since importing boto3 is the slowest part of a cold start."""
        import boto3  # noqa: PLC0415

        return boto3.Session(region_name=self.region)

    def read(self, service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
        """Call with the SDK's retries: for reads, and for writes that carry a token or condition."""
        return self._call(service, operation, parameters, once=False)

    def change(self, service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
        """Call once. UnreachableError means that the effect is unknown."""
        return self._call(service, operation, parameters, once=True)

    def _call(
        self, service: str, operation: str, parameters: dict[str, Any], *, once: bool
    ) -> dict[str, Any]:
        from botocore import exceptions  # noqa: PLC0415 - boto3 is the slowest import of a cold start

        try:
            answer: dict[str, Any] = getattr(self._client(service, once=once), operation)(**parameters)
        except exceptions.ClientError as error:
            raise _translate(error.response, f"{service}:{operation}") from error
        except (exceptions.HTTPClientError, exceptions.ConnectionError) as error:
            raise UnreachableError(f"{service}:{operation}: {error}") from error
        except exceptions.BotoCoreError as error:
            raise AwsError(type(error).__name__, str(error), f"{service}:{operation}") from error
        return answer

    def _client(self, service: str, *, once: bool) -> Any:
        with self._lock:
            if (service, once) not in self._clients:
                self._clients[service, once] = self._make_client(service, once=once)
            return self._clients[service, once]

    def _make_client(self, service: str, *, once: bool) -> Any:
        from botocore.config import Config  # noqa: PLC0415

        attempts = 1 if once else 4
        slow = service == "bedrock-runtime"
        return self.session.client(
            service,
            config=Config(
                connect_timeout=3,
                read_timeout=30 if slow else 10,
                retries={"total_max_attempts": 1 if slow else attempts, "mode": "standard"},
            ),
        )


def _translate(response: Any, operation: str) -> MainstayError:
    """An AWS error answer as one of ours. Cancelled transactions keep their reasons."""
    error = response.get("Error", {})
    code, message = str(error.get("Code", "Unknown")), str(error.get("Message", ""))
    if code in _THROTTLES:
        return ThrottledError(f"{operation} answered {code}: {message}")
    if code == "TransactionCanceledException":
        return TransactionCancelledError(response.get("CancellationReasons", []))
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code.startswith(_BREAKDOWNS) or status >= _SERVER_ERROR:
        return UnreachableError(f"{operation} answered {code}: {message}")
    if code == "404" or "NotFound" in code or code.startswith("NoSuch"):
        return NotFoundError(code, message, operation)
    if code.startswith(_DENIALS):
        return DeniedError(code, message, operation)
    return AwsError(code, message, operation)


class TransactionCancelledError(AwsError):
    """A transaction was refused; `reasons` has one entry for each of its items, in order."""

    def __init__(self, reasons: list[dict[str, Any]]) -> None:
        codes = [str(reason.get("Code", "None")) for reason in reasons]
        super().__init__("TransactionCanceled", ", ".join(codes), "dynamodb:transact_write_items")
        self.reasons = reasons
        self.codes = codes

    def failed(self, position: int) -> bool:
        """Whether the condition of the item at this position was not met."""
        return self.codes[position] == "ConditionalCheckFailed"

    @property
    def conflicted(self) -> bool:
        """Whether another transaction was at the same items at the same moment."""
        return bool(
            {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"} & set(self.codes)
        )

    def item(self, position: int) -> dict[str, Any]:
        """The item as it was, where it was asked for (ALL_OLD)."""
        found: dict[str, Any] = self.reasons[position].get("Item", {})
        return found
