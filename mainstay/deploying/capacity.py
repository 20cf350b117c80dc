"""Whether the account lets as many functions run at once as ours reserve."""

from __future__ import annotations

from chalicelib.errors import NotFoundError
from mainstay.deploying.errors import UnusableError
from mainstay.deploying.target import Target, function_name
from mainstay.policies import FUNCTIONS

KEPT_BY_LAMBDA = 100
"""What must stay unreserved: https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html"""

_RESERVED = "reserved_concurrency"


def check_capacity(target: Target) -> None:
    """UnusableError where Lambda would refuse the reservations, which new accounts meet: they have 10."""
    limits = target.aws.read("lambda", "get_account_settings")["AccountLimit"]
    wanted = {name: one[_RESERVED] for name, one in FUNCTIONS.items() if _RESERVED in one}
    more = sum(wanted.values()) - sum(_reserved(target, name) for name in wanted)
    if limits["UnreservedConcurrentExecutions"] - more < KEPT_BY_LAMBDA:
        raise UnusableError(
            f"the account lets {limits['ConcurrentExecutions']} functions run at once, with "
            f"{limits['UnreservedConcurrentExecutions']} not reserved; Mainstay reserves {more} more, and "
            f"{KEPT_BY_LAMBDA} must remain: ask for more in Service Quotas, Lambda, concurrent executions"
        )


def _reserved(target: Target, function: str) -> int:
    name = function_name(target, function)
    try:
        answer = target.aws.read("lambda", "get_function_concurrency", FunctionName=name)
    except NotFoundError:
        return 0
    return int(answer.get("ReservedConcurrentExecutions", 0))
