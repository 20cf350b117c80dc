"""The settings: one frozen model, and the only reader of the environment.

| variable | default | meaning |
|---|---|---|
| MAINSTAY_STAGE | (required) | the stage, for example ``prod``: part of every name |
| MAINSTAY_ACCOUNT | (required) | the account that Mainstay runs in: twelve digits |
| AWS_REGION | (required; Lambda sets it) | the region that it runs in |
| MAINSTAY_APP | mainstay | the first part of every name |
| MAINSTAY_PARTITION | aws | of ARNs: aws, aws-cn, aws-us-gov |
| MAINSTAY_POLICY_FILE | chalicelib/policy.yaml | the policy |
| MAINSTAY_MODEL | (none) | the Bedrock model or inference profile; without one, rules decide alone |
| MAINSTAY_CONSOLE_URL | (none) | where people look at incidents: the link in messages |
| MAINSTAY_API_URL | (none) | the REST API with its stage: signed links lead there; none without it |
| MAINSTAY_AUTH | iam | who may call the API: ``iam`` asks AWS, ``oidc`` asks an identity provider |
| MAINSTAY_ISSUER | (none) | with ``oidc``: the identity provider, an https URL |
| MAINSTAY_AUDIENCE | (none) | with ``oidc``: the audience that tokens must be made for |
| MAINSTAY_LOG_FILE | (none) | a file for logs and metrics; without one they go to standard output |
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chalicelib.errors import InvalidSettingsError

_VARIABLES = {
    "stage": "MAINSTAY_STAGE",
    "account": "MAINSTAY_ACCOUNT",
    "region": "AWS_REGION",
    "app": "MAINSTAY_APP",
    "partition": "MAINSTAY_PARTITION",
    "policy_file": "MAINSTAY_POLICY_FILE",
    "model": "MAINSTAY_MODEL",
    "console_url": "MAINSTAY_CONSOLE_URL",
    "api_url": "MAINSTAY_API_URL",
    "auth": "MAINSTAY_AUTH",
    "issuer": "MAINSTAY_ISSUER",
    "audience": "MAINSTAY_AUDIENCE",
    "log_file": "MAINSTAY_LOG_FILE",
}
_Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,30}$")]


class Settings(BaseModel):
    """What may differ from stage to stage. All other names follow from these."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    stage: _Name
    account: Annotated[str, Field(pattern=r"^[0-9]{12}$")]
    region: Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]$")]
    app: _Name = "mainstay"
    partition: Annotated[str, Field(pattern=r"^aws(-[a-z]+)*$")] = "aws"
    policy_file: Path = Path(__file__).with_name("policy.yaml")
    model: str = ""
    console_url: str = ""
    api_url: Annotated[str, Field(pattern=r"^(https?://[^\s]{1,200})?$")] = ""
    auth: Literal["iam", "oidc"] = "iam"
    issuer: Annotated[str, Field(pattern=r"^(https://[^\s]{1,200})?$")] = ""
    audience: Annotated[str, Field(max_length=200)] = ""
    log_file: Path | None = None

    @property
    def prefix(self) -> str:
        """What every name of ours begins with."""
        return f"{self.app}-{self.stage}"

    @property
    def incidents_table(self) -> str:
        """Incident records, timelines, guards and dedupe keys."""
        return f"{self.prefix}-incidents"

    @property
    def patterns_table(self) -> str:
        """Log templates, baselines and forecasts."""
        return f"{self.prefix}-patterns"

    @property
    def builder(self) -> str:
        """The CodeBuild project that runs Terraform."""
        return f"{self.prefix}-builder"

    @property
    def log_rotation(self) -> str:
        """The SSM runbook that rotates the logs of an instance."""
        return f"{self.prefix}-rotate-logs"

    @property
    def state_machine_arn(self) -> str:
        """The recovery workflow."""
        return f"arn:{self.partition}:states:{self.region}:{self.account}:stateMachine:{self.prefix}-recovery"

    @property
    def people_topic_arn(self) -> str:
        """Where people are told: mail and chat."""
        return f"arn:{self.partition}:sns:{self.region}:{self.account}:{self.prefix}-people"

    @property
    def machines_topic_arn(self) -> str:
        """Where machines are told: documents."""
        return f"arn:{self.partition}:sns:{self.region}:{self.account}:{self.prefix}-machines"

    @property
    def scans_topic_arn(self) -> str:
        """How scans are asked for."""
        return f"arn:{self.partition}:sns:{self.region}:{self.account}:{self.prefix}-scans"

    @property
    def link_keys_parameter(self) -> str:
        """The SecureString with the keys that links are signed by."""
        return f"/{self.app}/{self.stage}/link-keys"

    @property
    def chat_parameter(self) -> str:
        """The SecureString that says where chat messages go, and how they are signed."""
        return f"/{self.app}/{self.stage}/chat"

    @property
    def own_roles(self) -> tuple[str, ...]:
        """Patterns of the names of our own roles: what they do is never a failure."""
        return (f"{self.prefix}-*",)


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Raise InvalidSettingsError, one line that names the variable, where something is missing or wrong."""
    given = {
        field: environment[variable] for field, variable in _VARIABLES.items() if environment.get(variable)
    }
    try:
        return Settings.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        variable = _VARIABLES[str(first["loc"][0])]
        raise InvalidSettingsError(f"{variable}: {first['msg'].lower()}") from None


def auth_kind(environment: Mapping[str, str]) -> Literal["iam", "oidc"]:
    """Who says who may call the API: routes need it when app.py is imported.

    InvalidSettingsError for any other word: a slip must not open what was to be closed.
    """
    match environment.get("MAINSTAY_AUTH") or "iam":
        case "iam":
            return "iam"
        case "oidc":
            return "oidc"
    raise InvalidSettingsError("MAINSTAY_AUTH: it is iam or oidc")


def topic_name(environment: Mapping[str, str], last: str) -> str:
    """The name of a topic of ours, such as ``alarms``: a trigger needs it when app.py is imported.

    Nothing else is known by then when Chalice only packages the app.
    """
    app, stage = environment.get("MAINSTAY_APP", "mainstay"), environment.get("MAINSTAY_STAGE", "dev")
    return f"{app}-{stage}-{last}"
