"""A webhook on loopback that keeps what it is sent, and answers as it is told to."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Webhook:
    """`answers` are given one after another, the last one for ever: status, headers and body."""

    answers: list[tuple[int, dict[str, str], bytes]] = field(default_factory=lambda: [(200, {}, b"ok")])
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    holds: threading.Event = field(default_factory=threading.Event)
    """Set: answer at once. Not set: after the header has come, wait until it is."""
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def documents(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, _, body in self.requests]

    def headers(self, name: str) -> list[str]:
        return [headers[name] for _, headers, _ in self.requests]


@contextmanager
def a_webhook(*answers: tuple[int, dict[str, str], bytes]) -> Iterator[Webhook]:
    webhook = Webhook(list(answers) or [(200, {}, b"ok")])
    webhook.holds.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            webhook.requests.append((self.path, dict(self.headers), body))
            answers = webhook.answers
            status, headers, content = answers.pop(0) if len(answers) > 1 else answers[0]
            webhook.holds.wait(10)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    webhook.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield webhook
    finally:
        webhook.holds.set()
        server.shutdown()
        thread.join()
        server.server_close()
