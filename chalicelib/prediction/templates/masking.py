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
MAYBE = 4
"""The same for identifiers, and for words behind an equals sign or a preposition."""
NAMED = 3
"""The same for words behind one that announces a name, such as ``user``."""
LIKELY = 2
"""The same for paths, hosts, mail addresses, numbered names and units."""
MASKED = 1
"""What is masked needs no more evidence."""
CONSTANT = 0

Token = tuple[str, int]
"""A text, and how many different ones in its place make it a variable; `CONSTANT`: no number does."""

_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*"
_CLOCK = r"\d\d:\d\d:\d\d(?:[.,]\d+)?"
_DAY = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? "
_LUMPS = (
    rf"(?:{_DAY})?{_MONTH} +\d{{1,2}},? (?:\d{{4}} )?{_CLOCK}(?: [A-Z]{{2,5}})?(?: \d{{4}})?\b",
    r"(?:[0-9A-Fa-f]{2}:){5,}[0-9A-Fa-f]{2}\b",  # addresses of network cards and the like
    r"[0-9][0-9.]*(?:,[0-9][0-9.]*)+(?!\w)",  # 1,2,3
)
_VERB = r"(?:GET|HEAD|POST|PUT|DELETE|PATCH|OPTIONS|CONNECT) "
_TOKEN = re.compile(
    rf"""\b({"|".join(_LUMPS)})"""
    rf"""|({_VERB})([^"]+)(?=")"""
    r"""|([A-Za-z][A-Za-z0-9+.-]*://)([^\s"'<>()\[\]{},;|]+)"""
    r"""|([A-Za-z][\w-]*(?:\.[\w-]+)+)(?=:\d{1,5}\b)"""
    r"""|((?:(?!\.\.)[^\s=:,;()\[\]{}<>"'|])+)"""
    r"""|(\.{2,}|.)""",
    re.DOTALL,
)
"""A lump, a request line, a URL, a host in front of its port, a word, or what is between words."""

UNITS = frozenset(
    "B KB MB GB TB kB KiB MiB GiB TiB kb mb gb bytes byte ns us ms s sec secs".split()  # noqa: SIM905 - words
)
_ANNOUNCING = frozenset(["user", "username", "host", "hostname", "node"])
_PREPOSITIONS = frozenset(["from", "to", "for", "by"])

_DIGIT = re.compile(r"\d")
_LANGUAGE = re.compile(r"[A-Za-z][a-z]*|[A-Z]+")
_EDGES = re.compile(r"([#*/$~@&%+!?.\\-]*)(.*?)([.!?*#&%$~\\/-]*)", re.DOTALL)
_HEX = re.compile(r"(?:0[xX])?[0-9a-fA-F]{6,}")
_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+){2,}")
_IDENTIFIER = re.compile(r"[._$]|[a-z][A-Z]")
_NUMBERED = re.compile(r"[A-Za-z]+#?\d+")
_PREFIXED = re.compile(
    r"([vV]|[A-Za-z]+[#./])\d[\d.]*"  # v1.0.2, core.2275, HTTP/1.1
    r"|((?:[A-Za-z]+[_-])+)(?:-?\d[\w.-]*|[A-Z]\d+)"  # blk_-69, attempt_2016_m_3, unit_A8
)
_MANY_DIGITS = 4

_FOLDED = re.compile(r"\d[0-9a-fA-F.:-]*").sub
_FOLDED_FINELY = re.compile(r"(?<![A-Za-z])\d[0-9a-fA-F.:-]*").sub

_LIST = (WILD, MASKED)
"""One token, known by its identity, for an enumeration of numbered names."""


def fold(message: str) -> str:
    """What is left when numbers are taken out: messages of one template share few such forms."""
    return _FOLDED("0", message)


def fold_finely(message: str) -> str:
    """The same, but ``eth0`` and ``eth1`` stay apart."""
    return _FOLDED_FINELY("0", message)


def tokenize(message: str) -> list[Token]:
    """Words, masked, and what is between them; joined they are the message with its numbers masked."""
    tokens: list[Token] = []
    before = ""
    for lump, verb, _, scheme, _, host, word, between in _TOKEN.findall(message):
        if between:
            tokens.append((between, CONSTANT))
            before = before if between == " " else between
            continue
        if lump or verb or scheme:
            if not lump:
                tokens.append((verb or scheme, CONSTANT))
            token = (WILD, MASKED)
        else:
            token = mask_host(host) if host else mask_word(word)
            if token[1] in (CONSTANT, MAYBE):
                token = (token[0], _evidence(token, before))
        before = token[0]
        tokens.append(token)
        _fold_enumeration(tokens)
    return tokens


def holds_names(tokens: list[Token]) -> bool:
    """Whether a number that is part of a name was left standing, so that `fold` says too little."""
    return any(evidence == LIKELY and _NUMBERED.search(text) for text, evidence in tokens)


@lru_cache(maxsize=1 << 14)
def mask_word(word: str) -> Token:
    """The word with `WILD` for what surely varies."""
    edges = _EDGES.fullmatch(word)
    lead, core, tail = edges.groups() if edges else ("", word, "")
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


def mask_host(host: str) -> Token:
    """A host in front of its port."""
    return (WILD, MASKED) if _DIGIT.search(host) else (host, LIKELY)


def is_word(text: str) -> bool:
    """Whether a token is a word, and neither between words nor a variable."""
    return text[0].isalnum() and WILD not in text


def _varies(core: str) -> bool:
    """Whether a word with letters and digits is a value rather than a name with a number in it."""
    digits = len(_DIGIT.findall(core))
    several = len(re.findall(r"\d+", core)) > 2  # noqa: PLR2004 - as in jA9J1Uv
    if _NUMBERED.fullmatch(core):
        return bool(_HEX.fullmatch(core))
    return "." in core or "@" in core or several or digits >= _MANY_DIGITS or bool(_HEX.fullmatch(core))


def _evidence_of_name(word: str, core: str) -> int:
    if _LANGUAGE.fullmatch(word):
        return CONSTANT
    if ("/" in word[1:] and len(core) > 1) or "@" in core or "\\" in core or _HOST.fullmatch(core):
        return LIKELY
    return MAYBE if _IDENTIFIER.search(core) else CONSTANT


def _evidence(token: Token, before: str) -> int:
    """Of a word that does not look like a value: what is in front of it may say that it is one."""
    text, evidence = token
    if not before:
        return CONSTANT
    if not text[0].isalnum():
        return evidence
    if before.endswith(WILD) and text in UNITS:
        return LIKELY
    if before in _ANNOUNCING:
        return NAMED
    return MAYBE if before == "=" or before in _PREPOSITIONS else evidence


def _fold_enumeration(tokens: list[Token]) -> None:
    """``blk_<*> blk_<*>`` is ``blk_<*>``; three numbered names in a row are one variable."""
    if len(tokens) < 3 or tokens[-2][0] != " ":  # noqa: PLR2004 - two words and a blank
        return
    last, previous = tokens[-1], tokens[-3]
    if last == previous and last[1] == MASKED and last[0] != WILD:
        del tokens[-2:]
    elif last[1] == LIKELY and _NUMBERED.fullmatch(last[0]):
        if previous is _LIST:
            del tokens[-2:]
        elif (
            len(tokens) > 4  # noqa: PLR2004 - three words and two blanks
            and tokens[-4][0] == " "
            and _NUMBERED.fullmatch(previous[0])
            and _NUMBERED.fullmatch(tokens[-5][0])
        ):
            tokens[-5:] = [_LIST]
