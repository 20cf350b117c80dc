"""How a secret value is remembered: well enough to tell whether it changed, too little to tell it."""

from __future__ import annotations

import hashlib

from chalicelib.incidents.model import Resource

ROUNDS = 10_000
"""Each guess at a short secret costs this many rounds; each observation some milliseconds."""


def digest_secret(value: str, resource: Resource) -> str:
    """PBKDF2-HMAC-SHA256 of a value, salted with the resource's key, as 64 hex digits.

    A plain hash of a short secret is found by trying. The salt makes equal secrets of two resources look
    different and tables made beforehand useless; it must be the same every time, so that two digests can
    be compared, and so it is no secret. The rounds make each guess dear. A secret of a few digits can still
    be guessed by whoever reads the digest: it is for our own records only.
    """
    salt = f"mainstay:{resource.key}".encode()
    return hashlib.pbkdf2_hmac("sha256", value.encode(), salt, ROUNDS).hex()
