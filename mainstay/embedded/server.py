"""moto's server on a loopback port, in a thread of this process, with CloudTrail in front of it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from typing import Any

from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import BaseWSGIServer, make_server

from mainstay.embedded.cloudtrail import App, CloudTrail, Environ, StartResponse

STOP_SECONDS = 5.0
"""How long a stop waits for those who are not ready."""


class _QuietHandler(MotoRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - werkzeug's name
        """Print nothing: the callers see every error themselves."""


class _Counted:
    """A WSGI application that knows how many of its requests are being answered."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._running = 0
        self._changed = threading.Condition()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        self._count(1)
        try:
            return self._app(environ, start_response)
        finally:
            self._count(-1)

    def wait_idle(self, timeout: float) -> None:
        """Wait until no request is being answered, at most so many seconds."""
        with self._changed:
            self._changed.wait_for(lambda: self._running == 0, timeout)

    def _count(self, step: int) -> None:
        with self._changed:
            self._running += step
            self._changed.notify_all()


class EmbeddedServer:
    """Serves every AWS API from moto's state, as long as it is started."""

    def __init__(self) -> None:
        logging.getLogger("moto").setLevel(logging.CRITICAL)
        logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
        self._app = _Counted(CloudTrail(DomainDispatcherApplication(create_backend_app)))
        self._server: BaseWSGIServer = make_server(
            "127.0.0.1", 0, self._app, threaded=True, request_handler=_QuietHandler
        )
        self.port: int = self._server.server_port
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="embedded-aws", daemon=True
        )

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Answer what has been asked, then no more, and close the port.

        A function that is still being invoked runs in this process: it must not find itself outside.
        """
        self._app.wait_idle(STOP_SECONDS)
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
