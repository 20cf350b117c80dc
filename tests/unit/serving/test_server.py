from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.client import HTTPConnection

import pytest

from mainstay.serving.exchange import Answer, Request
from mainstay.serving.server import MAX_BODY_BYTES, Server, serving


class Echo:
    """Answers what it was asked; `/wait` only once it is let."""

    def __init__(self) -> None:
        self.asked: list[Request] = []
        self.waits, self.may_go_on = threading.Event(), threading.Event()

    def answer(self, request: Request) -> Answer:
        self.asked.append(request)
        if request.path == "/wait":
            self.waits.set()
            assert self.may_go_on.wait(10)
        if request.path == "/broken":
            raise RuntimeError("broken")
        text = f"{request.method} {request.target} {request.body.decode()}"
        return Answer(status=200, headers=(("X-Two", "1"), ("X-Two", "2")), body=text.encode())


@pytest.fixture
def echo() -> Echo:
    return Echo()


@pytest.fixture
def port(echo: Echo) -> Iterator[int]:
    with serving(echo) as url:
        yield int(url.rpartition(":")[2])


def _raw(port: int, text: str) -> bytes:
    """Everything that comes back before the server hangs up."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(text.replace("\n", "\r\n").encode())
        client.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: client.recv(65536), b""))


def _status(port: int, text: str) -> int:
    return int(_raw(port, text).split(b" ", 2)[1])


def test_one_connection_serves_one_request_after_another(echo: Echo, port: int) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    for path in ("/a?x=1", "/b"):
        connection.request("POST", path, body=b"hello")
        answer = connection.getresponse()
        assert answer.read() == f"POST {path} hello".encode()
        assert answer.headers.get_all("X-Two") == ["1", "2"]
    connection.close()
    assert {request.source_ip for request in echo.asked} == {"127.0.0.1"}


def test_head_is_get_without_the_body(port: int) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("HEAD", "/a")
    answer = connection.getresponse()
    assert (answer.status, answer.getheader("Content-Length"), answer.read()) == (200, "7", b"")
    connection.close()


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:{port}", 200),
        ("localhost:{port}", 200),
        ("LOCALHOST:{port}", 200),
        ("127.0.0.1", 421),
        ("evil.example", 421),
        ("evil.example:{port}", 421),
        ("127.0.0.1:1", 421),
    ],
)
def test_only_a_name_of_loopback_with_our_port_is_answered(port: int, host: str, status: int) -> None:
    assert _status(port, f"GET / HTTP/1.1\nHost: {host.format(port=port)}\nConnection: close\n\n") == status


@pytest.mark.parametrize(
    "head",
    [
        "GET /",
        "GET / HTTP/1.1\n",
        "GET / HTTP/1.1\nHost: 127.0.0.1:{port}\nHost: 127.0.0.1:{port}\n",
        "GET / HTTP/3000.1x\nHost: 127.0.0.1:{port}\n",
        "GET http://evil.example/ HTTP/1.1\nHost: 127.0.0.1:{port}\n",
        "G\x01T\n",
        "POST / HTTP/1.1\nHost: 127.0.0.1:{port}\nContent-Length: -1\n",
        "POST / HTTP/1.1\nHost: 127.0.0.1:{port}\nContent-Length: 1_0\n",
        "POST / HTTP/1.1\nHost: 127.0.0.1:{port}\nContent-Length: 1\nContent-Length: 2\n",
    ],
)
def test_a_bad_request_is_answered_400_and_asks_nobody(echo: Echo, port: int, head: str) -> None:
    assert _status(port, f"{head.format(port=port)}\n") == 400
    assert echo.asked == []


def test_bodies_of_unknown_or_too_great_length_are_not_read(echo: Echo, port: int) -> None:
    head = f"POST / HTTP/1.1\nHost: 127.0.0.1:{port}\n"
    assert _status(port, f"{head}Transfer-Encoding: chunked\n\n0\n\n") == 411
    assert _status(port, f"{head}Content-Length: {MAX_BODY_BYTES + 1}\n\n") == 413
    assert echo.asked == []


def test_an_unknown_method_is_refused(echo: Echo, port: int) -> None:
    assert _status(port, f"BREW / HTTP/1.1\nHost: 127.0.0.1:{port}\n\n") == 501
    assert echo.asked == []


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ("", 200),
        ("Origin: http://127.0.0.1:{port}", 200),
        ("Sec-Fetch-Site: same-origin\nOrigin: null", 200),
        ("Sec-Fetch-Site: none", 200),
        ("Origin: null", 403),
        ("Origin: http://evil.example", 403),
        ("Origin: http://127.0.0.1:1", 403),
        ("Sec-Fetch-Site: same-site\nOrigin: http://127.0.0.1:{port}", 403),
        ("Sec-Fetch-Site: cross-site", 403),
    ],
)
def test_a_change_that_a_page_of_another_site_asks_for_is_refused(
    echo: Echo, port: int, headers: str, status: int
) -> None:
    lines = f"Host: 127.0.0.1:{{port}}\nConnection: close\n{headers}\n".format(port=port).replace(
        "\n\n", "\n"
    )
    assert _status(port, f"POST / HTTP/1.1\n{lines}\n".format(port=port)) == status
    assert bool(echo.asked) == (status == 200)


def test_a_link_of_another_site_may_be_followed(port: int) -> None:
    head = f"GET / HTTP/1.1\nHost: 127.0.0.1:{port}\nSec-Fetch-Site: cross-site\nConnection: close\n\n"
    assert _status(port, head) == 200


def test_a_client_that_says_nothing_keeps_nobody_waiting_and_is_hung_up_on(echo: Echo) -> None:
    server = Server(idle_seconds=0.2)
    server.start(echo)
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as slow:
        slow.sendall(b"POST / HTTP/1.1\r\nHost: 127")
        head = f"GET / HTTP/1.1\nHost: 127.0.0.1:{server.port}\nConnection: close\n\n"
        assert _status(server.port, head) == 200
        assert slow.recv(100) == b""
    server.stop()


def test_a_body_that_breaks_off_reaches_nobody(echo: Echo, port: int) -> None:
    assert _raw(port, f"POST / HTTP/1.1\nHost: 127.0.0.1:{port}\nContent-Length: 10\n\nshort") == b""
    assert echo.asked == []


def test_a_site_that_fails_is_told_to_both_sides(port: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert _status(port, f"GET /broken HTTP/1.1\nHost: 127.0.0.1:{port}\n\n") == 500
    assert "RuntimeError: broken" in capsys.readouterr().err


def test_what_runs_comes_to_its_end_before_the_server_stops(echo: Echo) -> None:
    server = Server()
    server.start(echo)
    connection = HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request("GET", "/wait")
    assert echo.waits.wait(10)
    stopping = threading.Thread(target=server.stop)
    stopping.start()
    echo.may_go_on.set()
    assert connection.getresponse().read() == b"GET /wait "
    stopping.join(10)
    connection.close()
    with pytest.raises(ConnectionError):
        socket.create_connection(("127.0.0.1", server.port), timeout=10)


def test_a_port_that_is_taken_says_so(port: int) -> None:
    with pytest.raises(OSError, match="in use"):
        Server(port)


def test_each_request_is_logged_where_that_is_asked_for(
    echo: Echo, port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    head = "GET /seen?key=secret HTTP/1.1\nHost: 127.0.0.1:{port}\nConnection: close\n\n"
    _raw(port, head.format(port=port))
    assert capsys.readouterr().err == ""
    with serving(echo, verbose=True) as url:
        _raw(int(url.rpartition(":")[2]), head.format(port=url.rpartition(":")[2]))
    logged = capsys.readouterr().err
    assert '"GET /seen" 200' in logged
    assert "secret" not in logged
