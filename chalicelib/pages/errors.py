"""What is shown where a page cannot be."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.pages.dress import render

_TITLES: Mapping[int, tuple[str, tuple[str, ...]]] = {
    400: ("That cannot be asked for", ("Go back, and change what was filled in.",)),
    403: (
        "You may not do that",
        ("Open the page again and answer there: a form holds for a while only.",),
    ),
    404: (
        "There is no such page",
        (
            "Look for it among the incidents.",
            "Records are kept for 400 days: what is older is gone.",
        ),
    ),
    409: (
        "It has moved on since you looked",
        ("Nothing was changed by your answer.", "Open the page again: it shows how things stand now."),
    ),
    413: ("That was too long", ("Nothing was changed.", "Go back, and say it in fewer words.")),
    415: ("That is no form of ours", ("Nothing was changed.", "Open the page again, and answer there.")),
    503: (
        "AWS did not answer in time",
        ("Nothing was changed.", "Load the page again in a few seconds."),
    ),
}
_OTHER = (
    "Mainstay could not do that",
    ("The log of the API function says why.", "Incidents are handled whether this page works or not."),
)


def render_error(status: int, detail: str, *, base: str, guarded: bool = True) -> str:
    """A page that says what went wrong, in `detail` more exactly, and what to do about it."""
    title, steps = _TITLES.get(status, _OTHER)
    return render(
        "error.html",
        base=base,
        active="",
        guarded=guarded,
        status=status,
        title=title,
        detail=detail,
        steps=steps,
    )
