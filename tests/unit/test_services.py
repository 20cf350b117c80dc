from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from chalicelib import services
from chalicelib.errors import ConflictError, InvalidPolicyError, InvalidSettingsError, StaleRecordError
from chalicelib.services import load_policy, make_collaborators
from chalicelib.settings import Settings


def _settings(**changes: object) -> Settings:
    usual = {"stage": "prod", "account": "111122223333", "region": "eu-west-1"}
    return Settings.model_validate(usual | changes)


def test_collaborators_are_made_without_one_client_of_aws() -> None:
    team = make_collaborators(_settings())
    assert "session" not in vars(team.aws)
    assert team.converse is None
    assert team.incidents.table == team.memory.table == "mainstay-prod-incidents"


def test_a_model_that_is_named_is_asked() -> None:
    assert make_collaborators(_settings(model="model-1")).converse is not None


def test_everything_is_made_once_for_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAINSTAY_STAGE", "prod")
    monkeypatch.setenv("MAINSTAY_ACCOUNT", "111122223333")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    services.collaborators.cache_clear()
    try:
        assert services.collaborators() is services.collaborators()
    finally:
        services.collaborators.cache_clear()


def test_logs_go_to_the_file_that_is_named(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    make_collaborators(_settings(log_file=path)).telemetry.count("Signals", Outcome="opened")
    make_collaborators(_settings(log_file=path)).telemetry.log("hello")
    services.open_log(path).close()
    services.open_log.cache_clear()
    assert len(path.read_text(encoding="utf-8").splitlines()) == 2


def test_a_log_file_that_cannot_be_written_is_named_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(InvalidSettingsError, match=r"^MAINSTAY_LOG_FILE: .*nowhere"):
        make_collaborators(_settings(log_file=tmp_path / "nowhere" / "log.jsonl"))


# -- the policy ---------------------------------------------------------------------------------


def test_a_policy_that_is_not_there_is_named() -> None:
    with pytest.raises(InvalidPolicyError, match=r"^MAINSTAY_POLICY_FILE: .*nowhere\.yaml"):
        load_policy(_settings(policy_file="/nowhere.yaml"))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"\xff\xfe\x00binary", "MAINSTAY_POLICY_FILE", id="bytes"),
        pytest.param(b"limits: [", "not YAML", id="no YAML"),
        pytest.param(b"- a\n- b\n", "cannot be used", id="a list"),
        pytest.param(b"limits: {treshold: 1}", "treshold", id="misspelt"),
        pytest.param(b"limits: {threshold: 2}", "threshold", id="out of bounds"),
        pytest.param(b"limits: {approval_seconds: 1}", "approval_seconds", id="too short to answer"),
        pytest.param(b"rules: [{match: {}, set: {tresh: 1}}]", "tresh", id="misspelt in a rule"),
        pytest.param(b"change_windows: [{name: x, weekdays: [8]}]", "weekdays", id="no such day"),
        pytest.param(b"budgets: {fleet_brake: -1}", "fleet_brake", id="less than nothing"),
        pytest.param(
            b"protected: [{match: {type: s3.buckets, id: a}}]", "there is no type 's3.buckets'", id="no type"
        ),
    ],
)
def test_a_policy_that_cannot_be_used_says_what_is_wrong(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "policy.yaml"
    path.write_bytes(content)
    with pytest.raises(InvalidPolicyError, match=said):
        load_policy(_settings(policy_file=path))


@pytest.mark.parametrize("text", ["", "# nothing but a comment\n", "{}", "limits: {}\n"])
def test_an_empty_policy_means_the_defaults(tmp_path: Path, text: str) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(text, encoding="utf-8")
    policy = load_policy(_settings(policy_file=path))
    assert policy.model_copy(update={"version": ""}) == load_policy(_settings()).model_copy(
        update={"version": ""}
    )


def test_each_text_has_a_version_of_its_own(tmp_path: Path) -> None:
    versions = set()
    for text in ("limits: {threshold: 0.9}", "limits: {threshold: 0.9} # so it is", "limits: {threshold: 1}"):
        path = tmp_path / "policy.yaml"
        path.write_text(text, encoding="utf-8")
        versions.add(load_policy(_settings(policy_file=path)).version)
    assert len(versions) == 3


# -- patience -----------------------------------------------------------------------------------


def _busy(times: int, error: Exception) -> tuple[list[int], Callable[[], str]]:
    tried: list[int] = []

    def attempt() -> str:
        tried.append(len(tried))
        if len(tried) <= times:
            raise error
        return "done"

    return tried, attempt


def test_what_another_transaction_keeps_waiting_is_tried_again() -> None:
    tried, attempt = _busy(2, ConflictError("busy"))
    assert make_collaborators(_settings()).patiently(attempt) == "done"
    assert len(tried) == 3


def test_what_is_stale_is_not_tried_again_unchanged() -> None:
    tried, attempt = _busy(2, StaleRecordError("moved on"))
    with pytest.raises(StaleRecordError):
        make_collaborators(_settings()).patiently(attempt)
    assert len(tried) == 1


def test_nonces_differ_and_the_clock_knows_where_it_is() -> None:
    team = make_collaborators(_settings())
    assert len({team.new_nonce() for _ in range(100)}) == 100
    assert team.clock().utcoffset() == timedelta(0)
