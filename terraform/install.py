"""Put what a recovery needs on the build machine: Terraform of one exact version, and boto3.

Nothing is done where they are there already, as in an image of your own (which is faster, and needs
no access to the internet).
"""

from __future__ import annotations

import hashlib
import importlib.util
import io
import platform
import shutil
import subprocess
import sys
import urllib.request
import zipfile
from pathlib import Path

VERSION = "1.11.4"
SHA256 = {
    "x86_64": ("amd64", "1ce994251c00281d6845f0f268637ba50c0005657eb3cf096b92f753b42ef4dc"),
    "aarch64": ("arm64", "a43d1d0da9b9bab214a8305a39db0e40869572594ccf50c416a7756499143633"),
}
"""Of HashiCorp's zip files, by machine."""
BOTO3 = "boto3==1.44.5"
TARGET = Path("/usr/local/bin/terraform")


def install_terraform() -> None:
    """Fetch the release, compare its digest, put it on the path."""
    machine, digest = SHA256[platform.machine()]
    url = f"https://releases.hashicorp.com/terraform/{VERSION}/terraform_{VERSION}_linux_{machine}.zip"
    with urllib.request.urlopen(url, timeout=60) as answer:
        archive = answer.read()
    if hashlib.sha256(archive).hexdigest() != digest:
        sys.exit(f"{url} is not what it was: its SHA-256 differs")
    TARGET.write_bytes(zipfile.ZipFile(io.BytesIO(archive)).read("terraform"))
    TARGET.chmod(0o755)


def install_boto3() -> None:
    """Only the steps of the embedded modules use it."""
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", BOTO3], check=True)


if __name__ == "__main__":
    if shutil.which("terraform") is None:
        install_terraform()
    if importlib.util.find_spec("boto3") is None:
        install_boto3()
