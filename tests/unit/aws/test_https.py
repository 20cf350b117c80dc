"""Where messages to a chat may be sent, and how long they may take."""

from __future__ import annotations

import contextlib
import socket
import threading

import pytest

from chalicelib.aws.https import LARGEST_BODY, check_address, post
from tests.unit.aws.webhooks import a_webhook


def test_a_post_brings_the_body_and_the_headers_and_answers_what_came_back() -> None:
    with a_webhook((201, {}, b"thanks")) as webhook:
        answer = post(webhook.url + "?token=1", b"{}", {"X-One": "1"})
    assert (answer.status, answer.body) == (201, b"thanks")
    ((path, headers, body),) = webhook.requests
    assert (path, headers["X-One"], body) == ("/hook?token=1", "1", b"{}")


def test_a_redirect_is_not_followed() -> None:
    with a_webhook() as other, a_webhook((302, {"Location": other.url}, b"")) as webhook:
        assert post(webhook.url, b"{}", {}).status == 302
    assert other.requests == []


def test_whoever_does_not_answer_in_time_is_given_up() -> None:
    with a_webhook() as webhook:
        webhook.holds.clear()
        with pytest.raises(TimeoutError):
            post(webhook.url, b"{}", {}, seconds=0.2)


def test_whoever_answers_byte_by_byte_is_given_up() -> None:
    """Each byte comes in time, and all of them do not."""
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            link, _ = server.accept()
            with link, contextlib.suppress(OSError):
                for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n":
                    link.sendall(bytes([byte]))
                    ended.wait(0.1)

        thread = threading.Thread(target=drip)
        thread.start()
        try:
            with pytest.raises(TimeoutError):
                post(f"http://127.0.0.1:{server.getsockname()[1]}/hook", b"{}", {}, seconds=0.4)
        finally:
            ended.set()
            thread.join()


def test_no_more_of_an_answer_is_read_than_is_looked_at() -> None:
    with a_webhook((200, {}, b"x" * 1_000_000)) as webhook:
        assert len(post(webhook.url, b"{}", {}).body) == 64 * 1024


def test_no_more_is_sent_than_forty_kilobytes() -> None:
    with a_webhook() as webhook:
        assert post(webhook.url, b"x" * LARGEST_BODY, {}).status == 200
        with pytest.raises(ValueError, match="more than a chat is sent"):
            post(webhook.url, b"x" * (LARGEST_BODY + 1), {})
    assert len(webhook.requests) == 1


@pytest.mark.parametrize(
    "url",
    [
        "ftp://127.0.0.1/hook",
        "file:///etc/passwd",
        "https:///hook",
        "https://user:secret@127.0.0.1/hook",
        "hook",
        "",
    ],
)
def test_an_address_of_another_form_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="https://host/path"):
        post(url, b"{}", {})


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "169.254.170.2",
        "::ffff:169.254.169.254",
        "2002:a9fe:a9fe::1",
        "fe80::1%eth0",
        "fd00:ec2::254",
        "fd00:ec2::23",
        "0.0.0.0",  # noqa: S104 - not bound to
        "::",
        "224.0.0.1",
        "ff02::1",
    ],
)
def test_nothing_is_sent_to_where_credentials_are_kept(address: str) -> None:
    with pytest.raises(ValueError, match="nothing is sent to"):
        check_address(address, "https")


@pytest.mark.parametrize("address", ["10.0.0.7", "203.0.113.9", "2001:db8::1", "::ffff:10.0.0.7"])
def test_without_https_messages_stay_on_this_machine(address: str) -> None:
    check_address(address, "https")
    with pytest.raises(ValueError, match="this machine only"):
        check_address(address, "http")


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
def test_this_machine_may_be_told_without_https(address: str) -> None:
    check_address(address, "http")


def test_a_server_without_a_good_certificate_is_told_nothing() -> None:
    with a_webhook() as webhook, pytest.raises(OSError, match="SSL"):
        post(webhook.url.replace("http:", "https:"), b"secret", {})
    assert webhook.requests == []
