"""The states of a case, as discipline practice has them, and the one table of changes between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

from service.access import Permission, Role

Desk = Literal["discipline", "department", "owed"]
DESKS: Final[tuple[Desk, ...]] = get_args(Desk)

OpenState = Literal["new", "with_department", "talk_by_letter", "preliminary_check", "held"]
Outcome = Literal["confirmed", "cleared", "error", "cleared_by_name"]
State = Literal[
    "new", "with_department", "talk_by_letter", "preliminary_check", "held",
    "confirmed", "cleared", "error", "cleared_by_name", "merged",
]  # fmt: skip
OPEN: Final[tuple[OpenState, ...]] = get_args(OpenState)
OUTCOMES: Final[tuple[Outcome, ...]] = get_args(Outcome)

WORDS: Final[dict[State, tuple[str, str]]] = {
    "new": ("New", "待处置"),
    "with_department": ("With the department for verification", "移交主管部门核实"),
    "talk_by_letter": ("Talk by letter", "谈话函询"),
    "preliminary_check": ("Preliminary check", "初步核实"),
    "held": ("Held for later", "暂存待查"),
    "confirmed": ("Closed: confirmed", "查实"),
    "cleared": ("Closed: cleared", "予以了结"),
    "error": ("Closed: honest error", "工作差错"),
    "cleared_by_name": ("Closed: cleared by name", "澄清正名"),
    "merged": ("Merged into another case", "已并案"),
}
"""Each state in English and Chinese."""

FINDING: Final[dict[Outcome, Literal["confirmed", "cleared", "error"]]] = {
    "confirmed": "confirmed",
    "cleared": "cleared",
    "error": "error",
    "cleared_by_name": "cleared",
}
"""What a closing says of its payments in the contract's words."""

_STAFF: Final[frozenset[Role]] = frozenset({"investigator", "supervisor"})
_ALL: Final[frozenset[Role]] = _STAFF | {"department_verifier"}


@dataclass(frozen=True, slots=True)
class Change:
    """Who may make a change, and at which desks."""

    roles: frozenset[Role] = _ALL
    desks: frozenset[Desk] = frozenset(DESKS)
    permission: Permission = "cases.work"


_FROM_TALKS = frozenset[Desk]({"discipline", "owed"})
_WORKED: Final[tuple[State, ...]] = ("new", "with_department", "talk_by_letter", "preliminary_check")


def _table() -> dict[tuple[State, State], Change]:
    table: dict[tuple[State, State], Change] = {}
    for state in (*_WORKED, "held"):
        moved: dict[State, Change] = {
            "with_department": Change(),
            # Questions to officials are discipline inspection's; a late payment may lead to a talk as well.
            "talk_by_letter": Change(_STAFF, _FROM_TALKS),
            "preliminary_check": Change(_STAFF, frozenset({"discipline"})),
            "held": Change(),
        }
        for to, change in moved.items():
            if to != state:
                table[state, to] = change
        for outcome in OUTCOMES:
            table[state, outcome] = Change()
        table[state, "merged"] = Change(_STAFF, permission="cases.assign")
        # What an official is asked about is confirmed only after it was looked into.
        looked_into = Change(desks=frozenset({"department", "owed"}))
        table[state, "confirmed"] = Change() if state in ("preliminary_check", "with_department") else looked_into
    # The department has answered: back to the desk that asked. A held case goes back to where it was by itself.
    table["with_department", "new"] = Change()
    table["held", "new"] = Change()
    for closed in ("cleared", "error"):
        table[closed, "cleared_by_name"] = Change(_STAFF, permission="cases.countersign")
    for closed in OUTCOMES:
        # New facts: looked at again, by decision of a supervisor.
        table[closed, "new"] = Change(frozenset({"supervisor"}), permission="cases.countersign")
    return table


TABLE: Final[dict[tuple[State, State], Change]] = _table()
"""Every change there is; what is not in it does not happen."""
