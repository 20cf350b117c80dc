"""Plain text as chat clients must get it: nothing in it links, mentions, shows an image or changes the type.

Clients differ in what they take for markup, and none has an escape that all the others know. So a word that
any of them could take for markup becomes code, in which none of them looks for any.
"""

from __future__ import annotations

import re

_MARKUP = re.compile(r"[*_~|#\[\]{}\\]|[^\s.]\.[^\s.]|://|:[A-Za-z][\w+-]*:|(?<!\w)[-+>=]{3,}|^www\b|!\(|@")
"""Emphasis, links with and without brackets, names of sites, emoji, rules, mentions."""
_MENTION = re.compile(r"(?<!\w)@")
_SPECIAL = re.compile(r"<(?=[!@#])")
_END = re.compile(r"[.,:;!?)]*$")
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def in_markdown(text: str) -> str:
    """One line of text that is not ours alone, for clients that read Slack's or common markdown."""
    return " ".join(_word(word) for word in text.split())


def in_plain(text: str) -> str:
    """The same for what is said to be plain text, in which some clients look for mentions all the same."""
    return _MENTION.sub("\uff20", _SPECIAL.sub("\u2039", text))


def in_block(text: str) -> str:
    """Some lines as they are, in a block of code."""
    return "```\n" + escaped(text.replace("`", "'")).rstrip() + "\n```"


def escaped(text: str) -> str:
    """The three characters by which Slack's own links, mentions and dates begin."""
    return text.translate(_ENTITIES)


def _word(word: str) -> str:
    plain = _MENTION.sub("\uff20", word.replace("`", "'"))
    if not _MARKUP.search(plain):
        return escaped(plain)
    end = _END.search(plain)
    tail = end.group() if end else ""
    head = plain.removesuffix(tail)
    return f"`{escaped(head)}`{escaped(tail)}" if head else f"`{escaped(plain)}`"
