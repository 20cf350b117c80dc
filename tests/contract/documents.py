"""The project's documents, as far as the tests read them: links, headings, tables and blocks of code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tests.contract.source import ROOT


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, what its info string says beside, and its text."""

    language: str
    title: str
    text: str


@dataclass(frozen=True)
class Document:
    """One Markdown file, by its path below the project."""

    path: str

    @cached_property
    def text(self) -> str:
        return (ROOT / self.path).read_text(encoding="utf-8")

    @property
    def blocks(self) -> list[Block]:
        found = re.finditer(
            r'^```(\w*)(?: title="([^"]*)")?\n(.*?)^```$', self.text, re.DOTALL | re.MULTILINE
        )
        return [Block(match[1], match[2] or "", match[3]) for match in found]

    @property
    def prose(self) -> str:
        """The text without its blocks."""
        return re.sub(r"^```.*?^```$", "", self.text, flags=re.DOTALL | re.MULTILINE)

    @property
    def links(self) -> list[str]:
        return re.findall(r"\]\(([^)\s]+)\)", self.prose)

    @property
    def anchors(self) -> set[str]:
        """Headings as GitHub links to them."""
        headings = re.findall(r"^#+ (.+)$", self.prose, re.MULTILINE)
        return {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in headings}

    def rows(self, heading: str) -> Iterator[list[str]]:
        """The rows of the first table after a heading, without its head."""
        section = self.text[self.text.index(f"{heading}\n") :]
        lines = iter(section.splitlines())
        for line in lines:
            if line.startswith("|---"):
                break
        for line in lines:
            if not line.startswith("|"):
                return
            yield [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip("|"))]


def documents() -> list[Document]:
    """Every document of the project."""
    folders = (ROOT, ROOT / "docs", ROOT / "terraform", ROOT / "bench")
    found = (path for folder in folders for path in folder.glob("*.md"))
    return [Document(path.relative_to(ROOT).as_posix()) for path in sorted(found)]


def names_in(text: str) -> set[str]:
    """What stands in a cell as code."""
    return set(re.findall(r"`([^`]+)`", text))


def exists(document: Document, link: str) -> bool:
    """Whether a link inside the project leads somewhere."""
    path, _, anchor = link.partition("#")
    target = (ROOT / document.path).parent / path if path else ROOT / document.path
    if not target.exists():
        return False
    return not anchor or anchor in Document(_below(target)).anchors


def _below(path: Path) -> str:
    return path.resolve().relative_to(ROOT.resolve()).as_posix()
