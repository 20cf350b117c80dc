"""The pages of figures as people get them: what happened is in them, what came from outside is inert, and the
switch is set by whoever was shown the form and by nobody else."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any, NamedTuple
from urllib.parse import urlencode

import pytest

from chalicelib.aws.secrets import REMEMBERED
from chalicelib.incidents.links import FORM_LIFE, LinkKeys, sign_form
from chalicelib.incidents.model import State
from chalicelib.prediction.sightings import alert_id_of
from mainstay.serving.exchange import Request
from mainstay.serving.gateway import Gateway
from tests.functional.scene import Scene
from tests.unit.incidents.alerts import CHECKOUT, OPENED, STORAGE, a_log_sight, an_alert

pytestmark = pytest.mark.usefixtures("new_world", "keys")

ALICE, MALLORY = (f"arn:aws:iam::123456789012:user/{name}" for name in ("alice", "mallory"))
FORM = (("Content-Type", "application/x-www-form-urlencoded"),)
GROUP = "/app/checkout"
SECRET = "AKIAIOSFODNN7EXAMPLE"
SCANNED = OPENED + timedelta(minutes=10)


class Page(NamedTuple):
    """What came back."""

    status: int
    text: str
    headers: dict[str, str]

    @property
    def words(self) -> str:
        """What people read, without what it is made of."""
        body = re.sub(r"<style>.*?</style>", " ", self.text, flags=re.DOTALL)
        return " ".join(unescape(re.sub(r"<[^>]*>", " ", body)).split())

    @property
    def nonce(self) -> str:
        found = re.search(r'name="nonce" value="([^"]+)"', self.text)
        assert found, "there is a form"
        return found[1]


Open = Callable[..., Page]


@pytest.fixture
def browse() -> Open:
    """Ask as API Gateway does, for a stage called ``prod``."""
    app = sys.modules["app"].app

    def opened(path: str, form: dict[str, str] | bytes | None = None, *, user: str = ALICE) -> Page:
        body = form if isinstance(form, bytes) else urlencode(form or {}).encode()
        request = Request(
            method="GET" if form is None else "POST",
            target=f"/prod{path}",
            headers=() if form is None else FORM,
            body=body,
        )
        answer = Gateway(app, user=user, stage="prod").answer(request)
        return Page(answer.status, answer.body.decode(), dict(answer.headers))

    return opened


@pytest.fixture
def at_ten_past_three(scene: Scene) -> Iterator[None]:
    """The time at which the alerts of the tests are ten minutes old."""
    scene.world.set_clock(lambda: SCANNED)
    yield
    scene.world.set_clock(None)


# -- outcomes -----------------------------------------------------------------------------------


def test_before_anything_happened_pages_say_what_will_appear_and_no_number(browse: Open) -> None:
    page = browse("/ui/outcomes")
    assert page.status == 200
    for told in ("No incident in 30 days", "No recovery has ended yet", "Nothing was healed yet"):
        assert told in page.words
    assert not re.search(r"\b(0|100) %", page.words)


def test_where_nothing_is_ahead_the_page_says_what_would_be_shown(browse: Open) -> None:
    page = browse("/ui/forecasts")
    assert "Nothing is ahead" in page.words
    assert "No warning was scored yet" in page.words


def test_what_became_of_incidents_is_counted(scene: Scene, browse: Open) -> None:
    healed, refused, waiting = (scene.make_parameter(way) for way in ("sure", "asks", "asks"))
    for parameter in (healed, refused, waiting):
        scene.tamper(parameter)
    scene.say(refused, approved=False)
    story = scene.story(healed)
    scene.story(refused)
    scene.waits(waiting)
    assert story.incident.state is State.COMPLETED
    page = browse("/ui/outcomes")
    scene.say(waiting, approved=False)
    scene.story(waiting)
    assert page.status == 200
    assert "Recoveries that worked 100 % 1 of 1" in page.words
    assert "People said no 1 of 2 questions" in page.words
    assert "1 time a person said no" in page.words
    assert "still open: 1" in page.words
    assert "healed and verified: 1" in page.words
    assert "not approved: 1" in page.words
    assert "ssm.parameter: 1 time, " in page.words
    assert "1 cases prove little yet" in page.words
    assert "ssm.parameter/tampered" in page.words


def test_what_is_counted_leads_to_the_incidents_behind_it(browse: Open) -> None:
    links = re.findall(r'href="/prod(/ui\?[^"]+)"', browse("/ui/outcomes").text)
    assert {"/ui?state=REJECTED", "/ui?state=AWAITING_APPROVAL", "/ui?type=ec2.instance"} <= set(links)
    for link in set(links):
        assert browse(link).status == 200


def test_a_page_may_carry_no_script_and_no_style_of_its_own(browse: Open) -> None:
    for path in ("/ui/outcomes", "/ui/forecasts", "/ui/patterns", "/ui/policy"):
        page = browse(path)
        assert page.status == 200
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
        assert ' style="' not in page.text
        assert "javascript:" not in page.text
        assert re.findall(r"<script[^>]*>", page.text) == ['<script src="/prod/ui/assets/app.js">']
        assert not re.search(r'(href|action)="/(?!prod/)', page.text), "each link begins with the base"


@pytest.mark.usefixtures("at_ten_past_three")
def test_ids_in_a_page_are_there_once(scene: Scene, browse: Open) -> None:
    open_alerts(scene)
    for path in ("/ui/outcomes", "/ui/forecasts", "/ui/policy"):
        ids = re.findall(r' id="([^"]+)"', browse(path).text)
        assert len(ids) == len(set(ids))


# -- forecasts ----------------------------------------------------------------------------------


def open_alerts(scene: Scene, **changes: Any) -> list[str]:
    team = scene.world.team
    logs = alert_id_of(CHECKOUT, "rate_spike", OPENED.timestamp())
    alerts = [
        an_alert(STORAGE),
        an_alert(CHECKOUT, alert_id=logs, incident_id="i-1", sight=a_log_sight(**changes)),
    ]
    for alert in alerts:
        team.aws.read("dynamodb", "transact_write_items", TransactItems=team.alerts.opened(alert))
    return [alert.alert_id for alert in alerts]


@pytest.mark.usefixtures("at_ten_past_three")
def test_a_warning_is_shown_with_its_limit_its_time_and_what_could_be_done(
    scene: Scene, browse: Open
) -> None:
    (storage, _) = open_alerts(scene)
    page = browse("/ui/forecasts")
    assert f'id="{storage}"' in page.text
    for told in (
        "free storage of db-orders is 1.2 GiB",
        "80 % , that it becomes a failure",
        "2026-11-24 03:35:00 UTC",
        "in 8 of 10 cases 03:20:00 to 04:05:00",
        "give the database more storage",
        "Now 1.2 GiB; usually 1.9 GiB; the limit is 0 bytes; expected there in 30 min",
    ):
        assert told in page.words
    assert 'class="fan"' in page.text


@pytest.mark.usefixtures("at_ten_past_three")
def test_what_logs_say_stays_text(scene: Scene, browse: Open) -> None:
    hostile = f"<img src=x onerror=alert(1)>\x1b[31m\u202e password=hunter2-but-longer {SECRET}"
    open_alerts(scene, what=hostile, evidence=(hostile,), examples=(hostile,))
    page = browse("/ui/forecasts")
    assert "<img" not in page.text
    assert not [secret for secret in (SECRET, "hunter2", "\x1b", "\u202e") if secret in page.text]


# -- patterns -----------------------------------------------------------------------------------


def scan(scene: Scene) -> None:
    """Two hours of a log group, in which something new came at the end."""
    scene.change_policy(scan={"log_groups": [{"name": GROUP}, {"name": "/aws/lambda/*"}]})
    end = SCANNED.timestamp()
    lines = [(end - 7200 + number, f"paid order {number} in {number % 90} ms") for number in range(7000)]
    lines += [(end - 100, f"<b>cannot</b> connect with aws_access_key_id={SECRET}")] * 30
    for until in (SCANNED - timedelta(hours=1), SCANNED):
        written = until - timedelta(seconds=30)
        scene.world.set_clock(lambda written=written: written)
        since = written - timedelta(hours=1)
        of_hour = [one for one in lines if since.timestamp() <= one[0] < written.timestamp()]
        scene.world.aws.write_logs(GROUP, "s", sorted(of_hour))
        scene.world.set_clock(lambda until=until: until)
        scene.world.scan()


@pytest.mark.usefixtures("at_ten_past_three")
def test_a_log_group_is_chosen_from_those_that_the_policy_names(scene: Scene, browse: Open) -> None:
    scene.change_policy(scan={"log_groups": [{"name": GROUP}, {"name": "/aws/lambda/*"}]})
    page = browse("/ui/patterns")
    assert "Choose a log group" in page.words
    assert 'href="/prod/ui/patterns?log_group=%2Fapp%2Fcheckout"' in page.text
    assert "/aws/lambda/*" not in page.text


@pytest.mark.usefixtures("at_ten_past_three")
def test_patterns_are_shown_with_how_often_they_come_and_which_are_new(scene: Scene, browse: Open) -> None:
    scan(scene)
    page = browse("/ui/patterns?log_group=/app/checkout")
    assert page.status == 200
    rows = re.findall(r"<tr><td class=\"template\">(.*?)</tr>", page.text, flags=re.DOTALL)
    assert len(rows) == 2
    assert rows[0].startswith("paid order &lt;*&gt; in &lt;*&gt; ms")
    assert ("new</span>" in rows[0], "new</span>" in rows[1]) == (False, True)
    assert "7 k" in rows[0]
    assert "<b>" not in page.text
    assert SECRET not in page.text
    newest = browse("/ui/patterns?log_group=/app/checkout&sort=new")
    assert newest.text.index("&lt;b&gt;cannot") < newest.text.index("paid order")


def test_a_log_group_that_was_never_scanned_is_told_so(browse: Open) -> None:
    page = browse("/ui/patterns?log_group=%3Cscript%3E")
    assert page.status == 404
    assert "<script> was never scanned." in page.words
    assert "<script>" not in page.text


@pytest.mark.parametrize("query", ["sort=colour", f"log_group={'x' * 600}", "colour=red"])
def test_a_question_that_makes_no_sense_is_a_page_that_says_so(browse: Open, query: str) -> None:
    page = browse(f"/ui/patterns?{query}")
    assert page.status == 400
    assert query.partition("=")[0] in page.words


# -- policy and switch --------------------------------------------------------------------------


def test_the_policy_is_shown_for_reading(scene: Scene, browse: Open) -> None:
    scene.change_policy(
        change_windows=[{"name": "long patch day", "starts_at": "2020-01-01T00:00:00Z"}],
        limits={"threshold": 0.85, "settle_seconds": 1, "model": "never"},
    )
    page = browse("/ui/policy")
    assert page.status == 200
    assert scene.world.team.policy.version in page.words
    assert "Automatic from a confidence of 85 %" in page.words
    assert "every resource called */shortly/* Time to approve: 3 s" in page.words
    assert re.search(r"long patch day .* open now", page.words)
    assert "The mode is auto ." in page.words


def test_one_press_stops_all_changes_and_says_who_did_it(scene: Scene, browse: Open) -> None:
    scene.set_mode("auto")
    answer = browse("/ui/mode", {"mode": "off", "nonce": browse("/ui/policy").nonce})
    assert (answer.status, answer.headers["Location"]) == (303, "/prod/ui/policy")
    assert scene.world.team.memory.mode() == "off"
    page = browse("/ui/policy")
    assert "The mode is off ." in page.words
    assert f"Set by {ALICE}" in page.words
    assert "Switch on again" in page.words


def test_what_is_switched_off_is_changed_by_nobody(scene: Scene, browse: Open) -> None:
    scene.set_mode("auto")
    browse("/ui/mode", {"mode": "off", "nonce": browse("/ui/policy").nonce})
    parameter = scene.make_parameter("sure")
    scene.tamper(parameter)
    assert scene.story(parameter).incident.state is State.DISMISSED
    assert scene.versions_of(parameter) == 2


@pytest.mark.parametrize("reason", [None, "", "   "])
@pytest.mark.parametrize("mode", ["observe", "approve", "auto"])
def test_nothing_is_switched_on_without_a_reason(
    scene: Scene, browse: Open, mode: str, reason: str | None
) -> None:
    scene.set_mode("off")
    given = {} if reason is None else {"reason": reason}
    answer = browse("/ui/mode", {"mode": mode, "nonce": browse("/ui/policy").nonce, **given})
    assert answer.status == 400
    assert f"say why the mode is to be {mode}" in answer.words
    assert scene.world.team.memory.mode() == "off"


def test_a_reason_switches_it_on_and_is_kept_with_what_held_before(scene: Scene, browse: Open) -> None:
    scene.set_mode("off")
    reason = "The <b>storm</b> is over"
    form = {"mode": "approve", "reason": reason, "nonce": browse("/ui/policy").nonce}
    assert browse("/ui/mode", form).status == 303
    page = browse("/ui/policy")
    assert "The mode is approve ." in page.words
    assert re.search(rf"Set before approve [-0-9: ]+UTC {ALICE}: {reason} off [-0-9: ]+UTC bob", page.words)
    assert "<b>storm" not in page.text


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda _: "", id="none"),
        pytest.param(lambda nonce: nonce[:-1] + ("A" if nonce[-1] != "A" else "B"), id="another-byte"),
        pytest.param(lambda nonce: f"9{nonce}", id="a-longer-life"),
        pytest.param(lambda _: "x" * 5000, id="too-long"),
    ],
)
def test_a_form_that_is_not_ours_changes_nothing(
    scene: Scene, browse: Open, spoil: Callable[[str], str]
) -> None:
    scene.set_mode("auto")
    answer = browse("/ui/mode", {"mode": "off", "nonce": spoil(browse("/ui/policy").nonce)})
    assert answer.status == 403
    assert "this form was not made for this page and person" in answer.words
    assert scene.world.team.memory.mode() == "auto"


def test_a_form_that_was_made_for_somebody_else_changes_nothing(
    scene: Scene, browse: Open, keys: LinkKeys
) -> None:
    scene.set_mode("auto")
    nonce = browse("/ui/policy", user=MALLORY).nonce
    assert browse("/ui/mode", {"mode": "off", "nonce": nonce}).status == 403
    elsewhere = sign_form(f"answer:{ALICE}", keys, scene.world.team.clock())
    assert browse("/ui/mode", {"mode": "off", "nonce": elsewhere}).status == 403
    assert scene.world.team.memory.mode() == "auto"


def test_a_page_that_was_opened_too_long_ago_changes_nothing(
    scene: Scene, browse: Open, keys: LinkKeys
) -> None:
    scene.set_mode("auto")
    old = sign_form(f"mode:{ALICE}", keys, scene.world.team.clock() - FORM_LIFE)
    answer = browse("/ui/mode", {"mode": "off", "nonce": old})
    assert (answer.status, scene.world.team.memory.mode()) == (403, "auto")
    assert "opened too long ago" in answer.words


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param(b"mode=off&mode=auto", 400, id="twice"),
        pytest.param(b"mode=%ff%fe", 400, id="no-text"),
        pytest.param(b"&".join(b"a%d=1" % number for number in range(50)), 400, id="too-many-fields"),
        pytest.param(b"x" * 70_000, 413, id="too-long"),
        pytest.param(b"", 403, id="empty"),
    ],
)
def test_what_is_no_form_of_ours_is_refused(scene: Scene, browse: Open, body: bytes, status: int) -> None:
    scene.set_mode("auto")
    assert browse("/ui/mode", body).status == status
    assert scene.world.team.memory.mode() == "auto"


@pytest.mark.parametrize("field", [{"mode": "fast"}, {"mode": "off", "colour": "red"}, {}])
def test_a_mode_that_is_none_is_no_mode(scene: Scene, browse: Open, field: dict[str, str]) -> None:
    scene.set_mode("auto")
    answer = browse("/ui/mode", {**field, "nonce": browse("/ui/policy").nonce})
    assert (answer.status, scene.world.team.memory.mode()) == (400, "auto")
    assert "Nothing was changed." in answer.words


def test_a_mode_that_was_never_set_is_told_as_what_it_is(scene: Scene, browse: Open) -> None:
    scene.forget_mode()
    page = browse("/ui/policy")
    assert "Never set: nothing is changed" in page.words


def test_a_mode_that_cannot_be_read_is_told_in_red_and_can_still_be_set(scene: Scene, browse: Open) -> None:
    scene.set_mode("auto")
    with scene.aws_refuses.refuse("GetItem", text="CONTROL"):
        page = browse("/ui/policy")
        assert page.status == 200
        assert "Cannot be read: nothing is changed" in page.words
        assert "banner loud tone-bad" in page.text
        assert browse("/ui/mode", {"mode": "off", "nonce": page.nonce}).status == 303
    assert scene.world.team.memory.mode() == "off"


@pytest.mark.usefixtures("no_keys")
def test_without_keys_there_is_no_form_and_the_page_says_what_to_do(scene: Scene, browse: Open) -> None:
    scene.world.set_clock(lambda: datetime.now(UTC) + REMEMBERED)
    page = browse("/ui/policy")
    scene.world.set_clock(None)
    assert page.status == 200
    assert "<form" not in page.text
    assert "mainstay mode off" in page.words


@pytest.mark.parametrize(
    ("code", "status"),
    [("ProvisionedThroughputExceededException", 503), ("AccessDeniedException", 500)],
)
def test_trouble_of_ours_is_a_page_that_says_so(scene: Scene, browse: Open, code: str, status: int) -> None:
    with scene.aws_refuses.refuse("Query", code=code):
        pages = [browse(path) for path in ("/ui/outcomes", "/ui/forecasts", "/ui/patterns")]
    assert {page.status for page in pages} == {status}
    assert all(page.headers["Content-Type"].startswith("text/html") for page in pages)
    assert "a page could not be shown" in scene.world.log_file.read_text(encoding="utf-8")
