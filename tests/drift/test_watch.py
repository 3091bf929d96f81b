"""The watch on an invented county: quiet where nothing changed, loud where something was planted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from models.drift.alarms import Alarm
from models.drift.breaks import Break
from models.drift.metrics import metrics_text
from models.drift.reference import Reference
from models.drift.watch import watch
from models.scoring.bundle import load_bundle
from tests.county import DAY, Trained, hand_over

DAYS = 90
CHANGES = ("spread", "missing", "rule hits", "flag rate", "new program")


def changes(alarms: tuple[Alarm, ...]) -> list[Alarm]:
    """Alarms about what is computed, not about tables and findings."""
    return [one for one in alarms if one.kind in CHANGES]


@pytest.fixture(scope="module")
def end(trained_county: Trained) -> int:
    """A moment well after the training."""
    return trained_county.county.moment(0.95)


def within(table: pa.Table, end: int) -> pa.ChunkedArray:
    """Rows of disbursements submitted in the period."""
    at = table.column("submitted_at").cast(pa.int64())
    return pc.and_(pc.greater_equal(at, end - DAYS * DAY), pc.less(at, end))


def test_the_reference_is_kept_with_the_model(trained_county: Trained, tmp_path: Path) -> None:
    """Training leaves it in the bundle; it survives the disk, and its counts are the rows."""
    trained_county.bundle.save(tmp_path)
    kept = Reference.of(load_bundle(tmp_path))
    assert kept is not None
    assert kept.columns[-2:] == ("score", "anomaly")
    assert (kept.counts.sum(axis=3) == kept.rows[:, :, None]).all()
    assert (kept.fired <= kept.rows[:, :, None]).all()


def test_an_unchanged_county_is_quiet(trained_county: Trained) -> None:
    """Of all comparisons over several periods hardly one alarms, and nothing is critical."""
    county, made, compared = trained_county.county, [], 0
    for share in (0.8, 0.87, 0.94):
        found = watch(county.ledger, trained_county.bundle, trained_county.policy, county.moment(share), DAYS)
        assert found.against == "what the model learned from"
        made += [one for one in changes(found.alarms) if one.severity != "info"]
        compared += 2 * len(found.columns) + len(found.rules) + len(found.programs)
    assert compared > 1000
    assert len(made) / compared < 0.01
    assert not [one.text_en for one in made if one.severity == "critical"]


def test_an_emptied_column_is_named(trained_county: Trained, end: int, tmp_path: Path) -> None:
    """Nobody fills in who prepared the list any more: what rests on it is missing, critically and unexplained."""
    tables = dict(trained_county.county.tables)
    paid = tables["disbursements"]
    emptied = pc.if_else(within(paid, end), pa.scalar(None, pa.string()), paid.column("prepared_by").cast(pa.string()))
    place = paid.column_names.index("prepared_by")
    tables["disbursements"] = paid.set_column(place, "prepared_by", emptied)
    county = hand_over(tables, tmp_path)
    found = watch(county.ledger, trained_county.bundle, trained_county.policy, end, DAYS)
    gone = [one for one in found.alarms if one.kind == "missing"]
    assert any("preparer" in one.what for one in gone), [one.what for one in found.alarms]
    assert all(one.measure > 0.05 for one in gone if "preparer" in one.what)
    assert any(one.severity != "info" for one in gone)


def test_doubled_amounts_are_seen_and_new_rates_explain_them(trained_county: Trained, end: int, tmp_path: Path) -> None:
    """Twice the money without a new rate alarms; with new rates on record the alarms name them."""
    tables = dict(trained_county.county.tables)
    paid = tables["disbursements"]
    amount = paid.column("amount")
    twice = pc.multiply(amount, pa.scalar(2, pa.int8())).cast(pa.decimal128(18, 2))
    doubled = paid.set_column(paid.column_names.index("amount"), "amount", pc.if_else(within(paid, end), twice, amount))
    tables["disbursements"] = doubled
    county = hand_over(tables, tmp_path / "doubled")
    loud = watch(county.ledger, trained_county.bundle, trained_county.policy, end, DAYS)
    moved = {one.what for one in loud.alarms if one.kind == "spread" and one.severity != "info"}
    assert "ratio_amount_to_rate" in moved
    assert any(one.kind == "rule hits" and one.what.startswith("T18.") for one in loud.alarms)

    rates = tables["program_rates"]
    first = np.datetime64(end - (DAYS + 5) * DAY, "us").astype("datetime64[D]")
    begun = pa.array([first.item()] * rates.num_rows, pa.date32())
    anew = rates.set_column(rates.column_names.index("valid_from"), "valid_from", begun)
    tables["program_rates"] = pa.concat_tables([rates, anew])
    county = hand_over(tables, tmp_path / "rates")
    calm = watch(county.ledger, trained_county.bundle, trained_county.policy, end, DAYS)
    assert any(one.kind == "new rates" for one in calm.breaks)
    told = next(one for one in calm.alarms if one.what == "ratio_amount_to_rate" and one.kind == "spread")
    assert told.severity == "info"
    assert any("new rates" in text for text in told.explained_by)


def test_merged_villages_explain_what_moves(trained_county: Trained, end: int, tmp_path: Path) -> None:
    """Half the villages end and pay under their successor's code: the calendar says so, and alarms name it."""
    tables = dict(trained_county.county.tables)
    places = tables["divisions"].to_pylist()
    villages = [one["division_code"] for one in places if one["level"] == "village" and one["valid_to"] is None]
    into = {code: villages[0] for code in villages[1:]}
    last = np.datetime64(end - DAYS * DAY, "us").astype("datetime64[D]").item()
    for one in places:
        if one["division_code"] in into:
            one.update(valid_to=last, successor_code=villages[0])
    tables["divisions"] = pa.Table.from_pylist(places, tables["divisions"].schema)
    paid = tables["disbursements"]
    codes = [into.get(code, code) for code in paid.column("division_code").to_pylist()]
    moved = pc.if_else(within(paid, end), pa.array(codes), paid.column("division_code").cast(pa.string()))
    tables["disbursements"] = paid.set_column(paid.column_names.index("division_code"), "division_code", moved)
    county = hand_over(tables, tmp_path)
    found = watch(county.ledger, trained_county.bundle, trained_county.policy, end, DAYS)
    assert any(one.kind == "merger" for one in found.breaks)
    named = [one for one in changes(found.alarms) if any("merger" in text for text in one.explained_by)]
    assert named
    assert all(one.severity == "info" for one in named)


def test_a_silent_table_and_a_noted_break(trained_county: Trained, end: int, tmp_path: Path) -> None:
    """Settlements stop half a year early; a break somebody wrote down explains every alarm of the period."""
    tables = dict(trained_county.county.tables)
    bank = tables["settlements"]
    kept = pc.less(bank.column("at").cast(pa.int64()), end - 180 * DAY)
    tables["settlements"] = bank.filter(kept)
    county = hand_over(tables, tmp_path)
    day = np.datetime64(end - 100 * DAY, "us").astype("datetime64[D]").item().isoformat()
    noted = (Break(day, "noted", "the bank changed its system"),)
    found = watch(county.ledger, trained_county.bundle, trained_county.policy, end, DAYS, noted)
    stale = {one.what: one for one in found.alarms if one.kind == "stale table"}
    assert stale["settlements"].severity == "critical"
    assert "disbursements" not in stale
    assert noted[0] in found.breaks
    assert all(one.severity == "info" for one in changes(found.alarms))


def test_too_few_payments_are_not_compared(trained_county: Trained) -> None:
    """A day or two of payments say so; an empty period is an error."""
    county = trained_county.county
    first = int(county.submitted[0])
    found = watch(county.ledger, trained_county.bundle, trained_county.policy, first + DAY // 2, 1)
    assert "not enough to compare" in found.notes[0]
    assert found.columns == ()
    with pytest.raises(ValueError, match="nothing was submitted"):
        watch(county.ledger, trained_county.bundle, trained_county.policy, first, 30)


def test_metrics_are_prometheus_text(trained_county: Trained, end: int) -> None:
    """Every sample follows its HELP and TYPE; values are numbers; nothing personal is in a label."""
    found = watch(trained_county.county.ledger, trained_county.bundle, trained_county.policy, end, DAYS)
    lines = metrics_text(found).splitlines()
    known = {line.split()[2] for line in lines if line.startswith("# TYPE")}
    samples = [line for line in lines if not line.startswith("#")]
    assert len(samples) > 400
    for line in samples:
        name, value = line.rpartition(" ")[::2]
        assert name.partition("{")[0] in known
        float(value)
    people = set(trained_county.county.tables["persons"].column("person_id").to_pylist())
    assert not any(one in "\n".join(lines) for one in people)
