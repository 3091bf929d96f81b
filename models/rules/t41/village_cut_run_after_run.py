"""In the village credits are cut alike run after run, and this item's last run was among them."""

from __future__ import annotations

from features._world import World, world
from features.division.count_runs_cut_alike_in_village import count_runs_cut_alike_in_village
from features.division.share_lines_cut_alike_in_last_run import share_lines_cut_alike_in_last_run
from features.program.share_item_credits_short_100d import share_item_credits_short_100d
from models.rules._expression import col, setting
from models.rules._rule import Rule, Unless, explained, fires, quiet


def _credited(made: World, person: str, period: str, amount: str) -> World:
    at = f"{period[:4]}-{3 * int(period[-1]):02d}"
    made = made.paid(person, "OLDAGE", period=period, at=f"{at}-10T10:00:00")
    return made.add("settlements", disbursement_id=made.focus, amount=amount, at=f"{at}-12T10:00:00")


fee, everybody, year_end = world(), world(), world()
for _period in ("2018Q1", "2018Q2", "2018Q3"):
    fee = _credited(_credited(_credited(fee, "P1", _period, "90.00"), "P3", _period, "100.00"), "P5", _period, "100.00")
    for _person in ("P1", "P2", "P3", "P4", "P5"):
        everybody = _credited(everybody, _person, _period, "90.00")
for _period, _amount in (("2017Q4", "90.00"), ("2018Q1", "100.00"), ("2018Q2", "100.00"), ("2018Q4", "90.00")):
    year_end = _credited(year_end, "P1", _period, _amount)

RULE = Rule(
    code="T41.village_cut_run_after_run",
    title=("Same cut in the village, run after run", "本村多批次出现相同扣减"),
    severity="middle",
    desk="discipline",
    suspect_role="agent",
    when=(col(count_runs_cut_alike_in_village) >= setting("T41.runs")) & (col(share_lines_cut_alike_in_last_run) > 0),
    unless=(
        Unless(
            "the item is cut in many places, as a lawful withholding would be",
            "本项目各地普遍扣减，符合代扣代缴特征",
            col(share_item_credits_short_100d) >= setting("T41.everywhere"),
        ),
    ),
    because=(
        "Credits in the village fell short by the same fee or part in {count_runs_cut_alike_in_village} runs in"
        " a row; {share_lines_cut_alike_in_last_run} of the lines of this item's last run",
        "本村连续{count_runs_cut_alike_in_village}个批次出现相同扣减，本项目上一批次占{share_lines_cut_alike_in_last_run}",
    ),
    blind_to="shares taken in cash after the money was credited",
    next_steps=(
        ("Ask two payees whether they agreed to a fee", "向两名补贴对象核实是否同意扣费"),
        ("Ask the bank where the difference was booked", "向银行查询差额去向"),
    ),
    cases=(
        fires("three quarters in a row", fee.paid("P4", "OLDAGE")),
        quiet("only at the year's end", year_end.paid("P4", "OLDAGE")),
        quiet("another item", fee.paid("P4")),
        explained(
            "everybody is cut alike, everywhere", everybody.paid("P4", "OLDAGE", at="2018-10-20", period="2018Q4")
        ),
    ),
)
