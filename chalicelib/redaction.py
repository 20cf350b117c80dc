"""Keep secrets out of every text that leaves, and tricks out of every text that people are shown.

What is told to people, models and logs passes through here. Time grows with the length of the text alone.
Whatever goes wrong, nothing unredacted comes out.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any

from chalicelib.redaction_rules import NAME_AT_END, RULES, is_value, pseudonym_of

FAILED = "[REDACTED: redaction failed]"
TOO_DEEP = "[REDACTED: nested too deeply]"

_DEEPEST = 40
_LOOK_AHEAD = 8192
"""How much more of a long text is redacted than is shown, so that no secret is cut before it is seen."""


def redact(text: str) -> str:
    """Replace every secret by ``[SECRET:kind:3f2a]``: the same secret, if it is a long one, by the same.

    ARNs, request ids, UUIDs, trace ids, digests, resource ids and addresses stay as they are.
    """
    try:
        return _decoded(_plain(text))
    except Exception:  # noqa: BLE001 - whatever went wrong, what was not redacted may not leave
        return FAILED


def redact_value(value: object) -> Any:
    """Redact JSON-like data: by the names of its keys first, then each text by itself.

    Answers mappings as dicts and sequences as lists; numbers, truth values and None stay, except under
    a name that says secret. Anything that is not JSON becomes redacted text.
    """
    try:
        return _redacted(value, depth=0)
    except Exception:  # noqa: BLE001 - as above
        return FAILED


def is_secret_name(name: str) -> bool:
    """Whether a value of this name is a secret, as far as the name tells: ``db_password``."""
    return NAME_AT_END.search(name[-128:]) is not None


def inert(text: str, limit: int) -> str:
    """One line of at most `limit` characters without terminal codes, hidden or reordering characters."""
    return _shortened(_visible(text), limit)


def clean_text(text: str, limit: int) -> str:
    """What text from outside must become before it is kept or shown: visible, redacted, short."""
    return _shortened(redact(_visible(text[: limit + _LOOK_AHEAD])), limit)


def _plain(text: str) -> str:
    for rule in RULES:
        text = rule.pattern.sub(rule.hide, text)
    return text


_ENCODED = re.compile(r"(?<![\w/+=-])[A-Za-z0-9+/]{24,}+={0,2}")


def _decoded(text: str) -> str:
    """Look into base64 once: user data and environments hide there."""
    return _ENCODED.sub(_hide_encoded, text)


def _hide_encoded(match: re.Match[str]) -> str:
    whole = match.group()
    try:
        inside = base64.b64decode(whole + "=" * (-len(whole) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError):
        return whole
    return whole if _plain(inside) == inside else pseudonym_of("encoded", whole)


# -- structures ---------------------------------------------------------------------------------


def _redacted(value: object, depth: int, *, secret: bool = False) -> Any:
    if depth > _DEEPEST:
        return TOO_DEEP
    if isinstance(value, Mapping):
        return _redacted_mapping(value, depth, secret=secret)
    if isinstance(value, list | tuple | set | frozenset):
        return [_redacted(item, depth + 1, secret=secret) for item in value]
    if value is None or isinstance(value, bool):
        return value
    if secret:
        return pseudonym_of("value", str(value)) if is_value(str(value)) else value
    return value if isinstance(value, int | float) else redact(_text_of(value))


def _redacted_mapping(value: Mapping[Any, Any], depth: int, *, secret: bool) -> dict[str, Any]:
    named = _names_a_secret(value)
    return {
        redact(str(key)): _redacted(
            item,
            depth + 1,
            secret=secret or is_secret_name(str(key)) or (named and str(key).lower() in _VALUE_KEYS),
        )
        for key, item in value.items()
    }


_NAME_KEYS = ("name", "Name", "key", "Key", "ParameterKey")
_VALUE_KEYS = frozenset({"value", "parametervalue"})


def _names_a_secret(value: Mapping[Any, Any]) -> bool:
    """A pair such as ``{"name": "DB_PASSWORD", "value": ...}``."""
    return any(is_secret_name(name) for key in _NAME_KEYS if isinstance(name := value.get(key), str))


def _text_of(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


# -- what people are shown ----------------------------------------------------------------------

_TERMINAL = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]{0,64}[ -/]{0,16}[@-~]"  # colours, cursor
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]{0,4096}(?:\x07|\x1b\\|\x9c)"  # titles, links
    r"|\x1b[ -/]{0,4}[0-~]"
)
_SPACES = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029]+")
_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f"
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800"
    "\u3164\ud800-\udfff\ue000-\uf8ff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff\U000f0000-\U0010ffff]+"
)
"""Controls, surrogates, private use, and all that is invisible or changes the direction of reading."""


def _visible(text: str) -> str:
    return _HIDDEN.sub("", _SPACES.sub(" ", _TERMINAL.sub("", text)))


def _shortened(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: max(0, limit - 1)] + "…"
