"""An API that checks signatures as AWS does: computed anew from what arrived."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from mainstay.serving.exchange import Answer, Request, Site, json_answer

REGION = "eu-west-1"
KEYS = Credentials("AKIAOPERATOR", "operator-signs", "session-token")


@dataclass
class SignedApi:
    """Takes what is signed by the operator, and answers what it is told to, or what a site behind it says."""

    behind: Site | None = None
    answers: list[Answer] = field(default_factory=list)
    asked: list[Request] = field(default_factory=list)

    def answer(self, request: Request) -> Answer:
        wrong = _wrong_signature(request)
        if wrong:
            return json_answer(403, {"message": wrong}, [("x-amzn-ErrorType", "InvalidSignatureException")])
        self.asked.append(request)
        if self.behind is not None:
            return self.behind.answer(request)
        return self.answers.pop(0) if self.answers else json_answer(200, {"fine": True})


def _wrong_signature(request: Request) -> str:
    """What is wrong with the signature, computed anew from what arrived, decoded and encoded again."""
    given = request.header("Authorization")
    if not given.startswith("AWS4-HMAC-SHA256 "):
        return "Missing Authentication Token"
    parts = dict(part.strip().split("=", 1) for part in given.removeprefix("AWS4-HMAC-SHA256 ").split(","))
    signed = {name: request.header(name) for name in parts["SignedHeaders"].split(";")}
    pairs = parse_qsl(request.query, keep_blank_values=True)
    query = "&".join(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in pairs)
    url = f"http://{request.header('Host')}{request.path}{'?' if query else ''}{query}"
    again = AWSRequest(method=request.method, url=url, data=request.body, headers=signed)
    again.context["timestamp"] = request.header("X-Amz-Date")
    auth = SigV4Auth(KEYS.get_frozen_credentials(), "execute-api", REGION)
    expected = auth.signature(auth.string_to_sign(again, auth.canonical_request(again)), again)
    if request.header("X-Amz-Security-Token") != KEYS.token:
        return "The security token included in the request is invalid"
    return "" if expected == parts["Signature"] else "The request signature we calculated does not match"
