"""Messages become templates; a template keeps its id while it generalises."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.errors import UnknownTemplateError
from chalicelib.prediction.templates import Template, TemplateMiner


def learn(messages: Iterable[str]) -> tuple[TemplateMiner, list[str]]:
    miner = TemplateMiner()
    ids = [miner.learn(message) for message in messages]
    return miner, [miner.resolve(one) for one in ids]


def texts(*messages: str) -> list[str]:
    miner, ids = learn(messages)
    return [miner.text(one) for one in ids]


def test_messages_that_differ_in_numbers_are_one_template() -> None:
    miner, ids = learn(f"Received block blk_{-n} of size {n * 7} from /10.0.0.{n}" for n in range(1, 50))

    assert len(set(ids)) == 1
    assert list(miner.templates()) == [Template(ids[0], "Received block blk_<*> of size <*> from /<*>", 49)]
    assert miner.count(ids[0]) == 49


def test_words_are_not_variables_because_they_differ() -> None:
    assert texts("session opened for 5", "session closed for 6", "session expired for 7") == [
        "session opened for <*>",
        "session closed for <*>",
        "session expired for <*>",
    ]


def test_a_name_becomes_a_variable_when_several_were_seen() -> None:
    states = ["idle", "busy", "full", "gone", "back"]

    assert set(texts(*(f"queue went to {state} state" for state in states))) == {"queue went to <*> state"}
    assert len(set(texts(*(f"queue went to {state} state" for state in states[:4])))) == 4


def test_who_did_it_is_a_variable_as_soon_as_there_are_two() -> None:
    assert set(texts("session of user cyrus", "session of user root")) == {"session of user <*>"}
    assert texts("session of user cyrus") == ["session of user cyrus"]


def test_root_is_somebody_and_no_number() -> None:
    assert texts("failure; uid=0 port=0") == ["failure; uid=0 port=<*>"]
    assert set(texts("failure; uid=0 port=0", "failure; uid=501 port=7")) == {"failure; uid=<*> port=<*>"}


def test_plain_words_become_a_variable_when_many_were_seen() -> None:
    services = ["chargen", "daytime", "echo", "finger", "rsync", "services"]

    assert set(texts(*(f"now removing {service} again" for service in services))) == {
        "now removing <*> again"
    }


def test_a_plain_word_where_others_have_a_number_is_a_value_in_any_order() -> None:
    messages = ["the limit is none now", "the limit is 15 now"]

    assert set(texts(*messages)) == set(texts(*reversed(messages))) == {"the limit is <*> now"}


def test_words_in_different_places_are_no_evidence_for_each_other() -> None:
    commands = ["do (run-parts /etc/hourly)", *(f"do (/opt/get {letter})" for letter in "abcde")]

    assert len(set(texts(*commands))) == len(commands)


def test_the_first_word_never_becomes_a_variable_for_being_plain() -> None:
    names = ["cupsd", "syslogd", "klogd", "portmap", "gmetad", "xinetd", "sshd", "crond"]

    assert len(set(texts(*(f"{name} startup succeeded" for name in names)))) == len(names)


def test_numbered_names_keep_their_name() -> None:
    assert set(texts("link eth0 is down", "link eth1 is down")) == {"link eth<*> is down"}
    assert texts("link eth0 is down") == ["link eth0 is down"]


def test_a_template_keeps_its_id_when_it_generalises() -> None:
    miner = TemplateMiner()
    first = miner.learn("open /tmp/a failed")
    assert miner.text(first) == "open /tmp/a failed"

    second = miner.learn("open /tmp/b failed")

    assert miner.resolve(second) == first
    assert miner.text(first) == miner.text(second) == "open <*> failed"
    assert miner.count(second) == 2


def test_two_templates_that_become_one_leave_one_id_and_all_counts() -> None:
    miner, _ = learn(
        ["state=idle now", "state=idle now", "state=busy now", "state=full now", "state=gone now"]
    )
    before = {template.id for template in miner.templates()}

    last = miner.learn("state=back now")

    assert len(before) == 4
    assert {miner.resolve(one) for one in (*before, last)} == {template.id for template in miner.templates()}
    assert miner.count(last) == 6


def test_optional_parts_without_words_do_not_make_a_template_of_their_own() -> None:
    assert (
        len(set(texts("host a.b.c:80 close, 5 bytes sent", "host a.b.c:80 close, 5 bytes (4 KB) sent"))) == 1
    )


def test_fields_that_vary_independently_are_one_template() -> None:
    tags = ["View Lock", "ACK", "*launch*", "Windows", "*dexopt*", "Audio", "Alarm x"]
    names = ["com.example.phone", "com.example.ui.main", "core", "system"]

    miner, ids = learn(
        f'acquire lock={n}, tag="{tags[n % 7]}", name={names[n % 4]}, ws=null, uid={n}' for n in range(60)
    )

    assert {miner.text(one) for one in ids} == {'acquire lock=<*>, tag="<*>", name=<*>, ws=null, uid=<*>'}


def test_lists_of_any_length_are_one_template() -> None:
    messages = ["ask 10.0.0.1:5 to delete blk_1", "ask 10.0.0.1:5 to delete blk_1 blk_2 blk_3"]

    assert set(texts(*messages)) == {"ask <*>:<*> to delete blk_<*>"}


def test_a_unit_that_varies_belongs_to_its_number() -> None:
    assert set(texts("free 5 KB of disk", "free 7 MB of disk")) == {"free <*> of disk"}
    assert texts("free 5 KB of disk") == ["free <*> KB of disk"]


def test_the_first_line_decides() -> None:
    miner, ids = learn(["it broke\n  at a.b(C.java:5)", "it broke\n  at d.e(F.java:7)", "it broke"])

    assert len(set(ids)) == 1
    assert miner.text(ids[0]) == "it broke"


def test_ids_are_the_same_wherever_they_are_given() -> None:
    assert TemplateMiner().learn("took 5 ms") == TemplateMiner().learn("took 1234 ms")
    assert TemplateMiner().learn("took 5 ms") != TemplateMiner().learn("lost 5 ms")


def test_values_are_what_stands_for_the_variables() -> None:
    miner = TemplateMiner()
    one = miner.learn("queue orders has 17 items, 2.5 s old")

    assert miner.values(one, "queue orders has 812 items, 0.25 s old") == ("812", "0.25")
    assert miner.values(one, "queue orders is gone") == ()
    assert miner.values(miner.learn("nothing varies"), "nothing varies") == ()


@pytest.mark.parametrize(
    "message", ["", " ", "\n", "\0", "<*>", "<*> <*>", "\ud800", "x" * 100_000, "7 " * 9_000]
)
def test_any_message_has_a_template(message: str) -> None:
    miner = TemplateMiner()

    one = miner.learn(message)

    assert miner.learn(message) == one
    assert miner.count(one) == 2
    assert len(miner.text(one)) <= 20_000


@given(st.lists(st.text(max_size=60), max_size=30))
def test_every_message_is_counted_once_whatever_it_is(messages: list[str]) -> None:
    miner, ids = learn(messages)

    assert sum(template.count for template in miner.templates()) == len(messages)
    assert {template.id for template in miner.templates()} == set(ids)


WORDS = [
    "user",
    "from",
    "eth0",
    "eth1",
    "alice",
    "a.b.c",
    "x=1",
    "blk_7",
    "up",
    "down",
    "5 KB",
    "/a/b",
    "/a/c",
]


@given(st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=6), max_size=60))
def test_a_message_fits_its_template_at_the_end(messages: list[list[str]]) -> None:
    """Every constant word of the template is in the message, in order."""
    lines = [" ".join(words) for words in messages]
    miner, ids = learn(lines)

    for line, one in zip(lines, ids, strict=True):
        at = 0
        for constant in miner.text(one).split("<*>"):
            for word in constant.split():
                found = line.find(word, at)
                assert found >= 0, (line, miner.text(one))
                at = found + len(word)


def test_beyond_its_limit_the_rarest_and_oldest_are_retired() -> None:
    retired: list[Template] = []
    miner = TemplateMiner(limit=20, retired=retired.append)
    (often,) = {miner.learn("this comes often") for _ in range(5)}

    ids = [
        miner.learn("only " + " ".join("ab"[int(bit)] for bit in f"{n:b}") + " once") for n in range(64, 104)
    ]

    assert len(miner) <= 20
    assert often in miner
    assert ids[-1] in miner
    assert ids[0] not in miner
    assert retired[0].id == ids[0]
    with pytest.raises(UnknownTemplateError, match=ids[0]):
        miner.text(ids[0])


def test_a_retired_template_that_comes_back_has_its_id_again() -> None:
    miner = TemplateMiner(limit=10)
    first = miner.learn("comes back")
    for length in range(1, 40):
        miner.learn("other " * length)

    assert first not in miner
    assert miner.learn("comes back") == first
    assert miner.count(first) == 1
