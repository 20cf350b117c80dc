"""An HTTP server on loopback: threads, time limits, and a guard against pages of other sites."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from mainstay.serving.exchange import Answer, Request, Site, json_answer
from mainstay.serving.guard import wrong_host, wrong_origin

MAX_BODY_BYTES = 10 * 1024 * 1024
IDLE_SECONDS = 20.0
"""How long a client may take for the next bytes, and a connection be kept without a request."""
STOP_SECONDS = 5.0
"""How long a stop waits for what is being answered."""


class Server:
    """Listens from the start, answers once it is told by whom: `start`, `stop`, and its `url` between.

    Raises OSError where the port cannot be had. Port 0 takes a free one.
    """

    def __init__(self, port: int = 0, *, verbose: bool = False, idle_seconds: float = IDLE_SECONDS) -> None:
        self._http = _Http(("127.0.0.1", port), verbose=verbose, idle_seconds=idle_seconds)
        self.port: int = self._http.server_port
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(
            target=self._http.serve_forever, args=(0.05,), name="serving", daemon=True
        )

    def start(self, site: Site) -> None:
        """Begin to answer."""
        self._http.site = site
        self._thread.start()

    def stop(self) -> None:
        """Take no new request, let those that run come to their end for a few seconds, close the port."""
        if self._thread.is_alive():
            self._http.shutdown()
            self._thread.join()
        self._http.server_close()
        self._http.leave(STOP_SECONDS)


@contextmanager
def serving(site: Site, port: int = 0, *, verbose: bool = False) -> Iterator[str]:
    """Answer by a site as long as this is open; gives the address."""
    server = Server(port, verbose=verbose)
    try:
        server.start(site)
        yield server.url
    finally:
        server.stop()


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128
    site: Site

    def __init__(self, address: tuple[str, int], *, verbose: bool, idle_seconds: float) -> None:
        self.verbose, self.idle_seconds = verbose, idle_seconds
        self._connections: dict[socket.socket, bool] = {}
        self._changed = threading.Condition()
        super().__init__(address, _Exchange)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer in a thread of its own."""
        with self._changed:
            self._connections[request] = False
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._changed:
            self._connections.pop(request, None)
            self._changed.notify_all()
        super().shutdown_request(request)

    def mark(self, connection: socket.socket, *, busy: bool) -> None:
        """Note whether a connection is being answered or only kept."""
        with self._changed:
            if connection in self._connections:
                self._connections[connection] = busy
            self._changed.notify_all()

    def leave(self, timeout: float) -> None:
        """Let what runs end, and hang up on everybody."""
        with self._changed:
            self._changed.wait_for(lambda: not any(self._connections.values()), timeout)
            for connection in self._connections:
                with suppress(OSError):  # the client was quicker
                    connection.shutdown(socket.SHUT_RDWR)
            self._changed.wait_for(lambda: not self._connections, timeout)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is no news; anything else is."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class _Exchange(BaseHTTPRequestHandler):
    """One connection."""

    server: _Http
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "mainstay", ""

    def setup(self) -> None:
        super().setup()
        self.connection.settimeout(self.server.idle_seconds)

    def handle_one_request(self) -> None:
        self.server.mark(self.connection, busy=False)
        try:
            super().handle_one_request()
        except (ConnectionError, TimeoutError):
            self.close_connection = True

    def parse_request(self) -> bool:
        """As ever, and the request line has to say a version and a path."""
        self.server.mark(self.connection, busy=True)
        if not super().parse_request():
            return False
        if self.request_version == "HTTP/0.9" or not self.path.startswith("/"):
            self.send_error(400)
            return False
        return True

    def _respond(self) -> None:
        refused = self._refusal()
        if refused is not None:
            self.close_connection = True
            self._send(refused)
            return
        length = int(self.headers.get("Content-Length", "0"))
        body = self.rfile.read(length)
        if len(body) < length:
            self.close_connection = True
            return
        self._send(self._ask(self._request(body)))

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _respond  # noqa: N815

    def _refusal(self) -> Answer | None:
        """What is wrong with the head of the request, before any of the body is read."""
        lengths = self.headers.get_all("Content-Length", [])
        if self.headers.get("Transfer-Encoding"):
            return json_answer(411, {"message": "a body needs a Content-Length"})
        if len(lengths) > 1 or not all(text.isascii() and text.isdigit() for text in lengths):
            return json_answer(400, {"message": "Content-Length is no number"})
        if lengths and int(lengths[0]) > MAX_BODY_BYTES:
            return json_answer(413, {"message": "Request Too Long"})
        hosts, port = self.headers.get_all("Host", []), self.server.server_port
        return wrong_host(hosts, port) or wrong_origin(self.command, dict(self.headers.items()), port)

    def _ask(self, request: Request) -> Answer:
        """What the site answers; where it raises, the client is told that much before we are."""
        try:
            return self.server.site.answer(request)
        except Exception:
            self.close_connection = True
            self._send(json_answer(500, {"message": "Internal server error"}))
            raise

    def _request(self, body: bytes) -> Request:
        """HEAD is answered as GET is, and sent without its body."""
        return Request(
            method="GET" if self.command == "HEAD" else self.command,
            target=self.path,
            headers=tuple(self.headers.items()),
            body=body,
            source_ip=str(self.client_address[0]),
        )

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers:
            if name.lower() != "content-length":
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002
        """What cannot even be read is answered in JSON too; nothing of it is repeated."""
        self.close_connection = True
        self.command = getattr(self, "command", None) or "GET"
        self.request_version = self.protocol_version  # of an older one, http.server would send no head
        self._send(json_answer(code, {"message": self.responses[code][0]}))

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:  # noqa: ARG002
        """Without the query: it may hold a key."""
        path = getattr(self, "path", "").partition("?")[0]  # there is none where it could not be read
        self.log_message('"%s %s" %s', self.command, path, int(code))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name that http.server gives
        """Only where it is asked for, and without what could move a terminal."""
        if self.server.verbose:
            super().log_message(format, *args)
