from __future__ import annotations

import hashlib
from collections.abc import Callable

from chalicelib.incidents.model import Resource
from chalicelib.resources.digests import digest_secret

MakeResource = Callable[[str, str], Resource]


def test_the_same_secret_of_the_same_resource_looks_the_same(resource: MakeResource) -> None:
    first, again = (digest_secret("hunter2", resource("ssm.parameter", "/a")) for _ in range(2))

    assert first == again
    assert len(bytes.fromhex(first)) == 32


def test_the_same_secret_of_another_resource_looks_different(resource: MakeResource) -> None:
    digests = {digest_secret("hunter2", resource("ssm.parameter", name)) for name in ("/a", "/b")}

    assert len(digests) == 2


def test_another_secret_looks_different(resource: MakeResource) -> None:
    digests = {digest_secret(value, resource("ssm.parameter", "/a")) for value in ("", "hunter2", "hunter3")}

    assert len(digests) == 3


def test_a_digest_is_no_plain_hash_that_a_table_could_know(resource: MakeResource) -> None:
    plain = hashlib.sha256(b"hunter2").hexdigest()

    assert digest_secret("hunter2", resource("ssm.parameter", "/a")) != plain
