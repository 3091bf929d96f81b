"""Runs in a row in which credits fell short by the same fee or part, for the village's item where it is longest."""

from __future__ import annotations

from features._feature import Case, Feature, Float
from features._world import World, world
from features.asof import View
from features.division import _cuts


def _compute(view: View) -> Float:
    return view.memo(_cuts.in_village).longest


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

count_runs_cut_alike_in_village = Feature(
    name="count_runs_cut_alike_in_village",
    title=("本村连续出现相同扣减的批次数", "runs in a row with the same cut in the village"),
    unit="count",
    null="none",
    needs=("settlements",),
    compute=_compute,
    rests_on=_cuts.village_answers,
    cases=(
        Case("no answers yet", world().paid("P1"), 0.0),
        Case("three quarters in a row", fee.paid("P4"), 3.0),
        Case("only at the year's end", year_end.paid("P4"), 0.0),
        Case("only two were known then", fee.paid("P4", at="2018-08-20"), 2.0),
    ),
)
