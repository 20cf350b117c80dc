"""No secret here is one: each is put together from parts, so that no scanner takes this file for a leak."""

import base64
import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.redaction import (
    FAILED,
    TOO_DEEP,
    is_secret_name,
    redact,
    redact_value,
)

LETTERS = "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0fR"
"""Looks random, is none."""


def made_up(prefix: str, length: int) -> str:
    return prefix + (LETTERS * 8)[:length]


def based(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


PASSWORD = "corr" + "ect-horse"
JWT = ".".join(
    base64.urlsafe_b64encode(part).decode().rstrip("=")
    for part in (b'{"alg":"HS256","typ":"JWT"}', b'{"sub":"alice","iat":1516239022}', b"s" * 32)
)
ACCESS_KEY = made_up("AK" + "IA", 16).upper()
SECRET_KEY = made_up("", 18) + "/" + made_up("x", 20)
SESSION_TOKEN = made_up("IQoJb3Jp" + "Z2lu", 300)
PEM_BODY = "\n".join(made_up("MII", 61) for _ in range(4))
PEM = "-----BEGIN RSA PRIV" + f"ATE KEY-----\n{PEM_BODY}\n-----END RSA PRIV" + "ATE KEY-----"
ENCRYPTED_PEM = PEM.replace(
    "KEY-----\nMII", "KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0A1B\n\nMII", 1
)
GITHUB = made_up("gh" + "p_", 36)
SLACK_HOOK = "T0123ABCD/B0123ABCD/" + LETTERS[:24]
USER_DATA = based(f"#!/bin/sh\nexport DB_PASSWORD={PASSWORD}\n./start")

SECRETS = {
    "aws-access-key": (f"using {ACCESS_KEY} now", ACCESS_KEY),
    "aws-temporary-key": (f"using {made_up('AS' + 'IA', 16).upper()} now", made_up("AS" + "IA", 16).upper()),
    "aws-secret-key": (f"aws_secret_access_key = {SECRET_KEY}", SECRET_KEY),
    "aws-secret-key-alone": (f"keys: {ACCESS_KEY} {SECRET_KEY} (old)", SECRET_KEY),
    "aws-secret-key-json": (f'"SecretAccessKey": "{SECRET_KEY}"', SECRET_KEY),
    "aws-session-token": (f"creds {SESSION_TOKEN} end", SESSION_TOKEN),
    "aws-session-token-env": (f"AWS_SESSION_TOKEN={SESSION_TOKEN}", SESSION_TOKEN),
    "task-token": (f"token {made_up('AAAAKg' + 'AAAA', 200)} sent", made_up("AAAAKg" + "AAAA", 200)),
    "jwt": (f"got {JWT} from", JWT),
    "jwt-in-url": (f"https://app.example.com/cb#id={JWT}&x=1", JWT),
    "jwt-url-encoded": (f"cb%3Fid%3D{JWT}%26x", JWT),
    "private-key": (f"config:\n{PEM}\ndone", PEM_BODY),
    "private-key-encrypted": (ENCRYPTED_PEM, PEM_BODY),
    "private-key-json": (json.dumps({"pem": PEM}), PEM_BODY.replace("\n", "\\n")),
    "private-key-cut-off": (PEM.rpartition("\n")[0], PEM_BODY),
    "bearer": (f"Authorization: Bearer {LETTERS}", LETTERS),
    "authorization-bare": (f"authorization={LETTERS}", LETTERS),
    "basic": (f'{{"Authorization": "Basic {based("alice:" + PASSWORD)}"}}', based("alice:" + PASSWORD)),
    "bearer-in-prose": (f"sent bearer {LETTERS} to", LETTERS),
    "cookie": (f"Cookie: sid={LETTERS}; theme=dark", LETTERS),
    "set-cookie": (f"Set-Cookie: sid={LETTERS}; HttpOnly", LETTERS),
    "url": (f"postgres://orders:{PASSWORD}@db.example.com:5432/o", PASSWORD),
    "url-without-user": (f"redis://:{PASSWORD}@cache:6379/0", PASSWORD),
    "url-with-at-in-password": (f"amqp://u:p@{PASSWORD}@mq/x", PASSWORD),
    "url-token": (f"https://{LETTERS}@git.example.com/x.git", LETTERS),
    "env": (f"DB_PASSWORD={PASSWORD}", PASSWORD),
    "env-quoted": (f"export SMTP_PASS='{PASSWORD}'", PASSWORD),
    "yaml": (f"db:\n  password: {PASSWORD}\n  host: x", PASSWORD),
    "yaml-block": (f"password: |\n    {PASSWORD}\nhost: x", PASSWORD),
    "json": (f'{{"apiKey":"{PASSWORD}","a":1}}', PASSWORD),
    "python": (f"{{'client_secret': '{PASSWORD}'}}", PASSWORD),
    "json-in-json": (json.dumps({"body": json.dumps({"password": PASSWORD})}), PASSWORD),
    "json-escaped-quote": (f'"password": "{PASSWORD}\\"{LETTERS}"', LETTERS),
    "query": (f"/cb?code=1&access_token={PASSWORD}&state=2", PASSWORD),
    "url-encoded-json": (f"%22password%22%3A%22{PASSWORD}%22", PASSWORD),
    "connection-string": (f"Server=db;User Id=sa;Password={PASSWORD};Encrypt=true", PASSWORD),
    "storage-account-key": (f"AccountName=x;AccountKey={PASSWORD}==;", PASSWORD),
    "java-map": (f"{{password={PASSWORD}, user=alice}}", PASSWORD),
    "comma-in-value": (f"password = {PASSWORD},{LETTERS}", LETTERS),
    "hcl": (f'password = "{PASSWORD}"', PASSWORD),
    "xml": (f"<Password>{PASSWORD}</Password>", PASSWORD),
    "container-environment": (f'[{{"name": "DB_PASSWORD", "value": "{PASSWORD}"}}]', PASSWORD),
    "stack-parameter": (f'"ParameterKey":"DbPassword","ParameterValue":"{PASSWORD}"', PASSWORD),
    "flag": (f"mysqldump --password {PASSWORD} orders", PASSWORD),
    "flag-with-equals": (f"vault login --client-secret={PASSWORD}", PASSWORD),
    "curl": (f"curl -u alice:{PASSWORD} https://x.example.com", PASSWORD),
    "sql": (f"CREATE USER u IDENTIFIED BY '{PASSWORD}';", PASSWORD),
    "signed-url": (f"X-Amz-Signature={'0a1b2c3d' * 8}&x=1", "0a1b2c3d" * 8),
    "shared-signature": (f"https://x.blob.example.net/c?sv=1&sig={made_up('', 43)}%3D", made_up("", 43)),
    "slack-webhook": (f"https://hooks.slack.com/services/{SLACK_HOOK}", SLACK_HOOK),
    "github": (f"push with {GITHUB}", GITHUB),
    "github-fine-grained": (f"x {made_up('github' + '_pat_', 60)}", made_up("github" + "_pat_", 60)),
    "gitlab": (f"x {made_up('gl' + 'pat-', 20)}", made_up("gl" + "pat-", 20)),
    "slack": (f"x {made_up('xo' + 'xb-123456789012-', 24)}", LETTERS[:24]),
    "stripe": (f"x {made_up('sk' + '_live_', 24)}", LETTERS[:24]),
    "google": (f"x {made_up('AI' + 'za', 35)}", LETTERS[:30]),
    "npm": (f"x {made_up('np' + 'm_', 36)}", LETTERS),
    "pypi": (f"x {made_up('py' + 'pi-AgEIcHlwaS5vcmc', 60)}", LETTERS),
    "sendgrid": (f"x {made_up('S' + 'G.', 22)}.{made_up('', 43)}", LETTERS[:22]),
    "model-provider": (f"x {made_up('sk' + '-proj-', 48)}", LETTERS),
    "vault": (f"x {made_up('hv' + 's.', 24)}", LETTERS[:24]),
    "base64": (f"UserData: {USER_DATA}", USER_DATA),
}

KEPT = [
    "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/orders-db-AbCdEf",
    "arn:aws:secretsmanager:*:*:secret:rds-*",
    "arn:aws:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:prod/db",
    "arn:aws:iam::111122223333:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling",
    "arn:aws:sts::111122223333:assumed-role/deploy-token-rotator/i-0d5f1c2b3a4e59687",
    "arn:aws:ssm:eu-west-1:111122223333:parameter/orders/prod/db/password",
    "arn:aws:lambda:eu-west-1:111122223333:function:orders-api:42",
    "arn:aws-cn:s3:::orders-invoices-prod/2026/09/14/a.json",
    "secretsmanager:GetSecretValue",
    "ssm:GetParameter kms:Decrypt iam:UpdateAccessKey",
    "RequestId: c308a950-e43e-444e-afc1-7a1b2c3d0001",
    "requestID GNVBK70TCT9CFT36",
    "request 4V5GD5BI6ZVI3Q6S8C8N0R0QPRVV4KQNSO5AEMVJF66Q9ASUAAJG",
    "x-amz-id-2: kx+tI9PQPUGllPJhiy6XJE4xZAIE5rTAyvgIMuptzk/aY/7eCLEEcH0p2ogkdp/oeLAVbF74o/wXeh5aAJ0Hp==",
    "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1",
    "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "image@sha256:9b2cf535f27731c974343645a3985328a0f3d1b2c0a1e9d6b3b2a1f0e9d8c7b6",
    "oci://registry.example.com/app:1.2@sha256:9b2cf535f27731c974343645a3985328a0f3d1b2c0a1e9d6b3b2a1f0e9d8c7b6",
    "commit 3d6f0a5c1b2e4d7f8a9b0c1d2e3f4a5b6c7d8e9f md5 d41d8cd98f00b204e9800998ecf8427e",
    "CodeSha256: hX8m0Yk1Zq3bN5vC7xL9pR2tW4sD6fG8jK0aQ1eU3iE=",
    "i-0d5f1c2b3a4e59687 vpc-07b33857c7ad1c027 ami-0abcdef1234567890 sg-0a1ae80d31d1e9c86",
    "from 203.0.113.24 and 2001:db8::8a2e:370:7334 port 5432",
    "principal AROACKCEVSQ6C2EXAMPLE AIDACKCEVSQ6C2EXAMPLE",
    "2026-09-14T03:12:31Z took 12.5 s, 1204 items",
    "max_tokens: 100, tokens=523, token_count=12",
    "nextToken: abc123 clientToken=11144C0B-5E54-4ADA-A081-FCBDBEE74AAE ClientRequestToken: x1",
    "PWD=/root/src OLDPWD: /tmp",
    "password: null, secret: ${DB_SECRET}, token=***, api_key: {{resolve:ssm:x}}",
    "value HIDDEN_DUE_TO_SECURITY_REASONS",
    "secret: arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db",
    "SyntaxError: unexpected token: }",
    "basic authentication and bearer authentication are both off",
    "PasswordPolicy changed, the secret rotated, the token expired",
    "git@github.com:acme/orders.git ssh://git@github.com:22/acme/orders",
    "https://db.example.com:5432/path@v2?page=3",
    "primary_key=17 partition_key: user#1 key=abc",
    "/usr/lib/python3/dist-packages/botocore/data/ec2/2016-11-15/service-2.json",
    "https://console.aws.amazon.com/cloudwatch/home?region=eu-west-1#alarmsV2:alarm/orders",
]


EACH_SECRET = pytest.mark.parametrize(
    ("text", "secret"), [pytest.param(*row, id=name) for name, row in SECRETS.items()]
)


@EACH_SECRET
def test_a_secret_is_replaced(text: str, secret: str) -> None:
    assert secret in text
    redacted = redact(text)
    assert secret not in redacted
    assert "[SECRET:" in redacted


@EACH_SECRET
def test_redacting_again_changes_nothing(text: str, secret: str) -> None:
    assert secret
    once = redact(text)
    assert redact(once) == once


@pytest.mark.parametrize("text", KEPT)
def test_what_is_needed_to_find_the_cause_is_kept(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"DB_PASSWORD={PASSWORD} HOST=x", "DB_PASSWORD=[SECRET:value] HOST=x"),
        (f"postgres://orders:{PASSWORD}@db:5432/o", "postgres://orders:[SECRET:url-password]@db:5432/o"),
        (f'{{"password": "{PASSWORD}", "host": "x"}}', '{"password": "[SECRET:value]", "host": "x"}'),
        (f"a\n{PEM}\nb", "a\n[SECRET:private-key:" + "...." + "]\nb"),
        (f"Authorization: Bearer {JWT}", "Authorization: Bearer [SECRET:jwt:....]"),
    ],
)
def test_only_the_secret_is_replaced(text: str, expected: str) -> None:
    assert re.sub(r"(?<=:)[0-9a-f]{4}(?=\])", "....", redact(text)) == expected


def test_a_secret_has_the_same_pseudonym_everywhere() -> None:
    first, second = re.findall(r"\[SECRET:[^\]]+\]", redact(f"{GITHUB} and then {GITHUB}"))
    assert first == second
    assert re.fullmatch(r"\[SECRET:token:[0-9a-f]{4}\]", first)
    assert redact(made_up("gh" + "p_", 40)) != first


def test_a_secret_short_enough_to_guess_shows_nothing_of_itself() -> None:
    """Four digits of a digest would tell one password of a list from the others."""
    assert redact("password=hunter" + "2") == redact("password=letmein") == "password=[SECRET:value]"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param({"password": "x"}, {"password": "[SECRET:value]"}, id="by-name"),
        pytest.param({"dbPassword": 1234}, {"dbPassword": "[SECRET:value]"}, id="number"),
        pytest.param({"Authorization": "x"}, {"Authorization": "[SECRET:value]"}, id="header"),
        pytest.param({"a": [{"token": "x"}]}, {"a": [{"token": "[SECRET:value]"}]}, id="nested"),
        pytest.param(
            {"api_key": {"old": "x", "new": ["y"]}},
            {"api_key": {"old": "[SECRET:value]", "new": ["[SECRET:value]"]}},
            id="under-a-name",
        ),
        pytest.param(
            {"Name": "DB_PASSWORD", "Value": "x"},
            {"Name": "DB_PASSWORD", "Value": "[SECRET:value]"},
            id="pair",
        ),
        pytest.param({"name": "HOST", "value": "x"}, {"name": "HOST", "value": "x"}, id="harmless-pair"),
        pytest.param({"password": None, "secret": True}, {"password": None, "secret": True}, id="no-values"),
        pytest.param(
            {"secret": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:x"},
            {"secret": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:x"},
            id="reference",
        ),
        pytest.param(
            {"clientToken": "x", "NextToken": "y"}, {"clientToken": "x", "NextToken": "y"}, id="paging"
        ),
        pytest.param({"text": "pwd=x1"}, {"text": "pwd=[SECRET:value]"}, id="text-inside"),
        pytest.param(
            {"n": 1, "f": 1.5, "b": False, "z": None}, {"n": 1, "f": 1.5, "b": False, "z": None}, id="plain"
        ),
        pytest.param((b"pwd=x1", {1: "a"}), ["pwd=[SECRET:value]", {"1": "a"}], id="not-json"),
        pytest.param({"pwd=x1": 1}, {"pwd=[SECRET:value]": 1}, id="secret-in-a-name"),
        pytest.param(datetime(2026, 1, 1, tzinfo=UTC), "2026-01-01 00:00:00+00:00", id="time"),
    ],
)
def test_structures_are_redacted_by_names_and_texts(value: object, expected: object) -> None:
    assert redact_value(value) == expected


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("db_password", True),
        ("MasterUserPassword", True),
        ("secretAccessKey", True),
        ("x-api-key", True),
        ("sessionToken", True),
        ("Set-Cookie", True),
        ("nextToken", False),
        ("tokens", False),
        ("secretName", False),
        ("passwordLastUsed", False),
        ("accessKeyId", False),
        ("", False),
    ],
)
def test_a_name_tells_whether_its_value_is_secret(name: str, secret: bool) -> None:
    assert is_secret_name(name) is secret


def test_what_nests_too_deeply_is_cut_off() -> None:
    value: Any = "password=x1"
    for _ in range(2000):
        value = [value]
    text = json.dumps(redact_value(value))
    assert TOO_DEEP in text
    assert "x1" not in text


class _Unreadable:
    def __str__(self) -> str:
        raise RuntimeError("password=x1")


@pytest.mark.parametrize("value", [_Unreadable(), {"a": _Unreadable()}, [{_Unreadable(): 1}]])
def test_a_structure_that_cannot_be_redacted_does_not_come_out(value: object) -> None:
    assert redact_value(value) == FAILED


def test_a_text_that_cannot_be_redacted_does_not_come_out() -> None:
    assert redact(7) == FAILED  # type: ignore[arg-type]


@given(st.text(st.characters(exclude_categories=[])))
def test_any_text_can_be_redacted(text: str) -> None:
    assert redact(text) != FAILED


@given(st.text(max_size=200), st.text(max_size=200))
@settings(max_examples=50)
def test_a_token_is_found_wherever_it_stands(before: str, after: str) -> None:
    assert GITHUB not in redact(f"{before} {GITHUB} {after}")
