"""How ready a resource is to be restored: one file per resource type, and this table of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from chalicelib.resources import RESOURCE_TYPES
from mainstay.doctor.findings import Finding
from mainstay.doctor.restoring.bucket import examine_bucket
from mainstay.doctor.restoring.database import examine_database
from mainstay.doctor.restoring.function import examine_function
from mainstay.doctor.restoring.instance import examine_instance
from mainstay.doctor.restoring.parameter import examine_parameter
from mainstay.doctor.restoring.patient import Patient
from mainstay.doctor.restoring.table import examine_table


def examine_nothing(_patient: Patient) -> Iterator[Finding]:
    """Of types that hold nothing which a backup could bring back."""
    return iter(())


_OF_TYPES = {
    "rds.db-instance": examine_database,
    "dynamodb.table": examine_table,
    "s3.bucket": examine_bucket,
    "ssm.parameter": examine_parameter,
    "lambda.function": examine_function,
    "ec2.instance": examine_instance,
}

READINESS: Mapping[str, Callable[[Patient], Iterator[Finding]]] = MappingProxyType(
    {name: _OF_TYPES.get(name, examine_nothing) for name in RESOURCE_TYPES}
)
"""Every resource type by its name."""
