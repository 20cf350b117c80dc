"""The running API against its own document, with requests that nobody would think of."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from chalicelib.api.operations import OPERATIONS
from mainstay.serving.exchange import Answer, Request
from mainstay.serving.gateway import Gateway
from mainstay.serving.server import serving
from tests.functional.api_client import ALICE
from tests.functional.scene import Scene

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
SETTINGS = """
seed = 20261124
generation.max-examples = 5
generation.no-shrink = true
phases.stateful.enabled = false
phases.coverage.unexpected-methods = []
continue-on-failure = true
warnings = false

[checks]
unsupported_method.enabled = false
missing_required_header.enabled = false
ignored_auth.enabled = false
positive_data_acceptance.expected-statuses = ["2xx", "3xx", 404, 409, 412]

# A cursor and a resource type are texts of which most mean nothing.
[[operations]]
include-path = "/incidents"
checks.positive_data_acceptance.enabled = false
"""
"""API Gateway answers 403 where an unknown method or nobody is told 405 or 401 elsewhere."""


@dataclass(frozen=True)
class Signed:
    """Knows whoever sends an Authorization header, as API Gateway knows whoever signs."""

    known: Gateway
    unknown: Gateway

    def answer(self, request: Request) -> Answer:
        """Let in or refuse."""
        return (self.known if request.header("Authorization") else self.unknown).answer(request)


@pytest.mark.usefixtures("new_world")
def test_the_api_does_what_its_document_says_whatever_is_asked(scene: Scene, tmp_path: Path) -> None:
    parameter = scene.make_parameter("asks")
    scene.tamper(parameter)
    asked = scene.waits(parameter).incident
    settings = tmp_path / "schemathesis.toml"
    settings.write_text(
        f'{SETTINGS}\n[parameters]\n"path.incident_id" = "{asked.incident_id}"\n', encoding="utf-8"
    )
    app = sys.modules["app"].app

    with serving(Signed(Gateway(app, user=ALICE), Gateway(app, user=None))) as url:
        ran = subprocess.run(
            [
                SCHEMATHESIS,
                f"--config-file={settings}",
                "run",
                f"{url}/openapi.json",
                "--header=Authorization: signed",
                "--no-color",
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

    assert ran.returncode == 0, ran.stdout[-8000:] + ran.stderr[-2000:]
    assert "No issues found" in ran.stdout
    but_its_own_document = len(OPERATIONS) - 1
    assert re.search(rf"Tested: +{but_its_own_document}\n", ran.stdout), ran.stdout[-2000:]
