"""An identity provider in memory: keys that are made here, the documents that lead to them, and tokens."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from chalicelib.errors import UnreachableError
from chalicelib.tokens import IdentityProvider

ISSUER = "https://login.example.com/"
AUDIENCE = "mainstay"
JWKS = "https://login.example.com/keys"
DISCOVERY = "https://login.example.com/.well-known/openid-configuration"


@cache
def private_key(algorithm: str, number: int = 0) -> Any:  # noqa: ARG001 - what the cache tells keys apart by
    """The same key for the same number."""
    match algorithm:
        case "RS256" | "PS256":
            return rsa.generate_private_key(public_exponent=65537, key_size=2048)
        case "small":
            return rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - to be refused
        case "ES256":
            return ec.generate_private_key(ec.SECP256R1())
    return ed25519.Ed25519PrivateKey.generate()


def jwk(algorithm: str, kid: str, number: int = 0, **more: Any) -> dict[str, Any]:
    """The public half, as an issuer publishes it."""
    public = private_key(algorithm, number).public_key()
    kinds: Mapping[str, Any] = {"ES256": ECAlgorithm, "EdDSA": OKPAlgorithm}
    made = kinds.get(algorithm, RSAAlgorithm).to_jwk(public)
    return {**json.loads(made), "kid": kid, "alg": "RS256" if algorithm == "small" else algorithm, **more}


class Issuer:
    """Answers for the issuer's documents; counts how often, and can be down."""

    def __init__(self, *keys: dict[str, Any]) -> None:
        self.keys = list(keys) or [jwk("RS256", "one")]
        self.documents: dict[str, Any] = {DISCOVERY: {"issuer": ISSUER, "jwks_uri": JWKS}}
        self.asked: list[str] = []
        self.down = False
        self.now = 1000.0

    def fetch(self, url: str) -> dict[str, Any]:
        self.asked.append(url)
        if self.down:
            raise UnreachableError("nobody answers")
        found = {"keys": self.keys} if url == JWKS else self.documents.get(url)
        if found is None:
            raise UnreachableError(f"{url} is not there")
        return dict(found)

    @property
    def provider(self) -> IdentityProvider:
        return IdentityProvider(
            issuer=ISSUER, audience=AUDIENCE, fetch=self.fetch, monotonic=lambda: self.now
        )


def claims(**changes: Any) -> dict[str, Any]:
    """Of a token that counts. What is None is left out; a function gives a time in seconds from now."""
    now = int(time.time())
    changes |= {name: now + value() for name, value in changes.items() if callable(value)}
    usual = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "alice",
        "iat": now,
        "exp": now + 86_400,
        "scope": "incidents:read",
    }
    return {name: value for name, value in (usual | changes).items() if value is not None}


def token(algorithm: str = "RS256", kid: str = "one", number: int = 0, **changes: Any) -> str:
    """Signed by the key of this number."""
    return jwt.encode(
        claims(**changes), private_key(algorithm, number), algorithm=algorithm, headers={"kid": kid}
    )
