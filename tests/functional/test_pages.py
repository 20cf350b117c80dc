"""The pages of incidents as people get them: what is going on, one incident whole, and an answer."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode

import pytest

from chalicelib.aws.incident_reader import Story
from chalicelib.aws.secrets import REMEMBERED
from chalicelib.incidents.links import FORM_LIFE
from chalicelib.incidents.model import Resource, State
from mainstay.serving.exchange import Request
from mainstay.serving.gateway import Gateway
from tests.functional.review_page import FORM
from tests.functional.scene import BAD, GOOD, PARAMETER, Scene, said
from tests.unit.pages.reading import Page, find_faults
from tests.unit.pages.records import HOSTILE

pytestmark = pytest.mark.usefixtures("keys")

ALICE, MALLORY = (f"arn:aws:iam::123456789012:user/{name}" for name in ("alice", "mallory"))
BASE = "/prod"


@dataclass(frozen=True)
class Answer:
    """What came back, and the page in it."""

    status: int
    html: str
    headers: dict[str, str]
    page: Page = field(repr=False)

    @property
    def nonce(self) -> str:
        """Of the form on the page."""
        return self.page.one("input", name="nonce").attributes["value"]


Open = Callable[..., Answer]


@pytest.fixture
def browse() -> Open:
    """Ask as API Gateway does, for a stage called ``prod``; every page that comes back is without a fault."""
    app = sys.modules["app"].app

    def opened(
        path: str, form: dict[str, str] | None = None, *, user: str = ALICE, kind: str = FORM
    ) -> Answer:
        request = Request(
            method="GET" if form is None else "POST",
            target=f"{BASE}{path}",
            headers=() if form is None else (("Content-Type", kind),),
            body=urlencode(form or {}).encode(),
        )
        given = Gateway(app, user=user, stage="prod").answer(request)
        headers, html = dict(given.headers), given.body.decode()
        if html and headers["Content-Type"].startswith("text/html"):
            assert find_faults(html, base=BASE, guarded=not path.startswith("/review")) == []
        return Answer(given.status, html, headers, Page(html))

    return opened


@pytest.fixture
def asked(scene: Scene) -> tuple[Resource, Story]:
    """A parameter that people are asked about."""
    parameter = scene.make_parameter("asks")
    scene.tamper(parameter)
    return parameter, scene.waits(parameter)


def path_of(story: Story) -> str:
    return f"/ui/incidents/{story.incident.incident_id}"


def rows(answer: Answer) -> dict[str, str]:
    """What the list says of each incident that it links to."""
    items = [one for one in answer.page.all("li") if "incident " in one.attributes.get("class", "")]
    links = [
        one for one in answer.page.all("a") if one.attributes.get("class", "").startswith("incident-link")
    ]
    told = [re.sub(r"\s+", " ", item.text).strip() for item in items]
    return dict(zip([link.attributes["href"] for link in links], told, strict=True))


# -- what is going on ---------------------------------------------------------------------------


def test_what_is_open_says_what_it_waits_for_and_until_when(
    scene: Scene, asked: tuple[Resource, Story], browse: Open
) -> None:
    parameter, story = asked
    row = rows(browse("/ui"))[f"{BASE}{path_of(story)}"]
    scene.say(parameter, approved=False)
    scene.story(parameter)

    assert row.startswith(f"Awaiting approval {parameter.id} was changed")
    assert re.search(r"waits for a person, until \d\d:\d\d:\d\d", row)
    assert "nothing is changed before" in row


def test_what_was_healed_says_how_long_it_took(scene: Scene, browse: Open) -> None:
    parameter = scene.make_parameter("sure")
    scene.tamper(parameter)
    story = scene.story(parameter)
    row = rows(browse("/ui"))[f"{BASE}{path_of(story)}"]

    assert row.startswith(f"Completed {parameter.id} was changed")
    assert re.search(r"well after \d", row)
    assert row.endswith("ago")


def test_the_list_is_filtered_by_state_type_and_resource(
    scene: Scene, asked: tuple[Resource, Story], browse: Open
) -> None:
    parameter, story = asked
    here = f"{BASE}{path_of(story)}"
    with_it = (
        "?state=AWAITING_APPROVAL",
        f"?type={PARAMETER}",
        f"?{urlencode({'resource': parameter.id, 'state': '', 'type': ''})}",
    )
    without = ("?state=COMPLETED", "?state=EXECUTING", "?type=ec2.instance", "?resource=i-0nowhere")
    assert [query for query in with_it if here not in rows(browse(f"/ui{query}"))] == []
    assert [query for query in without if here in rows(browse(f"/ui{query}"))] == []
    scene.say(parameter, approved=False)
    scene.story(parameter)


def test_a_filter_is_kept_in_the_form_and_can_be_cleared(browse: Open) -> None:
    page = browse("/ui?state=FAILED&type=ec2.instance&resource=i-0nowhere").page

    chosen = [one.attributes["value"] for one in page.all("option") if "selected" in one.attributes]
    assert chosen == ["FAILED", "ec2.instance"]
    assert page.one("input", name="resource").attributes["value"] == "i-0nowhere"
    assert next(one for one in page.all("a") if one.text == "Clear").attributes["href"] == f"{BASE}/ui"
    assert "No ended incident matches" in page.words


def test_longer_lists_go_on_page_by_page(scene: Scene, browse: Open) -> None:
    for _ in range(3):
        parameter = scene.make_parameter("sure")
        scene.tamper(parameter)
        scene.story(parameter)
    pages, following = [], f"/ui?{urlencode({'type': PARAMETER, 'limit': 2, 'state': 'COMPLETED'})}"
    while following and len(pages) < 2:
        answer = browse(following)
        pages.append(list(rows(answer)))
        further = [one for one in answer.page.all("a") if one.text == "Earlier ones"]
        following = further[0].attributes["href"].removeprefix(BASE) if further else ""

    first, second = pages
    assert len(first) == 2
    assert second
    assert not set(first) & set(second)
    assert answer.page.one("h2").text == "Earlier"
    newest = next(one for one in answer.page.all("a") if one.text == "Newest")
    assert list(rows(browse(newest.attributes["href"].removeprefix(BASE)))) == first


@pytest.mark.parametrize(
    ("mode", "says"),
    [("off", "Mainstay is off"), ("observe", "Mainstay only observes"), (None, "The mode was never set")],
)
def test_a_mode_in_which_nothing_is_repaired_cannot_be_overlooked(
    scene: Scene, browse: Open, mode: str | None, says: str
) -> None:
    scene.set_mode(mode) if mode else scene.forget_mode()
    answer = browse("/ui")

    banner = answer.page.one("div", role="status")
    assert "loud" in banner.attributes["class"]
    assert says in banner.text
    assert answer.page.words.index(says) < answer.page.words.index("To verified health")


def test_in_the_usual_mode_there_is_no_banner(browse: Open) -> None:
    page = browse("/ui").page

    assert [one for one in page.all("div") if one.attributes.get("role") == "status"] == []
    assert "Mode: auto" in page.words


@pytest.mark.parametrize(
    "query",
    [
        "state=BROKEN",
        "type=none.such",
        "cursor=made-up",
        "colour=red",
        "state=%3Cscript%3E",
        "type=" + "x" * 99,
    ],
)
def test_a_question_that_makes_no_sense_is_told_so(browse: Open, query: str) -> None:
    answer = browse(f"/ui?{query}")

    assert answer.status == 400
    assert answer.page.one("h1").text == "That cannot be asked for"
    assert query.partition("=")[0] in answer.page.words


# -- one incident -------------------------------------------------------------------------------


def test_the_page_of_an_incident_tells_its_whole_story(scene: Scene, browse: Open) -> None:
    parameter = scene.make_parameter("sure")
    scene.tamper(parameter)
    story = scene.story(parameter)
    answer = browse(path_of(story))

    assert answer.status == 200
    assert answer.page.one("h1").text.startswith(f"{parameter.id} was changed: repaired and verified in")
    assert [what for what in said(story) if what not in answer.page.text] == []
    assert "put back the value of the parameter" in answer.page.words
    assert "do-0" in answer.page.words
    assert "unchanged and in order" in answer.page.words
    assert answer.page.all("form") == []


def test_an_incident_that_there_is_not_is_a_page_that_says_so(browse: Open) -> None:
    for name in ("inc-20200101-000000-00000000", "%3Cscript%3E", "..%2F..%2Fetc"):
        answer = browse(f"/ui/incidents/{name}")
        assert (answer.status, answer.page.one("h1").text) == (404, "There is no such page")


def test_what_is_approved_on_the_page_is_done_in_that_name(
    scene: Scene, asked: tuple[Resource, Story], browse: Open
) -> None:
    parameter, story = asked
    page = browse(path_of(story))
    answered = browse(
        f"{path_of(story)}/answer", {"answer": "approve", "nonce": page.nonce, "reason": "looks right"}
    )
    done = scene.story(parameter)

    assert (answered.status, answered.headers["Location"]) == (303, f"{BASE}{path_of(story)}")
    assert answered.html == ""
    assert scene.value_of(parameter) == GOOD
    assert done.incident.approval
    assert (done.incident.approval.by, done.incident.approval.reason) == (ALICE, "looks right")
    assert f"approved by {ALICE}" in browse(path_of(story)).page.words


def test_what_is_rejected_on_the_page_is_left_as_it_is(
    scene: Scene, asked: tuple[Resource, Story], browse: Open
) -> None:
    parameter, story = asked
    nonce = browse(path_of(story)).nonce
    browse(f"{path_of(story)}/answer", {"answer": "reject", "nonce": nonce, "reason": "<b>not</b> tonight"})
    done = scene.story(parameter)

    assert done.incident.state is State.REJECTED
    assert scene.value_of(parameter) == BAD
    words = browse(path_of(story)).page.words
    assert "<b>not</b> tonight" in words


def test_an_answer_after_the_answer_changes_nothing_and_says_so(
    scene: Scene, asked: tuple[Resource, Story], browse: Open
) -> None:
    parameter, story = asked
    form = {"answer": "approve", "nonce": browse(path_of(story)).nonce}
    scene.say(parameter, approved=False)
    scene.story(parameter)
    late = browse(f"{path_of(story)}/answer", form)

    assert late.status == 409
    assert "Somebody else has answered" in late.page.one("p", role="alert").text
    assert "rejected by" in late.page.words
    assert scene.value_of(parameter) == BAD


@pytest.mark.parametrize(
    "what", ["made up", "of another person", "of another incident", "too old", "missing"]
)
def test_a_form_that_this_person_was_not_shown_here_and_now_is_refused(
    scene: Scene, asked: tuple[Resource, Story], browse: Open, what: str
) -> None:
    parameter, story = asked
    other = scene.make_parameter("asks")
    scene.tamper(other)
    elsewhere = scene.waits(other)
    nonces = {
        "made up": lambda: "0.0",
        "of another person": lambda: browse(path_of(story), user=MALLORY).nonce,
        "of another incident": lambda: browse(path_of(elsewhere)).nonce,
        "too old": lambda: browse(path_of(story)).nonce,
        "missing": lambda: "",
    }
    form = {"answer": "approve", "nonce": nonces[what]()}
    if what == "too old":
        scene.world.set_clock(lambda: story.incident.opened_at + FORM_LIFE * 2)
    answer = browse(f"{path_of(story)}/answer", form)
    scene.world.set_clock(None)

    assert answer.status in (400, 403)
    assert "Your answer did not count" in answer.page.words
    assert scene.world.team.incidents.load(story.incident.incident_id).state is State.AWAITING_APPROVAL
    for waiting in (parameter, other):
        scene.say(waiting, approved=False)
        scene.story(waiting)


@pytest.mark.usefixtures("no_keys")
def test_without_keys_an_incident_can_be_looked_at_and_not_answered(
    scene: Scene, asked: tuple[Resource, Story], browse: Open
) -> None:
    parameter, story = asked
    team = scene.world.team
    later = team.clock() + REMEMBERED * 2
    scene.world.set_clock(lambda: later)
    answer = browse(path_of(story))
    scene.world.set_clock(None)

    assert answer.status == 200
    assert answer.page.all("form") == []
    scene.say(parameter, approved=False)
    scene.story(parameter)


@pytest.mark.parametrize(
    "form", [{}, {"answer": "perhaps"}, {"answer": "approve", "nonce": "1", "mode": "auto"}]
)
def test_a_form_that_is_not_ours_is_refused(
    scene: Scene, browse: Open, form: dict[str, str], asked: tuple[Resource, Story]
) -> None:
    parameter, story = asked
    answer = browse(f"{path_of(story)}/answer", form)

    assert answer.status == 400
    assert scene.world.team.incidents.load(story.incident.incident_id).state is State.AWAITING_APPROVAL
    scene.say(parameter, approved=False)
    scene.story(parameter)


def test_what_a_person_called_himself_stays_a_text_on_every_page(scene: Scene, browse: Open) -> None:
    parameter = scene.make_parameter("asks")
    scene.tamper(parameter)
    story = scene.waits(parameter)
    nonce = browse(path_of(story)).nonce
    reason = f"{HOSTILE['close']} {HOSTILE['reorder']} {HOSTILE['secret']}"
    browse(f"{path_of(story)}/answer", {"answer": "reject", "nonce": nonce, "reason": reason})
    scene.story(parameter)

    for path in (path_of(story), "/ui"):
        html = browse(path).html
        assert not [text for text in ("<img", "\u202e", "hunter2", "AKIAIOSFODNN7EXAMPLE") if text in html]


# -- how pages are sent -------------------------------------------------------------------------


def test_the_start_leads_to_the_incidents(browse: Open) -> None:
    answer = browse("/")

    assert (answer.status, answer.headers["Location"]) == (303, f"{BASE}/ui")


@pytest.mark.parametrize(
    "path", ["/", "/ui", "/ui?state=NONE", "/ui/incidents/inc-0", "/ui/assets/app.js", "/ui/assets/x"]
)
def test_every_answer_is_sent_with_the_headers_that_keep_it_harmless(browse: Open, path: str) -> None:
    headers = browse(path).headers

    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Strict-Transport-Security"].startswith("max-age=")
    assert "camera=()" in headers["Permissions-Policy"]


def test_a_page_may_run_the_one_script_and_nothing_else(browse: Open) -> None:
    rules = dict(rule.split(" ", 1) for rule in browse("/ui").headers["Content-Security-Policy"].split("; "))

    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["connect-src"] == rules["form-action"] == "'self'"
    assert rules["frame-ancestors"] == rules["base-uri"] == "'none'"
    assert re.fullmatch(r"'sha256-[A-Za-z0-9+/]{43}='", rules["style-src"])
    assert "unsafe" not in str(rules)


def test_the_script_is_sent_as_one(browse: Open) -> None:
    answer = browse("/ui/assets/app.js")

    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/javascript; charset=utf-8")
    assert answer.html.startswith("// What the pages gain by a script")


@pytest.mark.parametrize(
    ("code", "status"), [("ProvisionedThroughputExceededException", 503), ("AccessDeniedException", 500)]
)
def test_trouble_of_ours_is_a_page_that_says_so_and_a_line_in_the_log(
    scene: Scene, browse: Open, code: str, status: int
) -> None:
    with scene.aws_refuses.refuse("Query", code=code):
        answers = [browse(path) for path in ("/ui", "/ui/incidents/inc-20200101-000000-00000000")]

    assert {answer.status for answer in answers} == {status}
    assert "a page could not be shown" in scene.world.log_file.read_text(encoding="utf-8")


_NOBODY_S = "/ui/incidents/inc-20200101-000000-00000000"


@pytest.mark.parametrize("path", ["/ui/mode", f"{_NOBODY_S}/answer", "/review/none"])
@pytest.mark.parametrize(
    ("form", "kind", "status", "title"),
    [
        ({"reason": "a" * 70_000}, FORM, 413, "That was too long"),
        ({"reason": "a"}, "application/json", 415, "That is no form of ours"),
    ],
    ids=["too long", "JSON"],
)
def test_what_never_comes_to_a_page_is_told_on_one_too(
    browse: Open, path: str, form: dict[str, str], kind: str, status: int, title: str
) -> None:
    answer = browse(path, form, kind=kind)

    assert (answer.status, answer.headers["Content-Type"]) == (status, "text/html; charset=utf-8")
    assert answer.page.one("h1").text == title
    assert bool(answer.page.all("script", "nav")) == path.startswith("/ui")
    assert ("script-src" in answer.headers["Content-Security-Policy"]) == path.startswith("/ui")


@pytest.mark.parametrize("name", ["A" * 3000, "%ff", "inc-0", "..%2f.."])
def test_an_id_of_another_form_is_not_asked_for(scene: Scene, browse: Open, name: str) -> None:
    with scene.aws_refuses.refuse("Query", code="ValidationException"):
        answers = [
            browse(f"/ui/incidents/{name}"),
            browse(f"/ui/incidents/{name}/answer", {"answer": "reject", "nonce": ""}),
        ]

    assert [one.status for one in answers] == [404, 404]


def test_a_page_that_breaks_says_no_more_than_that_it_did(scene: Scene, browse: Open) -> None:
    """By a record that nobody can read, as if another version had written it."""
    team = scene.world.team
    name = "inc-20260102-030405-0badcafe"
    item = {"pk": {"S": f"INCIDENT#{name}"}, "sk": {"S": "RECORD"}, "secret": {"S": "AKIAIOSFODNN7EXAMPLE"}}
    team.aws.read("dynamodb", "put_item", TableName=team.settings.incidents_table, Item=item)
    answer = browse(f"/ui/incidents/{name}")

    assert (answer.status, answer.headers["Content-Type"]) == (500, "text/html; charset=utf-8")
    assert answer.page.one("h1").text == "Mainstay could not do that"
    assert "secret" not in answer.page.words
    assert any("a page broke" in str(line.get("message")) for line in scene.log_lines())
