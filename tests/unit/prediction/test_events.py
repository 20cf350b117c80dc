"""Lines become events: headers off, stack traces joined, JSON read, bare messages untouched."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.prediction.events import LogEvent, read_events

MESSAGES = [
    "Received block blk_38 of size 67",
    "Deleting block blk_17 file /mnt/data/blk_17",
    "Verification succeeded for blk_49",
    "error: lost 5 of 7 [retry]: giving up",
    "[instance: b90] VM Started",
    "ciod: no such file",
    "5 retries left",
]

HEADERS = {
    "syslog": "Jun 14 15:16:{0:02} combo sshd(pam_unix)[199{0:02}]: ",
    "hdfs": "081109 2036{0:02} 148 INFO dfs.DataNode$PacketResponder: ",
    "spark": "17/06/09 20:10:{0:02} WARN executor.Backend: ",
    "hadoop": "2015-10-18 18:01:{0:02},978 INFO [main] org.apache.hadoop.MRAppMaster: ",
    "zookeeper": "2015-07-29 17:41:{0:02},747 - INFO  [QuorumPeer[myid=1]/0:0:0:0:2181:Leader@774] - ",
    "openstack": "nova.log.1.2017-05-16_13:53:08 2017-05-16 00:00:{0:02}.008 257 INFO nova.wsgi [req-3 - -] ",
    "apache": "[Sun Dec 04 04:47:{0:02} 2005] [notice] ",
    "logcat": "03-17 16:13:{0:02}.811  1702  2395 D WindowManager: ",
    "windows": "2016-09-28 04:30:{0:02}, Info                  CBS    ",
    "pipes": "20171223-22:15:{0:02}:606|Step_LSC|30002312|",
    "bgl": "- 11178385{0:02} 2005.06.03 R02-M1 2005-06-03-15.42.{0:02}.675872 R02-M1 RAS KERNEL INFO ",
    "brackets and dash": "[10.30 16:49:{0:02}] chrome.exe - ",
    "lambda": "[INFO]\t2024-05-01T10:00:{0:02}.123Z\t8f0c1d5e-0000-1111-2222-333344445555\t",
    "iso and level": "2024-05-01T10:00:{0:02}Z ERROR ",
    "python": "2024-05-01 10:00:{0:02},123 WARNING app.db: ",
    "time stamp only": "2024-05-01 10:00:{0:02} ",
    "supercomputer": "1346{0:02} node-246 unix.hw state_change.unavailable 10778047{0:02} 1 ",
    "desktop": "Jul  1 09:00:{0:02} host-10-105 com.apple.xpc.launchd[1] (com.apple.Displays): ",
    "unix time": "17145576{0:02} INFO ",
}


def events_of(*lines: str) -> list[LogEvent]:
    return list(read_events(lines))


def logged(header: str, messages: Iterable[str] = MESSAGES * 3) -> list[str]:
    return [header.format(number) + message for number, message in enumerate(messages)]


@pytest.mark.parametrize("name", HEADERS)
def test_a_header_is_learnt_and_taken_off(name: str) -> None:
    events = events_of(*logged(HEADERS[name]))

    assert [event.text for event in events] == MESSAGES * 3
    assert [event.line for event in events] == list(range(1, 3 * len(MESSAGES) + 1))


@pytest.mark.parametrize(
    ("name", "at"),
    [
        ("hdfs", datetime(2008, 11, 9, 20, 36, tzinfo=UTC)),
        ("spark", datetime(2017, 6, 9, 20, 10, tzinfo=UTC)),
        ("hadoop", datetime(2015, 10, 18, 18, 1, 0, 978000, tzinfo=UTC)),
        ("apache", datetime(2005, 12, 4, 4, 47, tzinfo=UTC)),
        ("pipes", datetime(2017, 12, 23, 22, 15, 0, 606000, tzinfo=UTC)),
        ("bgl", datetime(2005, 6, 3, 22, 41, 40, tzinfo=UTC)),
        ("syslog", datetime(2000, 6, 14, 15, 16, tzinfo=UTC)),
        ("logcat", datetime(2000, 3, 17, 16, 13, 0, 811000, tzinfo=UTC)),
        ("lambda", datetime(2024, 5, 1, 10, 0, 0, 123000, tzinfo=UTC)),
        ("unix time", datetime(2024, 5, 1, 10, 0, tzinfo=UTC)),
    ],
)
def test_the_time_stamp_is_read(name: str, at: datetime) -> None:
    assert events_of(*logged(HEADERS[name]))[0].at == at


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("hdfs", "INFO"),
        ("spark", "WARN"),
        ("apache", "INFO"),
        ("logcat", "DEBUG"),
        ("iso and level", "ERROR"),
        ("python", "WARN"),
        ("windows", "INFO"),
        ("syslog", ""),
    ],
)
def test_the_level_is_read(name: str, level: str) -> None:
    assert events_of(*logged(HEADERS[name]))[0].level == level


def test_lines_without_the_usual_component_keep_what_is_behind_their_time_stamp() -> None:
    lines = [*logged(HEADERS["syslog"]), "Jun 14 15:17:00 combo --- last message repeated ---"]

    *_, last = events_of(*lines)

    assert last.text == "combo --- last message repeated ---"


def test_a_level_in_front_of_a_bare_message_is_read_and_left_there() -> None:
    event, other = events_of("ERROR: no space left", "Error reading it")

    assert (event.level, event.text) == ("ERROR", "ERROR: no space left")
    assert other.text == "Error reading it"


def test_the_time_zone_counts() -> None:
    (event,) = events_of("2024-05-01T10:00:00+02:00 INFO started")

    assert event.at == datetime(2024, 5, 1, 8, 0, tzinfo=UTC)


def test_the_year_goes_on_in_january() -> None:
    lines = ["Dec 31 23:59:59 host cron: one", "Jan  1 00:00:01 host cron: two"]

    assert [event.at and event.at.year for event in read_events(lines, year=2023)] == [2023, 2024]


@pytest.mark.parametrize("stamp", ["2024-13-41 99:99:99", "2023-02-29 10:00:00"])
def test_a_time_that_there_is_not_is_none(stamp: str) -> None:
    (event,) = events_of(f"{stamp} INFO started")

    assert event.at is None
    assert event.text == "started"


JAVA = [
    "java.lang.IllegalStateException: no",
    "\tat com.example.Service.call(Service.java:41)",
    "\tat com.example.Main.main(Main.java:7)",
    "Caused by: java.io.IOException: disk",
    "\t... 2 more",
]


def test_lines_without_a_time_stamp_belong_to_the_event_before() -> None:
    lines = ["2024-05-01 10:00:00 ERROR it broke", *JAVA, "", "2024-05-01 10:00:01 INFO on it goes"]
    filler = [f"2024-05-01 10:01:{second:02} INFO fine" for second in range(20)]

    broken, on, *_ = events_of(*lines, *filler)

    assert (broken.text, broken.level, broken.line, broken.lines) == ("it broke", "ERROR", 1, 7)
    assert broken.whole == "\n".join(lines[:7])
    assert (on.text, on.line, on.lines) == ("on it goes", 8, 1)


def test_stack_traces_are_joined_without_time_stamps_too() -> None:
    python = [
        "Traceback (most recent call last):",
        '  File "app.py", line 5, in main',
        "    run()",
        "ValueError: no",
    ]

    events = events_of("it broke", *JAVA[1:], "next", "it failed", *python, "after")

    assert [(event.text, event.lines) for event in events] == [
        ("it broke", 5),
        ("next", 1),
        ("it failed", 5),
        ("after", 1),
    ]


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param([" indented = 5", "    more", "at last", "closed"], id="blanks in front"),
        pytest.param(["a: one", "a: two", "a: three"], id="all with the same beginning"),
        pytest.param(["connection at Fri Jun 17 07:07:00 2005"] * 5, id="time stamp within"),
        pytest.param(["5 files", "7 files", "", "3 files"], id="numbers in front"),
        pytest.param(["{not json", '{"no": "text"}', "[1]"], id="almost JSON"),
        pytest.param(["one", "two", "2024-05-01 10:00:00 INFO a date in one of them"], id="one time stamp"),
    ],
)
def test_bare_messages_stay_as_they_are(lines: list[str]) -> None:
    events = events_of(*lines)

    assert [event.text for event in events] == lines
    assert [event.lines for event in events] == [1] * len(lines)


@pytest.mark.parametrize(
    ("document", "level", "text"),
    [
        ({"level": "error", "message": "no space"}, "ERROR", "no space"),
        ({"severity": "WARNING", "msg": "slow"}, "WARN", "slow"),
        ({"level": 50, "msg": "pino"}, "ERROR", "pino"),
        ({"log": "from a container", "stream": "stderr"}, "", "from a container"),
        ({"message": "first\nsecond", "level": None}, "", "first"),
    ],
)
def test_json_is_read_by_its_message_and_level(document: dict[str, object], level: str, text: str) -> None:
    (event,) = events_of(json.dumps({"timestamp": "2024-05-01T10:00:00Z", **document}))

    assert (event.level, event.text) == (level, text)
    assert event.at == datetime(2024, 5, 1, 10, 0, tzinfo=UTC)
    assert json.loads(event.whole)["timestamp"]


def test_an_event_is_bounded() -> None:
    lines = ["2024-05-01 10:00:00 INFO long", *["x" * 1_000] * 5_000]

    events = events_of(*lines)

    assert all(len(event.whole) <= 20_000 for event in events)
    assert sum(event.lines for event in events) == len(lines)


LINE = st.one_of(
    st.text(max_size=40),
    st.sampled_from([*JAVA, "2024-05-01 10:00:00 INFO x", "Jun 14 15:16:00 combo sshd[1]: y", "{", ""]),
    st.just('{"message": 5}'),
)


@given(st.lists(LINE, max_size=30))
def test_every_line_belongs_to_one_event(lines: list[str]) -> None:
    events = events_of(*lines)

    at = 1
    for event in events:
        assert event.line == at
        at += event.lines
    assert at == len(lines) + 1
