"""Months beyond a death were paid before the platform learned of it."""

from __future__ import annotations

from features._world import world
from features.disbursement.quantity_months_after_death import quantity_months_after_death
from features.person.count_death_sources import count_death_sources
from features.person.days_death_known_when_submitted import days_death_known_when_submitted
from features.person.days_paid_after_death import days_paid_after_death
from models.rules._expression import col, setting
from models.rules._rule import Rule, Unless, explained, fires, quiet

on_record = world().died("P1", on="2019-01-10", recorded="2019-04-01", source="police")

RULE = Rule(
    code="T01.paid_before_death_was_known",
    title=("Paid before the death was known", "死亡登记滞后期间发放"),
    severity="low",
    desk="department",
    suspect_role="household",
    when=(
        (col(quantity_months_after_death) >= setting("T01.months_after_death"))
        & (col(days_paid_after_death) > 0)
        & (col(days_death_known_when_submitted) < 0)
    ),
    unless=(
        Unless(
            "the death rests on a paper of the village alone",
            "死亡信息仅来自村级证明",
            col(count_death_sources) < setting("T01.least_departments"),
        ),
    ),
    because=(
        "{quantity_months_after_death} months paid beyond a death that became known only after the payment",
        "死亡当月之后发放{quantity_months_after_death}个月，死亡信息在发放后才登记",
    ),
    blind_to="whether the family knew the payment was to end",
    next_steps=(
        ("Read the death record and its source", "核对死亡登记及其来源"),
        ("Ask the family to pay the months back", "请家属退回多发月份"),
    ),
    cases=(
        fires(
            "recorded two months after the payment",
            on_record.paid("P1", at="2019-02-20", period="2019-02"),
            as_of="2019-06-01",
        ),
        quiet("before payment nobody knows", on_record.paid("P1", at="2019-02-20", period="2019-02")),
        quiet(
            "already known: another rule", on_record.paid("P1", at="2019-05-20", period="2019-05"), as_of="2019-06-01"
        ),
        explained(
            "only the village says so",
            world()
            .died("P1", on="2019-01-10", recorded="2019-04-01", source="village_report")
            .paid("P1", at="2019-02-20", period="2019-02"),
            as_of="2019-06-01",
        ),
    ),
    after_payment=True,
)
