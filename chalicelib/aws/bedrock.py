"""The model, as a function: a Converse request in, its answer out."""

from __future__ import annotations

from typing import Any

from chalicelib.aws.clients import Aws
from chalicelib.errors import AwsError, ModelUnavailableError, ThrottledError, UnreachableError


class Bedrock:
    """One model of Amazon Bedrock."""

    def __init__(self, aws: Aws, model: str) -> None:
        self._aws = aws
        self._model = model

    def __call__(self, **request: Any) -> dict[str, Any]:
        """Raise ModelUnavailableError, with the reason, whatever keeps the model from answering."""
        try:
            return self._aws.change("bedrock-runtime", "converse", modelId=self._model, **request)
        except ThrottledError as error:
            raise ModelUnavailableError("the model was throttled") from error
        except UnreachableError as error:
            raise ModelUnavailableError("the model could not be reached") from error
        except AwsError as error:
            raise ModelUnavailableError(f"the model refused: {error.code}") from error
