"""What CloudFormation and recovery builds are given: templates with files put in, and the source zip."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
TEMPLATE = PROJECT / "infra" / "mainstay.yaml"
SOURCE_KEY = "source/terraform.zip"
SOURCE = ("terraform", "chalicelib/recovery/plan_gate.py")
"""What a recovery build is made of, laid out as in the project: its buildspec says so."""

LONGEST_TEMPLATE = 51_200
"""Bytes that CloudFormation takes with a request."""

# -- templates ----------------------------------------------------------------------------------

_MARKER = re.compile(r'DefinitionString: "@(?P<name>[\w.-]+)"')
_QUOTED_NUMBER = re.compile(r'("(?:\w*Seconds|MaxAttempts|BackoffRate)": *)"(\$\{\w+\})"')


def render_template(path: Path) -> str:
    """Answer a template with each ``DefinitionString: "@FILE"`` replaced by the text of FILE beside it.

    A number that is substituted stands in quotes in the file, so that the file is JSON; the quotes go
    here, since Step Functions wants a number. Line breaks go too: a template may have 51,200 bytes.
    """
    return _MARKER.sub(lambda found: _inline(path.with_name(found["name"]).read_text()), path.read_text())


def _inline(definition: str) -> str:
    one_line = " ".join(line.strip() for line in definition.splitlines())
    with_numbers = _QUOTED_NUMBER.sub(r"\1\2", one_line)
    return "DefinitionString: '" + with_numbers.replace("'", "''") + "'"


# -- the source of builds -----------------------------------------------------------------------


def zip_source(project: Path) -> bytes:
    """Zip what a build needs; the same files give the same bytes, wherever and whenever that is done."""
    return zip_files({name: (project / name).read_bytes() for name in _source_files(project)})


def zip_files(files: dict[str, bytes]) -> bytes:
    """Zip files by their names in the zip: sorted, all dated 1980, as the format begins there."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, files[name])
    return buffer.getvalue()


def _source_files(project: Path) -> Iterator[str]:
    for part in SOURCE:
        found = [project / part] if (project / part).is_file() else (project / part).rglob("*")
        for path in found:
            name = path.relative_to(project)
            if path.is_file() and not any(_is_litter(folder) for folder in name.parts[:-1]):
                yield name.as_posix()


def _is_litter(folder: str) -> bool:
    """Caches and what `terraform init` leaves. Hidden files, such as provider locks, are source."""
    return folder.startswith(".") or folder == "__pycache__"
