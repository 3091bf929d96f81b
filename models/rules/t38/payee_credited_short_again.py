"""Earlier payments of the item to this payee were credited short, more than once, while most of the village was not."""

from __future__ import annotations

from features._world import world
from features.disbursement.count_payee_credited_short_800d import count_payee_credited_short_800d
from models.rules._expression import col, setting
from models.rules._rule import Rule, fires, quiet

made = world()
for month in ("01", "02"):
    for person, credited in (("P1", "60.00"), ("P3", "100.00"), ("P4", "100.00")):
        made = made.paid(person, at=f"2019-{month}-20", disbursement_id=f"E{person}{month}", run_id=f"R{month}").add(
            "settlements", disbursement_id=f"E{person}{month}", amount=credited, at=f"2019-{month}-22"
        )

RULE = Rule(
    code="T38.payee_credited_short_again",
    title=("Payee credited short before", "本人此前多次少到账"),
    severity="low",
    desk="owed",
    suspect_role="department",
    when=col(count_payee_credited_short_800d) >= setting("T38.earlier_short"),
    because=(
        "{count_payee_credited_short_800d} earlier payments of this item were credited short while most of the village"
        " got theirs in full",
        "该项目此前{count_payee_credited_short_800d}次少到账，而同村多数足额到账",
    ),
    blind_to="a first time",
    next_steps=(
        ("Ask the bank where the earlier differences were booked", "向银行查询此前差额去向"),
        ("Ask the payee what arrived", "电话核实到账金额"),
    ),
    cases=(
        fires("short in January and February", made.paid("P1")),
        quiet("a neighbour who got it in full", made.paid("P3")),
        quiet("short once", made.paid("P1", at="2019-02-15")),
    ),
)
