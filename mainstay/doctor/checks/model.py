"""The model: whether the one that is set may be asked. Everything works without one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chalicelib.aws.bedrock import Bedrock
from chalicelib.errors import AwsError, ModelUnavailableError, NotFoundError
from mainstay.doctor.case import Case
from mainstay.doctor.check import Check
from mainstay.doctor.findings import Finding, carefully, failure, fine

_OPEN = {
    "authorizationStatus": "AUTHORIZED",
    "entitlementAvailability": "AVAILABLE",
    "regionAvailability": "AVAILABLE",
}
"""What Bedrock says of a model that may be asked."""

_INVALID = "ValidationException"
_HI: dict[str, Any] = {
    "messages": [{"role": "user", "content": [{"text": "Hi"}]}],
    "inferenceConfig": {"maxTokens": 1},
}


def _examine(case: Case) -> Iterator[Finding]:
    model = case.environment.get("MAINSTAY_MODEL", "")
    if not model:
        yield fine("no model is set: rules decide alone")
        return
    yield from carefully(_known(case, model), f"the model {model}")
    if case.ask_model:
        yield from _asked(case, model)


def _known(case: Case, model: str) -> Iterator[Finding]:
    """A model by its id, or a profile by its id or ARN, whose models are those that must be open to us."""
    profile = _profile(case, model)
    ids = [str(one["modelArn"]).rpartition("/")[2] for one in profile["models"]] if profile else [model]
    closed = [one for one in dict.fromkeys(ids) if not _is_open(case, one)]
    for one in closed:
        yield failure(
            f"the account may not use the model {one}: only rules judge",
            f"request access in the Bedrock console of {case.target.region}, or {case.deploy} --model ''",
        )
    if not closed:
        yield fine(f"the account may use the model {model}")


def _profile(case: Case, model: str) -> dict[str, Any] | None:
    try:
        return case.read("bedrock", "get_inference_profile", inferenceProfileIdentifier=model)
    except NotFoundError:
        return None
    except AwsError as error:
        if error.code != _INVALID:
            raise
        return None


def _is_open(case: Case, model: str) -> bool:
    try:
        found = case.read("bedrock", "get_foundation_model_availability", modelId=model)
    except NotFoundError:
        return False
    return all(found[name] == right for name, right in _OPEN.items())


def _asked(case: Case, model: str) -> Iterator[Finding]:
    try:
        Bedrock(case.target.aws, model)(**_HI)
    except ModelUnavailableError as error:
        yield failure(f"{model} does not answer: {error}", f"{case.deploy} --model ID")
    else:
        yield fine(f"{model} answers")


MODEL = Check(name="model", title="model", examine=_examine)
