"""Runs, rows and questions are seen where they lie; nobody sends payments into another's county."""

from __future__ import annotations

import pyarrow as pa
import pytest
from fastapi.testclient import TestClient

from service.clock import SetClock
from service.store.payments_of import those
from service.work.context import Context
from tests.serving.conftest import Signed
from tests.serving.run_help import BEFORE, LAST, LATER, Runs, as_csv, invented, lists_of, scored_run, send, work


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """The county."""
    return invented(tmp_path_factory)


@pytest.fixture
def scored(context: Context, clock: SetClock, signed_in: Signed, runs: Runs) -> tuple[TestClient, int, str]:
    """The sender, a scored run, and the payment in it that is asked about."""
    clock.at = LATER
    return scored_run(context, signed_in("disbursement_system"), runs)


def test_people_see_the_runs_and_questions_of_their_divisions_alone(
    context: Context, scored: tuple[TestClient, int, str], signed_in: Signed, runs: Runs
) -> None:
    """Elsewhere a run is not there at all; a village sees its own question and no run of the county."""
    _, run, asked = scored
    village = next(row["division_code"] for row in runs.of(LAST).to_pylist() if row["disbursement_id"] == asked)
    county = signed_in("supervisor", divisions=(runs.county_code,))
    assert county.get(f"/v1/runs/{run}").status_code == 200
    elsewhere = signed_in("supervisor", "disbursement_system", divisions=("510000",))
    for path in (
        "",
        "/scores",
        "/scores/file",
        "/lists/release",
        "/lists/verify",
        "/quarantine",
        "/changes?change=new",
    ):
        assert elsewhere.get(f"/v1/runs/{run}{path}").status_code == 404, path
    for verb in ("cancel", "resume"):
        assert elsewhere.post(f"/v1/runs/{run}/{verb}").status_code == 404
    told = lists_of(county, run)
    assert elsewhere.post(f"/v1/runs/{run}/sign", json=told).status_code == 404
    assert elsewhere.get("/v1/runs").json()["items"] == elsewhere.get("/v1/verify").json()["items"] == []
    said = {"outcome": "release", "reason": "seen alive"}
    assert elsewhere.post(f"/v1/verify/{asked}/decision", json=said).status_code == 404
    own = signed_in("department_verifier", divisions=(village,))
    assert [row["disbursement_id"] for row in own.get("/v1/verify").json()["items"]] == [asked]
    assert own.get(f"/v1/runs/{run}").status_code == 404
    assert own.post(f"/v1/verify/{asked}/decision", json=said).status_code == 200


def test_a_sender_puts_no_payment_into_anothers_county(
    context: Context, clock: SetClock, signed_in: Signed, runs: Runs
) -> None:
    """Rows outside the sender's divisions are refused one by one; a run that says it lies there is refused whole."""
    clock.at = LATER
    runs.put_on_record(context, but=[BEFORE, LAST])
    villages = sorted(set(runs.of(LAST).column("division_code").to_pylist()))
    own = villages[0]
    sender = signed_in("disbursement_system", divisions=(own,))
    run = send(sender, as_csv(runs.of(LAST)))["run"]
    work(context)
    told = sender.get(f"/v1/runs/{run}").json()
    mine = runs.of(LAST).column("division_code").to_pylist().count(own)
    assert (told["progress"]["rows"], told["division_code"]) == (mine, own)
    assert told["progress"]["rows_quarantined"] == runs.of(LAST).num_rows - mine
    about = {"program_id": "P", "period": "2018-01", "division_code": villages[-1]}
    refused = sender.post("/v1/runs", content=b"x", headers={"content-type": "text/csv"}, params=about)
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/outside-your-divisions")


def test_a_run_takes_over_no_payment_of_elsewhere(
    context: Context, clock: SetClock, signed_in: Signed, runs: Runs
) -> None:
    """A payment on record in one village, sent again under another of the sender's own, is set aside."""
    clock.at = LATER
    runs.put_on_record(context, but=[LAST])
    rows = runs.of(LAST).to_pylist()
    before = runs.of(BEFORE).to_pylist()
    theirs = next(row for row in before if row["division_code"] != rows[0]["division_code"])
    own = rows[0]["division_code"]
    mine = [row for row in rows if row["division_code"] == own]
    taken_over = {**mine[0], "disbursement_id": theirs["disbursement_id"]}
    sender = signed_in("disbursement_system", divisions=(own,))
    run = send(sender, as_csv(pa.Table.from_pylist([*mine, taken_over], runs.of(LAST).schema)))["run"]
    work(context)
    progress = sender.get(f"/v1/runs/{run}").json()["progress"]
    assert (progress["rows"], progress["rows_quarantined"]) == (len(mine), 1)
    with context.database.read() as connection:
        standing = those(connection, [theirs["disbursement_id"]])[theirs["disbursement_id"]]
    assert standing.division_code == theirs["division_code"]


def test_nobody_signs_payments_of_villages_they_do_not_see(
    context: Context, clock: SetClock, signed_in: Signed, runs: Runs
) -> None:
    """A run told under one village pays in others: who sees that village alone does not sign it, who sees all does.
    A village nobody knows keeps nobody from signing."""
    clock.at = LATER
    runs.put_on_record(context, but=[LAST])
    rows = runs.of(LAST).to_pylist()
    village = rows[0]["division_code"]
    rows[-1]["division_code"] = "nobody knows"
    told = {"program_id": rows[0]["program_id"], "period": rows[0]["period"], "division_code": village}
    run = send(signed_in("disbursement_system"), as_csv(pa.Table.from_pylist(rows, runs.of(LAST).schema)), **told)[
        "run"
    ]
    work(context)
    narrow = signed_in("supervisor", divisions=(village,))
    looked_at = lists_of(narrow, run)
    refused = narrow.post(f"/v1/runs/{run}/sign", json=looked_at)
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/outside-divisions")
    assert narrow.get(f"/v1/runs/{run}").json()["state"] == "scored"
    wide = signed_in("supervisor", divisions=(runs.county_code,))
    assert wide.post(f"/v1/runs/{run}/sign", json=looked_at).json()["state"] == "signed"


def test_whoever_sent_a_run_sees_it_before_anybody_knows_where_it_lies(
    context: Context, clock: SetClock, signed_in: Signed, runs: Runs
) -> None:
    """With two divisions to choose from nothing is assumed; others with the same divisions see it once it is placed."""
    clock.at = LATER
    runs.put_on_record(context, but=[LAST])
    sender = signed_in("disbursement_system", divisions=(runs.county_code, "510000"))
    other = signed_in("supervisor", divisions=(runs.county_code,))
    run = send(sender, as_csv(runs.of(LAST)))["run"]
    assert sender.get(f"/v1/runs/{run}").json()["division_code"] is None
    assert other.get(f"/v1/runs/{run}").status_code == 404
    work(context)
    assert other.get(f"/v1/runs/{run}").json()["division_code"] is not None
    lost = send(sender, b"no table", run_id="R-LOST")["run"]
    work(context)
    assert sender.get(f"/v1/runs/{lost}").json()["state"] == "failed"
    assert other.get(f"/v1/runs/{lost}").status_code == 404
    assert [row["run"] for row in sender.get("/v1/runs").json()["items"]] == [lost, run]


def test_metrics_count_every_state(context: Context, scored: tuple[TestClient, int, str]) -> None:
    """Counts for metrics hold every state."""
    from service.work.runs.in_progress import in_progress

    found = in_progress(context)
    assert found.runs["scored"] == 1
    assert set(found.runs) == {"received", "reading", "scoring", "scored", "signed", "cancelled", "failed"}
    assert (found.rows_waiting, found.questions["waiting"]) == (0, 1)
