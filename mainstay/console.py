"""The command ``console``: the pages of a deployed stage on loopback."""

from __future__ import annotations

import re
import secrets
import signal
import sys
import threading
import webbrowser
from typing import TYPE_CHECKING, Annotated

import typer

from mainstay.failing import fail, operating

if TYPE_CHECKING:
    from chalicelib.aws.clients import Aws
    from mainstay.console_site import Send, Upstream

APP = "mainstay"
TIMEOUT_SECONDS = 35
"""A little more than API Gateway itself takes before it gives up."""
_API = re.compile(
    r"https://[\w.-]+(:\d+)?(/[\w.~-]+)*/?|http://(127\.0\.0\.1|localhost)(:\d+)?(/[\w.~-]+)*/?"
)


def console(
    stage: Annotated[str, typer.Option(help="The stage to look at.", envvar="MAINSTAY_STAGE")] = "prod",
    region: Annotated[str, typer.Option(help="Its region; AWS_REGION where it is not given.")] = "",
    api: Annotated[
        str, typer.Option(metavar="URL", help="The address of its API; looked up where it is not given.")
    ] = "",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Where to listen; 0 takes a free port.")] = 8001,
    open_browser: Annotated[bool, typer.Option("--open", help="Open the pages in a browser.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Log each request on stderr.")] = False,
) -> None:
    """Look at a deployed stage: its pages on loopback, each request signed with your own AWS credentials.

    The address that is printed holds a key. Whoever has it acts as you, until you end this with Ctrl-C.
    """
    with operating():
        _serve(stage, region, api, port, open_browser=open_browser, verbose=verbose)


def _serve(stage: str, region: str, api: str, port: int, *, open_browser: bool, verbose: bool) -> None:
    from chalicelib.aws.clients import Aws  # noqa: PLC0415 - as below
    from mainstay.console_site import ConsoleSite, Upstream  # noqa: PLC0415 - imports botocore
    from mainstay.operate import region_of  # noqa: PLC0415
    from mainstay.serving.server import Server  # noqa: PLC0415

    aws = Aws(region=region_of(region))
    upstream = Upstream(url=_checked(api), region=aws.region) if api else find_api(aws, stage)
    credentials = aws.session.get_credentials()
    if credentials is None:
        fail("there are no AWS credentials: log in, or set AWS_PROFILE")
    try:
        server = Server(port, verbose=verbose)
    except OSError as error:
        fail(f"port {port} cannot be used: {(error.strerror or str(error)).lower()}; pass --port")
    key = secrets.token_urlsafe(32)
    server.start(ConsoleSite(upstream, credentials, key=key, send=sender_to(upstream), log=_log))
    address = f"{server.url}/?key={key}"
    print(f"{stage}: {upstream.url}\nOpen {address}\nCtrl-C ends", flush=True)  # noqa: T201 - the answer
    if open_browser:
        webbrowser.open(address)
    try:
        wait_for_end()
    finally:
        server.stop()


def find_api(aws: Aws, stage: str) -> Upstream:
    """The API that was deployed for a stage; InvalidSettingsError where there is none, or more than one."""
    from chalicelib.errors import InvalidSettingsError  # noqa: PLC0415
    from mainstay.console_site import Upstream  # noqa: PLC0415

    found = [
        f"https://{api}.execute-api.{aws.region}.{_domain(aws.region)}/{stage}"
        for api in _apis(aws)
        if stage in {one["stageName"] for one in aws.read("apigateway", "get_stages", restApiId=api)["item"]}
    ]
    if len(found) == 1:
        return Upstream(url=found[0], region=aws.region)
    what = f"more than one: {', '.join(found)}" if found else "none"
    raise InvalidSettingsError(
        f"of APIs named {APP} with a stage {stage} in {aws.region} there is {what}; pass --api"
    )


def _apis(aws: Aws) -> list[str]:
    ids: list[str] = []
    position: dict[str, str] = {}
    while True:
        page = aws.read("apigateway", "get_rest_apis", limit=500, **position)
        ids += [one["id"] for one in page["items"] if one["name"] == APP]
        if not page.get("position"):
            return ids
        position = {"position": page["position"]}


def _domain(region: str) -> str:
    return "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"


def _checked(api: str) -> str:
    from chalicelib.errors import InvalidSettingsError  # noqa: PLC0415

    if not _API.fullmatch(api):
        raise InvalidSettingsError(f"--api: {api!r} is no https address of an API")
    return api.rstrip("/")


def sender_to(upstream: Upstream) -> Send:
    """Through the proxy that the environment names, if any; redirects are not followed."""
    from botocore.httpsession import URLLib3Session  # noqa: PLC0415
    from botocore.utils import get_environ_proxies  # noqa: PLC0415

    session = URLLib3Session(timeout=TIMEOUT_SECONDS, proxies=get_environ_proxies(upstream.url))
    send: Send = session.send
    return send


def _log(line: str) -> None:
    print(f"mainstay: {line}", file=sys.stderr, flush=True)  # noqa: T201 - it is a command line


def wait_for_end() -> None:
    """Until SIGINT or SIGTERM."""
    ended = threading.Event()
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, lambda *_: ended.set())
    ended.wait()
