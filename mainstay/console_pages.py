"""What the console says itself, where it has nothing of the stage to show."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from chalicelib.redaction import clean_text
from mainstay.serving.exchange import Answer


@dataclass(frozen=True)
class Trouble:
    """What went wrong, why, and what helps."""

    status: int
    title: str
    why: str
    help: str

    @property
    def line(self) -> str:
        """The same for a terminal: one line, nothing in it that moves the cursor."""
        return f"{self.status} {self.title}: {clean_text(' '.join(self.why.split()), 400)}"


_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><title>{title} - Mainstay</title></head>
<body><main><h1>{title}</h1><p>{why}</p><p>{help}</p></main></body></html>
"""
_HEADERS = (
    ("Content-Type", "text/html; charset=utf-8"),
    ("Cache-Control", "no-store"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
)


def trouble_page(trouble: Trouble) -> Answer:
    """A page that needs nothing but itself."""
    told = {"title": trouble.title, "why": clean_text(trouble.why, 1000), "help": trouble.help}
    page = _PAGE.format(**{name: escape(text) for name, text in told.items()})
    return Answer(status=trouble.status, headers=_HEADERS, body=page.encode())
