"""What recover.py makes of its environment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.incidents.model import Resource
from chalicelib.recovery.actions.terraform_builds import state_key_of
from terraform.recover import RecoverError, read_request

TERRAFORM = Path(__file__).parents[3] / "terraform"
MODULES = sorted(folder for folder in (TERRAFORM / "modules").iterdir() if folder.is_dir())
GOOD = {
    "OPERATION": "apply",
    "MODULE": "ec2_instance",
    "ADDRESS": "terraform_data.instance",
    "STATE_KEY": "recovery/123456789012/eu-west-1/ec2.instance/i-1.tfstate",
    "STATE_BUCKET": "mainstay-states",
    "VARIABLES_JSON": '{"image_id": "ami-1"}',
    "RECOVERY_TOKEN": "ab" * 16,
    "LOCK_TIMEOUT": "300s",
    "AWS_REGION": "eu-west-1",
}


def test_a_request_says_what_is_to_be_done() -> None:
    request = read_request(GOOD)

    assert (request.operation, request.module.name) == ("apply", "ec2_instance")
    assert request.addresses == (
        "terraform_data.recovery",
        "terraform_data.instance",
        "terraform_data.settings",
    )
    assert (request.lost_id, request.variables) == ("i-1", {"image_id": "ami-1"})
    assert request.backend == {
        "bucket": "mainstay-states",
        "key": GOOD["STATE_KEY"],
        "region": "eu-west-1",
        "encrypt": "true",
        "use_lockfile": "true",
    }


def test_checks_of_a_real_account_are_skipped_on_embedded_aws_only() -> None:
    embedded = read_request(GOOD | {"AWS_ENDPOINT_URL": "http://127.0.0.1:5000"}).backend

    assert embedded["use_path_style"] == "true"
    assert {name for name in read_request(GOOD).backend if name.startswith("skip_")} == set()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OPERATION", "plan"),
        ("OPERATION", "apply\n"),
        ("MODULE", "../modules/ec2_instance"),
        ("MODULE", "."),
        ("MODULE", ""),
        ("ADDRESS", "terraform_data.other"),
        ("ADDRESS", "terraform_data.instance[0]"),
        ("ADDRESS", ""),
        ("STATE_KEY", "recovery/123456789012/eu-west-1/ec2.instance/a/b.tfstate"),
        ("STATE_KEY", "other/123456789012/eu-west-1/ec2.instance/i-1.tfstate"),
        ("STATE_KEY", "recovery/123456789012/eu-west-1/ec2.instance/$(id).tfstate"),
        ("STATE_BUCKET", "states -lock=false"),
        ("VARIABLES_JSON", "{"),
        ("VARIABLES_JSON", "[]"),
        ("VARIABLES_JSON", '{"a": 1}'),
        ("VARIABLES_JSON", '{"a=b": "c"}'),
        ("VARIABLES_JSON", '{"recovery_token": "another"}'),
        ("RECOVERY_TOKEN", ""),
        ("RECOVERY_TOKEN", "-lock=false"),
        ("LOCK_TIMEOUT", "forever"),
        ("AWS_REGION", "moon"),
    ],
)
def test_whatever_is_wrong_is_named_and_not_repeated(name: str, value: str) -> None:
    with pytest.raises(RecoverError, match=name):
        read_request(GOOD | {name: value})


@pytest.mark.parametrize("name", GOOD)
def test_nothing_may_be_missing_but_variables(name: str) -> None:
    environment = {key: value for key, value in GOOD.items() if key != name}

    if name == "VARIABLES_JSON":
        assert read_request(environment).variables == {}
    else:
        with pytest.raises(RecoverError, match=name):
            read_request(environment)


@given(
    type_=st.sampled_from(["ec2.instance", "dynamodb.table"]),
    id_=st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40),
)
def test_every_state_key_that_planning_makes_is_accepted_and_names_what_was_lost(
    type_: str, id_: str
) -> None:
    lost = Resource(type=type_, id=id_, region="eu-west-1", account="123456789012")

    assert read_request(GOOD | {"STATE_KEY": state_key_of(lost)}).lost_id == id_


@pytest.mark.parametrize("module", MODULES, ids=lambda folder: folder.name)
def test_a_module_lists_exactly_the_resources_that_it_declares(module: Path) -> None:
    listed = (module / "addresses.txt").read_text().split()
    text = (module / "main.tf").read_text()
    declared = [line.split('"')[1::2] for line in text.splitlines() if line.startswith("resource ")]

    assert listed == [".".join(names) for names in declared]
    assert len(listed) > 1


@pytest.mark.parametrize("module", MODULES, ids=lambda folder: folder.name)
def test_no_value_is_written_into_a_command(module: Path) -> None:
    """Provisioners run fixed words without a shell; everything else comes in the environment."""
    lines = [line.strip() for line in (module / "main.tf").read_text().splitlines()]
    commands = {line.split("=")[1].strip() for line in lines if line.startswith("command")}

    assert commands == {'"make"', '"set_up"', '"remove"'}
    assert sum(line.startswith("interpreter") for line in lines) == 3


def test_the_buildspec_exports_what_the_build_leaves_behind() -> None:
    spec: Any = yaml.safe_load((TERRAFORM / "buildspec.yml").read_text())
    exports = spec["phases"]["post_build"]["commands"]

    assert exports == [
        f'export {name}="$(cat results/{name.lower()})"' for name in spec["env"]["exported-variables"]
    ]
    commands = [command for phase in spec["phases"].values() for command in phase["commands"]]
    assert [command for command in commands if "$" in command] == exports
