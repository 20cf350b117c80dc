from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from terraform import install
from terraform.install import install_terraform


def archive() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as zipped:
        zipped.writestr("terraform", "#!/bin/sh\necho Terraform\n")
    return packed.getvalue()


def test_the_expected_release_is_installed(tmp_path: Path) -> None:
    target = tmp_path / "terraform"

    install_terraform(archive(), hashlib.sha256(archive()).hexdigest(), target)

    assert subprocess.run([target], capture_output=True, text=True, check=True).stdout == "Terraform\n"


def test_another_release_is_not_installed(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="SHA-256 differs"):
        install_terraform(archive(), "00" * 32, tmp_path / "terraform")

    assert list(tmp_path.iterdir()) == []


def test_nothing_is_fetched_where_everything_is_there_already(tmp_path: Path) -> None:
    terraform = tmp_path / "terraform"
    terraform.write_text("#!/bin/sh\n")
    terraform.chmod(0o755)
    environment = os.environ | {"PATH": str(tmp_path), "https_proxy": "http://127.0.0.1:9"}

    done = subprocess.run([sys.executable, install.__file__], env=environment, check=False)

    assert done.returncode == 0
