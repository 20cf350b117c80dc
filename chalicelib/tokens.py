"""Who a token speaks for and what it allows, where an identity provider says who may call (OpenID Connect).

Only signatures of the issuer's own keys count, by algorithms with two keys: a secret that both sides know
could be the public key, and "none" is none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, TypeAlias

import jwt
from pydantic import Field, ValidationError

from chalicelib.errors import UnreachableError, WrongTokenError
from chalicelib.incidents.base import Record

ALGORITHMS = frozenset({"RS256", "PS256", "ES256", "EdDSA"})
LEEWAY_SECONDS = 30
LONGEST_TOKEN = 8192
KEYS_SECONDS = 3600.0
"""How long keys are used before they are asked for again."""
STALE_SECONDS = 86400.0
"""How long they are used while the provider does not answer."""
REFRESH_SECONDS = 60.0
"""From one question about an unknown key to the next: whoever makes keys up does not reach the provider."""

FetchDocument: TypeAlias = Callable[[str], dict[str, Any]]
"""The JSON object at an https URL; UnreachableError where there is none to be had."""


class Bearer(Record):
    """Whom a token speaks for, and what it allows."""

    subject: Annotated[str, Field(min_length=1, max_length=256)]
    scopes: frozenset[str]


class IdentityProvider:
    """One issuer, as far as its tokens for one audience go. Keys are kept between calls."""

    def __init__(
        self, *, issuer: str, audience: str, fetch: FetchDocument, monotonic: Callable[[], float]
    ) -> None:
        self._issuer, self._audience = issuer, audience
        self._document_at, self._monotonic = fetch, monotonic
        self._keys: Mapping[str, jwt.PyJWK] = {}
        self._fetched_at = self._asked_at = float("-inf")

    def bearer_of(self, token: str) -> Bearer:
        """Raise WrongTokenError, with the reason, for a token that does not count.

        UnreachableError where the issuer's keys are not known and cannot be had.
        """
        if len(token) > LONGEST_TOKEN:
            raise WrongTokenError("it is too long")
        try:
            key = self._key_of(jwt.get_unverified_header(token))
            claims = jwt.decode(
                token,
                key,
                algorithms=[key.algorithm_name],
                audience=self._audience,
                issuer=self._issuer,
                leeway=LEEWAY_SECONDS,
                options={"require": ["exp", "iss", "aud", "sub"], "enforce_minimum_key_length": True},
            )
            return Bearer(subject=claims["sub"], scopes=scopes_in(claims))
        except (jwt.PyJWTError, ValidationError) as error:
            raise WrongTokenError(f"{type(error).__name__}: {error}") from error

    # -- keys -----------------------------------------------------------------------------------

    def _key_of(self, header: Mapping[str, Any]) -> jwt.PyJWK:
        """The issuer's key of this id, if it is one for the algorithm that the token names."""
        name, algorithm = header.get("kid"), header.get("alg")
        if not isinstance(name, str) or not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
            raise WrongTokenError("it names no key, or no algorithm that counts")
        if self._monotonic() - self._fetched_at > KEYS_SECONDS or name not in self._keys:
            self._refresh()
        key = self._keys.get(name)
        if key is None or key.algorithm_name != algorithm:
            raise WrongTokenError("it is signed by no key of the issuer's")
        return key

    def _refresh(self) -> None:
        """Ask for the keys; while nobody answers, those that are known go on for a while."""
        now = self._monotonic()
        if now - self._asked_at < REFRESH_SECONDS:
            return
        self._asked_at = now
        try:
            self._keys, self._fetched_at = self._fetched(), now
        except UnreachableError:
            if now - self._fetched_at > STALE_SECONDS:
                self._asked_at = float("-inf")
                raise

    def _fetched(self) -> dict[str, jwt.PyJWK]:
        """The keys that the issuer's own document leads to (OpenID Connect Discovery 1.0, section 4)."""
        found = self._document_at(f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
        where = found.get("jwks_uri")
        if found.get("issuer") != self._issuer or not isinstance(where, str):
            raise UnreachableError("the issuer's document is another issuer's")
        try:
            given = jwt.PyJWKSet.from_dict(self._document_at(where)).keys
        except (jwt.PyJWTError, AttributeError, TypeError, ValueError) as error:
            raise UnreachableError(f"the issuer's keys cannot be read: {type(error).__name__}") from error
        return {one.key_id: one for one in given if one.key_id and _signs(one)}


def _signs(key: jwt.PyJWK) -> bool:
    return key.algorithm_name in ALGORITHMS and key.public_key_use in {None, "sig"}


def scopes_in(claims: Mapping[str, Any]) -> frozenset[str]:
    """From ``scope``, one text, or ``scp``, a text or a list: providers differ."""
    found: set[str] = set()
    for name in ("scope", "scp"):
        given = claims.get(name)
        words = given.split(" ") if isinstance(given, str) else given if isinstance(given, list) else ()
        found |= {word for word in words if isinstance(word, str) and word}
    return frozenset(found)
