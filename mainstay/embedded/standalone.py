"""Embedded AWS as a program of its own, which other programs can deploy to.

    python -m mainstay.embedded.standalone

Prints one line, the address as JSON, and serves until its standard input ends, or Ctrl-C. Functions run
what was deployed, and stacks can be made by CloudFormation: as on AWS, as far as a deployment needs it.
"""

from __future__ import annotations

import json
import sys
from contextlib import suppress

from mainstay.embedded.aws import EmbeddedAws


def main() -> None:
    """Serve until standard input ends."""
    with EmbeddedAws() as aws:
        become_deployable()
        print(json.dumps({"endpoint": aws.endpoint, "account": aws.account}), flush=True)  # noqa: T201
        with suppress(KeyboardInterrupt):
            sys.stdin.read()


def become_deployable() -> None:
    """Let what a deployment needs be as on AWS: after all else is there, and before anything is deployed."""
    from mainstay.embedded.repairs import apigateway, iam, lambda_account, stacks  # noqa: PLC0415 - moto loads slowly
    from mainstay.embedded.zipped import run_zips  # noqa: PLC0415

    iam.install()
    apigateway.install()
    stacks.install()
    lambda_account.install()
    run_zips()


if __name__ == "__main__":
    main()
