"""A person-bound item was paid for months after the month of a death on record."""

from __future__ import annotations

from features._world import world
from features.disbursement.is_paid_to_proxy_institution import is_paid_to_proxy_institution
from features.disbursement.quantity_months_after_death import quantity_months_after_death
from features.person.count_death_sources import count_death_sources
from features.person.days_death_known_when_submitted import days_death_known_when_submitted
from features.person.days_paid_after_death import days_paid_after_death
from models.rules._expression import col, setting
from models.rules._rule import Rule, Unless, explained, fires, quiet

on_record = world().died("P1", on="2019-01-10", recorded="2019-02-01", source="police")

RULE = Rule(
    code="T01.paid_after_death",
    title=("Paid after death", "死亡后仍发放"),
    severity="high",
    desk="department",
    suspect_role="household",
    when=(
        (col(quantity_months_after_death) >= setting("T01.months_after_death"))
        & (col(days_paid_after_death) > 0)
        & (col(days_death_known_when_submitted) >= 0)
    ),
    unless=(
        Unless(
            "the death rests on a paper of the village alone: a living person may be listed as dead",
            "死亡信息仅来自村级证明，可能误报",
            col(count_death_sources) < setting("T01.least_departments"),
        ),
        Unless(
            "paid to the institution that cares for the person, which would report a death",
            "发至供养机构账户，死亡应由机构报告",
            col(is_paid_to_proxy_institution).is_true(),
        ),
    ),
    because=(
        (
            "{quantity_months_after_death} months paid beyond the month of a death on record "
            "({count_death_sources} departments, known for {days_death_known_when_submitted} "
            "days)"
        ),
        (
            "死亡当月之后仍发放{quantity_months_after_death}个月（{count_death_sources}个部门登记，"
            "登记已{days_death_known_when_submitted}天）"
        ),
    ),
    blind_to="deaths nobody recorded, and those recorded after the payment",
    next_steps=(
        ("Read the death record and its source", "核对死亡登记及其来源"),
        ("Ask the bank who drew the money, and where", "向银行查询取款人和取款地点"),
        ("Visit the household", "入户核实"),
    ),
    cases=(
        fires("pension, three months after the death was recorded", on_record.paid("P1", period="2019-04")),
        quiet("the month of death itself", on_record.paid("P1", at="2019-02-09", period="2019-01")),
        quiet(
            "the quarter of the death, to be settled with the next",
            on_record.paid("P1", "OLDAGE", period="2019Q1", quantity=3),
        ),
        quiet("arrears for a month alive", on_record.paid("P1", period="2018-12")),
        quiet("recorded after the run", on_record.paid("P1", at="2019-01-20", period="2019-01")),
        quiet("land of the household goes on", on_record.paid("P1", "LAND")),
        explained(
            "only the village says so",
            world()
            .died("P1", on="2019-01-10", recorded="2019-02-01", source="village_report")
            .paid("P1", period="2019-04"),
        ),
        explained(
            "the institution that cares for the person still receives",
            on_record.add("cards", card_id="CI", holder_person_id="HOME1", kind="institution")
            .add("authorizations", person_id="P1", proxy_id="HOME1", kind="institution")
            .paid("P1", card_id="CI", period="2019-04"),
        ),
    ),
    shows=(count_death_sources,),
)
