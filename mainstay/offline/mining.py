"""Log files through the template miner: what `mainstay mine` shows."""

from __future__ import annotations

import json
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator

from rich.table import Table
from rich.text import Text

from chalicelib.prediction.events import read_events
from chalicelib.prediction.templates import Template, TemplateMiner
from chalicelib.prediction.templates.masking import WILD
from chalicelib.redaction import clean_text
from mainstay.offline.opening import Source

SHOWN = 50
"""Templates in the table."""
_LONGEST_SHOWN = 400


class Mined:
    """Every line of every file with its template: as it stands when all has been read.

    What is kept per line is four bytes.
    """

    def __init__(self) -> None:
        self._retired: dict[str, Template] = {}
        self._miner = TemplateMiner(retired=self._keep_retired)
        self._numbers: dict[str, int] = {}
        self._files: list[tuple[str, array[int]]] = []
        self._counts: Counter[int] = Counter()
        self._first: dict[int, tuple[str, int]] = {}

    def read(self, source: Source) -> None:
        """Learn from every event of a file."""
        templates = array("L")
        self._files.append((source.name, templates))
        numbers = self._numbers
        for event in read_events(source):
            number = numbers.setdefault(self._miner.learn(event.text), len(numbers))
            self._counts[number] += 1
            if number not in self._first:
                self._first[number] = (source.name, event.line)
            templates.extend([number] * event.lines)

    def lines(self) -> Iterator[str]:
        """One JSON object per line of input."""
        named = len(self._files) > 1
        tails = [
            json.dumps({"template_id": template.id, "template": template.text})[1:]
            for template in map(self._template_of, self._numbers)
        ]
        for name, templates in self._files:
            head = f'{{"file": {json.dumps(name)}, "line": ' if named else '{"line": '
            for line, number in enumerate(templates, start=1):
                yield f"{head}{line}, {tails[number]}"

    def templates(self) -> list[tuple[Template, str]]:
        """Each template with the place where it was first seen, the most frequent first."""
        counts: Counter[str] = Counter()
        first: dict[str, str] = {}
        texts: dict[str, str] = {}
        for number, template in enumerate(map(self._template_of, self._numbers)):
            counts[template.id] += self._counts[number]
            texts[template.id] = template.text
            first.setdefault(template.id, self._place_of(number))
        return [(Template(one, texts[one], count), first[one]) for one, count in counts.most_common()]

    def template_lines(self) -> Iterator[str]:
        """One JSON object per template."""
        for template, _ in self.templates():
            yield json.dumps({"template_id": template.id, "template": template.text, "count": template.count})

    def table(self) -> Table:
        """The most frequent templates, for people."""
        templates = self.templates()
        total = sum(template.count for template, _ in templates)
        table = Table(caption=_caption(templates, total), caption_justify="left")
        for heading in ("count", "share", "first line"):
            table.add_column(heading, justify="right", no_wrap=True)
        table.add_column("template", overflow="fold")
        for template, first in templates[:SHOWN]:
            share = f"{template.count / total:.1%}"
            table.add_row(f"{template.count:,}", share, first, _shown(template.text))
        return table

    def _keep_retired(self, template: Template) -> None:
        self._retired[template.id] = template

    def _template_of(self, template_id: str) -> Template:
        """As it stands now, or stood when it was retired."""
        known = self._miner.resolve(template_id)
        if known in self._miner:
            return Template(known, self._miner.text(known), 0)
        return self._retired.get(known) or Template(template_id, WILD, 0)

    def _place_of(self, number: int) -> str:
        name, line = self._first[number]
        return f"{clean_text(name, 40)}:{line}" if len(self._files) > 1 else str(line)


def mine_all(sources: Iterable[Source]) -> Mined:
    """Read all, one after the other, as one stream of templates."""
    mined = Mined()
    for source in sources:
        mined.read(source)
    return mined


def _shown(text: str) -> Text:
    shown = Text(clean_text(text, _LONGEST_SHOWN))
    shown.highlight_regex(r"<\*>", "cyan")
    return shown


def _caption(templates: list[tuple[Template, str]], total: int) -> str:
    more = templates[SHOWN:]
    rest = f"; {len(more):,} more, with {sum(one.count for one, _ in more):,} events" if more else ""
    return f"{len(templates):,} templates in {total:,} events{rest}"
