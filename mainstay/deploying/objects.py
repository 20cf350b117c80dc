"""Objects of ours in the artifact bucket: what a deployment leaves there for the next."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from chalicelib.errors import NotFoundError
from mainstay.deploying.target import Target

_DIGEST = "sha256"


@dataclass(frozen=True)
class Record:
    """What was deployed last: Chalice's own record, and a digest of everything that Chalice was given."""

    deployed: dict[str, Any]
    code: str
    """SHA-256 of the zip, as Lambda writes it."""
    settings: dict[str, str]
    """A digest of memory, time, policy and environment of each function."""
    wishes: dict[str, str]
    """What was said about the functions, which holds until something else is said."""


@dataclass(frozen=True)
class Source:
    """The zip that recovery builds start from, as a step."""

    target: Target
    key: str
    body: bytes
    title: str = "source of recovery builds"

    def changes(self) -> list[str]:
        """One line where another zip is there, or none."""
        if self._there() == hashlib.sha256(self.body).hexdigest():
            return []
        return [f"upload s3://{self.target.bucket}/{self.key} ({len(self.body):,} bytes)"]

    def _there(self) -> str:
        try:
            found = self.target.aws.read("s3", "head_object", Bucket=self.target.bucket, Key=self.key)
        except NotFoundError:
            return ""
        return str(found.get("Metadata", {}).get(_DIGEST, ""))

    def apply(self) -> None:
        """Upload it."""
        self.target.aws.read(
            "s3",
            "put_object",
            Bucket=self.target.bucket,
            Key=self.key,
            Body=self.body,
            Metadata={_DIGEST: hashlib.sha256(self.body).hexdigest()},
        )


def _record_key(target: Target) -> str:
    return f"deployed/{target.region}.json"


def read_record(target: Target) -> Record | None:
    """What was deployed last; None where nothing was, or the bucket is not there yet."""
    try:
        answer = target.aws.read("s3", "get_object", Bucket=target.bucket, Key=_record_key(target))
    except NotFoundError:
        return None
    return Record(**json.loads(answer["Body"].read()))


def write_record(target: Target, record: Record) -> None:
    """Keep what was deployed, where every later deployment finds it, from whichever machine."""
    body = json.dumps(record.__dict__, indent=2, sort_keys=True).encode()
    target.aws.read("s3", "put_object", Bucket=target.bucket, Key=_record_key(target), Body=body)


def delete_record(target: Target) -> None:
    """Nothing is deployed any more."""
    target.aws.read("s3", "delete_object", Bucket=target.bucket, Key=_record_key(target))
