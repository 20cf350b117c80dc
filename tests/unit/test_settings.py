from __future__ import annotations

from pathlib import Path

import pytest

from chalicelib.errors import InvalidSettingsError
from chalicelib.settings import Settings, read_settings, topic_name

ENOUGH = {"MAINSTAY_STAGE": "prod", "MAINSTAY_ACCOUNT": "111122223333", "AWS_REGION": "eu-west-1"}


def test_three_variables_are_enough() -> None:
    settings = read_settings(ENOUGH)
    assert settings == Settings(stage="prod", account="111122223333", region="eu-west-1")
    assert (settings.model, settings.log_file, settings.console_url) == ("", None, "")
    assert settings.policy_file.is_file()


def test_every_variable_is_read() -> None:
    given = {
        **ENOUGH,
        "MAINSTAY_APP": "healer",
        "MAINSTAY_PARTITION": "aws-us-gov",
        "MAINSTAY_POLICY_FILE": "/etc/policy.yaml",
        "MAINSTAY_MODEL": "model-1",
        "MAINSTAY_CONSOLE_URL": "https://console.example",
        "MAINSTAY_LOG_FILE": "/var/log/mainstay",
        "MAINSTAY_API_URL": "https://api.example/prod",
        "MAINSTAY_AUTH": "oidc",
        "MAINSTAY_ISSUER": "https://id.example",
        "MAINSTAY_AUDIENCE": "mainstay",
    }
    settings = read_settings(given)
    assert settings.policy_file == Path("/etc/policy.yaml")
    assert settings.log_file == Path("/var/log/mainstay")
    assert (settings.model, settings.console_url) == ("model-1", "https://console.example")
    assert (settings.api_url, settings.auth) == ("https://api.example/prod", "oidc")
    assert (settings.issuer, settings.audience) == ("https://id.example", "mainstay")
    assert settings.prefix == "healer-prod"
    assert settings.state_machine_arn.startswith("arn:aws-us-gov:states:eu-west-1:111122223333:")


def test_all_names_follow_from_app_and_stage() -> None:
    settings = read_settings(ENOUGH)
    names = (settings.incidents_table, settings.patterns_table, settings.builder)
    assert names == ("mainstay-prod-incidents", "mainstay-prod-patterns", "mainstay-prod-builder")
    assert settings.state_machine_arn.endswith(":stateMachine:mainstay-prod-recovery")
    assert settings.people_topic_arn.endswith(":mainstay-prod-people")
    assert settings.machines_topic_arn.endswith(":mainstay-prod-machines")
    secrets = (settings.link_keys_parameter, settings.chat_parameter)
    assert secrets == ("/mainstay/prod/link-keys", "/mainstay/prod/chat")
    assert settings.own_roles == ("mainstay-prod-*",)


@pytest.mark.parametrize("missing", ENOUGH)
@pytest.mark.parametrize("how", ["absent", "empty"])
def test_a_missing_variable_is_named_in_one_line(missing: str, how: str) -> None:
    given = {name: value for name, value in ENOUGH.items() if name != missing}
    if how == "empty":
        given[missing] = ""
    with pytest.raises(InvalidSettingsError) as raised:
        read_settings(given)
    assert str(raised.value) == f"{missing}: field required"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("MAINSTAY_STAGE", "Prod"),
        ("MAINSTAY_STAGE", "prod\n"),
        ("MAINSTAY_STAGE", "x" * 40),
        ("MAINSTAY_STAGE", "-prod"),
        ("MAINSTAY_ACCOUNT", "1234"),
        ("MAINSTAY_ACCOUNT", "11112222333a"),
        ("MAINSTAY_ACCOUNT", "\uff11" * 12),
        ("AWS_REGION", "europe"),
        ("AWS_REGION", "eu-west-1 "),
        ("MAINSTAY_APP", "main stay"),
        ("MAINSTAY_PARTITION", "azure"),
    ],
)
def test_a_wrong_variable_is_named_in_one_line(variable: str, value: str) -> None:
    with pytest.raises(InvalidSettingsError) as raised:
        read_settings({**ENOUGH, variable: value})
    assert str(raised.value).startswith(f"{variable}: ")
    assert "\n" not in str(raised.value)


def test_what_it_does_not_know_does_not_matter() -> None:
    assert read_settings({**ENOUGH, "PATH": "/bin", "MAINSTAY_SOMETHING": "else"}) == read_settings(ENOUGH)


@pytest.mark.parametrize(
    ("environment", "topic"),
    [
        ({}, "mainstay-dev-alarms"),
        ({"MAINSTAY_STAGE": "prod"}, "mainstay-prod-alarms"),
        ({"MAINSTAY_APP": "healer", "MAINSTAY_STAGE": "prod"}, "healer-prod-alarms"),
    ],
    ids=["nothing", "stage", "app and stage"],
)
def test_the_alarms_topic_is_known_before_anything_else_is(environment: dict[str, str], topic: str) -> None:
    assert topic_name(environment, "alarms") == topic
