"""Share of the village's lines in the last run of the item that fell short by the same fee or part."""

from __future__ import annotations

from features._feature import Case, Feature, Float, ratio
from features._world import World, world
from features.asof import View
from features.division import _cuts


def _compute(view: View) -> Float:
    cuts = view.memo(_cuts.in_village)
    return ratio(cuts.cut, cuts.lines)


def _credited(made: World, person: str, period: str, amount: str) -> World:
    """A payment of 100.00 for a quarter, credited with `amount`."""
    at = f"{period[:4]}-{3 * int(period[-1]):02d}"
    made = made.paid(person, "OLDAGE", period=period, at=f"{at}-10T10:00:00")
    return made.add("settlements", disbursement_id=made.focus, amount=amount, at=f"{at}-12T10:00:00")


fee = world()
for _period in ("2018Q1", "2018Q2", "2018Q3"):
    fee = _credited(_credited(fee, "P1", _period, "90.00"), "P3", _period, "100.00")
year_end = world()
for _period, _amount in (("2017Q4", "90.00"), ("2018Q1", "100.00"), ("2018Q2", "100.00"), ("2018Q3", "100.00")):
    year_end = _credited(year_end, "P1", _period, _amount)

share_lines_cut_alike_in_last_run = Feature(
    name="share_lines_cut_alike_in_last_run",
    title=("本村本项目上一批次相同扣减占比", "share of the village's lines cut alike in the last run of the item"),
    unit="share",
    null="none",
    needs=("settlements",),
    compute=_compute,
    rests_on=_cuts.village_answers,
    cases=(
        Case("no answers yet", world().paid("P1"), None),
        Case("one of two", fee.paid("P4", "OLDAGE"), 0.5),
        Case("another item", fee.paid("P4", "PENSION"), None),
        Case("in full", year_end.paid("P4", "OLDAGE"), 0.0),
    ),
)
