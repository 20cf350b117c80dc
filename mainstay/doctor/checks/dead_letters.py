"""Dead letters: events that no function could take."""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.errors import AwsError
from mainstay.doctor.case import Case
from mainstay.doctor.check import Check
from mainstay.doctor.findings import Finding, failure, fine, warning

_COUNTS = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")


def _examine(case: Case) -> Iterator[Finding]:
    name = f"{case.target.prefix}-dead-letters"
    try:
        url = str(case.read("sqs", "get_queue_url", QueueName=name)["QueueUrl"])
    except AwsError as error:
        if "NonExistentQueue" not in error.code:
            raise
        yield failure(f"the queue {name} is missing: events that nobody takes are lost", case.deploy)
        return
    found = case.read("sqs", "get_queue_attributes", QueueUrl=url, AttributeNames=list(_COUNTS))
    waiting = sum(int(found["Attributes"].get(count, 0)) for count in _COUNTS)
    if waiting:
        yield warning(
            f"{waiting} dead {'letter waits' if waiting == 1 else 'letters wait'}: "
            "events that Mainstay could not take",
            f"aws sqs receive-message --queue-url {url} --region {case.target.region} "
            "--message-attribute-names All",
        )
    else:
        yield fine("there are no dead letters")


DEAD_LETTERS = Check(name="dead_letters", title="dead letters", examine=_examine)
