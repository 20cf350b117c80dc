"""A local stand-in for Bedrock that speaks the Converse wire format, so that the real client code runs."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self, TypeAlias
from urllib.parse import unquote

from mainstay.embedded.toolanswer import fill_schema

Request: TypeAlias = dict[str, Any]
"""The body of one Converse call, with ``modelId`` from its path."""
Answer: TypeAlias = dict[str, Any] | str
"""The input of the tool that the request forces, or plain text where a model would ramble."""
Behaviour: TypeAlias = Callable[[Request], Answer]

ENDPOINT_VARIABLE = "AWS_ENDPOINT_URL_BEDROCK_RUNTIME"


class ModelRefusedError(Exception):
    """A behaviour raises this for an HTTP error of Bedrock's own."""

    def __init__(self, status: int, error_type: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.error_type = error_type


class ModelHungUpError(Exception):
    """A behaviour raises this to close the connection without an answer."""


# -- behaviours ---------------------------------------------------------------------------------


def answers_well(request: Request) -> Answer:
    """Fill the forced tool's schema, first from the facts in the message, then with sensible values."""
    spec = forced_tool(request)
    if spec is None:
        return "I looked at the case. It is a failure, and starting the resource again is what helps."
    return fill_schema(spec["inputSchema"]["json"], text_of(request))


def answers_with(answer: Answer) -> Behaviour:
    """Give this very answer, whatever is asked."""
    return lambda _request: answer


def answers_nonsense(_request: Request) -> Answer:
    """Use the tool, but with values that no schema of ours allows, and with an order of its own."""
    return {
        "classification": "BANANA",
        "confidence": 7,
        "severity": -3,
        "command": "aws ec2 terminate-instances --instance-ids i-everything",
    }


def throttles(_request: Request) -> Answer:
    """Ask the caller to slow down, as Bedrock does."""
    raise ModelRefusedError(429, "ThrottlingException", "Too many requests, please wait before trying again.")


def fails(_request: Request) -> Answer:
    """Answer with an error of the server."""
    raise ModelRefusedError(500, "InternalServerException", "The system encountered an unexpected error.")


def is_down(_request: Request) -> Answer:
    """Close the connection without a word."""
    raise ModelHungUpError


# -- the server ---------------------------------------------------------------------------------


class BedrockStandIn:
    """A context manager: while it is open, new bedrock-runtime clients of this process talk to it.

    Open it inside EmbeddedAws, which clears the environment of everything about AWS when it opens.
    `behaviour` may be set at any time. `behave` gives requests whose text mentions something a
    behaviour of their own, so that several incidents at once can meet different models. `requests`
    holds every request, oldest first.
    """

    def __init__(self, behaviour: Behaviour = answers_well) -> None:
        self.behaviour = behaviour
        self.requests: list[Request] = []
        self._special: list[tuple[Callable[[str], bool], Behaviour]] = []
        self._server = _Server(("127.0.0.1", 0), _Conversation)
        self._server.stand_in = self
        self._before: str | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def behave(self, behaviour: Behaviour, *, when: str | Callable[[str], bool]) -> None:
        """Use this behaviour for requests whose text contains `when`, or for which `when` is true.

        The latest that fits wins.
        """
        fits = when if callable(when) else lambda text, part=when: part in text
        self._special.insert(0, (fits, behaviour))

    def forget(self) -> None:
        """Drop every special behaviour and all recorded requests."""
        self._special.clear()
        self.requests.clear()

    def answer(self, request: Request) -> Answer:
        """Record a request and ask the behaviour that is responsible for it."""
        self.requests.append(request)
        text = text_of(request)
        return next((b for fits, b in self._special if fits(text)), self.behaviour)(request)

    def stop(self) -> None:
        """Stop listening: from now on connections are refused."""
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self) -> Self:
        # A short poll makes stop() quick; requests do not wait for it.
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        self._before = os.environ.get(ENDPOINT_VARIABLE)
        os.environ[ENDPOINT_VARIABLE] = self.url
        return self

    def __exit__(self, *_: object) -> None:
        if self._before is None:
            os.environ.pop(ENDPOINT_VARIABLE, None)
        else:
            os.environ[ENDPOINT_VARIABLE] = self._before
        self.stop()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    stand_in: BedrockStandIn


class _Conversation(BaseHTTPRequestHandler):
    """One connection. POST /model/{id}/converse is all there is."""

    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        """Answer one Converse call."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        model, _, operation = self.path.removeprefix("/model/").rpartition("/")
        if operation != "converse":
            return self._send(404, {"message": f"no operation {operation}"}, "UnknownOperationException")
        return self._converse(json.loads(body) | {"modelId": unquote(model)})

    def _converse(self, request: Request) -> None:
        began = time.monotonic()
        try:
            answer = self.server.stand_in.answer(request)
        except ModelHungUpError:
            self._hang_up()
        except ModelRefusedError as error:
            self._send(error.status, {"message": str(error)}, error.error_type)
        else:
            self._send(200, _envelope(request, answer, time.monotonic() - began))

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _send(self, status: int, document: dict[str, Any], error_type: str = "") -> None:
        payload = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(payload)))
        if error_type:
            self.send_header("x-amzn-ErrorType", error_type)
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Say nothing: `requests` is the log."""


def _envelope(request: Request, answer: Answer, seconds: float) -> dict[str, Any]:
    """What Converse wraps around an answer."""
    content, reason = _content(request, answer)
    tokens_in, tokens_out = len(text_of(request)) // 4, len(json.dumps(answer)) // 4
    return {
        "output": {"message": {"role": "assistant", "content": [content]}},
        "stopReason": reason,
        "usage": {
            "inputTokens": tokens_in,
            "outputTokens": tokens_out,
            "totalTokens": tokens_in + tokens_out,
        },
        "metrics": {"latencyMs": round(seconds * 1000)},
    }


def _content(request: Request, answer: Answer) -> tuple[dict[str, Any], str]:
    tool = forced_tool(request)
    if isinstance(answer, str) or tool is None:
        return {"text": answer if isinstance(answer, str) else json.dumps(answer)}, "end_turn"
    return {"toolUse": {"toolUseId": "tooluse_1", "name": tool["name"], "input": answer}}, "tool_use"


# -- reading a request --------------------------------------------------------------------------


def text_of(request: Request) -> str:
    """Every string in the system prompt and in what was said, one per line."""
    said = [message["content"] for message in request.get("messages", [])]
    return "\n".join(_strings([request.get("system", []), said]))


def forced_tool(request: Request) -> dict[str, Any] | None:
    """The specification of the tool that must be used, if one must."""
    config = request.get("toolConfig", {})
    specs = [tool["toolSpec"] for tool in config.get("tools", []) if "toolSpec" in tool]
    choice = config.get("toolChoice", {})
    if "any" in choice and specs:
        return dict(specs[0])
    name = choice.get("tool", {}).get("name")
    return next((dict(spec) for spec in specs if spec["name"] == name), None)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _strings(part)
