"""Links and forms: what we signed is believed for a while, and nothing else ever is."""

from __future__ import annotations

import base64
import hashlib
import random
import string
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.errors import (
    ExpiredLinkError,
    MainstayError,
    SecretsUnreadableError,
    WrongFormError,
    WrongLinkError,
)
from chalicelib.incidents.links import (
    FORM_LIFE,
    LONGEST_LIFE,
    Link,
    LinkKeys,
    check_form,
    check_link,
    link_expiry,
    read_keys,
    rotate_keys,
    sign_form,
    sign_link,
)
from chalicelib.incidents.plans import Risk

NOW = datetime(2030, 3, 1, 3, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
MUTATIONS = 100_000


def a_secret(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def keys_of(*names: str, at: datetime = NOW) -> LinkKeys:
    """Rotated through these names."""
    keys: LinkKeys | None = None
    for name in names:
        keys = rotate_keys(keys, name, a_secret(name), at)
    assert keys
    return keys


KEYS = keys_of("old", "new")
STRANGERS = keys_of("old", "new", "stranger").model_copy(update={"current": "stranger"})


def a_link(number: int = 0, **changes: object) -> Link:
    known = {
        "incident_id": f"inc-20300301-030000-{number:08x}",
        "version": f"{number:032x}",
        "digest": f"{number:064x}",
        "approver": "alice",
        "nonce": f"{number + 7:032x}",
        "expires_at": int((NOW + HOUR).timestamp()),
    }
    return Link.model_validate(known | changes)


# -- what is ours -------------------------------------------------------------------------------


def test_a_link_says_what_was_signed() -> None:
    token = sign_link(a_link(), KEYS)
    assert check_link(token, KEYS, NOW) == a_link()
    assert len(token) < 700
    assert set(token) <= set(string.ascii_letters + string.digits + "-_.")


@given(st.text(max_size=60), st.text(max_size=60))
def test_whatever_it_holds_comes_back_as_it_was(approver: str, version: str) -> None:
    link = a_link(approver=approver, version=version)
    assert check_link(sign_link(link, KEYS), KEYS, NOW) == link


def test_a_link_is_good_until_its_last_second_and_then_expired() -> None:
    token = sign_link(a_link(), KEYS)
    check_link(token, KEYS, NOW + HOUR - timedelta(microseconds=1))
    with pytest.raises(ExpiredLinkError):
        check_link(token, KEYS, NOW + HOUR)


def test_that_a_wrong_link_has_expired_is_told_to_nobody() -> None:
    token = sign_link(a_link(), KEYS)
    with pytest.raises(WrongLinkError):
        check_link(token[:-1] + ("A" if token[-1] != "A" else "B"), KEYS, NOW + 30 * HOUR)


@pytest.mark.parametrize(
    ("risk", "asked_for", "lives"),
    [
        (Risk.LOW, timedelta(minutes=5), timedelta(minutes=5)),
        (Risk.MEDIUM, timedelta(days=13), timedelta(hours=24)),
        (Risk.HIGH, timedelta(days=13), timedelta(minutes=60)),
        (Risk.HIGH, timedelta(minutes=5), timedelta(minutes=5)),
    ],
)
def test_a_link_lives_as_long_as_its_question_but_a_day_at_most_and_an_hour_for_high_risk(
    risk: Risk, asked_for: timedelta, lives: timedelta
) -> None:
    assert link_expiry(risk, NOW, NOW + asked_for) == NOW + lives


# -- keys ---------------------------------------------------------------------------------------


def test_a_key_that_was_replaced_is_believed_for_the_longest_life_of_a_link() -> None:
    before = rotate_keys(None, "k1", a_secret("k1"), NOW)
    token = sign_link(a_link(expires_at=int((NOW + 99 * HOUR).timestamp())), before)
    after = rotate_keys(before, "k2", a_secret("k2"), NOW + HOUR)
    assert sign_link(a_link(), after).split(".")[1] == "k2"
    check_link(token, after, NOW + HOUR + LONGEST_LIFE - timedelta(seconds=1))
    with pytest.raises(WrongLinkError):
        check_link(token, after, NOW + HOUR + LONGEST_LIFE)


def test_a_key_that_no_link_can_need_any_more_is_forgotten() -> None:
    first = rotate_keys(None, "k1", a_secret("k1"), NOW)
    second = rotate_keys(first, "k2", a_secret("k2"), NOW)
    third = rotate_keys(second, "k3", a_secret("k3"), NOW + LONGEST_LIFE)
    assert list(third.keys) == ["k2", "k3"]
    assert third.keys["k2"].retired_at == NOW + LONGEST_LIFE


def test_keys_come_back_as_they_were_kept() -> None:
    assert read_keys(KEYS.model_dump_json()) == KEYS


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "null",
        '{"current": "k1", "keys": {}}',
        '{"current": "k1", "keys": {"k1": {"secret": "c0ffee", "made_at": "2030-03-01T03:00:00Z"}}}',
        KEYS.model_dump_json().replace('"current":"new"', '"current":"old"'),
        KEYS.model_dump_json().replace('"current":"new"', '"current":"gone"'),
    ],
    ids=["nothing", "empty", "null", "no keys", "short secret", "a retired one", "a missing one"],
)
def test_what_is_no_keys_is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(SecretsUnreadableError) as refused:
        read_keys(text)
    shown = f"{refused.value} {refused.value.__cause__} {refused.value.__context__ or ''}"
    assert "c0ffee" not in str(refused.value)
    assert a_secret("new") not in str(refused.value)
    assert refused.value.__suppress_context__, shown


def test_no_secret_is_shown_where_keys_are_printed() -> None:
    assert a_secret("new") not in repr(KEYS)
    assert "new" in repr(KEYS)


# -- forms --------------------------------------------------------------------------------------


def test_a_form_is_good_for_its_purpose_alone_and_for_an_hour() -> None:
    nonce = sign_form("mode:alice", KEYS, NOW)
    check_form(nonce, "mode:alice", KEYS, NOW + FORM_LIFE - timedelta(seconds=1))
    for purpose, now in (("mode:bob", NOW), ("mode:alic", NOW), ("", NOW), ("mode:alice", NOW + FORM_LIFE)):
        with pytest.raises(WrongFormError):
            check_form(nonce, purpose, KEYS, now)


@given(st.text(max_size=80))
def test_no_text_is_a_form(text: str) -> None:
    with pytest.raises(WrongFormError):
        check_form(text, "mode:alice", KEYS, NOW)


def test_a_form_s_end_cannot_be_put_off() -> None:
    expires_at, kid, mac = sign_form("mode:alice", KEYS, NOW).split(".")
    with pytest.raises(WrongFormError):
        check_form(f"{int(expires_at) + 1}.{kid}.{mac}", "mode:alice", KEYS, NOW)
    with pytest.raises(WrongFormError):
        check_form(f"0{expires_at}.{kid}.{mac}", "mode:alice", KEYS, NOW)


def test_a_form_is_no_link_and_a_link_no_form() -> None:
    token, nonce = sign_link(a_link(), KEYS), sign_form("x", KEYS, NOW)
    with pytest.raises(WrongLinkError):
        check_link(nonce, KEYS, NOW)
    with pytest.raises(WrongFormError):
        check_form(token, "x", KEYS, NOW)


# -- what is not ours ---------------------------------------------------------------------------

TOKENS = tuple(sign_link(a_link(number), KEYS) for number in range(20))
FOREIGN = tuple(
    token.replace(".stranger.", ".new.")
    for token in (sign_link(a_link(number), STRANGERS) for number in range(20))
)
ALPHABET = string.ascii_letters + string.digits + "-_.=+/%\x00\n é中ａ\u202e"


def flip(token: str, chance: random.Random) -> str:
    at = chance.randrange(len(token))
    return token[:at] + chr(ord(token[at]) ^ (1 << chance.randrange(8))) + token[at + 1 :]


def replace(token: str, chance: random.Random) -> str:
    at = chance.randrange(len(token))
    return token[:at] + chance.choice(ALPHABET) + token[at + 1 :]


def cut(token: str, chance: random.Random) -> str:
    start, end = sorted(chance.sample(range(len(token) + 1), 2))
    return chance.choice([token[:start], token[end:], token[:start] + token[end:]])


def insert(token: str, chance: random.Random) -> str:
    at = chance.randrange(len(token) + 1)
    return token[:at] + "".join(chance.choices(ALPHABET, k=chance.randrange(1, 4))) + token[at:]


def swap(token: str, chance: random.Random) -> str:
    one, other = sorted(chance.sample(range(len(token)), 2))
    letters = list(token)
    letters[one], letters[other] = letters[other], letters[one]
    return "".join(letters)


def splice(token: str, chance: random.Random) -> str:
    """Parts of two tokens that are both ours."""
    mine, theirs = token.split("."), chance.choice(TOKENS).split(".")
    return ".".join(chance.choice(pair) for pair in zip(mine, theirs, strict=True))


def cross(token: str, chance: random.Random) -> str:
    """The head of one token and the tail of another."""
    at = chance.randrange(1, len(token))
    return token[:at] + chance.choice(TOKENS)[at:]


def change_case(token: str, chance: random.Random) -> str:
    at = chance.randrange(len(token))
    return chance.choice([token.upper(), token.lower(), token[:at] + token[at:].swapcase()])


def change_key(token: str, chance: random.Random) -> str:
    payload, _, mac = token.split(".")
    return f"{payload}.{chance.choice(['old', 'stranger', 'NEW', 'newer', '', '0', 'k' * 17])}.{mac}"


def respell(token: str, chance: random.Random) -> str:
    """Other base64 of the same bytes: padding, trailing bits, the other alphabet, white space."""
    payload, kid, mac = token.split(".")
    last = payload[-1]
    near = chr(ord(last) + 1) if last.isalnum() else "A"
    spelt = [
        f"{payload}=.{kid}.{mac}",
        f"{payload}.{kid}.{mac}=",
        f"{payload[:-1]}{near}.{kid}.{mac}",
        f"{payload}.{kid}.{mac[:-1]}{chr(ord(mac[-1]) ^ 1)}",
        token.replace("-", "+").replace("_", "/") + "\n",
        f" {token}",
        f"{token} ",
        f"{payload}.{kid}.{mac}.{mac}",
        f".{token}",
        f"{payload}..{mac}",
    ]
    return chance.choice(spelt)


def rewrite(token: str, chance: random.Random) -> str:
    """Another payload under the same mac."""
    payload, kid, mac = token.split(".")
    text = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)).decode()
    other = chance.choice(
        [
            text.replace("alice", "mallory"),
            text.replace('"expires_at":', '"expires_at":9'),
            text.replace("inc-2030", "inc-2031"),
            text + " ",
            text.replace(":", ": "),
        ]
    )
    return f"{base64.urlsafe_b64encode(other.encode()).rstrip(b'=').decode()}.{kid}.{mac}"


def grow(token: str, chance: random.Random) -> str:
    return chance.choice([token * chance.randrange(2, 30), "A" * chance.randrange(600, 5000) + token])


def forge(_token: str, chance: random.Random) -> str:
    """Signed well, by a key that is none of ours."""
    return chance.choice(FOREIGN)


WAYS: tuple[Callable[[str, random.Random], str], ...] = (
    flip,
    replace,
    cut,
    insert,
    swap,
    splice,
    cross,
    change_case,
    change_key,
    respell,
    rewrite,
    grow,
    forge,
)


def mutations(seed: int, count: int) -> Iterator[str]:
    chance = random.Random(seed)  # noqa: S311 - the same mutations every time
    while count:
        token = chance.choice(WAYS)(chance.choice(TOKENS), chance)
        if token not in TOKENS:
            count -= 1
            yield token


def test_of_a_hundred_thousand_tokens_that_were_tampered_with_none_is_accepted() -> None:
    refused = 0
    for token in mutations(20300301, MUTATIONS):
        with pytest.raises(WrongLinkError):
            check_link(token, KEYS, NOW)
        refused += 1
    assert refused == MUTATIONS
    assert all(check_link(token, KEYS, NOW) for token in TOKENS)


def test_every_character_counts() -> None:
    token, letters = TOKENS[0], string.ascii_letters + string.digits + "-_.="
    for at, right in enumerate(token):
        for letter in letters.replace(right, ""):
            with pytest.raises(WrongLinkError):
                check_link(token[:at] + letter + token[at + 1 :], KEYS, NOW)


@given(st.text(max_size=900))
def test_no_text_is_a_link_and_none_breaks_anything(text: str) -> None:
    with pytest.raises(MainstayError):
        check_link(text, KEYS, NOW)


def test_a_link_of_another_version_of_mainstay_is_refused_like_any_other() -> None:
    class Older(Link):
        extra: str = "x"

    older = Older.model_validate(a_link().model_dump())
    with pytest.raises(WrongLinkError):
        check_link(sign_link(older, KEYS), KEYS, NOW)
