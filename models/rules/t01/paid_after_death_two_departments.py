"""Two departments reported the death, and a person-bound item is still paid."""

from __future__ import annotations

from features._world import world
from features.disbursement.quantity_months_after_death import quantity_months_after_death
from features.person.count_death_sources import count_death_sources
from features.person.days_death_known_when_submitted import days_death_known_when_submitted
from features.person.days_paid_after_death import days_paid_after_death
from models.rules._expression import col, setting
from models.rules._rule import Rule, fires, quiet

twice = (
    world()
    .died("P1", on="2019-01-10", recorded="2019-02-01", source="police")
    .died("P1", on="2019-01-11", recorded="2019-02-09", source="funeral_home")
)

RULE = Rule(
    code="T01.paid_after_death_two_departments",
    title=("Paid after a death two departments reported", "两个以上部门登记死亡后仍发放"),
    severity="high",
    desk="department",
    suspect_role="household",
    when=(
        (col(quantity_months_after_death) >= setting("T01.months_after_death"))
        & (col(days_paid_after_death) > 0)
        & (col(days_death_known_when_submitted) >= 0)
        & (col(count_death_sources) >= setting("T01.several_departments"))
    ),
    because=(
        ("{quantity_months_after_death} months paid beyond a death that {count_death_sources} departments reported"),
        "{count_death_sources}个部门登记死亡后仍发放{quantity_months_after_death}个月",
    ),
    blind_to="deaths one department alone recorded",
    next_steps=(
        ("Read the death record and its source", "核对死亡登记及其来源"),
        ("Ask the bank who drew the money, and where", "向银行查询取款人和取款地点"),
    ),
    cases=(
        fires("police and funeral home agree", twice.paid("P1", period="2019-04")),
        quiet(
            "one department",
            world().died("P1", on="2019-01-10", recorded="2019-02-01", source="police").paid("P1", period="2019-04"),
        ),
        quiet("the month of death", twice.paid("P1", at="2019-03-09", period="2019-01")),
    ),
)
