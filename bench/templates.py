"""The template miner, measured: ``python -m bench.templates [LOGDIR]``.

With a folder of Loghub's 2k files: how well the templates of each system are found, and lines per second on
them, fresh miner and all, beside drain3 with its example masks in the same run. Without: speed and size only,
on a stream that is made up. drain3 takes part where it can be imported; it is no requirement: ``pip install
drain3`` into an environment of its own, and put that on PYTHONPATH.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import itertools
import random
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.table import Table

from bench.report import make_table, show, surroundings
from bench.template_scores import MEASURES, mean, read_systems, score
from chalicelib.prediction.templates import TemplateMiner

STREAM = 200_000
ROUNDS = 3
SEED = 1
_WORDS = 2_000
_DRAIN_SHARE = 10
"""drain3 gets one in so many lines of the made-up stream."""

_ALONE = r"((?<=[^A-Za-z0-9])|^)({})((?=[^A-Za-z0-9])|$)"
DRAIN_MASKS = {
    r"([0-9a-f]{2,}:){3,}([0-9a-f]{2,})": "ID",
    r"\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}": "IP",
    r"([0-9a-f]{6,} ?){3,}": "SEQ",
    r"([0-9A-F]{4} ?){4,}": "SEQ",
    r"0x[a-f0-9A-F]+": "HEX",
    r"[\-\+]?\d+": "NUM",
}
"""What drain3's example configuration masks."""


def measure_templates(folder: Path | None, stream: int) -> dict[str, Any]:
    """Everything, as one document."""
    systems = list(read_systems(folder)) if folder else []
    rows = {name: _measure_system(messages, truth) for name, messages, truth in systems}
    ours = [row["ours"] for row in rows.values()]
    files = [messages for _, messages, _ in systems]
    return {
        "benchmark": "log templates",
        "surroundings": surroundings(),
        "peer": "drain3" if _has_drain() else "none: drain3 is not installed",
        "systems": rows,
        "mean": mean(ours) if ours else None,
        "drain3_mean": mean([row["drain3"] for row in rows.values()]) if ours and _has_drain() else None,
        "speed": _speed_on_files(files) if files else None,
        "speed_ten_times": _speed_on_files([10 * messages for messages in files]) if files else None,
        "stream": _measure_stream(stream),
        "known_templates": {known: _microseconds_with(known) for known in (10, 10_000)},
    }


def _measure_system(messages: list[str], truth: list[str]) -> dict[str, Any]:
    row: dict[str, Any] = {"templates": len(set(truth)), "ours": _score_ours(messages, truth)}
    if _has_drain():
        row["drain3"] = _score_drain(messages, truth)
    return row


def _score_ours(messages: list[str], truth: list[str]) -> dict[str, float]:
    miner = TemplateMiner()
    groups = [miner.resolve(one) for one in [miner.learn(message) for message in messages]]
    return score(truth, groups, [miner.text(group) for group in groups])


def _score_drain(messages: list[str], truth: list[str]) -> dict[str, float]:
    drain = _make_drain()
    groups = [drain.add_log_message(message)["cluster_id"] for message in messages]
    texts = {cluster.cluster_id: cluster.get_template() for cluster in drain.drain.clusters}
    spelt = {group: re.sub(r"<[A-Z]+>", "<*>", text) for group, text in texts.items()}
    return score(truth, groups, [spelt[group] for group in groups])


def _speed_on_files(files: Sequence[list[str]]) -> dict[str, float]:
    """Lines per second over all files, each with a new miner; the best of a few rounds, in turns."""
    makers: dict[str, Callable[[], Callable[[str], object]]] = {"ours": lambda: TemplateMiner().learn}
    if _has_drain():
        makers["drain3"] = lambda: _make_drain().add_log_message
    lines = sum(map(len, files))
    spent: dict[str, list[float]] = {name: [] for name in makers}
    for _ in range(ROUNDS):
        for name, make in makers.items():
            spent[name].append(_spent(make, files))
    return _with_ratio({name: lines / min(seconds) for name, seconds in spent.items()})


def _measure_stream(count: int) -> dict[str, Any]:
    messages = list(itertools.islice(made_up_stream(), count))
    miner = TemplateMiner()
    speeds = {"ours": count / _spent(lambda: miner.learn, [messages])}
    if _has_drain():
        few = messages[::_DRAIN_SHARE]
        speeds["drain3"] = len(few) / _spent(lambda: _make_drain().add_log_message, [few])
    return {
        "lines": count,
        "templates": len(miner),
        "state_bytes": len(miner.state()),
        "lines_per_second": _with_ratio(speeds),
    }


def _microseconds_with(known: int) -> float:
    """Per line, when so many templates are known and any of them may come."""
    sentences = make_sentences(known)
    miner = TemplateMiner()
    for sentence in sentences:
        miner.learn(fill(sentence, 0))
    messages = [fill(sentences[number % known], number) for number in range(5 * 10_000)]
    return 1e6 * _spent(lambda: miner.learn, [messages]) / len(messages)


def made_up_stream() -> Iterator[str]:
    """Messages of 300 kinds, the first ones far more often than the last, with new numbers each time."""
    sentences = make_sentences(300)
    dice = random.Random(SEED)  # noqa: S311 - no secret
    for number in itertools.count():
        yield fill(sentences[int(len(sentences) * dice.random() ** 4)], number)


def make_sentences(count: int) -> list[str]:
    """Different texts of eight words with four places for values."""
    dice = random.Random(SEED)  # noqa: S311 - no secret
    words = ["".join(dice.choices("abcdefghiklmnoprstuw", k=dice.randint(3, 9))) for _ in range(_WORDS)]
    forms = (
        "{0} {1} %d {2} {3} from %s {4}: {5}=%x {6} %d ms {7}",
        "{0} {1} {2} %d of {3}, {4} %s {5} {6} [%x] {7} %d",
    )
    return [dice.choice(forms).format(*dice.sample(words, 8)) for _ in range(count)]


def fill(sentence: str, number: int) -> str:
    """A sentence with values that belong to a number."""
    scattered = number * 2_654_435_761 % 4_294_967_296
    address = f"10.{number % 7}.{number % 251}.{scattered % 253}:{scattered % 50_000}"
    return sentence % (number, address, scattered | 1 << 40, scattered % 977)


def _spent(make: Callable[[], Callable[[str], object]], files: Sequence[list[str]]) -> float:
    """Seconds of CPU to show each file to a new one."""
    began = time.process_time()
    for messages in files:
        learn = make()
        for message in messages:
            learn(message)
    return time.process_time() - began


def _with_ratio(speeds: dict[str, float]) -> dict[str, float]:
    return {**speeds, "ratio": speeds["ours"] / speeds["drain3"]} if "drain3" in speeds else speeds


def _has_drain() -> bool:
    return importlib.util.find_spec("drain3") is not None


def _make_drain() -> Any:
    drain3 = importlib.import_module("drain3")
    config = importlib.import_module("drain3.template_miner_config").TemplateMinerConfig()
    instruction = importlib.import_module("drain3.masking").MaskingInstruction
    config.masking_instructions = [
        instruction(_ALONE.format(what), name) for what, name in DRAIN_MASKS.items()
    ]
    return drain3.TemplateMiner(config=config)


def tables(document: Mapping[str, Any]) -> Iterator[Table | str]:
    """For people."""
    systems = document["systems"]
    if systems:
        headings = ["", "templates", *MEASURES, *(f"drain3 {one}" for one in MEASURES)]
        rows = [
            [name, row["templates"], *_cells(row["ours"]), *_cells(row.get("drain3"))]
            for name, row in systems.items()
        ]
        rows.append(["mean", "", *_cells(document["mean"]), *_cells(document["drain3_mean"])])
        yield make_table("Templates found, by system", headings, rows)
        yield _speed("On these files, a new miner for each", document["speed"])
        yield _speed("The same, each file ten times over", document["speed_ten_times"])
    stream = document["stream"]
    yield _speed(
        f"On {stream['lines']:,} made-up lines of {stream['templates']} templates", stream["lines_per_second"]
    )
    yield f"State after them: {stream['state_bytes']:,} bytes"
    for known, spent in document["known_templates"].items():
        yield f"With {known:,} known templates: {spent:.2f} us a line"


def _speed(where: str, speeds: Mapping[str, float]) -> str:
    ratio = (
        f"; drain3 with masks {speeds['drain3']:,.0f}: {speeds['ratio']:.1f} times"
        if "drain3" in speeds
        else ""
    )
    return f"{where}: {speeds['ours']:,.0f} lines a second{ratio}"


def _cells(scores: Mapping[str, float] | None) -> list[str]:
    return [f"{scores[one]:.3f}" if scores else "" for one in MEASURES]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.templates", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, metavar="LOGDIR", help="of Loghub's 2k files")
    parser.add_argument("--json", action="store_true", help="print one JSON document instead")
    parser.add_argument("--stream", type=int, default=STREAM, help="lines of the made-up stream")
    given = parser.parse_args()
    document = measure_templates(given.folder, given.stream)
    show(document, tables(document), as_json=given.json)


if __name__ == "__main__":
    main()
