"""What every page wears: the environment that renders templates, the style, the script, the filters.

Whatever a template prints goes through `clean_text` first and is escaped then, so that no field of any page
can be forgotten; the filter `exact` is for what we made ourselves, such as a digest.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from urllib.parse import quote as percent

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from chalicelib.incidents.telling import capital, say_duration, say_time
from chalicelib.pages.words import TONES, label_of, label_of_state, say_roughly, say_value, tone_of_state
from chalicelib.redaction import clean_text, inert, redact_value

_LONGEST = 4000
"""Characters of one text that a page shows."""
_MOST_LINES = 400

NAV = (
    ("incidents", "/ui", "Incidents"),
    ("outcomes", "/ui/outcomes", "Outcomes"),
    ("forecasts", "/ui/forecasts", "Forecasts"),
    ("patterns", "/ui/patterns", "Patterns"),
    ("policy", "/ui/policy", "Policy"),
)
"""Name, path below the base, label."""

_MODE_TONES = {"auto": "ok", "approve": "info", "observe": "warn", "off": "bad"}

_LOGO = Markup(
    '<svg viewBox="0 0 20 20" aria-hidden="true" focusable="false"><path fill="currentColor" '
    'd="M9 2h2v3.2l6 11.3-1.8 1L11 9.6V18H9V9.6l-4.2 7.9-1.8-1L9 5.2z"/></svg>'
)
_FAVICON = Markup(
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 20 20'%3E"
    "%3Crect width='20' height='20' rx='5' fill='%232456c7'/%3E%3Cpath fill='%23fff' "
    "d='M9.1 3h1.8v2.9l5 9.4-1.6.9-3.4-6.4V17H9.1V9.8l-3.4 6.4-1.6-.9 5-9.4z'/%3E%3C/svg%3E"
)


def render(template: str, *, base: str, active: str, guarded: bool = True, **context: object) -> str:
    """A page as HTML. `base` is what paths begin with, `active` the entry of the navigation that it is.

    A page that is not `guarded` is seen by whoever has its link: it has no script and leads nowhere.
    """
    return _environment().get_template(template).render(base=base, active=active, guarded=guarded, **context)


@cache
def asset(name: str) -> str:
    """The text of a file of this room; raises jinja2.TemplateNotFound where there is none."""
    loader = PackageLoader("chalicelib.pages", ".")
    return loader.get_source(Environment(autoescape=True), name)[0]


@cache
def style() -> str:
    """What every page carries: the design system, and what pictures add to it."""
    return asset("style.css") + asset("charts.css")


@cache
def style_hash() -> str:
    """What a Content-Security-Policy calls the style that pages carry."""
    digest = hashlib.sha256(style().encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("chalicelib.pages", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        finalize=_cleaned,
    )
    environment.globals |= {
        "style": Markup(style()),  # noqa: S704 - our own file
        "logo": _LOGO,
        "favicon": _FAVICON,
        "nav": NAV,
        "mode_tone": lambda mode: _MODE_TONES.get(mode, "bad"),
    }
    environment.filters |= _FILTERS
    return environment


def _cleaned(value: object) -> object:
    """As it may be shown; what is Markup is so already."""
    return value if isinstance(value, Markup) else clean_text(str(value), _LONGEST)


def _clock(at: datetime) -> str:
    return f"{at:%H:%M:%S}"


def _in_path(name: object) -> Markup:
    """One part of a path."""
    return Markup(percent(clean_text(str(name), _LONGEST), safe=""))  # noqa: S704 - nothing is left to escape


def _short(name: object, room: int = 90) -> str:
    """A long name without its middle, since both ends of a name tell it from others."""
    text = clean_text(str(name), _LONGEST) or "(no name)"
    half = (room - 1) // 2
    return text if len(text) <= room else f"{text[:half]}…{text[-half:]}"


def _pretty(value: object) -> Markup:
    """JSON-like data, redacted, with a line for each value."""
    lines = json.dumps(redact_value(value), indent=2, default=str, ensure_ascii=False).splitlines()
    shown = [_visible_line(line) for line in lines[:_MOST_LINES]]
    more = [f"... and {len(lines) - _MOST_LINES} more lines"] if len(lines) > _MOST_LINES else []
    return escape("\n".join([*shown, *more]))


def _visible_line(line: str) -> str:
    """With its indentation, which `inert` would take for nothing."""
    text = line.lstrip(" ")
    return " " * (len(line) - len(text)) + inert(text, _LONGEST)


_FILTERS: Mapping[str, Callable[..., object]] = {
    "exact": escape,
    "in_path": _in_path,
    "clock": _clock,
    "time": say_time,
    "iso": datetime.isoformat,
    "duration": say_duration,
    "pretty": _pretty,
    "label": label_of,
    "capital": capital,
    "tone": lambda name: TONES.get(name, "idle"),
    "state_label": label_of_state,
    "state_tone": tone_of_state,
    "roughly": say_roughly,
    "value": say_value,
    "short": _short,
    "at": lambda place: Markup(f"{place:.2f}%"),  # noqa: S704 - a number
    "number": lambda count: Markup(f"{count:,}"),  # noqa: S704 - a number
}
