"""A list of deaths carries an old or mistyped form of the payee's number, and a person-bound item is still paid."""

from __future__ import annotations

from features._world import world
from features.disbursement.is_paid_to_proxy_institution import is_paid_to_proxy_institution
from features.disbursement.quantity_months_after_matched_death import quantity_months_after_matched_death
from features.person.count_death_sources import count_death_sources
from features.person.days_paid_after_matched_death import days_paid_after_matched_death
from features.person.is_matched_death_by_number import is_matched_death_by_number
from models.rules._expression import col, setting
from models.rules._rule import Rule, Unless, explained, fires, quiet

listed = world().listed("P1", on="2019-01-10", recorded="2019-02-01", basis="number")

RULE = Rule(
    code="T01.numbered_on_a_death_list",
    title=("Paid after a death on a list that carries the number", "名单身份号码相符的死亡后仍发放"),
    severity="middle",
    desk="department",
    suspect_role="household",
    when=(
        (col(quantity_months_after_matched_death) >= setting("T01.months_after_death"))
        & (col(days_paid_after_matched_death) > 0)
        & col(is_matched_death_by_number).is_true()
    ),
    unless=(
        Unless(
            "the death on record rests on a paper of the village alone, and lists copy from one another",
            "登记的死亡信息仅来自村级证明，而各名单可能互相转抄",
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
            "{quantity_months_after_matched_death} months paid beyond a death on a list whose number is the payee's, "
            "in an old or mistyped form"
        ),
        "名单所载死亡当月之后仍发放{quantity_months_after_matched_death}个月，名单身份号码（旧号或误写）与领款人相符",
    ),
    blind_to="a number copied onto the wrong line of the list",
    next_steps=(
        ("Ask the office behind the list to confirm name and number", "请名单提供部门确认姓名和号码"),
        ("Ask the bank who drew the money, and where", "向银行查询取款人和取款地点"),
        ("Visit the household", "入户核实"),
    ),
    cases=(
        fires("a pension, three months after the death on the list", listed.paid("P1", period="2019-04")),
        quiet("the month of death itself", listed.paid("P1", at="2019-02-09", period="2019-01")),
        quiet("the list came after the run", listed.paid("P1", at="2019-01-20", period="2019-01")),
        quiet(
            "name, birth date and village alone: another rule",
            world().listed("P1", on="2019-01-10", recorded="2019-02-01").paid("P1", period="2019-04"),
        ),
        quiet(
            "the match was taken back",
            listed.listed(None, on="2019-01-10", recorded="2019-03-01").paid("P1", period="2019-04"),
        ),
        explained(
            "the village reported it too, and nobody else: a living person may stand on every list",
            listed.died("P1", on="2019-01-10", recorded="2019-02-01", source="village_report").paid(
                "P1", period="2019-04"
            ),
        ),
        explained(
            "the institution that cares for the person still receives",
            listed.add("cards", card_id="CI", holder_person_id="HOME1", kind="institution")
            .add("authorizations", person_id="P1", proxy_id="HOME1", kind="institution")
            .paid("P1", card_id="CI", period="2019-04"),
        ),
    ),
)
