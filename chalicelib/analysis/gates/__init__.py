"""Gates: one question of the policy per file, asked in this order. A new gate is a line here."""

from __future__ import annotations

from chalicelib.analysis.gates.account_budget import ask_account_budget
from chalicelib.analysis.gates.actor import ask_actor
from chalicelib.analysis.gates.automatic import ask_automatic
from chalicelib.analysis.gates.change_window import ask_change_window
from chalicelib.analysis.gates.circuit import ask_circuit
from chalicelib.analysis.gates.classification import ask_classification
from chalicelib.analysis.gates.confidence import ask_confidence
from chalicelib.analysis.gates.cooldown import COOLDOWN, ask_cooldown
from chalicelib.analysis.gates.fleet_brake import ask_fleet_brake
from chalicelib.analysis.gates.gate import Gate
from chalicelib.analysis.gates.hold_out import ask_hold_out
from chalicelib.analysis.gates.mode import ask_mode
from chalicelib.analysis.gates.own_action import ask_own_action
from chalicelib.analysis.gates.plan import ask_plan
from chalicelib.analysis.gates.prevention import ask_prevention
from chalicelib.analysis.gates.resource_budget import ask_resource_budget
from chalicelib.analysis.gates.reversibility import ask_reversibility
from chalicelib.analysis.gates.risk import ask_risk
from chalicelib.analysis.gates.tags import ask_tags

GATES: tuple[Gate, ...] = (
    Gate("mode", ask_mode),
    Gate("classification", ask_classification),
    Gate("prevention", ask_prevention),
    Gate("confidence", ask_confidence),
    Gate("actor", ask_actor),
    Gate("plan", ask_plan),
    Gate("risk", ask_risk),
    Gate("automatic", ask_automatic),
    Gate("reversibility", ask_reversibility),
    Gate(COOLDOWN, ask_cooldown),
    Gate("resource_budget", ask_resource_budget),
    Gate("circuit", ask_circuit),
    Gate("account_budget", ask_account_budget),
    Gate("fleet_brake", ask_fleet_brake),
    Gate("change_window", ask_change_window),
    Gate("tags", ask_tags),
    Gate("own_action", ask_own_action),
    # Last, as it looks at what all the others have answered:
    Gate("hold_out", ask_hold_out),
)

__all__ = ["COOLDOWN", "GATES", "Gate"]
