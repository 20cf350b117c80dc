"""Signed links and forms: who holds one may do what it says, once or for a while, and nothing else.

A link is ``payload.kid.mac``: the payload is base64url of canonical JSON, `kid` names the key, and the mac is
HMAC-SHA256 over purpose, payload and kid. Texts are compared as texts, so that each has one form only:
another spelling of the same bytes is another text. Nothing in a link is looked at before its mac is.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import AwareDatetime, Field, ValidationError, model_validator

from chalicelib.errors import ExpiredLinkError, SecretsUnreadableError, WrongFormError, WrongLinkError
from chalicelib.incidents.base import Record
from chalicelib.incidents.plans import Risk

LONGEST_LIFE = timedelta(hours=24)
"""Of a link, whatever the policy says; and so of a key that was replaced."""

LONGEST_LIFE_OF_HIGH_RISK = timedelta(minutes=60)

FORM_LIFE = timedelta(hours=1)
"""From showing a page to its answer."""

_KEY_NAME = r"[a-z0-9]{1,16}"
_MAC = r"[A-Za-z0-9_-]{43}"
_LINK = re.compile(rf"([A-Za-z0-9_-]{{1,900}})\.({_KEY_NAME})\.({_MAC})", re.ASCII)
_FORM = re.compile(rf"([0-9]{{1,12}})\.({_KEY_NAME})\.({_MAC})", re.ASCII)


class Link(Record):
    """What a link says: this person may answer this question about this plan, once, until then."""

    incident_id: str
    version: str
    """Of the question."""
    digest: str
    """Of the plan."""
    approver: str
    nonce: str
    expires_at: int
    """Seconds since 1970: from then on it is good for nothing."""


class LinkKey(Record):
    """One key. `retired_at` is when another one took its place: it signs nothing since."""

    secret: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", repr=False)]
    made_at: AwareDatetime
    retired_at: AwareDatetime | None = None

    def holds(self, now: datetime) -> bool:
        """Whether what it signed is still good: for as long as the last link that it signed may live."""
        return self.retired_at is None or now < self.retired_at + LONGEST_LIFE


class LinkKeys(Record):
    """The key that signs, by name, and all that may still be met."""

    current: str
    keys: Mapping[Annotated[str, Field(pattern=f"^{_KEY_NAME}$")], LinkKey]

    @model_validator(mode="after")
    def _has_a_current_key(self) -> LinkKeys:
        if self.current not in self.keys or self.keys[self.current].retired_at is not None:
            raise ValueError("the current key is missing, or was retired")
        return self


def read_keys(text: str) -> LinkKeys:
    """Keys as they are kept; SecretsUnreadableError, without a word of the content, where they are none."""
    try:
        return LinkKeys.model_validate_json(text)
    except ValidationError:
        raise SecretsUnreadableError(
            "the keys of links are not as they should be: run mainstay keys rotate"
        ) from None


def rotate_keys(keys: LinkKeys | None, name: str, secret: str, now: datetime) -> LinkKeys:
    """Let a new key sign. The old one is retired, and one that no link can need any more is forgotten."""
    old = keys.keys if keys else {}
    retired = {
        kid: key if key.retired_at else key.model_copy(update={"retired_at": now}) for kid, key in old.items()
    }
    kept = {kid: key for kid, key in retired.items() if key.holds(now)}
    return LinkKeys(current=name, keys={**kept, name: LinkKey(secret=secret, made_at=now)})


# -- links --------------------------------------------------------------------------------------


def link_expiry(risk: Risk, asked_at: datetime, expires_at: datetime) -> datetime:
    """Until when a link of a question may live: a plan of high risk is answered soon or looked at anew."""
    longest = LONGEST_LIFE_OF_HIGH_RISK if risk is Risk.HIGH else LONGEST_LIFE
    return min(expires_at, asked_at + longest)


def sign_link(link: Link, keys: LinkKeys) -> str:
    """The text of a link, safe in a URL as it is."""
    payload = _base64url(_canonical(link.model_dump()))
    return f"{payload}.{keys.current}.{_mac('link', payload, keys.current, keys)}"


def check_link(token: str, keys: LinkKeys, now: datetime) -> Link:
    """What a link says. Raises WrongLinkError where not every byte is ours, and ExpiredLinkError."""
    parts = _LINK.fullmatch(token)
    if parts is None or not _is_ours("link", parts[1], parts[2], parts[3], keys, now):
        raise WrongLinkError("this link is not one of ours")
    payload = parts[1]
    try:
        link = Link.model_validate_json(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except ValidationError as error:
        raise WrongLinkError("this link was made by another version of Mainstay") from error
    if now.timestamp() >= link.expires_at:
        raise ExpiredLinkError("the time of this link is over")
    return link


# -- forms --------------------------------------------------------------------------------------


def sign_form(purpose: str, keys: LinkKeys, now: datetime) -> str:
    """A nonce for a form: good for this purpose (page and person) only, for an hour."""
    expires_at = str(int((now + FORM_LIFE).timestamp()))
    mac = _mac("form", _form_text(expires_at, purpose), keys.current, keys)
    return f"{expires_at}.{keys.current}.{mac}"


def check_form(nonce: str, purpose: str, keys: LinkKeys, now: datetime) -> None:
    """Raise WrongFormError where a nonce was made for something or somebody else, or too long ago."""
    parts = _FORM.fullmatch(nonce)
    if parts is None or not _is_ours("form", _form_text(parts[1], purpose), parts[2], parts[3], keys, now):
        raise WrongFormError("this form was not made for this page and person: open the page again")
    if now.timestamp() >= int(parts[1]):
        raise WrongFormError("this page was opened too long ago: open it again")


def _form_text(expires_at: str, purpose: str) -> str:
    return _base64url(_canonical([expires_at, purpose]))


# -- signing ------------------------------------------------------------------------------------


def _is_ours(kind: str, payload: str, kid: str, mac: str, keys: LinkKeys, now: datetime) -> bool:
    key = keys.keys.get(kid)
    if key is None or not key.holds(now):
        return False
    return hmac.compare_digest(_mac(kind, payload, kid, keys), mac)


def _mac(kind: str, payload: str, kid: str, keys: LinkKeys) -> str:
    """Over the purpose too: a form's is never a link's."""
    text = f"mainstay:{kind}:{payload}:{kid}".encode()
    return _base64url(hmac.digest(bytes.fromhex(keys.keys[kid].secret), text, hashlib.sha256))


def _canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def _base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
