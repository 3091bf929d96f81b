"""Log-odds that a list's death means the payee, the surest row."""

from __future__ import annotations

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.person._matched import listed_deaths, matched_deaths


def _compute(view: View) -> Float:
    found = view.memo(matched_deaths)
    return found.max(found["log_odds"])


score_of_matched_death = Feature(
    name="score_of_matched_death",
    title=("死亡名单匹配的对数几率", "log-odds of the match with a death on a list"),
    unit="score",
    null="none",
    needs=("matched_events.log_odds", "department_rows"),
    compute=_compute,
    rests_on=listed_deaths,
    model=False,
    cases=(
        Case("one row", world().listed("P1", on="2019-01-10", recorded="2019-02-01").paid("P1"), 9.0),
        Case(
            "two rows, one surer",
            world()
            .listed("P1", on="2019-01-10", recorded="2019-02-01")
            .add("department_rows", row_id="R2", recorded_at="2019-02-02")
            .add("matched_events", row_id="R2", person_id="P1", log_odds=11.5, recorded_at="2019-02-02")
            .paid("P1"),
            11.5,
        ),
        Case("on no list", world().paid("P1"), None),
    ),
)
