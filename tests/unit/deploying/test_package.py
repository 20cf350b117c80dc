from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from mainstay.deploying.errors import UnusableError
from mainstay.deploying.package import FOR_TOKENS, Package, build_package, without
from tests.contract.source import ROOT

PINNED = (ROOT / "requirements.txt").read_text()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """An app that needs nothing."""
    (tmp_path / "chalicelib" / "__pycache__").mkdir(parents=True)
    (tmp_path / "chalicelib" / "__pycache__" / "old.pyc").write_bytes(b"old")
    (tmp_path / "chalicelib" / "policy.yaml").write_text("{}")
    (tmp_path / "chalicelib" / "tools.py").write_text("NAMES = {'a', 'b', 'c'}\n")
    (tmp_path / "app.py").write_text("from chalicelib import tools\n")
    (tmp_path / "requirements.txt").write_text("# nothing\n")
    return tmp_path


def names(package: Package) -> set[str]:
    with zipfile.ZipFile(BytesIO(package.body)) as archive:
        return set(archive.namelist())


def test_the_zip_holds_the_app_chalice_s_runtime_and_what_is_compiled_of_both(project: Path) -> None:
    assert {name for name in names(build_package(project, "arm64")) if ".pyc" not in name} == {
        "app.py",
        "chalice/__init__.py",
        "chalice/app.py",
        "chalicelib/policy.yaml",
        "chalicelib/tools.py",
    }
    compiled = {name for name in names(build_package(project, "arm64")) if ".pyc" in name}
    assert len(compiled) == 4
    assert "chalicelib/__pycache__/old.pyc" not in compiled


def test_the_same_files_give_the_same_zip_whenever_they_were_written(project: Path) -> None:
    before = build_package(project, "arm64")
    for path in project.rglob("*.py"):
        path.write_text(path.read_text())

    assert build_package(project, "arm64").digest == before.digest


def test_compiled_files_are_taken_as_they_are(project: Path) -> None:
    """Their header says: by digest, and do not look whether the source still has it (PEP 552)."""
    with zipfile.ZipFile(BytesIO(build_package(project, "arm64").body)) as archive:
        headers = {archive.read(name)[4:8] for name in archive.namelist() if name.endswith(".pyc")}

    assert headers == {b"\x01\x00\x00\x00"}


def test_what_cannot_be_compiled_is_not_deployed(project: Path) -> None:
    (project / "app.py").write_text("def broken(:\n")

    with pytest.raises(UnusableError, match="what is deployed does not compile"):
        build_package(project, "arm64")


def test_a_dependency_that_cannot_be_had_is_named(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    digest = "0" * 64
    (project / "requirements.txt").write_text(f"no-such-package-anywhere==1.0 --hash=sha256:{digest}\n")

    with pytest.raises(UnusableError, match=r"cannot be had for arm64: ERROR.*no-such-package-anywhere"):
        build_package(project, "arm64")


def test_what_checks_tokens_is_left_out_with_its_hashes_and_nothing_else_is() -> None:
    kept = without(PINNED, FOR_TOKENS)

    def pinned(text: str) -> set[str]:
        return {line.split("==")[0].lower() for line in text.splitlines() if "==" in line}

    assert pinned(PINNED) - pinned(kept) == FOR_TOKENS
    assert kept.count("--hash") < PINNED.count("--hash")
    assert without(PINNED, ()) == PINNED.rstrip("\n")
