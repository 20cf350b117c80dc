from typing import Any

import pytest

from chalicelib.incidents.model import Actor, ActorKind
from chalicelib.signals.actor import read_actor
from tests.unit.signals.events import load, read

ACCOUNT = "111122223333"
STRANGER = "999988887777"
OWN = ("mainstay-prod-*",)
IAC = ("*-ci-*", "*terraform*")


def actor_of(identity: object, **call: Any) -> Actor:
    return read_actor({"userIdentity": identity, **call}, account=ACCOUNT, own_roles=OWN, iac_roles=IAC)


def a_role(name: str, session: str = "session", *, account: str = ACCOUNT, path: str = "") -> dict[str, Any]:
    return {
        "type": "AssumedRole",
        "arn": f"arn:aws:sts::{account}:assumed-role/{name}/{session}",
        "accountId": account,
        "sessionContext": {
            "sessionIssuer": {"type": "Role", "arn": f"arn:aws:iam::{account}:role/{path}{name}"}
        },
    }


@pytest.mark.parametrize(
    ("identity", "kind", "name"),
    [
        pytest.param({"type": "IAMUser", "userName": "alice"}, ActorKind.PERSON, "alice", id="iam-user"),
        pytest.param({"type": "Root", "accountId": ACCOUNT}, ActorKind.PERSON, "root", id="root"),
        pytest.param({"type": "SAMLUser", "userName": "carol"}, ActorKind.PERSON, "carol", id="saml-user"),
        pytest.param(
            {"type": "WebIdentityUser", "userName": "dave"}, ActorKind.PERSON, "dave", id="web-identity-user"
        ),
        pytest.param(
            {"type": "IdentityCenterUser", "onBehalfOf": {"userId": "544894e8-80c1-707f"}},
            ActorKind.PERSON,
            "544894e8-80c1-707f",
            id="identity-center-user",
        ),
        pytest.param(
            a_role("AWSReservedSSO_Admin_0123456789abcdef", "bob@example.com"),
            ActorKind.PERSON,
            "bob@example.com",
            id="single-sign-on",
        ),
        pytest.param(
            a_role("AWSReservedSSO_terraform_0123456789abcdef", "bob@example.com"),
            ActorKind.PERSON,
            "bob@example.com",
            id="single-sign-on-with-a-permission-set-like-a-tool",
        ),
        pytest.param(
            a_role("orders-ci-role", "run-17"), ActorKind.IAC, "orders-ci-role/run-17", id="ci-role"
        ),
        pytest.param(
            a_role("TerraformApply", "x"), ActorKind.IAC, "TerraformApply/x", id="iac-role-in-other-capitals"
        ),
        pytest.param(
            a_role("mainstay-prod-run_action", "fn"),
            ActorKind.OWN_ROLE,
            "mainstay-prod-run_action/fn",
            id="own-role",
        ),
        pytest.param(
            a_role("mainstay-prod-run_action", "fn", path="service/"),
            ActorKind.OWN_ROLE,
            "mainstay-prod-run_action/fn",
            id="own-role-under-a-path",
        ),
        pytest.param(
            a_role("web-server", "i-09a8b7c6d5e4f3021"),
            ActorKind.UNKNOWN,
            "web-server/i-09a8b7c6d5e4f3021",
            id="workload",
        ),
        pytest.param(
            {"type": "AWSService", "invokedBy": "autoscaling.amazonaws.com"},
            ActorKind.AWS_SERVICE,
            "autoscaling.amazonaws.com",
            id="service",
        ),
        pytest.param(
            a_role("AWSServiceRoleForRDS", "SLR", path="aws-service-role/rds.amazonaws.com/"),
            ActorKind.AWS_SERVICE,
            "AWSServiceRoleForRDS",
            id="role-of-a-service",
        ),
        pytest.param(
            {"type": "IAMUser", "userName": "alice", "invokedBy": "cloudformation.amazonaws.com"},
            ActorKind.AWS_SERVICE,
            "cloudformation.amazonaws.com for alice",
            id="service-for-a-user",
        ),
        pytest.param(
            {**a_role("mainstay-prod-run_action", "fn"), "invokedBy": "ssm.amazonaws.com"},
            ActorKind.OWN_ROLE,
            "ssm.amazonaws.com for mainstay-prod-run_action/fn",
            id="service-for-our-own-role",
        ),
        pytest.param(
            {"type": "IAMUser", "userName": "alice", "invokedBy": "AWS Internal"},
            ActorKind.PERSON,
            "alice",
            id="user-through-the-console",
        ),
        pytest.param(
            {"type": "AWSAccount", "accountId": STRANGER}, ActorKind.UNKNOWN, STRANGER, id="other-account"
        ),
        pytest.param({}, ActorKind.UNKNOWN, "", id="nobody"),
        pytest.param(None, ActorKind.UNKNOWN, "", id="no-identity"),
        pytest.param(["IAMUser"], ActorKind.UNKNOWN, "", id="not-an-object"),
        pytest.param({"type": ["Root"]}, ActorKind.UNKNOWN, "", id="type-of-another-type"),
    ],
)
def test_who_did_it_is_read_from_the_identity(identity: object, kind: ActorKind, name: str) -> None:
    actor = actor_of(identity)
    assert (actor.kind, actor.name) == (kind, name)


@pytest.mark.parametrize(
    "identity",
    [
        pytest.param(a_role("mainstay-prod-run_action", account=STRANGER), id="role-of-another-account"),
        pytest.param(
            {
                **a_role("mainstay-prod-run_action"),
                "sessionContext": a_role("x", account=STRANGER)["sessionContext"],
            },
            id="issuer-of-another-account",
        ),
        pytest.param(
            {
                "type": "AssumedRole",
                "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/other/mainstay-prod-run_action",
            },
            id="session-named-so",
        ),
        pytest.param(
            {"type": "AssumedRole", "arn": f"arn:aws:iam::{ACCOUNT}:user/mainstay-prod-run_action"},
            id="user-arn",
        ),
        pytest.param({"type": "IAMUser", "userName": "mainstay-prod-run_action"}, id="user-named-so"),
        pytest.param({**a_role("x"), "userName": "mainstay-prod-run_action"}, id="user-name-of-a-role"),
        pytest.param(a_role("not-mainstay-prod-run_action"), id="name-that-ends-so"),
        pytest.param({**a_role("mainstay-prod-run_action"), "type": "IAMUser"}, id="of-another-type"),
    ],
)
def test_a_name_like_ours_is_not_enough_to_be_us(identity: object) -> None:
    assert actor_of(identity).kind is not ActorKind.OWN_ROLE


def test_a_session_arn_alone_names_the_role() -> None:
    """Some records have no session context."""
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/mainstay-prod-run_action/fn"
    assert actor_of({"type": "AssumedRole", "arn": arn}).kind is ActorKind.OWN_ROLE


@pytest.mark.parametrize(
    "sign",
    [
        pytest.param({"sessionCredentialFromConsole": "true"}, id="console"),
        pytest.param(
            {
                "userIdentity": {
                    **a_role("on-call"),
                    "sessionContext": {
                        **a_role("on-call")["sessionContext"],
                        "attributes": {"mfaAuthenticated": "true"},
                    },
                }
            },
            id="second-factor",
        ),
    ],
)
def test_a_role_taken_in_person_is_a_person(sign: dict[str, Any]) -> None:
    call = {"userIdentity": a_role("on-call", "erin"), **sign}
    assert read_actor(call, account=ACCOUNT, own_roles=OWN, iac_roles=IAC).kind is ActorKind.PERSON


@pytest.mark.parametrize(
    "user_agent",
    [
        "APN/1.0 HashiCorp/1.0 Terraform/1.11.4 (+https://www.terraform.io)",
        "autoscaling.amazonaws.com",
        "Boto3/1.44.5 mainstay-prod-run_action",
    ],
)
def test_a_user_agent_is_kept_and_decides_nothing(user_agent: str) -> None:
    actor = actor_of(
        {"type": "IAMUser", "userName": "mallory"}, userAgent=user_agent, sourceIPAddress="192.0.2.1"
    )
    assert actor == Actor(kind=ActorKind.PERSON, name="mallory", address="192.0.2.1", user_agent=user_agent)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("call-stop-instances", ActorKind.PERSON),
        ("call-terminate-instances", ActorKind.PERSON),
        ("call-stop-instances-by-auto-scaling", ActorKind.AWS_SERVICE),
        ("call-stop-instances-by-ci", ActorKind.IAC),
        ("call-stop-instances-by-instance", ActorKind.UNKNOWN),
        ("call-stop-instances-by-foreign-role", ActorKind.UNKNOWN),
    ],
)
def test_real_calls_tell_who_made_them(name: str, kind: ActorKind) -> None:
    assert read(load(name)).signals[0].actor.kind is kind


def test_tricks_in_a_user_agent_are_taken_out() -> None:
    actor = actor_of(
        {"type": "IAMUser", "userName": "mallory"},
        userAgent="x\x1b[2Jy\u202ez\npass" + "word=hunter2 " + "a" * 5000,
    )
    assert actor.user_agent.startswith("xyz pass" + "word=[SECRET:value] aaa")
    assert len(actor.user_agent) == 200
