"""Lambda: GetAccountSettings, which moto does not know. The limits are those of an account of some age."""

from __future__ import annotations

import json
from typing import Any

from moto.awslambda import urls
from moto.awslambda.models import lambda_backends

from mainstay.embedded.personas import ACCOUNT
from mainstay.embedded.repairs.replacing import replace

AT_ONCE = 1000
"""Functions that may run at once."""


def install() -> None:
    """Install the repair: before the first call of Lambda, since moto reads its addresses then."""
    paths = {**urls.url_paths, "{0}/2016-08-19/account-settings$": _account_settings}
    replace(urls, "url_paths", paths)


def _account_settings(request: Any, full_url: str, headers: Any) -> tuple[int, dict[str, str], str]:
    region = full_url.split("//lambda.", 1)[-1].split(".", 1)[0]
    backends = lambda_backends[ACCOUNT]
    functions = backends[region].list_functions() if region in backends.regions else []
    reserved = sum(int(one.reserved_concurrency or 0) for one in functions)
    limits = {"ConcurrentExecutions": AT_ONCE, "UnreservedConcurrentExecutions": AT_ONCE - reserved}
    return 200, {}, json.dumps({"AccountLimit": limits, "AccountUsage": {"FunctionCount": len(functions)}})
