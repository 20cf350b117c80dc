"""What is examined: one file per check, and this table of them, in the order in which they are shown."""

from __future__ import annotations

from mainstay.doctor.checks.builds import BUILDS
from mainstay.doctor.checks.chat import CHAT
from mainstay.doctor.checks.credentials import CREDENTIALS
from mainstay.doctor.checks.dead_letters import DEAD_LETTERS
from mainstay.doctor.checks.functions import FUNCTIONS
from mainstay.doctor.checks.links import LINKS
from mainstay.doctor.checks.mode import MODE
from mainstay.doctor.checks.model import MODEL
from mainstay.doctor.checks.people import PEOPLE
from mainstay.doctor.checks.permissions import PERMISSIONS
from mainstay.doctor.checks.recovery import RECOVERY
from mainstay.doctor.checks.stacks import STACKS
from mainstay.doctor.checks.tables import TABLES
from mainstay.doctor.checks.trail import TRAIL
from mainstay.doctor.checks.triggers import TRIGGERS
from mainstay.doctor.checks.workflow import WORKFLOW

CHECKS = (
    CREDENTIALS,
    STACKS,
    TABLES,
    FUNCTIONS,
    PERMISSIONS,
    TRIGGERS,
    DEAD_LETTERS,
    WORKFLOW,
    BUILDS,
    MODE,
    PEOPLE,
    LINKS,
    CHAT,
    MODEL,
    TRAIL,
    RECOVERY,
)
"""Every check."""
