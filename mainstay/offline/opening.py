"""Files, folders, gzip and standard input as lines of text, whatever bytes are in them.

    with reading(["app.log", "old.log.gz", "-"]) as sources:
        for source in sources:
            for line in source: ...
    sources.check()     # raises UnreadableInputError when something could not be read to its end

A name that cannot be opened is an error before anything is read. What turns out to be broken further on (a
gzip file that is cut off, a disk that fails) is read as far as it goes, and named by `check`.
"""

from __future__ import annotations

import codecs
import gzip
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from chalicelib.errors import PermanentError

STDIN = "-"
LONGEST_LINE = 1 << 20
"""Characters. What is longer is one line all the same, without what is beyond."""
_CHUNK = 1 << 18
_GZIP = b"\x1f\x8b"
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte order marks; whatever has none is read as UTF-8, with a replacement character for what is not."""


class UnreadableInputError(PermanentError):
    """A file is missing, may not be read, or is broken; the message names it."""


class Source:
    """The lines of one input, without their ends; may be read once. `name` is as it was given."""

    def __init__(
        self, name: str, path: Path | None, advance: Callable[[int], object] = lambda _: None
    ) -> None:
        self.name = name
        self.path = path
        self.complaint = ""
        self._advance = advance

    def __iter__(self) -> Iterator[str]:
        """Yield line after line. A break in the middle ends them, and leaves a `complaint`."""
        count = 0
        try:
            with _opened(self.path) as stream:
                for lines in split_lines(self._chunks(stream)):
                    count += len(lines)
                    yield from lines
        except (EOFError, zlib.error, OSError) as error:
            reason = getattr(error, "strerror", None) or "it is cut off or damaged"
            self.complaint = f"{self.name} could be read up to line {count} only: {reason}"

    def _chunks(self, stream: BinaryIO) -> Iterator[bytes]:
        """What is in the stream, unpacked, and the progress told in bytes of the file."""
        start = stream.peek(2)[:2] if hasattr(stream, "peek") else b""
        unpacked = cast("BinaryIO", gzip.GzipFile(fileobj=stream)) if start == _GZIP else stream
        seen = 0
        while chunk := _read_some(unpacked):
            yield chunk
            position = stream.tell() if self.path else seen + len(chunk)
            self._advance(position - seen)
            seen = position


class Sources:
    """Inputs, one after the other."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = sources

    def __iter__(self) -> Iterator[Source]:
        return iter(self._sources)

    def __len__(self) -> int:
        return len(self._sources)

    def check(self) -> None:
        """Raise `UnreadableInputError` if an input was not read to its end."""
        complaints = [source.complaint for source in self._sources if source.complaint]
        if complaints:
            raise UnreadableInputError("; ".join(complaints))


@contextmanager
def reading(names: Sequence[str], *, quiet: bool = False) -> Iterator[Sources]:
    """The inputs of these names, with a progress bar where standard error is a terminal.

    A folder stands for the files in it and below, by name, without hidden ones. Raises
    `UnreadableInputError` for what cannot be opened, before anything is read.
    """
    found = [(name, path) for given in names for name, path in _find(given)]
    console = Console(stderr=True)
    with Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=quiet or not console.is_terminal,
    ) as progress:
        total = None if any(path is None for _, path in found) else sum(_size(path) for _, path in found)
        task = progress.add_task("Reading", total=total)

        def advance(count: int) -> None:
            progress.advance(task, count)

        yield Sources([Source(name, path, advance) for name, path in found])


def split_lines(chunks: Iterator[bytes]) -> Iterator[list[str]]:
    """Lines, decoded, in batches: the ends are line feeds, with or without a carriage return."""
    decoder: codecs.IncrementalDecoder | None = None
    rest = ""
    for chunk in chunks:
        decoder = decoder or _decoder(chunk)
        lines = (rest + decoder.decode(chunk)).split("\n")
        rest = lines.pop()[:LONGEST_LINE]
        yield [_cut(line) for line in lines]
    if decoder:
        rest += decoder.decode(b"", final=True)
    if rest:
        yield [_cut(rest)]


def _cut(line: str) -> str:
    return (line.removesuffix("\r"))[:LONGEST_LINE]


def _decoder(start: bytes) -> codecs.IncrementalDecoder:
    encoding = next((encoding for mark, encoding in _MARKS if start.startswith(mark)), "utf-8")
    return codecs.getincrementaldecoder(encoding)(errors="replace")


def _read_some(stream: BinaryIO) -> bytes:
    """What is there, at once: a pipe that drips is not waited for."""
    read1 = getattr(stream, "read1", stream.read)
    return cast("bytes", read1(_CHUNK))


def _find(name: str) -> Iterator[tuple[str, Path | None]]:
    if name == STDIN:
        yield name, None
        return
    path = Path(name)
    try:
        if path.is_dir():
            yield from ((str(one), one) for one in _files_below(path))
            return
        with path.open("rb"):
            yield name, path
    except (OSError, ValueError) as error:
        raise UnreadableInputError(f"{name}: {getattr(error, 'strerror', None) or error}") from error


def _files_below(folder: Path) -> list[Path]:
    files = [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]
    if not files:
        raise UnreadableInputError(f"{folder}: there are no files in this folder")
    return files


def _size(path: Path | None) -> int:
    return path.stat().st_size if path else 0


@contextmanager
def _opened(path: Path | None) -> Iterator[BinaryIO]:
    if path is None:
        yield sys.stdin.buffer
        return
    with path.open("rb") as stream:
        yield stream
