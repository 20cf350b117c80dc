from __future__ import annotations

import json
from pathlib import Path

import pytest

from mainstay.deploying.chalice_folder import build_folder, place_package, run_chalice
from mainstay.deploying.errors import FailedError
from mainstay.deploying.package import Package
from mainstay.deploying.target import Target

CONFIG = {"version": "2.0", "app_name": "probe", "autogen_policy": False, "stages": {"prod": {}}}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "chalicelib").mkdir()
    (tmp_path / "app.py").write_text("from chalice import Chalice\napp = Chalice('probe')\n")
    return tmp_path


def test_chalice_finds_all_that_it_reads_beside_the_app(project: Path) -> None:
    with build_folder(project, CONFIG, {"sweep": {"Statement": []}}, {"resources": []}) as folder:
        found = {
            path.relative_to(folder).as_posix(): path.read_text()
            for path in folder.rglob("*")
            if path.is_file()
        }

    assert found.keys() == {
        "app.py",
        "requirements.txt",
        ".chalice/config.json",
        ".chalice/policy-sweep.json",
        ".chalice/deployed/prod.json",
    }
    assert json.loads(found[".chalice/config.json"]) == CONFIG
    assert not folder.exists()


def test_chalice_takes_our_package_for_its_own(project: Path) -> None:
    """It would make one without any dependency otherwise."""
    from chalice.deploy.packager import LambdaDeploymentPackager  # noqa: PLC0415 - slow to import
    from chalice.utils import UI, OSUtils  # noqa: PLC0415

    with build_folder(project, CONFIG, {}, {}) as folder:
        place_package(folder, Package(b"ours"), "arm64")
        packager = LambdaDeploymentPackager(OSUtils(), None, UI(), architecture="arm64")
        made = packager.create_deployment_package(str(folder), _python())

        assert Path(made).read_bytes() == b"ours"


def _python() -> str:
    from chalice.config import Config  # noqa: PLC0415

    return str(Config().lambda_python_version)


def test_what_chalice_says_last_is_in_one_line(project: Path, target: Target) -> None:
    (project / "app.py").write_text("raise RuntimeError('there is no topic')\n")

    with (
        build_folder(project, CONFIG, {}, {}) as folder,
        pytest.raises(FailedError, match=r"chalice deploy ended with \d: .*there is no topic") as said,
    ):
        run_chalice(folder, target, "deploy")

    assert "\n" not in str(said.value)


def test_what_chalice_runs_leaves_the_folder_as_it_is(
    project: Path, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its digest would be another one otherwise, and the package not the one that we have placed."""
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    (project / "chalicelib" / "part.py").write_text("")
    (project / "app.py").write_text("import chalicelib.part\nraise RuntimeError('far enough')\n")

    with build_folder(project, CONFIG, {}, {}) as folder:
        with pytest.raises(FailedError, match="far enough"):
            run_chalice(folder, target, "deploy")

        assert list(folder.rglob("*.pyc")) == []
