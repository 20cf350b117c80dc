"""Documents by https: from where they are said to be, of a size that is read, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chalicelib.aws.documents import LARGEST, fetch_document
from chalicelib.errors import UnreachableError
from tests.unit.api.https_issuer import HttpsIssuer, https_issuer


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HttpsIssuer]:
    with https_issuer(tmp_path_factory.mktemp("issuer")) as found, pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(found.certificate))
        yield found


def test_a_document_is_read(issuer: HttpsIssuer) -> None:
    issuer.document("/keys", {"keys": []})
    assert fetch_document(f"{issuer.url}/keys") == {"keys": []}


def test_a_redirect_is_not_followed(issuer: HttpsIssuer) -> None:
    issuer.document("/elsewhere", {"keys": []})
    issuer.answers["/moved"] = (302, {"Location": f"{issuer.url}/elsewhere"}, b"")
    issuer.asked.clear()
    with pytest.raises(UnreachableError):
        fetch_document(f"{issuer.url}/moved")
    assert issuer.asked == ["/moved"]


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b"[]"),
        (200, b"no json"),
        (200, b""),
        (200, b"[" * 100_000),
        (200, b'{"a": "' + b"a" * LARGEST + b'"}'),
        (404, b"{}"),
        (500, b"{}"),
    ],
    ids=["a-list", "no-json", "nothing", "deep", "too-large", "not-found", "broken"],
)
def test_what_is_no_document_is_none(issuer: HttpsIssuer, status: int, body: bytes) -> None:
    issuer.answers["/odd"] = (status, {}, body)
    with pytest.raises(UnreachableError):
        fetch_document(f"{issuer.url}/odd")


def test_a_certificate_that_nobody_vouches_for_is_refused(
    issuer: HttpsIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    issuer.document("/keys", {"keys": []})
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(UnreachableError):
        fetch_document(f"{issuer.url}/keys")


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/keys", "file:///etc/passwd", "ftp://127.0.0.1/", "keys", ""]
)
def test_nothing_is_read_but_by_https(url: str) -> None:
    with pytest.raises(UnreachableError):
        fetch_document(url)


def test_where_nobody_listens_there_is_no_document() -> None:
    with pytest.raises(UnreachableError):
        fetch_document("https://127.0.0.1:1/keys")
