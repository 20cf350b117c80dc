"""The clients that embedded AWS itself uses, where one of its services calls another."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

import boto3
from botocore.config import Config


def client_for(service: str, region: str) -> Any:
    """Answer a client that nobody stands behind: what it does leaves no trail. Threads may share it."""
    return _make_client(service, region, os.environ.get("AWS_ENDPOINT_URL"))


@cache
def _make_client(service: str, region: str, endpoint: str | None) -> Any:
    return boto3.session.Session().client(
        service,
        region_name=region,
        endpoint_url=endpoint,
        aws_access_key_id="AKIAEMBEDDEDSERVICES",
        aws_secret_access_key="signs-nothing-of-worth",  # noqa: S106
        config=Config(
            parameter_validation=False,
            retries={"total_max_attempts": 1},
            read_timeout=900,
            max_pool_connections=50,
        ),
    )
