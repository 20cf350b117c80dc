"""One POST to an address that an operator has set: in time, not too large, and to nowhere that it may not go.

The name is looked up once and that address is the one that is connected to, so that a name cannot point
elsewhere in between. No redirect is followed, since nobody has set where it leads.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import SplitResult, urlsplit

SECONDS = 3.0
LARGEST_BODY = 40 * 1024
_LARGEST_ANSWER = 64 * 1024
_PORTS = {"https": 443, "http": 80}
_METADATA = frozenset({ipaddress.ip_address("fd00:ec2::254"), ipaddress.ip_address("fd00:ec2::23")})
"""Where EC2 and ECS keep credentials, beside link-local addresses."""

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True)
class Answer:
    """What came back: the status, and the beginning of the body."""

    status: int
    body: bytes


def post(url: str, body: bytes, headers: Mapping[str, str], *, seconds: float = SECONDS) -> Answer:
    """Send it once. OSError where nobody answers in time, ValueError where it may not be sent there."""
    if len(body) > LARGEST_BODY:
        raise ValueError(f"{len(body)} bytes are more than a chat is sent")
    parts = urlsplit(url)
    host, port = _host_of(parts)
    address = _address_of(host, port, parts.scheme)
    deadline = time.monotonic() + seconds
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    plain = socket.create_connection((address, port), timeout=seconds)
    with _cut_off_at(deadline, plain):
        link = _secured(plain, host) if parts.scheme == "https" else plain
        connection = http.client.HTTPConnection(host, port, timeout=seconds)
        connection.sock = link
        try:
            connection.request("POST", target, body, dict(headers))
            response = connection.getresponse()
            return Answer(response.status, _read(response, link, deadline))
        except http.client.HTTPException as error:
            if time.monotonic() >= deadline:
                raise TimeoutError("no whole answer in time") from error
            raise ConnectionError(f"no answer that is HTTP: {type(error).__name__}") from error
        finally:
            connection.close()


def _host_of(parts: SplitResult) -> tuple[str, int]:
    if parts.scheme not in _PORTS or not parts.hostname or parts.username or parts.password:
        raise ValueError("a chat's address is https://host/path, without a user")
    return parts.hostname, parts.port or _PORTS[parts.scheme]


def _address_of(host: str, port: int, scheme: str) -> str:
    """The one address that is used; every one that the name has must be allowed."""
    found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    for one in found:
        check_address(one, scheme)
    return found[0]


def check_address(text: str, scheme: str) -> None:
    """Raise ValueError where nothing may be sent to an address."""
    address: Address = ipaddress.ip_address(text.partition("%")[0])
    inner = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
    for one in (address, inner) if inner else (address,):
        if one.is_link_local or one.is_multicast or one.is_unspecified or one in _METADATA:
            raise ValueError(f"nothing is sent to {one}")
    if scheme != "https" and not (inner or address).is_loopback:
        raise ValueError("without https, messages go to this machine only")


@contextmanager
def _cut_off_at(deadline: float, link: socket.socket) -> Iterator[None]:
    """However the other side goes on: the timeout of a socket is for each piece that comes, not for all."""
    same = link.dup()
    watch = threading.Timer(max(0.0, deadline - time.monotonic()), _cut_off, [same])
    watch.daemon = True
    watch.start()
    try:
        yield
    finally:
        watch.cancel()
        same.close()


def _cut_off(link: socket.socket) -> None:
    with suppress(OSError):  # it may have ended just now
        link.shutdown(socket.SHUT_RDWR)


def _secured(plain: socket.socket, host: str) -> socket.socket:
    try:
        return ssl.create_default_context().wrap_socket(plain, server_hostname=host)
    except BaseException:
        plain.close()
        raise


def _read(response: http.client.HTTPResponse, link: socket.socket, deadline: float) -> bytes:
    """As much as is looked at; a receiver that answers byte by byte does not hold us up."""
    kept = b""
    while len(kept) < _LARGEST_ANSWER:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer took too long")
        link.settimeout(left)
        piece = response.read1(_LARGEST_ANSWER - len(kept))
        if not piece:
            break
        kept += piece
    return kept
