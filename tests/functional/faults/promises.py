"""What must hold of every run, whatever went wrong in it: promises 1, 2, 3, 4 and 7 of the design.

Each check answers what is wrong, one line each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise

from chalicelib.aws.incident_reader import Story
from chalicelib.errors import BrokenTimelineError
from chalicelib.incidents.lifecycle import ENDED, TRANSITIONS
from chalicelib.incidents.model import SignalSource, State
from chalicelib.incidents.telling import UNDOING_VERIFIED
from chalicelib.incidents.timeline import check_timeline
from tests.functional.faults.journal import Change
from tests.functional.faults.trial import Result

_NEED_A_PERSON = frozenset({State.FAILED, State.EXPIRED, State.COOLDOWN})


def problems_of(result: Result) -> list[str]:
    """Every promise that was not kept."""
    return [f"{check.__name__}: {problem}" for check in _CHECKS for problem in check(result)]


def doubles(result: Result) -> list[Change]:
    """Changes that had an effect, where their intended effect had been had before."""
    seen: Counter[tuple[str, str]] = Counter()
    found = []
    for change in result.changes:
        if change.took_effect:
            key = (change.held.open_incident, change.effect)
            seen[key] += 1
            if seen[key] > 1:
                found.append(change)
    return found


def repeats(result: Result) -> list[Change]:
    """Changes that were asked for once more and changed nothing: what a repeatable action may do."""
    asked: Counter[tuple[str, str]] = Counter()
    found = []
    for change in result.changes:
        key = (change.held.open_incident, change.effect)
        asked[key] += 1
        if asked[key] > 1 and not change.took_effect:
            found.append(change)
    return found


# -- promise 1: one failure, one incident, one recovery -----------------------------------------


def every_effect_happens_once(result: Result) -> Iterator[str]:
    """No intended effect is had twice."""
    for change in doubles(result):
        yield f"{change.call} had {change.effect or 'its effect'} again"


def one_failure_is_one_incident(result: Result) -> Iterator[str]:
    """All views of the failure are in one incident; the sweep may open another for what is still broken."""
    stories = [story for story in result.stories if story.incident.resource == result.resource]
    heard = [story for story in stories if _source(story) is not SignalSource.SWEEP]
    found = [story for story in stories if _source(story) is SignalSource.SWEEP]
    if len(heard) > 1 or not stories:
        yield f"{len(heard)} incidents for one failure"
    if found and any(story.incident.state is State.COMPLETED for story in heard):
        yield f"the sweep opened {len(found)} more although it was healed"


# -- promise 2: nothing is lost -----------------------------------------------------------------


def every_incident_ends(result: Result) -> Iterator[str]:
    """And its record says so in every place."""
    for story in result.stories:
        incident = story.incident
        if incident.state not in ENDED or incident.ended_at is None:
            yield f"{incident.incident_id} is {incident.state}"


def people_are_told_how_it_ended(result: Result) -> Iterator[str]:
    """Where they have to do something now, and where they were asked before."""
    for story in result.stories:
        incident = story.incident
        told = [message.state for message in result.messages if message.incident_id == incident.incident_id]
        if incident.state in _NEED_A_PERSON and incident.state not in told:
            yield f"{incident.incident_id} ended {incident.state}, people were told {told}"


def what_is_said_is_true(result: Result) -> Iterator[str]:
    """COMPLETED is well; what was undone or never touched is as the failure left it."""
    if any(change.call.is_late for change in result.changes[-1:]):
        return  # a request that was on its way for minutes came after all: AWS offers no way to call it back
    for story in result.stories:
        if story.incident.state is State.COMPLETED and result.looks != result.flow.kind.well:
            yield f"{story.incident.incident_id} is COMPLETED, and the resource is {result.looks}"
        undone = any(event.what == UNDOING_VERIFIED for event in story.timeline)
        if undone and result.looks != result.flow.kind.broken:
            yield f"{story.incident.incident_id} was undone, and the resource is {result.looks}"
        acted_for = {change.held.open_incident for change in result.changes}
        if not story.effects and story.incident.incident_id in acted_for:
            yield f"{story.incident.incident_id} changed something and does not know it"


# -- promise 3: never two at once ---------------------------------------------------------------


def only_the_holder_changes_the_resource(result: Result) -> Iterator[str]:
    """Whoever changes the resource does it for the open incident that its guard names."""
    for change in result.changes:
        if not change.held.open_incident and not change.call.is_late:
            yield f"{change.call} changed the resource while no incident was open"


def one_failure_is_recovered_once(result: Result) -> Iterator[str]:
    """Also not by a second incident inside the cooldown of the first."""
    begun = [story for story in result.stories if any(one.name.startswith("do-") for one in story.effects)]
    if len(begun) > 1:
        yield f"{len(begun)} incidents began a recovery"


def nobody_reacts_to_our_own_work(result: Result) -> Iterator[str]:
    """What we make and take away again is nobody's failure."""
    for story in result.stories:
        incident = story.incident
        if incident.resource != result.resource and (incident.state is not State.DISMISSED or story.effects):
            yield f"{incident.incident_id} is about our own {incident.resource.id} and ended {incident.state}"


# -- promise 4: nothing that was not planned, intended and allowed ------------------------------


def every_change_was_intended_before(result: Result) -> Iterator[str]:
    """The intent is on record, and open, at the moment of the change."""
    for change in result.changes:
        if not change.effect and not change.call.is_late:
            names = [f"{effect.name} {effect.status}" for effect in change.held.effects]
            yield f"{change.call} belongs to no open intent ({', '.join(names) or 'none on record'})"


def nothing_starts_after_off(result: Result) -> Iterator[str]:
    """A change that was already allowed, and on its way in the same run, may still come; no more than one."""
    off = result.switched_off_at
    late = [change for change in result.changes if off and change.call.number >= off]
    for change in late:
        if not 0 < change.allowed_at < off:
            yield f"{change.call} was made after the mode was set to off at call {off}"
    if len(late) > 1:
        yield f"{len(late)} changes were made after the mode was set to off"


# -- promise 5, as far as it shows here ---------------------------------------------------------


def every_timeline_is_whole(result: Result) -> Iterator[str]:
    """The chain holds to the record's own bookmark, and each move is one that the lifecycle allows."""
    for story in result.stories:
        try:
            check_timeline(story.incident.incident_id, story.timeline, story.incident.bookmark)
        except BrokenTimelineError as error:
            yield f"{story.incident.incident_id}: {error}"
        for event, following in pairwise(story.timeline):
            if following.state is not event.state and following.state not in TRANSITIONS[event.state]:
                yield f"{story.incident.incident_id} went from {event.state} to {following.state}"


def _source(story: Story) -> SignalSource:
    return story.incident.signals[0].source


_CHECKS: tuple[Callable[[Result], Iterator[str]], ...] = (
    every_effect_happens_once,
    one_failure_is_one_incident,
    every_incident_ends,
    people_are_told_how_it_ended,
    what_is_said_is_true,
    only_the_holder_changes_the_resource,
    one_failure_is_recovered_once,
    nobody_reacts_to_our_own_work,
    every_change_was_intended_before,
    nothing_starts_after_off,
    every_timeline_is_whole,
)
