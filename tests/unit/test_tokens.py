"""Tokens of an identity provider: which ones count, and how its keys are come by."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.errors import UnreachableError, WrongTokenError
from chalicelib.tokens import KEYS_SECONDS, LONGEST_TOKEN, REFRESH_SECONDS, STALE_SECONDS, scopes_in
from tests.unit.api.issuing import DISCOVERY, ISSUER, JWKS, Issuer, claims, jwk, private_key, token


def in_seconds(count: int) -> Callable[[], int]:
    """A time by the clock of when the token is made."""
    return lambda: count


def _part(content: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


# -- what counts --------------------------------------------------------------------------------


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256", "EdDSA"])
def test_a_token_by_a_key_of_the_issuer_counts(algorithm: str) -> None:
    bearer = Issuer(jwk(algorithm, "one")).provider.bearer_of(token(algorithm))
    assert (bearer.subject, bearer.scopes) == ("alice", {"incidents:read"})


@pytest.mark.parametrize(
    "changes",
    [{"aud": ["other", "mainstay"]}, {"exp": in_seconds(-20)}, {"nbf": in_seconds(20)}, {"iat": None}],
    ids=["one-of-several-audiences", "just-expired", "about-to-begin", "no-iat"],
)
def test_clocks_may_differ_a_little_and_audiences_be_several(changes: dict[str, Any]) -> None:
    assert Issuer().provider.bearer_of(token(**changes)).subject == "alice"


@pytest.mark.parametrize(
    ("given_claims", "expected"),
    [
        ({"scope": "a b"}, {"a", "b"}),
        ({"scp": ["a", "b"]}, {"a", "b"}),
        ({"scp": "a b"}, {"a", "b"}),
        ({"scope": "a", "scp": ["b"]}, {"a", "b"}),
        ({"scope": 7, "scp": {"a": 1}}, set()),
        ({"scp": ["a", 7, None]}, {"a"}),
        ({}, set()),
    ],
)
def test_scopes_are_found_where_providers_put_them(given_claims: dict[str, Any], expected: set[str]) -> None:
    assert scopes_in(given_claims) == expected


# -- what does not ------------------------------------------------------------------------------

_WRONG: dict[str, Callable[[], str]] = {
    "another audience": lambda: token(aud="other"),
    "no audience": lambda: token(aud=None),
    "another issuer": lambda: token(iss="https://evil.example/"),
    "the issuer without its slash": lambda: token(iss=ISSUER.rstrip("/")),
    "no issuer": lambda: token(iss=None),
    "expired": lambda: token(exp=in_seconds(-60)),
    "no end": lambda: token(exp=None),
    "not begun": lambda: token(nbf=in_seconds(90)),
    "made in the future": lambda: token(iat=in_seconds(90)),
    "no subject": lambda: token(sub=None),
    "an empty subject": lambda: token(sub=""),
    "a subject without end": lambda: token(sub="a" * 300),
    "another key": lambda: token(number=1),
    "an unknown key": lambda: token(kid="two"),
    "no key": lambda: jwt.encode(claims(), private_key("RS256"), algorithm="RS256"),
    "no signature": lambda: jwt.encode(claims(), "", algorithm="none", headers={"kid": "one"}),
    "none, spelt otherwise": lambda: f"{_part({'alg': 'nOnE', 'kid': 'one'})}.{_part(claims())}.",
    "a signature cut off": lambda: token().rpartition(".")[0] + ".",
    "another algorithm of the same key": lambda: token("PS256"),
    "too long": lambda: token(sub="a" * LONGEST_TOKEN),
    "no token": lambda: "abc",
    "nothing": lambda: "",
    "an algorithm that is no text": lambda: f"{_part({'alg': ['RS256'], 'kid': 'one'})}.{_part(claims())}.",
    "a key that is no text": lambda: f"{_part({'alg': 'RS256', 'kid': 7})}.{_part(claims())}.c2ln",
}


@pytest.mark.parametrize("make", _WRONG.values(), ids=_WRONG)
def test_a_token_does_not_count_that_is(make: Callable[[], str]) -> None:
    provider = Issuer().provider
    assert provider.bearer_of(token()).subject == "alice"
    with pytest.raises(WrongTokenError):
        provider.bearer_of(make())


def test_the_public_key_is_no_secret_to_sign_with() -> None:
    """The classic confusion: HS256 with the public key, which everybody has, as its secret."""
    import hashlib  # noqa: PLC0415 - by hand, since PyJWT refuses to make such a token
    import hmac  # noqa: PLC0415

    public = private_key("RS256").public_key()
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    said = f"{_part({'alg': 'HS256', 'kid': 'one'})}.{_part(claims())}"
    mac = base64.urlsafe_b64encode(hmac.digest(pem, said.encode(), hashlib.sha256)).decode().rstrip("=")
    with pytest.raises(WrongTokenError):
        Issuer().provider.bearer_of(f"{said}.{mac}")


def test_a_secret_among_the_keys_signs_nothing() -> None:
    secret = base64.urlsafe_b64encode(b"s" * 32).decode().rstrip("=")
    issuer = Issuer({"kty": "oct", "k": secret, "kid": "one", "alg": "HS256"}, jwk("RS256", "two"))
    forged = jwt.encode(claims(), b"s" * 32, algorithm="HS256", headers={"kid": "one"})
    with pytest.raises(WrongTokenError):
        issuer.provider.bearer_of(forged)


def test_a_key_for_encryption_signs_nothing() -> None:
    with pytest.raises(WrongTokenError):
        Issuer(jwk("RS256", "one", use="enc")).provider.bearer_of(token())


@pytest.mark.filterwarnings("ignore:The RSA key is 1024 bits long")
def test_a_short_key_signs_nothing() -> None:
    short = jwt.encode(claims(), private_key("small"), algorithm="RS256", headers={"kid": "one"})
    with pytest.raises(WrongTokenError):
        Issuer(jwk("small", "one")).provider.bearer_of(short)


_VALID = token()
_PROVIDER = Issuer().provider


@given(st.integers(0, len(_VALID) - 1), st.characters(codec="ascii"))
def test_a_token_that_was_changed_anywhere_does_not_count(place: int, letter: str) -> None:
    changed = _VALID[:place] + letter + _VALID[place + 1 :]
    if _decoded(changed) == _decoded(_VALID):
        return
    with pytest.raises(WrongTokenError):
        _PROVIDER.bearer_of(changed)


def _decoded(text: str) -> list[bytes] | None:
    """The last letter of base64 may differ in bits that mean nothing."""
    try:
        return [base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in text.split(".")]
    except ValueError:
        return None


# -- how keys are come by -----------------------------------------------------------------------


def test_keys_are_asked_for_once_and_kept() -> None:
    issuer = Issuer()
    provider = issuer.provider
    for _ in range(5):
        provider.bearer_of(token())
    assert issuer.asked == [DISCOVERY, JWKS]
    issuer.now += KEYS_SECONDS + 1
    provider.bearer_of(token())
    assert issuer.asked == [DISCOVERY, JWKS] * 2


def test_a_new_key_is_found_at_its_first_token() -> None:
    issuer = Issuer()
    provider = issuer.provider
    provider.bearer_of(token())
    issuer.keys.append(jwk("RS256", "two", 2))
    issuer.now += REFRESH_SECONDS
    assert provider.bearer_of(token(kid="two", number=2)).subject == "alice"


def test_made_up_keys_do_not_reach_the_issuer_each_time() -> None:
    issuer = Issuer()
    provider = issuer.provider
    for number in range(50):
        with pytest.raises(WrongTokenError):
            provider.bearer_of(token(kid=f"made-up-{number}"))
    assert issuer.asked == [DISCOVERY, JWKS]


def test_a_key_that_was_withdrawn_does_not_count_once_keys_are_asked_for_again() -> None:
    issuer = Issuer()
    provider = issuer.provider
    provider.bearer_of(token())
    issuer.keys = [jwk("RS256", "two", 2)]
    issuer.now += KEYS_SECONDS + 1
    with pytest.raises(WrongTokenError):
        provider.bearer_of(token())


def test_known_keys_go_on_for_a_while_where_the_issuer_is_down() -> None:
    issuer = Issuer()
    provider = issuer.provider
    provider.bearer_of(token())
    issuer.down = True
    issuer.now += STALE_SECONDS - 1
    assert provider.bearer_of(token()).subject == "alice"
    issuer.now += REFRESH_SECONDS + 2
    with pytest.raises(UnreachableError):
        provider.bearer_of(token())


def test_without_any_keys_nobody_is_let_in_and_the_next_token_asks_again() -> None:
    issuer = Issuer()
    issuer.down = True
    provider = issuer.provider
    with pytest.raises(UnreachableError):
        provider.bearer_of(token())
    issuer.down = False
    assert provider.bearer_of(token()).subject == "alice"


@pytest.mark.parametrize(
    "document",
    [
        {"issuer": "https://evil.example/", "jwks_uri": JWKS},
        {"issuer": ISSUER},
        {"issuer": ISSUER, "jwks_uri": 7},
    ],
    ids=["of-another-issuer", "without-keys", "keys-are-no-address"],
)
def test_a_document_that_does_not_fit_leads_to_no_keys(document: dict[str, Any]) -> None:
    issuer = Issuer()
    issuer.documents[DISCOVERY] = document
    with pytest.raises(UnreachableError):
        issuer.provider.bearer_of(token())
    assert issuer.asked == [DISCOVERY]


@pytest.mark.parametrize("keys", [[], [7], [{}], "none", None], ids=str)
def test_keys_of_another_form_are_none(keys: Any) -> None:
    issuer = Issuer()
    issuer.keys = keys
    with pytest.raises(UnreachableError):
        issuer.provider.bearer_of(token())
