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


def fetch_terraform() -> tuple[bytes, str]:
    """The release for this machine, and the SHA-256 that it has to have."""
    machine, digest = SHA256[platform.machine()]
    url = f"https://releases.hashicorp.com/terraform/{VERSION}/terraform_{VERSION}_linux_{machine}.zip"
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            return answer.read(), digest
    except OSError as error:
        sys.exit(f"terraform is not installed, and {url} cannot be fetched: {error}")


def install_terraform(archive: bytes, digest: str, target: Path) -> None:
    """Put the program where it is found; end with one line where the archive is not the expected one."""
    if hashlib.sha256(archive).hexdigest() != digest:
        sys.exit("the Terraform that was fetched is not the expected one: its SHA-256 differs")
    target.write_bytes(zipfile.ZipFile(io.BytesIO(archive)).read("terraform"))
    target.chmod(0o755)


def install_boto3() -> None:
    """Only the steps of the embedded modules use it."""
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", BOTO3], check=True)


if __name__ == "__main__":
    if shutil.which("terraform") is None:
        install_terraform(*fetch_terraform(), TARGET)
    if importlib.util.find_spec("boto3") is None:
        install_boto3()
