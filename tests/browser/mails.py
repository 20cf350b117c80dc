"""The mails that embedded AWS was given to send."""

from __future__ import annotations

import json
import re

from moto.sns.models import sns_backends

from mainstay.world import World

_LINK = re.compile(r"https?://\S+/review/\S+")


def mails(world: World) -> list[str]:
    """The text of each mail to people, oldest first."""
    topics = sns_backends[world.aws.account][world.aws.region].topics
    sent = topics[world.team.settings.people_topic_arn].sent_notifications
    return [json.loads(message)["email"] for _, message, *_ in sent]


def link_about(world: World, name: str) -> str:
    """The link that the newest mail about a resource has for an answer."""
    found = [link for text in mails(world) if name in text for link in _LINK.findall(text)]
    assert found, f"no mail about {name} has a link"
    return found[-1]
