"""The truth says something about every payment, and what it says can be seen in the tables."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from simulation import SimulationReport
from simulation._labels import CODES, ROLES
from tests.simulation.conftest import read_table, truth

Reader = Callable[[str], pd.DataFrame]


def test_truth_covers_every_payment(county: SimulationReport, read: Reader) -> None:
    """One row a disbursement, in the contract's columns."""
    marks = truth(county)
    assert list(marks.columns) == [
        "disbursement_id",
        "irregular",
        "typologies",
        "look_alike",
        "ring_id",
        "actor_official_id",
        "suspect_role",
    ]
    assert marks["disbursement_id"].tolist() == read("disbursements")["disbursement_id"].tolist()
    assert len(truth(county)) == county.rows["disbursements"]


def test_marks_are_consistent(county: SimulationReport) -> None:
    """Irregular rows have codes, a ring and a role; honest ones have none of them but data errors."""
    marks = truth(county)
    bad = marks["irregular"] == 1
    assert marks.loc[bad, ["typologies", "ring_id", "suspect_role"]].notna().all(axis=None)
    assert marks.loc[bad, "look_alike"].isna().all()
    assert marks.loc[~bad, ["typologies", "ring_id"]].isna().all(axis=None)
    assert set(marks.loc[~bad, "suspect_role"].dropna()) <= {"data_error"}
    assert set(marks.loc[bad, "suspect_role"]) <= set(ROLES[1:5])
    codes = {code for value in marks["typologies"].dropna() for code in value.split("|")}
    assert codes <= set(CODES)
    assert set(marks["look_alike"].dropna()) <= set(CODES)
    assert county.irregular == int(bad.sum())


def test_irregular_rows_are_rare_and_look_alikes_are_not(county: SimulationReport) -> None:
    """About one in a hundred; honest look-alikes several times as many."""
    rows = county.rows["disbursements"]
    assert 0.002 < county.irregular / rows < 0.035
    assert 3 < county.look_alikes / county.irregular < 60


def test_a_clean_county_has_nothing_irregular(clean: SimulationReport) -> None:
    """Look-alikes stay."""
    assert clean.irregular == 0
    assert clean.look_alikes > 0
    assert truth(clean)["irregular"].sum() == 0


def test_honest_rows_pay_rate_times_quantity(clean: SimulationReport) -> None:
    """Where no mark stands, the amount follows from a rate in force."""
    pay, rates, programs = (read_table(clean.folder, n) for n in ("disbursements", "program_rates", "programs"))
    pay = pay.merge(truth(clean), on="disbursement_id").merge(programs[["program_id", "frequency"]], on="program_id")
    pay = pay[pay["look_alike"].isna() & pay["suspect_role"].isna() & pay["reissue_of"].isna()]
    both = pay.merge(rates[["program_id", "rate"]], on="program_id")
    fits = (both["amount"].astype(float) - both["rate"].astype(float) * both["quantity"].astype(float)).abs() < 0.011
    assert fits.groupby(both["disbursement_id"]).any().mean() > 0.99


def test_honest_payments_stop_with_life(clean: SimulationReport) -> None:
    """Living-only items are not paid for months after a death, but by a known error or on a false record."""
    pay, events, programs = (read_table(clean.folder, n) for n in ("disbursements", "civil_events", "programs"))
    living = programs.loc[programs["living_only"].str.lower() == "true", ["program_id"]]
    death = events[events["kind"] == "death"].groupby("person_id")["effective_on"].min().rename("died")
    late = pay.merge(living, on="program_id").merge(death, on="person_id").merge(truth(clean), on="disbursement_id")
    late = late[pd.to_datetime(late["submitted_at"].str[:10]) > pd.to_datetime(late["died"]) + pd.Timedelta(days=130)]
    assert late["look_alike"].notna().mean() > 0.95 or len(late) < 5


def test_findings_are_few_and_mostly_right(county: SimulationReport, read: Reader) -> None:
    """A few payments in a hundred have a finding; few of them are wrong; what is unlabelled is most of it."""
    found = read("dispositions").merge(truth(county), on="disbursement_id")
    assert 0.005 < len(found) / county.rows["disbursements"] < 0.08
    confirmed = found[found["outcome"] == "confirmed"]
    if len(confirmed) > 10:
        assert confirmed["irregular"].mean() > 0.5
    assert (found["decided_at"] > found["decided_at"].min()).any()
    assert found["selected_by"].nunique() >= 4


def test_matches_name_people_of_the_register(county: SimulationReport, read: Reader) -> None:
    """Every row of the departments' lists has an answer; strangers have none."""
    matches = pd.read_parquet(county.matches)
    assert matches["row_id"].tolist() == read("department_rows")["row_id"].tolist()
    known = matches["person_id"].dropna()
    assert known.isin(read("persons")["person_id"]).mean() > 0.99
    assert 0 < matches["person_id"].isna().mean() < 0.4


@pytest.mark.slow
def test_every_typology_is_acted_somewhere(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Some worlds lack some schemes; a handful of worlds together have all of them, and look-alikes of each."""
    from simulation import simulate

    acted: set[str] = set()
    resembled: set[str] = set()
    for seed in range(31, 39):
        report = simulate(tmp_path_factory.mktemp("w") / "county", households=5000, seed=seed)
        acted |= {code for code, rows in report.by_typology.items() if rows}
        resembled |= {code for code, rows in report.by_look_alike.items() if rows}
    assert acted == set(CODES)
    assert resembled == set(CODES)
