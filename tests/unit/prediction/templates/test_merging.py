"""Workers that learn at the same time lose nothing and count nothing twice."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.errors import BrokenStateError
from chalicelib.prediction.templates import TemplateMiner

WORDS = [
    "user",
    "bob",
    "alice",
    "carol",
    "eth0",
    "eth1",
    "a.b.c",
    "x=1",
    "blk_7",
    "up",
    "down",
    "/a/b",
    "/a/c",
]
LINES = st.lists(
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map(lambda words: "then " + " ".join(words)),
    max_size=25,
)


def worker(base: bytes, lines: Sequence[str]) -> tuple[TemplateMiner, list[str]]:
    miner = TemplateMiner.restore(base)
    return miner, [miner.learn(line) for line in lines]


def total(miner: TemplateMiner) -> int:
    return sum(template.count for template in miner.templates())


@given(LINES, LINES, LINES, LINES, st.permutations([0, 1, 2]))
def test_what_three_workers_learnt_is_all_there_in_whatever_order(
    before: list[str], first: list[str], second: list[str], third: list[str], order: list[int]
) -> None:
    base = TemplateMiner()
    old = [base.learn(line) for line in before]
    saved = base.state()
    learnt = [worker(saved, lines) for lines in (first, second, third)]
    merged = TemplateMiner.restore(saved)

    for number in order:
        other, ids = learnt[number]
        moved = merged.merge(other)
        assert all(moved[other.resolve(one)] in merged for one in ids)

    assert total(merged) == len(before) + len(first) + len(second) + len(third)
    assert all(one in merged for one in old)
    assert all(one in merged for _, ids in learnt for one in ids)


@given(LINES, LINES)
def test_lines_of_one_template_in_a_worker_are_of_one_template_in_the_union(
    first: list[str], second: list[str]
) -> None:
    one, ids = worker(TemplateMiner().state(), first)
    other, more = worker(TemplateMiner().state(), second)
    apart = [{old: one.resolve(old) for old in ids}, {old: other.resolve(old) for old in more}]

    one.merge(other)

    for known in apart:
        united = {template: one.resolve(old) for old, template in known.items()}
        assert all(one.resolve(old) == united[template] for old, template in known.items())


def test_workers_that_saw_the_same_lines_have_the_same_templates() -> None:
    lines = ["took 5 ms", "lost 6 bytes", "took 7 ms"]
    (one, ids), (other, _) = worker(TemplateMiner().state(), lines), worker(TemplateMiner().state(), lines)

    one.merge(other)

    assert [(template.id, template.count) for template in one.templates()] == [(ids[0], 4), (ids[1], 2)]


def test_what_both_had_from_the_start_is_not_counted_again() -> None:
    base = TemplateMiner()
    old = base.learn("it began at 5")
    one, _ = worker(base.state(), ["it began at 6"])
    other, _ = worker(base.state(), ["it began at 7", "it ended at 8"])

    one.merge(other)

    assert one.count(old) == 3
    assert total(one) == 4


def test_what_one_has_generalised_is_general_in_both() -> None:
    one, (first,) = worker(TemplateMiner().state(), ["user alice left"])
    other, ids = worker(TemplateMiner().state(), ["user bob left", "user carol left", "user dave left"])

    moved = one.merge(other)

    assert one.text(first) == "user <*> left"
    assert {one.resolve(old) for old in ids} == {one.resolve(first)} == set(moved.values())
    assert one.count(first) == 4
    assert one.resolve(one.learn("user erin left")) == one.resolve(first)


def test_evidence_of_several_workers_adds_up() -> None:
    one, (first,) = worker(TemplateMiner().state(), ["state=idle left"])
    for name in ("busy", "full", "gone", "back"):
        one.merge(worker(TemplateMiner().state(), [f"state={name} left"])[0])

    assert one.text(first) == "state=<*> left"
    assert len(one) == 1


def test_plain_words_that_are_a_variable_in_one_are_one_in_both() -> None:
    names = ["echo", "time", "chargen", "daytime", "finger", "rsync", "talk"]
    one, ids = worker(TemplateMiner().state(), [f"now removing {name} again" for name in names[:2]])
    other, _ = worker(TemplateMiner().state(), [f"now removing {name} again" for name in names])

    one.merge(other)

    assert {one.text(old) for old in ids} == {"now removing <*> again"}
    assert len(one) == 1
    assert total(one) == 9


def test_a_merged_state_can_be_saved_and_learnt_from_again() -> None:
    one, (first,) = worker(TemplateMiner().state(), ["took 5 ms"])
    one.merge(worker(TemplateMiner().state(), ["took 6 ms"])[0])
    next_run, _ = worker(one.state(), ["took 7 ms"])
    stored = TemplateMiner.restore(one.state())

    stored.merge(next_run)

    assert stored.count(first) == 3


@given(LINES, LINES)
def test_a_restored_miner_goes_on_as_if_it_had_never_been_saved(before: list[str], after: list[str]) -> None:
    straight = TemplateMiner()
    for line in before:
        straight.learn(line)
    restored = TemplateMiner.restore(straight.state())
    assert restored.state() == straight.state()

    ids = [(straight.learn(line), restored.learn(line)) for line in after]

    assert all(straight.resolve(one) == restored.resolve(other) for one, other in ids)
    assert list(straight.templates()) == list(restored.templates())


def test_the_state_is_small_and_the_same_each_time() -> None:
    states = []
    for _ in range(2):
        miner = TemplateMiner()
        for number in range(2_000):
            name = "".join("ab"[int(bit)] for bit in f"{number % 40:b}")
            miner.learn(f"part {name} of /srv/{number}/data took {number} ms on host n{number}.x.y")
        states.append(miner.state())

    assert states[0] == states[1]
    assert len(states[0]) < 20_000


GOOD = TemplateMiner()
GOOD.learn("user alice has 5 files in /tmp/a")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"rubbish",
        b"mainstay-templates-1\n",
        b"mainstay-templates-1\nrubbish",
        b"mainstay-templates-99\n" + GOOD.state().partition(b"\n")[2],
        GOOD.state()[:-1],
        GOOD.state()[:40],
    ],
)
def test_a_state_that_cannot_be_read_is_named(data: bytes) -> None:
    with pytest.raises(BrokenStateError, match="cannot be read"):
        TemplateMiner.restore(data)


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=3),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(st.sampled_from(["seen", "shapes", "templates", "aliases"]), inner)
        ),
        max_leaves=12,
    )
)
def test_a_state_of_another_form_is_named(document: object) -> None:
    data = b"mainstay-templates-1\n" + zlib.compress(json.dumps(document).encode())

    try:
        TemplateMiner.restore(data)
    except BrokenStateError:
        return
    assert isinstance(document, dict)
