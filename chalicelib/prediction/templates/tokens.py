"""A message cut into words and what is between them."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from chalicelib.prediction.templates.masking import (
    BETWEEN,
    CONSTANT,
    LIKELY,
    MASKED,
    MAYBE,
    WILD,
    Token,
    evidence_beside,
    is_numbered,
    mask_word,
)

_NOT_ROOT = r"(?!(?<=id=0)(?!\w))"
"""``uid=0`` is no number but somebody, and stands until there is another."""
fold: Callable[[str], str] = partial(re.compile(rf"\d{_NOT_ROOT}[0-9a-fA-F.:-]*").sub, "#")
"""What is left when numbers are taken out: messages of one template share few such forms."""
fold_finely: Callable[[str], str] = partial(
    re.compile(
        r"(?<![A-Za-z0-9])(?=[0-9a-fA-F]{6})[a-fA-F]*\d[0-9a-fA-F.:-]*"
        rf"|(?<![A-Za-z])\d{_NOT_ROOT}[0-9a-fA-F.:-]*"
    ).sub,
    "#",
)
"""The same, but ``eth0`` and ``eth1`` stay apart, and digests are numbers, whatever they begin with."""

_LUMP = "\x02"
_BLANK = "\x03"
"""Stands for a blank within a quoted value."""
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*"
_CLOCK = r"\d\d:\d\d:\d\d(?:[.,]\d+)?"
_DAY = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? "
_WITH_COLONS = re.compile(
    rf"\b(?:{_DAY})?{_MONTH} +\d{{1,2}},? (?:\d{{4}} )?{_CLOCK}(?: [A-Z]{{2,5}})?(?: \d{{4}})?\b"
    r"|\b[0-9A-Fa-f]{1,4}(?:::?[0-9A-Fa-f]{1,4}){4,}\b"
)
"""Fri Jun 17 07:07:00 2005; addresses of network cards, of version 6, and the like."""
_WITH_COMMAS = re.compile(r"\b\d[\d.]*(?:,\d[\d.]*)+(?!\w)")
_URL = re.compile(r"(?<=://)[^\s\"'<>()\[\]{},;|]+")
_REQUEST = re.compile(
    r"(?:(?<=GET )|(?<=PUT )|(?<=HEAD )|(?<=POST )|(?<=PATCH )|(?<=DELETE )|(?<=OPTIONS )|(?<=CONNECT ))"
    r"[^\"]+(?=\")"
)
_QUOTED = re.compile(r"(?<==\")[^\"]{1,80}(?=\")")

_APART = " \t\n\r\f\v=:,;()[]{}<>\"'|"
_TRANSPARENT = " \"'"
"""What is in front of these is in front of the word behind them, too."""
_BETWEEN = {mark: (mark, BETWEEN) for mark in _APART}
_WORD_OR_MARK = re.compile(r"[^\s=:,;()\[\]{}<>\"'|\x02]+|.", re.DOTALL)
_WITH_RULES = re.compile(r"(?:(?!(?<!/)\.\.(?!/))[^\s=:,;()\[\]{}<>\"'|\x02])+|\.{2,}|.", re.DOTALL)
"""The same where dots are drawn as a line, as in ``enabled.....1``."""
_LONGEST_PORT = 5
_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}")
_SOURCE = re.compile(r"\.(?:py|go|js|ts|rb|cc|cpp|java|php|rs|cs|sh|pl)$")

_LIST: Token = (WILD, MASKED)
"""One token, known by its identity, for an enumeration of numbered names."""
_VARIABLE: Token = (WILD, MASKED)
_ROOT: Token = ("0", LIKELY)


def tokenize(message: str) -> list[Token]:
    """Words, masked, and what is between them; joined they are the message with its numbers masked."""
    pattern = _WITH_RULES if ".." in message else _WORD_OR_MARK
    tokens: list[Token] = []
    before = ""
    for text in pattern.findall(_lump_together(message)):
        between = _BETWEEN.get(text)
        if between:
            tokens.append(between)
            if text not in _TRANSPARENT:
                before = text
            continue
        word, evidence = token = _VARIABLE if text == _LUMP else mask_word(text)
        if text == "0" and before == "=" and _names_somebody(tokens):
            word, evidence = token = _ROOT
        if evidence in (CONSTANT, MAYBE) or (evidence == BETWEEN and before == "="):
            token = _beside(word, evidence, before)
        elif before == ":" and len(text) <= _LONGEST_PORT and text.isdigit():
            _take_for_host(tokens)
        before = word
        tokens.append(token)
        if evidence > CONSTANT:
            _fold_enumeration(tokens)
    return tokens


def holds_names(tokens: list[Token]) -> bool:
    """Whether a number that is part of a name was left standing, so that `fold` says too little."""
    return any([evidence == LIKELY and text != "0" and _holds_digit(text) for text, evidence in tokens])  # noqa: C419 - quicker


def _names_somebody(tokens: list[Token]) -> bool:
    return len(tokens) > 1 and tokens[-1][0] == "=" and tokens[-2][0].endswith("id")


def _holds_digit(text: str) -> bool:
    return any(map(str.isdigit, text))


def _lump_together(message: str) -> str:
    """Put one mark in place of each value that has blanks or marks in it; look only for what can be there."""
    if "://" in message:
        message = _URL.sub(_LUMP, message)
    if '"' in message:
        message = _REQUEST.sub(_LUMP, message)
        message = _QUOTED.sub(lambda quoted: quoted[0].replace(" ", _BLANK), message)
    if message.count(":") > 1:
        message = _WITH_COLONS.sub(_LUMP, message)
    return _WITH_COMMAS.sub(_LUMP, message) if "," in message else message


def _beside(word: str, evidence: int, before: str) -> Token:
    """A word with the evidence that it needs where it stands. What a message begins with is no identifier."""
    if not before:
        return word, (CONSTANT if word[0].isalnum() else BETWEEN)
    if not word[0].isalnum() and before != "=":
        return word, evidence
    return word.replace(_BLANK, " "), evidence_beside(word, evidence, before)


def _take_for_host(tokens: list[Token]) -> None:
    """What has a dot in it and a port behind it is an address, unless it is a line of source code."""
    if len(tokens) > 1 and _HOST.fullmatch(tokens[-2][0]) and not _SOURCE.search(tokens[-2][0]):
        tokens[-2] = _VARIABLE


def _fold_enumeration(tokens: list[Token]) -> None:
    """``blk_<*> blk_<*>`` is ``blk_<*>``; three numbered names in a row are one variable."""
    if len(tokens) < 3 or tokens[-2][0] != " ":  # noqa: PLR2004 - two words and a blank
        return
    last, previous = tokens[-1], tokens[-3]
    if last == previous and last[1] == MASKED and last[0] != WILD:
        del tokens[-2:]
    elif last[1] == LIKELY and is_numbered(last[0]):
        if previous is _LIST:
            del tokens[-2:]
        elif (
            len(tokens) > 4  # noqa: PLR2004 - three words and two blanks
            and tokens[-4][0] == " "
            and is_numbered(previous[0])
            and is_numbered(tokens[-5][0])
        ):
            tokens[-5:] = [_LIST]
