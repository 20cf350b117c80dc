"""What varies in a log message: its words, and which of them may be variables.

Three degrees. A word with a number or an address in it is *masked* at once, as far as it varies:
``blk_-69`` is ``blk_<*>``. A word that looks like a name of something (a path, a host, ``key=this``) *may*
vary: it stands until enough different ones were seen in its place. A plain word is constant, unless a lot
speaks against it. That numbers are masked first is common (He et al., Drain, 2017); that the rest waits for
evidence, and for the more the more it looks like language, is ours.
"""

from __future__ import annotations

import re
from functools import lru_cache

WILD = "<*>"
"""Stands for a variable, alone or as a part of a word."""

PLAIN = 6
"""So many different plain words in one place, all else being equal, are values of a variable."""
MAYBE = 5
"""The same for identifiers, and for words behind ``=``, ``to`` or ``by``."""
LIKELY = 2
"""The same for paths, hosts, mail addresses, numbered names, units, and words behind ``user`` or ``from``."""
MASKED = 1
"""What is masked needs no more evidence."""
CONSTANT = 0
"""A plain word: what a template is made of."""
BETWEEN = -1
"""What is between words."""

Token = tuple[str, int]
"""A text, and how many different ones in its place make it a variable, or `CONSTANT` or `BETWEEN`."""

UNITS = frozenset(
    "B KB MB GB TB kB KiB MiB GiB TiB kb mb gb bytes byte ns us ms s sec secs".split()  # noqa: SIM905 - words
)
_ANNOUNCING = frozenset(["user", "username", "host", "hostname", "node", "from", "for"])
_LEADING_TO = frozenset(["to", "by"])
_LITERALS = frozenset(["true", "false", "null", "nil", "None", "True", "False", "yes", "no"])

_DIGIT = re.compile(r"\d")
_DIGITS = re.compile(r"\d+")
_LANGUAGE = re.compile(r"[A-Za-z][a-z]*|[A-Z]+")
_LEADING = "#*/$~@&%+!?.\\-"
_TRAILING = ".!?*#&%$~\\/-"
_HEX = re.compile(r"(?:0[xX])?[0-9a-fA-F]{6,}")
_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+){2,}")
_IDENTIFIER = re.compile(r"[._$]|[a-z][A-Z]")
_NUMBERED = re.compile(r"[A-Za-z]+#?\d+")
_PREFIXED = re.compile(
    r"([vV]|[A-Za-z]+[#./])\d[\d.]*"  # v1.0.2, core.2275, HTTP/1.1
    r"|((?:[A-Za-z]+_)+|[A-Za-z]+-)(?:-?\d[\w.-]*|[A-Z]\d+)"  # blk_-69, attempt_2016_m_3, unit_A8, part-7
)
_MANY_DIGITS = 4


@lru_cache(maxsize=1 << 14)
def mask_word(word: str) -> Token:
    """The word with `WILD` for what surely varies."""
    if word[0].isdigit():
        return WILD + word[len(word.rstrip(_TRAILING)) :], MASKED
    if _LANGUAGE.fullmatch(word):
        return word, CONSTANT
    begun = word.lstrip(_LEADING)
    core = begun.rstrip(_TRAILING)
    lead, tail = word[: len(word) - len(begun)], begun[len(core) :]
    if not _DIGIT.search(core):
        return word, _evidence_of_name(word, core)
    if core[0].isdigit():
        return (lead if lead != "-" else "") + WILD + tail, MASKED
    masked = _mask_core(core)
    if masked == WILD and "/" in core:
        return lead.rstrip("/") + WILD + tail.lstrip("/"), MASKED
    return lead + masked + tail, MASKED if WILD in masked else LIKELY


def _mask_core(core: str) -> str:
    """A word that begins with a letter and holds a number; as it is where the number belongs to its name."""
    prefixed = _PREFIXED.fullmatch(core)
    if prefixed and (prefixed[1] or core.count(".") < 2):  # noqa: PLR2004 - with more it is a host
        return (prefixed[1] or prefixed[2]) + WILD
    return WILD if "/" in core or _varies(core) else core


def evidence_beside(text: str, evidence: int, before: str) -> int:
    """Of a word that does not look like a value: what is in front of it may say that it is one."""
    if before == "=":
        return LIKELY if text in _LITERALS else MAYBE
    if text in UNITS and before.endswith(WILD):
        return LIKELY
    if text.isupper():
        return evidence  # a state, as in "from NEW to RUNNING"
    if before in _ANNOUNCING:
        return LIKELY
    return MAYBE if before in _LEADING_TO else evidence


def is_numbered(text: str) -> bool:
    """Whether this is a name with a number, such as ``eth0``."""
    return bool(_NUMBERED.fullmatch(text))


def is_word(text: str) -> bool:
    """Whether a token is a word, and neither between words nor a variable."""
    return text[0].isalnum() and WILD not in text


def _varies(core: str) -> bool:
    """Whether a word with letters and digits is a value rather than a name with a number in it."""
    if _HEX.fullmatch(core):
        return True
    if _NUMBERED.fullmatch(core):
        return False
    runs = len(_DIGITS.findall(core))
    mixed = runs > 2 or (runs > 1 and len(_DIGIT.findall(core)) >= _MANY_DIGITS)  # noqa: PLR2004 - as in jA9J1Uv
    return mixed or "." in core or "@" in core or "-" in core


def _evidence_of_name(word: str, core: str) -> int:
    if not core:
        return BETWEEN
    if ("/" in word[1:] and len(core) > 1) or "@" in core or "\\" in core or _HOST.fullmatch(core):
        return LIKELY
    return MAYBE if _IDENTIFIER.search(core) else CONSTANT if word[0].isalnum() else BETWEEN
