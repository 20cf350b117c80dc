"""Keys of links: there, readable, and not years old."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from chalicelib.errors import SecretsUnreadableError
from chalicelib.incidents.links import read_keys
from mainstay.doctor.case import Case
from mainstay.doctor.check import Check
from mainstay.doctor.findings import Finding, failure, fine, unclear, warning

OLD = timedelta(days=365)


def _examine(case: Case) -> Iterator[Finding]:
    rotate = f"mainstay keys rotate {case.options}"
    try:
        keys = read_keys(case.secrets.secret(case.settings.link_keys_parameter))
    except SecretsUnreadableError as error:
        denied = "cannot be read" in str(error)
        yield unclear(str(error), rotate) if denied else failure(f"no links can be signed: {error}", rotate)
        return
    age = case.clock() - keys.keys[keys.current].made_at
    says = f"links are signed by a key that is {age.days} days old"
    yield warning(says, rotate) if age > OLD else fine(says)


LINKS = Check(name="links", title="approval links", examine=_examine)
