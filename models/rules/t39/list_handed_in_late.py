"""Many lines of a run were handed in together long after the funds had come, whatever each of them waited for."""

from __future__ import annotations

from features._world import World, world
from features.run.count_lines_of_run_handed_in_3d import count_lines_of_run_handed_in_3d
from features.run.ratio_funds_to_handing_in_to_limit import ratio_funds_to_handing_in_to_limit
from models.rules._expression import col, setting
from models.rules._rule import Rule, fires, quiet

run = world().add(
    "payment_runs",
    run_id="R7",
    program_id="RELIEF",
    funds_received_on="2019-02-12",
    created_at="2019-02-13T09:00:00",
    planned_on="2019-02-22",
)


def lines(day: str, number: int) -> World:
    """So many lines of the run, handed in on one day."""
    made = run
    for _ in range(number):
        made = made.paid("P1", "RELIEF", at=day, run_id="R7")
    return made


RULE = Rule(
    code="T39.list_handed_in_late",
    title=("A part of a run handed in long after the funds", "资金到位后整批名单迟迟未提交"),
    severity="middle",
    desk="owed",
    suspect_role="department",
    when=(col(ratio_funds_to_handing_in_to_limit) >= setting("T39.times_the_limit_for_a_list"))
    & (col(count_lines_of_run_handed_in_3d) >= setting("T39.lines_of_a_list")),
    because=(
        "{ratio_funds_to_handing_in_to_limit} times the item's limit from funds to handing in, for"
        " {count_lines_of_run_handed_in_3d} lines of the run together",
        "资金到位至提交为规定时限的{ratio_funds_to_handing_in_to_limit}倍，同批{count_lines_of_run_handed_in_3d}笔一并提交",
    ),
    authority="Release limit of the item in the public catalogue",
    blind_to="short lists, and funds that the finance bureau received and did not enter",
    next_steps=(
        ("Ask the township and the department what the list waited for", "向乡镇和主管部门了解名单滞留原因"),
        ("Check when the allocation reached the county", "核对指标文件到达时间"),
    ),
    cases=(
        fires("six lines two months after the funds", lines("2019-04-23", 6)),
        fires("looked at again a year later", lines("2019-04-23", 6), as_of="2020-04-25T10:00:00"),
        quiet("six lines in time", lines("2019-02-19", 6)),
        quiet("one line in dispute", lines("2019-04-23", 1)),
        quiet("a cut-off a few days over", lines("2019-02-24", 6)),
    ),
)
