"""The pages, as routes, and what every page is sent with."""

from __future__ import annotations

import re
from http import HTTPStatus

from chalice import Response

from chalicelib.api.gateway import GUARD, routes

_BASE = re.compile(r"(/[\w.-]{1,128}){1,4}")
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Language": "en",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def html(page: str, status: int = HTTPStatus.OK, *, guarded: bool = True) -> Response:
    """A page with the headers that keep it harmless; one that is not `guarded` may run no script at all."""
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": _content_policy(guarded=guarded),
    }
    return Response(body=page, status_code=int(status), headers=_HEADERS | headers)


def base_path() -> str:
    """What every path of this request's API begins with: the stage on API Gateway, nothing elsewhere."""
    context = routes.current_request.context
    above = context["path"].strip("/").split("/")
    below = [part for part in context["resourcePath"].split("/") if part]
    base = "".join(f"/{part}" for part in above[: max(0, len(above) - len(below))] if part)
    return base if _BASE.fullmatch(base) else ""


def see_other(path: str) -> Response:
    """Go on to another page of ours; `path` begins below the base."""
    return Response(
        body="",
        status_code=HTTPStatus.SEE_OTHER.value,
        headers=_HEADERS | {"Location": f"{base_path()}{path}"},
    )


def error_page(status: HTTPStatus, detail: str = "") -> Response:
    """A page of ours that says what went wrong, and what to do about it."""
    from chalicelib.pages import render_error  # noqa: PLC0415 - Jinja2 waits for a page

    return html(render_error(status, detail, base=base_path()), status)


def _content_policy(*, guarded: bool) -> str:
    from chalicelib.pages import style_hash  # noqa: PLC0415 - as above

    scripts = ["script-src 'self'", "connect-src 'self'"] if guarded else []
    rules = [
        "default-src 'none'",
        f"style-src '{style_hash()}'",
        "img-src data:",
        *scripts,
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ]
    return "; ".join(rules)


@routes.route("/", methods=["GET"], authorizer=GUARD)
def show_start() -> Response:
    """Go to the incidents."""
    return see_other("/ui")


@routes.route("/ui/assets/{name}", methods=["GET"], authorizer=GUARD)
def show_asset(name: str) -> Response:
    """The script of the pages."""
    return _asset(name)


def _asset(name: str) -> Response:
    from chalicelib import pages  # noqa: PLC0415 - as above

    if name != "app.js":
        return error_page(HTTPStatus.NOT_FOUND)
    headers = {"Content-Type": "text/javascript; charset=utf-8"}
    return Response(body=pages.asset(name), status_code=HTTPStatus.OK.value, headers=_HEADERS | headers)
