"""The chat: told only where the policy says so, and then it has to be known where it is."""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.aws.chat import read_chat_settings
from chalicelib.errors import ChatFailedError, SecretsUnreadableError
from mainstay.doctor.case import Case
from mainstay.doctor.check import Check
from mainstay.doctor.findings import Finding, failure, fine, unclear, warning


def _examine(case: Case) -> Iterator[Finding]:
    if not case.policy.messages.chat:
        yield fine("the policy names no chat of our own to tell")
        return
    name = case.settings.chat_parameter
    put = (
        f"aws ssm put-parameter --overwrite --type SecureString --name {name} --region {case.target.region} "
    )
    put += "--value 'JSON'"
    try:
        settings = read_chat_settings(case.secrets.secret(name))
    except ChatFailedError as error:
        yield failure(f"the chat is not told: {error}", put)
    except SecretsUnreadableError as error:
        denied = "cannot be read" in str(error)
        yield unclear(str(error), put) if denied else failure(f"the chat is not told: {error}", put)
    else:
        yield fine("it is known where the chat is")
        if not settings.secret and not settings.is_web_api:
            yield warning("what the chat is sent is not signed: its settings have no secret", put)


CHAT = Check(name="chat", title="chat", examine=_examine)
