"""What we know how to heal: one file per resource type, and this table of them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from chalicelib.resources.budget import BUDGET
from chalicelib.resources.dynamodb_table import DYNAMODB_TABLE
from chalicelib.resources.ec2_instance import EC2_INSTANCE
from chalicelib.resources.ecs_service import ECS_SERVICE
from chalicelib.resources.health_event import HEALTH_EVENT
from chalicelib.resources.lambda_function import LAMBDA_FUNCTION
from chalicelib.resources.model import ResourceType
from chalicelib.resources.rds_db_instance import RDS_DB_INSTANCE
from chalicelib.resources.s3_bucket import S3_BUCKET
from chalicelib.resources.ssm_parameter import SSM_PARAMETER

_TYPES = (
    EC2_INSTANCE,
    RDS_DB_INSTANCE,
    LAMBDA_FUNCTION,
    DYNAMODB_TABLE,
    S3_BUCKET,
    SSM_PARAMETER,
    ECS_SERVICE,
    HEALTH_EVENT,
    BUDGET,
)

RESOURCE_TYPES: Mapping[str, ResourceType] = MappingProxyType({kind.name: kind for kind in _TYPES})
"""Every resource type by its name."""


def resource_type(name: str) -> ResourceType:
    """Raise KeyError where there is no such type."""
    return RESOURCE_TYPES[name]
