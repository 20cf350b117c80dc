"""Lambda: GetAccountSettings, which moto does not know. The limits are those of an account of some age."""

from __future__ import annotations

import json
from typing import Any

from moto.awslambda import urls
from moto.awslambda.models import lambda_backends
from moto.core.responses import BaseResponse

from mainstay.embedded.personas import ACCOUNT
from mainstay.embedded.repairs.replacing import replace

AT_ONCE = 1000
"""Functions that may run at once."""


def install() -> None:
    """Install the repair: before the first call of Lambda, since moto reads its addresses then."""
    paths = {**urls.url_paths, "{0}/2016-08-19/account-settings$": _account_settings}
    replace(urls, "url_paths", paths)


def _account_settings(request: Any, full_url: str, headers: Any) -> tuple[int, dict[str, str], str]:
    region = BaseResponse().get_region_from_url(request, full_url)
    functions = list(lambda_backends[ACCOUNT][region].list_functions())
    reserved = sum(int(one.reserved_concurrency or 0) for one in functions)
    limits = {"ConcurrentExecutions": AT_ONCE, "UnreservedConcurrentExecutions": AT_ONCE - reserved}
    return 200, {}, json.dumps({"AccountLimit": limits, "AccountUsage": {"FunctionCount": len(functions)}})
