"""Two items that exclude each other are paid to one person for several periods."""

from __future__ import annotations

from features._world import world
from features.disbursement.count_exclusive_payments_since_begun import count_exclusive_payments_since_begun
from models.rules._expression import col, setting
from models.rules._rule import Rule, fires, quiet

dibao = world()
for month in ("2019-01", "2019-02", "2019-03"):
    dibao = dibao.paid("P1", "DIBAO", period=month, at=f"{month}-10")
february = dibao.paid("P1", "TEKUN", period="2019-02", at="2019-02-12")

RULE = Rule(
    code="T04.excluded_items_overlap",
    title=("Items that exclude each other, together", "互斥项目同时领取"),
    severity="high",
    desk="department",
    suspect_role="household",
    when=col(count_exclusive_payments_since_begun) >= setting("T04.periods_together"),
    because=(
        "{count_exclusive_payments_since_begun} payments of an excluded item since this one began",
        "本项目开始后互斥项目仍发放{count_exclusive_payments_since_begun}笔",
    ),
    blind_to="items drawn by different members for one need",
    next_steps=(
        ("Ask which item the person is entitled to", "核实应享受的项目"),
        ("Ask the department why the other was not ended", "询问主管部门未停发原因"),
    ),
    cases=(
        fires("two months of both", february.paid("P1", "TEKUN", period="2019-03", at="2019-03-12")),
        quiet("switched: one month of both", dibao.paid("P1", "TEKUN", period="2019-03", at="2019-03-12")),
        quiet(
            "another member of the household",
            dibao.paid("P2", "TEKUN", period="2019-02", at="2019-02-12").paid(
                "P2", "TEKUN", period="2019-03", at="2019-03-12"
            ),
        ),
        quiet("arrears for the time before", dibao.paid("P1", "TEKUN", period="2018-12", at="2019-03-12")),
    ),
)
