"""Whether something else looks after the resource: an Auto Scaling group, a CloudFormation stack.

AWS alone can set tags that begin with ``aws:``, so these can be believed.
"""

from __future__ import annotations

from chalicelib.analysis.case import Case
from chalicelib.analysis.facts import actors_named, quoted, tags_of
from chalicelib.incidents.model import Evidence, Intent

_GROUP = "aws:autoscaling:groupName"
_STACK = "aws:cloudformation:stack-name"


def weigh_membership(case: Case) -> Evidence | None:
    """A group replaces its own instances; a stack only means that a template describes it."""
    tags = tags_of(case)
    if _GROUP in tags:
        return Evidence(
            rule="membership",
            source="tags",
            fact=f"the Auto Scaling group {quoted(tags[_GROUP])} replaces its own instances",
            weight=-1.5,
            intent=None if actors_named(case.incident) else Intent.AUTOMATION,
        )
    if _STACK in tags:
        return Evidence(
            rule="membership",
            source="tags",
            fact=f"it belongs to the CloudFormation stack {quoted(tags[_STACK])}",
            weight=-0.2,
        )
    return None
