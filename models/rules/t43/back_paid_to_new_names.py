"""One preparer puts several people who were never paid the item on a run, with months of elapsed periods at once."""

from __future__ import annotations

from features._world import world
from features.disbursement.count_new_names_backpaid_by_preparer import count_new_names_backpaid_by_preparer
from models.rules._expression import col, setting
from models.rules._rule import Rule, fires, quiet

three = world()
for number in (1, 2, 3):
    three = three.paid(f"P{number}", run_id="R1", period="2018-05", quantity=6, at="2018-12-23")

RULE = Rule(
    code="T43.back_paid_to_new_names",
    title=("Back payments to new names", "补发至多名新列人员"),
    severity="high",
    desk="discipline",
    suspect_role="official",
    when=col(count_new_names_backpaid_by_preparer) >= setting("T43.new_names"),
    because=(
        (
            "{count_new_names_backpaid_by_preparer} people never paid before receive months "
            "of elapsed periods from one preparer in one run"
        ),
        "同批次同一经办人向{count_new_names_backpaid_by_preparer}名从未领取者补发往期",
    ),
    blind_to="new names spread over runs and preparers",
    next_steps=(
        ("Ask when these people applied, and who entered them", "核实申报时间和录入人"),
        ("Meet some of them", "与部分人员见面核实"),
    ),
    cases=(
        fires("three new names at the end of the year", three),
        quiet("one late application", world().paid("P4", run_id="R1", period="2018-05", quantity=6, at="2018-12-23")),
        quiet("the ordinary month of somebody new", three.paid("P4", run_id="R1", period="2018-12", at="2018-12-23")),
    ),
)
