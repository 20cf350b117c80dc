"""What is masked at once, what may vary, and what stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.prediction.templates.masking import (
    CONSTANT,
    LIKELY,
    MASKED,
    MAYBE,
    mask_word,
)
from chalicelib.prediction.templates.tokens import fold, fold_finely, tokenize


def masked(message: str) -> str:
    return "".join(text for text, _ in tokenize(message))


def evidence_of(message: str, word: str) -> int:
    return dict(tokenize(message))[word]


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("42", "<*>"),
        ("-42", "<*>"),
        ("0.25", "<*>"),
        ("64172MB", "<*>"),
        ("0x00b360e8", "<*>"),
        ("deadbeef01", "<*>"),
        ("10.251.73.220", "<*>"),
        ("/10.251.42.84", "/<*>"),
        ("a489c868f0c37da93b76227c91bb03908ac0e742", "<*>"),
        ("0673dd71-34c5-4fbb-86c4-40623fbe45b4", "<*>"),
        ("blk_-6952295868487656571", "blk_<*>"),
        ("attempt_201706092018_0024_m_000004_1026:", "attempt_<*>:"),
        ("part-00590.", "part-<*>."),
        ("core.2275", "core.<*>"),
        ("v1.0.2", "v<*>"),
        ("HTTP/1.1", "HTTP/<*>"),
        ("/var/lib/nova/instances/_base/a489c868", "<*>"),
        ("cp-1.slowvm1.tcloud-pg0.utah.cloudlab.us", "<*>"),
        ("user7@example.com", "<*>"),
        ("jA9J1UvC004306", "<*>"),
        ("#38", "#<*>"),
        ("60.", "<*>."),
    ],
)
def test_what_varies_is_masked_as_far_as_it_varies(word: str, text: str) -> None:
    assert masked(word) == text


@pytest.mark.parametrize(
    ("word", "evidence"),
    [
        ("terminating", CONSTANT),
        ("ERROR", CONSTANT),
        ("non-ethernet", CONSTANT),
        ("eth0", LIKELY),
        ("/etc/cron.hourly", LIKELY),
        ("root@localhost", LIKELY),
        ("proxy.example.com", LIKELY),
        ("NameSystem.delete", MAYBE),
        ("mDisplayPowerState", MAYBE),
    ],
)
def test_a_word_without_a_number_stands_until_there_is_evidence(word: str, evidence: int) -> None:
    assert mask_word(word) == (word, evidence)


@pytest.mark.parametrize(
    ("message", "word", "evidence"),
    [
        ("session opened for user cyrus", "cyrus", LIKELY),
        ("tty=ssh ruser=guest", "guest", MAYBE),
        ("moved from pending to running", "running", MAYBE),
        ("moved from NEW to RUNNING", "RUNNING", CONSTANT),
        ("done=true", "true", LIKELY),
        ('tag="View Lock", uid=5', "View Lock", MAYBE),
        ("sent 5 KB", "KB", LIKELY),
        ("KB were sent", "KB", CONSTANT),
        ("getTodaySteps were sent", "getTodaySteps", CONSTANT),
        ("sent blk_5", "blk_<*>", MASKED),
    ],
)
def test_what_is_in_front_of_a_word_says_whether_it_may_vary(message: str, word: str, evidence: int) -> None:
    assert evidence_of(message, word) == evidence


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("at Fri Jun 17 07:07:00 2005 again", "at <*> again"),
        ("from 00:11:43:e3:ba:c3 via eth1", "from <*> via eth1"),
        ("at (FE80:0000:0000:0000:C6B3:01FF:FECD:467F) it", "at (<*>) it"),
        ("path /opt/a4/bin/../lib is set", "path <*> is set"),
        ("proxy.example.com:443 close", "<*>:<*> close"),
        ("failed in main.go:443 again", "failed in main.go:<*> again"),
        ("got 1,2,3 of them", "got <*> of them"),
        ("uses hdfs://10.0.0.1:9000/a/b.log:1+2 now", "uses hdfs://<*> now"),
        ('1.2.3.4 "GET /v2/54fa/servers HTTP/1.1" status: 200', '<*> "GET <*>" status: <*>'),
        ("delete  blk_1 blk_2 blk_3", "delete  blk_<*>"),
        ("nodes an14 an15 an16 an17", "nodes <*>"),
        ("illegal instruction......0", "illegal instruction......<*>"),
        ("key=5,other=[7] (x:8)", "key=<*>,other=[<*>] (x:<*>)"),
        ("ends in :", "ends in :"),
        ("", ""),
    ],
)
def test_a_message_is_cut_up_and_masked(message: str, text: str) -> None:
    assert masked(message) == text


@given(st.text(st.characters(exclude_categories=["Nd", "No", "Nl", "Cc", "Cs"]), max_size=80))
def test_a_message_without_numbers_urls_or_quotes_stays_what_it_is(message: str) -> None:
    assert masked(message) == message or "://" in message or '"' in message


def test_a_folded_message_is_what_is_left_without_its_numbers() -> None:
    assert fold("Received block blk_-35 of size 67 from 10.2.3.4:80") == fold(
        "Received block blk_-812 of size 6 from 10.12.13.114:8080"
    )
    assert fold("eth0 is up") == fold("eth1 is up")
    assert fold_finely("eth0 is up") != fold_finely("eth1 is up")
    assert fold_finely("eth0 took 5 ms") == fold_finely("eth0 took 61 ms")
