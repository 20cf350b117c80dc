"""``python -m mainstay``."""

from mainstay.cli import app

app()
