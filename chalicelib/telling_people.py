"""How people and machines are told: machines everything at once, people once, and never in a storm.

Whatever is not said at once waits in the table until the sweep says it: what is above the rate, in one
digest, and what SNS did not take. What is said already is not said again, however often a task is repeated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from chalicelib.asking import links_for, people_asked
from chalicelib.aws.chat import ChatSettings, read_chat_settings
from chalicelib.aws.incident_reader import Story
from chalicelib.aws.message_table import LEASE
from chalicelib.collaborators import Collaborators
from chalicelib.errors import ChatFailedError, SecretsUnreadableError
from chalicelib.incidents.chat_messages import Chat
from chalicelib.incidents.message_digest import MOST, render_incidents
from chalicelib.incidents.messages import Message, render_message, tell_of
from chalicelib.incidents.model import Incident, State
from chalicelib.incidents.said import TOLD, Place, Said, is_to_be_told, news_of, was_told
from chalicelib.incidents.step import Step
from chalicelib.incidents.telling import CHAT, ON_CALL, Telling
from chalicelib.incidents.timeline import News

NEXT_DIGEST = timedelta(minutes=10)
"""The sweep comes every five minutes, and one may fail: a question that ends sooner is told at once."""


def tell_people(step: Step, team: Collaborators) -> Step:
    """Tell machines and people how an incident stands, or leave it for the next digest."""
    story = team.incidents.story(step.incident_id)
    if was_told(story.incident, story.timeline, story.said):
        return _as_before(step, story)
    links = _links(story.incident, team)
    message = _message(story, links, team)
    team.notifier.to_machines(message)
    if not _may_tell_now(step, story, team):
        _leave(story, team)
        return step.moved(gathered=True)
    said = _tell(story, links, message, team)
    if message.chat.needs_people or story.said.waiting:
        team.messages.keep_said(step.incident_id, said, team.clock())
    return step.moved(told=(*step.told, *said.told), gathered=False, chat_problem=said.chat_problem)


def _as_before(step: Step, story: Story) -> Step:
    """An earlier attempt told it, or left it for later, and came to nothing afterwards."""
    if story.said.waiting:
        return step.moved(gathered=True)
    return step.moved(told=story.said.told or step.told, chat_problem=story.said.chat_problem)


def tell_everybody(message: Message, team: Collaborators) -> str:
    """Tell what is about no incident: machines, people, and the chat; answer the id of what people got."""
    team.notifier.to_machines(message)
    told = team.notifier.to_people(message, {})
    _say_in_chat(message.chat, None, team)
    return told


def how_told(step: Step, now: datetime, team: Collaborators) -> tuple[list[News], list[dict[str, Any]]]:
    """For the end of the timeline: whether people were told; and the part that leaves it to the sweep."""
    if step.told:
        news = [News(what=TOLD, at=now, data={"messages": list(step.told)})]
        return [*news, *_chat_news(step, now)], []
    if step.gathered:
        return [News(what="Left it for the next message about many incidents", at=now)], []
    if not step.notify:
        return [], []
    team.telemetry.count("NotTold", State=step.state.value)
    later = team.messages.left_for_later(step.incident_id, None, opened_at=step.opened_at, now=now)
    return [News(what="Could not tell people", at=now)], [later]


def _chat_news(step: Step, now: datetime) -> Iterator[News]:
    if step.chat_problem:
        yield News(what=f"Could not tell the chat: {step.chat_problem}", at=now)


# -- at once, or together? ----------------------------------------------------------------------


def _may_tell_now(step: Step, story: Story, team: Collaborators) -> bool:
    """Never more messages than the policy allows, but for a question that ends before the next digest.

    While few incidents are about, nothing is counted, which costs no call: each is told once. What comes
    when many are, and what is told a second time, is counted against the share that is left for that.
    """
    if _ends_soon(story.incident, team):
        return True
    rate = team.policy.messages
    calm = step.crowd is not None and step.crowd <= rate.people_per_five_minutes - rate.counted
    if calm and not story.said.news:
        return True
    return team.messages.count_told(team.clock(), rate.counted)


def _ends_soon(incident: Incident, team: Collaborators) -> bool:
    question = incident.question
    if incident.state is not State.AWAITING_APPROVAL or question is None:
        return False
    return question.expires_at - team.clock() < NEXT_DIGEST


def _leave(story: Story, team: Collaborators) -> None:
    news = news_of(story.incident, story.timeline)
    team.messages.leave_for_later(
        story.incident.incident_id,
        story.said.model_copy(update={"waiting": news}),
        opened_at=story.incident.opened_at,
        now=team.clock(),
    )
    team.telemetry.count("Gathered", State=story.incident.state.value)


# -- what is said -------------------------------------------------------------------------------


def _links(incident: Incident, team: Collaborators) -> dict[str, str]:
    return links_for(incident, team) if incident.state is State.AWAITING_APPROVAL else {}


def _asked(story: Story, team: Collaborators) -> tuple[str, ...]:
    if story.incident.state is State.AWAITING_APPROVAL:
        return people_asked(team)
    return story.said.asked if story.incident.state is State.EXPIRED else ()


def _general(links: Mapping[str, str]) -> dict[str, str]:
    """Of the links those that may stand in what everybody reads."""
    return {name: url for name, url in links.items() if name == ON_CALL}


def _options(story: Story, links: Mapping[str, str], team: Collaborators) -> dict[str, Any]:
    kind = team.types[story.incident.resource.type].failure(story.incident.failure)
    return {
        "console_url": team.settings.console_url,
        "happened": kind.title,
        "links": links,
        "asked": _asked(story, team),
    }


def _message(story: Story, links: Mapping[str, str], team: Collaborators) -> Message:
    """What everybody reads."""
    return render_message(story.incident, story.timeline, **_options(story, _general(links), team))


def _for_each(
    story: Story, links: Mapping[str, str], general: Message, team: Collaborators
) -> Iterator[tuple[Message, dict[str, str]]]:
    """The general message, and one for each approver whom the policy names, with a link of their own."""
    yield general, {}
    for name, url in links.items():
        if name not in {ON_CALL, CHAT}:
            own = render_message(story.incident, story.timeline, **_options(story, {name: url}, team))
            yield own, {"approver": name}


def _tell(story: Story, links: Mapping[str, str], general: Message, team: Collaborators) -> Said:
    """Say it in all channels for people, and answer what has been said by now."""
    told = [team.notifier.to_people(one, who) for one, who in _for_each(story, links, general, team)]
    place, problem = _say_in_chat(_chat_of(story, links, general, team), story.said.place, team)
    said = _said(story, links, told, team)
    return said.model_copy(update={"place": place, "chat_problem": problem})


def _said(story: Story, links: Mapping[str, str], told: Sequence[str], team: Collaborators) -> Said:
    return Said(
        news=news_of(story.incident, story.timeline),
        told=tuple(told),
        asked=tuple(links) or _asked(story, team),
        place=story.said.place,
    )


# -- the chat -----------------------------------------------------------------------------------


def _chat_of(story: Story, links: Mapping[str, str], general: Message, team: Collaborators) -> Chat:
    """With buttons, where the policy names ``chat`` among the approvers, or nobody."""
    if CHAT not in links:
        return general.chat
    options = _options(story, {CHAT: links[CHAT]}, team)
    return render_message(story.incident, story.timeline, **options).chat


def _say_in_chat(chat: Chat, place: Place | None, team: Collaborators) -> tuple[Place | None, str]:
    """Where it stands in the chat, and what went wrong; whatever does, nothing else changes."""
    try:
        settings = _chat_settings(team)
        return (team.chat.say(chat, settings, place, team.clock()) if settings else place), ""
    except (ChatFailedError, SecretsUnreadableError) as error:
        team.telemetry.warn(f"the chat was not told: {error}", about=chat.thread)
        team.telemetry.count("ChatNotTold", Kind=chat.kind)
        return place, str(error)[:200]


def _chat_settings(team: Collaborators) -> ChatSettings | None:
    """None where the policy has no chat."""
    if not team.policy.messages.chat:
        return None
    return read_chat_settings(team.secrets.secret(team.settings.chat_parameter))


# -- what waited --------------------------------------------------------------------------------


def tell_waiting(team: Collaborators) -> int:
    """Tell whatever waits; answer of how many incidents. Part of the sweep."""
    until = team.clock() + LEASE
    taken = [story for one in team.messages.untold() if (story := _take(one, until, team)) is not None]
    due = [story for story in taken if _is_due(story, until, team)]
    pages = [due[start : start + MOST] for start in range(0, len(due), MOST)]
    for page in pages:
        told = _tell_together(page, len(pages), team) if len(due) > 1 else [_tell_one(page[0], team)]
        for story, said in zip(page, told, strict=True):
            team.messages.keep_told(story.incident.incident_id, said, until, team.clock())
    return len(due)


def _take(incident_id: str, until: datetime, team: Collaborators) -> Story | None:
    """One unreadable record keeps nobody from hearing of the others."""
    try:
        taken = team.messages.take_waiting(incident_id, until, team.clock())
        return team.incidents.story(incident_id) if taken else None
    except Exception as error:  # noqa: BLE001 - whatever is wrong with one, the others are told
        problem = f"what waits to be told cannot be read: {error}"
        team.telemetry.warn(problem, error=type(error).__name__, incident_id=incident_id)
        return None


def _is_due(story: Story, until: datetime, team: Collaborators) -> bool:
    """What has moved on since is told when it ends; what was told meanwhile is told no more."""
    news = news_of(story.incident, story.timeline)
    if is_to_be_told(story.incident) and story.said.news != news:
        return True
    said = story.said.model_copy(update={"waiting": ""})
    team.messages.keep_told(story.incident.incident_id, said, until, team.clock())
    return False


def _tell_one(story: Story, team: Collaborators) -> Said:
    links = _links(story.incident, team)
    return _tell(story, links, _message(story, links, team), team)


def _tell_together(stories: Sequence[Story], pages: int, team: Collaborators) -> list[Said]:
    """One digest for everybody, and one for each approver who has links of their own in it."""
    links = {story.incident.incident_id: _links(story.incident, team) for story in stories}
    named = {name for own in links.values() for name in own} - {ON_CALL, CHAT}
    told = []
    for name in ("", *sorted(named)):
        own = {one: _general(found) if not name else _of(name, found) for one, found in links.items()}
        message = _digest(stories, own, pages, team)
        told.append(team.notifier.to_people(message, {"approver": name} if name else {}))
        if not name:
            _say_in_chat(message.chat, None, team)
    return [_said(story, links[story.incident.incident_id], told, team) for story in stories]


def _of(name: str, links: Mapping[str, str]) -> dict[str, str]:
    return {name: links[name]} if name in links else {}


def _digest(
    stories: Sequence[Story], links: Mapping[str, Mapping[str, str]], pages: int, team: Collaborators
) -> Message:
    tellings: list[Telling] = [
        tell_of(story.incident, story.timeline, **_options(story, links[story.incident.incident_id], team))
        for story in stories
    ]
    return render_incidents(tellings, console_url=team.settings.console_url, places=pages)
