"""Months of an elapsed period are paid back at once to somebody who was not entitled in them."""

from __future__ import annotations

from features._world import world
from features.disbursement.days_from_period_to_payment import days_from_period_to_payment
from features.disbursement.quantity_months_after_death import quantity_months_after_death
from features.disbursement.quantity_months_beyond_age import quantity_months_beyond_age
from features.disbursement.quantity_months_in_prison import quantity_months_in_prison
from features.disbursement.quantity_months_over_period import quantity_months_over_period
from models.rules._expression import col, setting
from models.rules._rule import Rule, fires, quiet

RULE = Rule(
    code="T43.back_paid_to_not_entitled",
    title=("Back payment to somebody not entitled", "补发至不符合条件人员"),
    severity="high",
    desk="discipline",
    suspect_role="official",
    when=(
        (col(days_from_period_to_payment) > 0)
        & (col(quantity_months_over_period) > 0)
        & (
            (col(quantity_months_after_death) >= setting("T43.months_not_entitled"))
            | (col(quantity_months_beyond_age) >= setting("T43.months_not_entitled"))
            | (col(quantity_months_in_prison) >= setting("T43.months_not_entitled"))
        )
    ),
    because=(
        (
            "Paid {days_from_period_to_payment} days after the period for {quantity_months_over_period} "
            "months more than it has, to somebody dead, in prison or outside the age limits "
            "in them"
        ),
        (
            "所属期结束{days_from_period_to_payment}天后补发，超出{quantity_months_over_period}个月，"
            "且该人其间已死亡、服刑或不符合年龄条件"
        ),
    ),
    blind_to="back payments to invented people",
    next_steps=(
        ("Ask who asked for the back payment", "核实补发的提出人和依据"),
        ("Look at the card paid and its holder", "核对收款卡及持卡人"),
    ),
    cases=(
        fires(
            "died before the months paid back",
            world()
            .died("P1", on="2018-02-10", recorded="2018-03-01", source="police")
            .paid("P1", period="2018-05", quantity=6, at="2018-12-23"),
        ),
        quiet(
            "a policy catch-up to somebody entitled", world().paid("P1", period="2018-05", quantity=6, at="2018-12-23")
        ),
        quiet(
            "arrears for months alive",
            world()
            .died("P1", on="2018-12-10", recorded="2018-12-15")
            .paid("P1", period="2018-05", quantity=6, at="2018-12-23"),
        ),
    ),
)
