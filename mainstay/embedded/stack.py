"""The infrastructure that stands beside the Chalice app: one CloudFormation template and one source zip."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from chalicelib.errors import PermanentError
from mainstay.embedded.aws import EmbeddedAws
from mainstay.embedded.codebuild import run_builds_for_real
from mainstay.embedded.repairs import iam

PROJECT = Path(__file__).resolve().parents[2]
TEMPLATE = PROJECT / "infra" / "mainstay.yaml"
APP_NAME = "mainstay"
SOURCE_KEY = "source/terraform.zip"
SOURCE = ("terraform", "chalicelib/recovery/plan_gate.py")
"""What a recovery build is made of, laid out as in the project: its buildspec says so."""


class StackError(PermanentError):
    """CloudFormation could not make the stack; the message has its reason."""


def create_stack(aws: EmbeddedAws, *, stage: str, parameters: Mapping[str, str]) -> dict[str, str]:
    """Make the stack of a stage and answer its outputs. Builds of its project really run."""
    iam.install()
    run_builds_for_real()
    given = {"Stage": stage, **parameters}
    name = f"{given.get('AppName', APP_NAME)}-{stage}"
    client = aws.client("cloudformation")
    client.create_stack(
        StackName=name,
        TemplateBody=render_template(TEMPLATE),
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()],
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )
    stack = client.describe_stacks(StackName=name)["Stacks"][0]
    if stack["StackStatus"] != "CREATE_COMPLETE":
        raise StackError(f"{name}: {stack['StackStatus']}: {stack.get('StackStatusReason', '')}")
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


# -- the template -------------------------------------------------------------------------------

_MARKER = re.compile(r'DefinitionString: "@(?P<name>[\w.-]+)"')
_QUOTED_NUMBER = re.compile(r'("(?:\w*Seconds|MaxAttempts|BackoffRate)": *)"(\$\{\w+\})"')


def render_template(path: Path) -> str:
    """Answer a template with each ``DefinitionString: "@FILE"`` replaced by the text of FILE beside it.

    A number that is substituted stands in quotes in the file, so that the file is JSON; the quotes go
    here, since Step Functions wants a number. Line breaks go too: a template may have 51,200 bytes.
    """
    return _MARKER.sub(lambda found: _inline(path.with_name(found["name"]).read_text()), path.read_text())


def _inline(definition: str) -> str:
    one_line = " ".join(line.strip() for line in definition.splitlines())
    with_numbers = _QUOTED_NUMBER.sub(r"\1\2", one_line)
    return "DefinitionString: '" + with_numbers.replace("'", "''") + "'"


# -- the source of builds -----------------------------------------------------------------------


def upload_source(aws: EmbeddedAws, bucket: str) -> None:
    """Put the zip that recovery builds start from into the artifact bucket."""
    aws.client("s3").put_object(Bucket=bucket, Key=SOURCE_KEY, Body=zip_source(PROJECT))


def zip_source(project: Path) -> bytes:
    """Zip what a build needs; the same files give the same bytes, wherever and whenever that is done."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in sorted(_source_files(project)):
            entry = zipfile.ZipInfo(name)  # dated 1980, as the format begins there
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, (project / name).read_bytes())
    return buffer.getvalue()


def _source_files(project: Path) -> Iterator[str]:
    for part in SOURCE:
        found = [project / part] if (project / part).is_file() else (project / part).rglob("*")
        for path in found:
            name = path.relative_to(project)
            if path.is_file() and not any(_is_litter(folder) for folder in name.parts[:-1]):
                yield name.as_posix()


def _is_litter(folder: str) -> bool:
    """Caches and what `terraform init` leaves. Hidden files, such as provider locks, are source."""
    return folder.startswith(".") or folder == "__pycache__"
