"""The browser that the pages are tested in: whichever Chromium the machine has."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
APPLICATIONS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
)
"""It sees pages of ours only, and talks to nobody else."""

HOW_TO_INSTALL = """\
The browser tests need a Chromium, and this machine has none that is on the PATH.
  Debian, Ubuntu:  sudo apt-get install chromium
  Fedora:          sudo dnf install chromium
  macOS:           brew install --cask chromium
  anywhere:        .venv/bin/playwright install chromium
Or say where it is:  CHROMIUM=/path/to/chromium make test-browser"""


def find_chromium(environment: Mapping[str, str] = os.environ, playwrights: str = "") -> str | None:
    """Answer the path of a Chromium: the one that CHROMIUM names, one on the PATH, or Playwright's own."""
    if named := environment.get("CHROMIUM"):
        return named if Path(named).is_file() else None
    search = environment.get("PATH", os.defpath)
    on_path = (shutil.which(name, path=search) for name in NAMES)
    elsewhere = (path for path in (*APPLICATIONS, playwrights) if path and Path(path).is_file())
    return next((path for path in on_path if path), None) or next(elsewhere, None)
