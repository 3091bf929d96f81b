"""Payments that come later than all that is known take the short way, and get what a ledger made anew says of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from features.asof import View
from features.asof.follow import Follow
from features.asof.live import LiveLedger
from features.recorded._leaned import Leaned
from features.recorded.makers import RecordedMakers
from models.scoring.few import score_few
from models.scoring.plan import plan_of
from models.scoring.score import score_chunk
from tests.asof.live_county import anew, assert_equal, begun, slices, to_come
from tests.county import Trained

Tables = dict[str, pa.Table]


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> Counter[tuple[str, bool]]:
    """How often the short way was taken, by who asked."""
    found: Counter[tuple[str, bool]] = Counter()
    follow, holds = Follow.run, Leaned.holds

    def followed(self: Follow) -> bool:
        done = follow(self)
        found["follow", done] += 1
        return done

    def held(self: Leaned, ledger: LiveLedger, version: int) -> bool:
        done = holds(self, ledger, version)
        found["program", done] += 1
        return done

    monkeypatch.setattr(Follow, "run", followed)
    monkeypatch.setattr(Leaned, "holds", held)
    return found


def apart(tables: Tables) -> Tables:
    """The tables with payments a few microseconds apart, as the service stamps them: no two share a moment."""
    table = tables["disbursements"]
    place = table.column_names.index("submitted_at")
    moments = np.asarray(table.column(place).cast(pa.int64())) + np.arange(table.num_rows)
    stamped = pa.chunked_array([pa.array(moments).cast(table.schema.field(place).type)])
    return {**tables, "disbursements": table.set_column(place, "submitted_at", stamped)}


def scored(trained: Trained, live: LiveLedger, rows: range) -> list[dict[str, Any]]:
    """The lines of payments that have just come."""
    numbers = np.array(rows, dtype=np.int64)
    at = live.tables["disbursements"].known_at[numbers]
    return [asdict(line) for line in score_few(live, trained.bundle, trained.policy, numbers, at)]


def compare(trained: Trained, live: LiveLedger, base: Tables, tables: Tables, coming: Any, lines: Any) -> None:
    """Every line as a payment run gives it on a ledger made anew, and everything else of the ledger too."""
    whole = anew(base, tables, coming)
    assert_equal(live, whole, scored=False)
    table = whole.tables["disbursements"]
    texts = whole.vocabulary("disbursement").decode(table.codes("disbursement_id"))
    last = {text: row for row, text in enumerate(texts)}
    rows = np.array([last[line["disbursement_id"]] for line in lines], dtype=np.int64)
    expected = score_chunk(View.before_payment(whole, rows), trained.bundle, trained.policy).to_pylist()
    assert lines == expected


@pytest.mark.parametrize("size", [1, 5])
def test_one_by_one_and_a_few_together(trained_county: Trained, ways: Counter[tuple[str, bool]], size: int) -> None:
    tables = apart(dict(trained_county.county.tables))
    cut = trained_county.county.moment(0.9)
    base = begun(tables, cut)
    live = LiveLedger(base)
    plan = plan_of(live, trained_county.policy, trained_county.bundle.resting)
    table = live.table("disbursements")
    assert table is not None
    assert isinstance(table.makers, RecordedMakers)
    assert table.makers.left == {}
    live.make_room()
    coming = [one for one in to_come(tables, cut, 1) if one[0] == "disbursements"][:150]
    lines = []
    for part in slices(tables, coming, size):
        lines += scored(trained_county, live, live.append(part).rows["disbursements"])
    assert len(lines) == len(coming)
    assert ways["follow", True] > 0.8 * len(coming) / size
    assert ways["program", True] > 3 * ways["program", False]
    assert plan.stopped == 0
    assert dict(live.remade) == {}
    compare(trained_county, live, base, tables, coming, lines)


def test_between_rows_of_other_tables(trained_county: Trained, ways: Counter[tuple[str, bool]]) -> None:
    tables = apart(dict(trained_county.county.tables))
    cut = trained_county.county.moment(0.93)
    base = begun(tables, cut)
    live = LiveLedger(base)
    plan = plan_of(live, trained_county.policy, trained_county.bundle.resting)
    coming = to_come(tables, cut, 1)[:400]
    lines = []
    for part in slices(tables, coming, 2):
        done = live.append(part)
        if "disbursements" in done.rows:
            lines += scored(trained_county, live, done.rows["disbursements"])
    assert len(lines) > 40
    assert ways["follow", True] > 10
    assert ways["follow", False] > 5
    assert plan.stopped == 0
    compare(trained_county, live, base, tables, coming, lines)


def test_corrections_and_what_nobody_saw_before(trained_county: Trained) -> None:
    """Corrected payments; persons, cards, villages and items nobody knows; payments without any of what may lack."""
    tables = apart(dict(trained_county.county.tables))
    cut = trained_county.county.moment(0.9)
    base = begun(tables, cut)
    live = LiveLedger(base)
    plan = plan_of(live, trained_county.policy, trained_county.bundle.resting)
    payments = tables["disbursements"]
    coming = [row for name, row in to_come(tables, cut, 1) if name == "disbursements"][:33]
    rows = payments.take(pa.array(coming)).to_pylist()
    for k, row in enumerate(rows):
        if k % 7 == 3:
            row["disbursement_id"], row["amount"] = rows[k - 2]["disbursement_id"], row["amount"] + 1
        if k % 9 == 4:
            row |= {"person_id": f"new{k}", "card_id": f"card{k}", "division_code": f"village{k % 2}"}
        if k % 11 == 5:
            row["program_id"] = f"item{k}"
        if k % 8 == 6:
            row |= dict.fromkeys(("run_id", "application_id", "household_id", "prepared_by", "quantity"))
    changed = pa.Table.from_pylist(rows, schema=payments.schema)
    lines = []
    for k in range(len(rows)):
        done = live.append({"disbursements": changed.slice(k, 1)})
        found = scored(trained_county, live, done.rows["disbursements"])
        view = View.before_payment(live, np.array(done.rows["disbursements"]))
        assert found == score_chunk(view, trained_county.bundle, trained_county.policy).to_pylist()
        lines += found
    assert plan.left == {}
    whole = LiveLedger({**base, "disbursements": pa.concat_tables([base["disbursements"], changed])})
    assert_equal(live, whole, scored=False)
