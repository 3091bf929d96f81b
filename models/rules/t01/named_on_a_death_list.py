"""A list without a good identity number names somebody who seems to be the payee as dead."""

from __future__ import annotations

from features._world import world
from features.disbursement.is_paid_to_proxy_institution import is_paid_to_proxy_institution
from features.disbursement.quantity_months_after_matched_death import quantity_months_after_matched_death
from features.person.days_paid_after_matched_death import days_paid_after_matched_death
from features.person.is_matched_death_by_number import is_matched_death_by_number
from models.rules._expression import col, setting
from models.rules._rule import Rule, Unless, explained, fires, quiet

listed = world().listed("P1", on="2019-01-10", recorded="2019-02-01")

RULE = Rule(
    code="T01.named_on_a_death_list",
    title=("Named on a list of deaths: verify who this is", "死亡名单上有疑似本人：请先核实身份"),
    severity="low",
    desk="department",
    suspect_role="data_error",
    when=(
        (col(quantity_months_after_matched_death) >= setting("T01.months_after_death"))
        & (col(days_paid_after_matched_death) > 0)
        & col(is_matched_death_by_number).is_false()
    ),
    unless=(
        Unless(
            "paid to the institution that cares for the person, which would report a death",
            "发至供养机构账户，死亡应由机构报告",
            col(is_paid_to_proxy_institution).is_true(),
        ),
    ),
    because=(
        (
            "a list without a good identity number names somebody very like the payee, dead for "
            "{days_paid_after_matched_death} days when the period begins: verify who this is"
        ),
        (
            "一份无有效身份号码的名单载有与领款人高度相似者，发放期开始时已死亡{days_paid_after_matched_death}天："
            "请先核实是否本人"
        ),
    ),
    blind_to="two people of one name, birth date and village whom the list cannot tell apart",
    next_steps=(
        (
            "Verify who this is: ask the office behind the list for the identity number",
            "核实身份：向名单提供部门索取身份号码",
        ),
        ("Ask in the village whether the payee is alive", "向村里了解领款人是否健在"),
        (
            "Correct the register, or clear the match so that it is not asked again",
            "更正登记；若非本人，请撤销匹配，避免重复提示",
        ),
    ),
    asks_only=True,
    cases=(
        fires("a pension, three months after the death on the list", listed.paid("P1", period="2019-04")),
        quiet("the month of death itself", listed.paid("P1", at="2019-02-09", period="2019-01")),
        quiet("the list came after the run", listed.paid("P1", at="2019-01-20", period="2019-01")),
        quiet("the row means somebody of another name", listed.paid("P3", period="2019-04")),
        quiet("land of the household goes on", listed.paid("P1", "LAND")),
        quiet(
            "the match was taken back",
            listed.listed(None, on="2019-01-10", recorded="2019-03-01").paid("P1", period="2019-04"),
        ),
        quiet(
            "the number agreed: another rule",
            world().listed("P1", on="2019-01-10", recorded="2019-02-01", basis="number").paid("P1", period="2019-04"),
        ),
        explained(
            "the institution that cares for the person still receives",
            listed.add("cards", card_id="CI", holder_person_id="HOME1", kind="institution")
            .add("authorizations", person_id="P1", proxy_id="HOME1", kind="institution")
            .paid("P1", card_id="CI", period="2019-04"),
        ),
    ),
)
