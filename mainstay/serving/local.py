"""The local server's site: the app behind its gateway, and beside it what only a local server has.

`/_local` says what there is to break, `POST /_local/break` breaks it. Neither is part of the product's API.
"""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from chalicelib.incidents.base import Record
from mainstay.console_pages import Trouble, trouble_page
from mainstay.serving.breakages import BREAKAGES
from mainstay.serving.estate import Broken, Estate, RefusedError
from mainstay.serving.exchange import Answer, Request, Site, json_answer, refusal
from mainstay.serving.gateway import NO_ROUTE

ROOT = "/_local"
_NO_PAGE = Trouble(
    404, "There is nothing here", "The pages begin at /ui, what programs ask at /incidents.", ""
)


class Wish(Record):
    """What somebody wants broken; without a kind in the usual way, without an id whichever is well."""

    type: str
    kind: str = ""
    id: str = ""


class LocalSite:
    """Answers what is below `/_local` itself, and leaves everything else to the gateway."""

    def __init__(self, gateway: Site, estate: Estate) -> None:
        self._gateway, self._estate = gateway, estate

    def answer(self, request: Request) -> Answer:
        """Whatever is asked."""
        if request.path != ROOT and not request.path.startswith(f"{ROOT}/"):
            answer = self._gateway.answer(request)
            mistyped = answer is NO_ROUTE and "text/html" in request.header("Accept")
            return trouble_page(_NO_PAGE) if mistyped else answer
        match request.method, request.path:
            case "GET", "/_local":
                return json_answer(200, self._describe())
            case "POST", "/_local/break":
                return self._break(request)
        return refusal(404, f"there is nothing at {request.path}")

    def _describe(self) -> dict[str, Any]:
        return {
            "types": {
                name: {one.kind: one.title for one in kinds.values()} for name, kinds in BREAKAGES.items()
            },
            "resources": [resource.model_dump() for resource in self._estate.resources],
        }

    def _break(self, request: Request) -> Answer:
        if request.header("Content-Type").partition(";")[0].strip() != "application/json":
            return refusal(415, "the body has to be application/json")
        try:
            wish = Wish.model_validate_json(request.body)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            return refusal(400, f"{'.'.join(map(str, first['loc'])) or 'the body'}: {first['msg']}")
        try:
            return json_answer(200, describe(self._estate.break_one(wish.type, wish.kind, wish.id)))
        except RefusedError as error:
            return refusal(409, str(error))


def describe(broken: Broken) -> dict[str, Any]:
    """What was broken, as a document."""
    return {
        "resource": broken.resource.model_dump(),
        "broken_at": broken.at.isoformat(),
        "way": broken.breakage.kind,
        "title": broken.breakage.title,
        "ends": broken.breakage.ends.value,
    }
