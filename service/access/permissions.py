"""Roles and what each may do. A route or a page asks for one permission; nothing else decides."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, get_args

Role = Literal[
    "disbursement_system",
    "investigator",
    "supervisor",
    "department_verifier",
    "auditor",
    "data_scientist",
    "administrator",
    "recipient",
]

Permission = Literal[
    "payments.score",  # score single payments
    "facts.send",  # send rows of contract tables
    "facts.read_quarantine",
    "runs.send",  # send, cancel a payment run
    "runs.read",
    "runs.sign",  # sign a run's lists off
    "verify.decide",  # decide a row that waits for verification
    "cases.read",
    "cases.work",  # change the state of a case, notes, attachments
    "cases.assign",
    "cases.countersign",  # the second person
    "persons.unmask",  # see a whole identity number, with a reason
    "lookups.read",  # households, cards, officials, villages
    "funds.read",  # the chain and money standing still
    "supervision.read",  # ports of discipline inspection and audit, as of any date
    "audit.read",  # the log
    "models.read",
    "models.manage",
    "matching.read",  # how lists were matched: counts
    "matching.review",  # see a list's row beside the person it may mean, and answer whether they are the same
    "matching.manage",  # have lists matched, set the decision lines
    "webhooks.manage",
    "accounts.manage",
    "settings.manage",
    "own.read",  # a recipient's own payments
    "own.report",
]

ROLES: Final[tuple[Role, ...]] = get_args(Role)

PERMISSIONS: Final[dict[Role, frozenset[Permission]]] = {
    "disbursement_system": frozenset(
        {"payments.score", "facts.send", "facts.read_quarantine", "runs.send", "runs.read"}
    ),
    "investigator": frozenset(
        {"cases.read", "cases.work", "persons.unmask", "lookups.read", "runs.read", "funds.read", "models.read"}
    ),
    "supervisor": frozenset(
        {
            "cases.read",
            "cases.work",
            "cases.assign",
            "cases.countersign",
            "persons.unmask",
            "lookups.read",
            "runs.read",
            "runs.sign",
            "verify.decide",
            "funds.read",
            "models.read",
            "matching.read",
            "matching.review",
        }
    ),
    "department_verifier": frozenset(
        {
            "cases.read",
            "cases.work",
            "verify.decide",
            "runs.send",  # by hand, with the form of the console; the sender never signs
            "runs.read",
            "runs.sign",
            "lookups.read",
            "funds.read",
            "facts.read_quarantine",
            "matching.read",
            "matching.review",
        }
    ),
    "auditor": frozenset(
        {
            "supervision.read",
            "audit.read",
            "cases.read",
            "runs.read",
            "funds.read",
            "models.read",
            "lookups.read",
            "matching.read",
        }
    ),
    "data_scientist": frozenset({"models.read", "models.manage", "funds.read", "matching.read", "matching.manage"}),
    # Runs the service and sees no case: whoever hands out access must not need the content.
    "administrator": frozenset(
        {
            "accounts.manage",
            "settings.manage",
            "webhooks.manage",
            "audit.read",
            "facts.read_quarantine",
            "matching.read",
            "matching.manage",
        }
    ),
    "recipient": frozenset({"own.read", "own.report"}),
}
"""Scope by division applies on top of it, and recusal on top of that."""

SEES_CASES: Final[frozenset[Permission]] = frozenset(
    {
        "cases.read",
        "cases.work",
        "cases.assign",
        "cases.countersign",
        "persons.unmask",
        "lookups.read",
        "supervision.read",
        "verify.decide",
        "runs.sign",
        "matching.review",
    }
)
"""What shows or decides about people and cases. No administrator gives it to himself without a second one, and nobody
makes an API key with it for somebody else."""

BY_HAND: Final[frozenset[Permission]] = frozenset(
    {
        "accounts.manage",
        "settings.manage",
        "cases.work",
        "cases.assign",
        "cases.countersign",
        "persons.unmask",
        "verify.decide",
        "runs.sign",
        "matching.review",
        "matching.manage",
        "own.read",
        "own.report",
    }
)
"""What a person answers for in person: no API key carries it."""


def sees_cases(roles: Iterable[str]) -> bool:
    """Whether any of the roles shows or decides about people and cases."""
    return any(PERMISSIONS[role] & SEES_CASES for role in ROLES if role in set(roles))
