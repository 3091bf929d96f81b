"""The item asks for a certificate and the registered person never had one on record."""

from __future__ import annotations

from features._world import world
from features.person.is_certificate_missing import is_certificate_missing
from features.person.is_identity_number_invalid import is_identity_number_invalid
from features.person.is_identity_unregistered import is_identity_unregistered
from models.rules._expression import col
from models.rules._rule import Rule, fires, quiet

RULE = Rule(
    code="T10.certificate_missing",
    title=("No certificate", "无证件发放"),
    severity="middle",
    desk="department",
    suspect_role="household",
    when=(
        col(is_certificate_missing).is_true()
        & col(is_identity_unregistered).is_false()
        & col(is_identity_number_invalid).is_false()
    ),
    because=(
        "No certificate of the kind required is on record",
        "无所需证件登记",
    ),
    blind_to="certificates under another number",
    next_steps=(
        ("Ask the issuing body whether a renewal is under way", "向发证部门核实是否在办理换证"),
        ("Read the certificate", "核对证件原件"),
    ),
    cases=(
        fires("never had one", world().paid("P3", "DISABLED")),
        quiet("a number nobody has: the certificate may be under the right one", world().paid("P99", "DISABLED")),
        quiet("one on record", world().add("certificates", person_id="P3").paid("P3", "DISABLED")),
    ),
)
