"""Writes ``infra/monitoring.yaml``: ``python -m mainstay.monitoring [--check]``.

With ``--check`` nothing is written, and the exit code is 1 where the file is out of date.
"""

from __future__ import annotations

import sys
from pathlib import Path

from mainstay.infrastructure import PROJECT
from mainstay.monitoring.template import make_text

PATH = PROJECT / "infra" / "monitoring.yaml"


def main(arguments: list[str], path: Path = PATH) -> int:
    """Write the file, or say whether it is as it should be."""
    made = make_text()
    found = path.read_text(encoding="utf-8") if path.exists() else ""
    if "--check" in arguments:
        if made != found:
            sys.stderr.write(f"{path.name} is out of date: run python -m mainstay.monitoring\n")
        return int(made != found)
    path.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
