"""Every scenario, in the order in which the demo plays them: one file and one line each."""

from __future__ import annotations

from collections.abc import Mapping

from mainstay.demo.act import Scenario
from mainstay.demo.scenarios.approvals import APPROVALS
from mainstay.demo.scenarios.bucket import BUCKET
from mainstay.demo.scenarios.database import DATABASE
from mainstay.demo.scenarios.function import FUNCTION
from mainstay.demo.scenarios.half_way import HALF_WAY
from mainstay.demo.scenarios.leave_alone import LEAVE_ALONE
from mainstay.demo.scenarios.model import MODEL
from mainstay.demo.scenarios.parameter import PARAMETER
from mainstay.demo.scenarios.stopped import STOPPED
from mainstay.demo.scenarios.storm import STORM
from mainstay.demo.scenarios.table import TABLE
from mainstay.demo.scenarios.terminated import TERMINATED

SCENARIOS: Mapping[str, Scenario] = {
    scenario.name: scenario
    for scenario in (
        STOPPED,
        TERMINATED,
        DATABASE,
        TABLE,
        PARAMETER,
        BUCKET,
        FUNCTION,
        STORM,
        HALF_WAY,
        LEAVE_ALONE,
        APPROVALS,
        MODEL,
    )
}
