"""A person-bound item was paid for a period that began after the payee's death was on record."""

from __future__ import annotations

from features._world import world
from features.person.days_paid_after_death import days_paid_after_death
from models.rules._expression import col, setting
from models.rules._rule import Rule, fires, quiet

on_record = world().died("P1", on="2019-01-10", recorded="2019-02-01")

RULE = Rule(
    code="T01.paid_after_death",
    title=("Paid after death", "死亡后仍发放"),
    severity="high",
    desk="department",
    suspect_role="household",
    when=col(days_paid_after_death) >= setting("T01.days_after_death"),
    because=(
        "Paid for a period that began {days_paid_after_death} days after a death on record",
        "发放所属期始于死亡登记后{days_paid_after_death}天",
    ),
    blind_to="deaths nobody recorded",
    next_steps=(
        ("Read the death record and its source", "核对死亡登记及其来源"),
        ("Ask the bank who drew the money, and where", "向银行查询取款人和取款地点"),
    ),
    cases=(
        fires("pension, eleven weeks after the death was recorded", on_record.paid("P1", at="2019-04-20")),
        quiet("died in the month being paid", on_record.paid("P1", at="2019-02-09", period="2019-01")),
        quiet("recorded after the run", on_record.paid("P1", at="2019-01-20", period="2019-01")),
    ),
)
