"""Payment runs from upload to lists: the same numbers as the command line, rows conserved, the same run once."""

from __future__ import annotations

import io
import threading
from collections import defaultdict

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
import pyarrow.parquet as pq
import pytest
from sqlalchemy import func, select

from models.scoring.score import SCHEMA
from service.clock import SetClock
from service.store.audit_lines import AUDIT_LINES
from service.store.fact_keys import FACT_KEYS
from service.store.outbox import OUTBOX_EVENTS
from service.store.runs import RUNS
from service.work.context import Context
from service.work.runs.spool import folder
from tests.serving.conftest import Signed
from tests.serving.run_help import BEFORE, LAST, LATER, Runs, as_csv, as_parquet, invented, scores_by_id, send, work

CONTRACT = SCHEMA.names


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """The county."""
    return invented(tmp_path_factory)


@pytest.fixture(autouse=True)
def later(clock: SetClock) -> None:
    """Every payment of the county has been submitted."""
    clock.at = LATER


def test_a_run_is_scored_to_the_last_digit_as_the_command_line_scores_it(
    context: Context, signed_in: Signed, runs: Runs
) -> None:
    """CSV and Parquet, pages and files: the contract's columns, equal to `mingbai score --run` on all facts at once."""
    runs.put_on_record(context, but=[BEFORE, LAST])
    system = signed_in("disbursement_system")
    first = send(system, as_csv(runs.of(BEFORE)))
    assert first["state"] == "received"
    second = send(system, as_parquet(runs.of(LAST)), "application/vnd.apache.parquet")
    work(context)
    for sent, run_id in ((first, BEFORE), (second, LAST)):
        told = system.get(f"/v1/runs/{sent['run']}").json()
        assert (told["state"], told["run_id"], told["failure"]) == ("scored", run_id, None)
        assert told["progress"]["rows"] == told["progress"]["rows_scored"] == runs.of(run_id).num_rows
        expected = runs.expected(run_id)
        assert {row["recommendation"] for row in expected} >= {"verify"}
        by_file = pcsv.read_csv(io.BytesIO(system.get(f"/v1/runs/{sent['run']}/scores/file").content))
        assert by_file.column_names == CONTRACT
        whole = system.get(f"/v1/runs/{sent['run']}/scores/file", params={"form": "parquet"}).content
        assert pq.read_table(io.BytesIO(whole)).sort_by("disbursement_id").to_pylist() == expected
        pages = scores_by_id(system, sent["run"])
        for page, row in zip(pages, expected, strict=True):
            same = ("score", "anomaly", "recommendation", "desk", "typology", "suspect_role", "model_version", "as_of")
            assert [page[name] for name in same] == [row[name] for name in same]
    assert list(folder(context).iterdir()) == []


def test_what_differs_from_the_last_run_is_told_by_person(context: Context, signed_in: Signed, runs: Runs) -> None:
    """New, gone, other amounts and cards, against a count by hand; more are made by changing the run."""
    table = runs.of(LAST)
    cards, amounts = table.column("card_id").to_pylist(), table.column("amount").to_pylist()
    cards[0], amounts[1] = "6299011000000999999", amounts[1] + 1
    table = table.set_column(table.schema.get_field_index("card_id"), "card_id", pa.array(cards))
    table = table.set_column(
        table.schema.get_field_index("amount"), "amount", pa.array(amounts, pa.decimal128(18, 2))
    ).slice(0, table.num_rows - 2)
    runs.put_on_record(context, but=[BEFORE, LAST])
    system = signed_in("disbursement_system")
    before, last = send(system, as_csv(runs.of(BEFORE))), send(system, as_csv(table))
    work(context)

    def people(of: pa.Table) -> dict[str, tuple[object, frozenset[str]]]:
        found: dict[str, list[tuple[object, str]]] = defaultdict(list)
        for row in of.to_pylist():
            found[row["person_id"]].append((row["amount"], row["card_id"]))
        return {p: (sum(a for a, _ in rows), frozenset(c for _, c in rows)) for p, rows in found.items()}  # type: ignore[misc]

    then, now = people(runs.of(BEFORE)), people(table)
    both = set(then) & set(now)
    told = system.get(f"/v1/runs/{last['run']}").json()
    assert told["compared_with"] == before["run"]
    assert told["changes"] == {
        "new": len(set(now) - set(then)),
        "gone": len(set(then) - set(now)),
        "amount": sum(then[p][0] != now[p][0] for p in both),
        "card": sum(then[p][1] != now[p][1] for p in both),
    }
    assert min(told["changes"]["amount"], told["changes"]["card"], told["changes"]["gone"]) > 0
    page = system.get(f"/v1/runs/{last['run']}/changes", params={"change": "card"}).json()
    shown = next(row for row in page["items"] if row["card_last_four"] == "····9999")
    assert shown["before_card_last_four"] != "····9999"
    assert system.get(f"/v1/runs/{before['run']}").json()["changes"] is None


def test_the_same_run_sent_again_is_the_same_run(context: Context, signed_in: Signed, runs: Runs) -> None:
    """By its content, and by its key; the key with other content is refused; nothing is on record twice."""
    runs.put_on_record(context, but=[BEFORE, LAST])
    system = signed_in("disbursement_system")
    body = as_csv(runs.of(LAST))
    first = send(system, body, headers={"Idempotency-Key": "july"})
    assert send(system, body, headers={"Idempotency-Key": "july"}) == first
    assert send(system, body) == first
    other = system.post(
        "/v1/runs",
        content=as_csv(runs.of(BEFORE)),
        headers={"content-type": "text/csv", "Idempotency-Key": "july"},
    )
    assert other.status_code == 409
    assert other.json()["type"] == "/problems/idempotency-key-used"
    work(context)
    assert send(system, body)["state"] == "scored"
    stranger = signed_in("disbursement_system", divisions=("999999",))
    assert stranger.post("/v1/runs", content=body, headers={"content-type": "text/csv"}).status_code == 409
    with context.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(RUNS)).scalar_one() == 1
    assert len(list(folder(context).iterdir())) == 0


def test_the_same_run_sent_twice_at_once_is_one_run_and_both_are_told(
    context: Context, signed_in: Signed, runs: Runs
) -> None:
    """Six at the same moment: one run, one job, one line in the log, six equal answers."""
    system = signed_in("disbursement_system")
    body = as_csv(runs.of(LAST))
    start, answers = threading.Barrier(6), []

    def sending() -> None:
        start.wait()
        answers.append(system.post("/v1/runs", content=body, headers={"content-type": "text/csv"}))

    threads = [threading.Thread(target=sending) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.text for answer in answers}) == 1
    with context.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(RUNS)).scalar_one() == 1
        sent = select(func.count()).where(AUDIT_LINES.c.action == "run.sent")
        assert connection.execute(sent).scalar_one() == 1
    assert len(list(folder(context).iterdir())) == 1


def test_bad_rows_are_told_one_by_one_and_hold_up_no_others(context: Context, signed_in: Signed, runs: Runs) -> None:
    """Every row in is taken, repeated or quarantined; the file to correct is corrected, sent, and scored."""
    runs.put_on_record(context, but=[BEFORE, LAST])
    system = signed_in("disbursement_system", divisions=(runs.county_code,))
    lines = as_csv(runs.of(LAST)).decode().splitlines()
    header = lines[0].replace('"', "").split(",")
    amount = header.index("amount")

    def changed(line: str, place: int, value: str) -> str:
        cells = line.split(",")
        cells[place] = value
        return ",".join(cells)

    good = lines[1:]
    bad = [
        changed(good[0], amount, "1e3"),
        changed(good[1], amount, ""),
        good[2] + ",one too many",
        changed(good[3], header.index("run_id"), '"R-OTHER"'),
        changed(good[4], header.index("submitted_at"), "2091-01-01T00:00:00Z"),
    ]
    again = [good[5], good[5]]
    body = "\n".join([lines[0], *bad, *good[5:], *again]).encode()
    run = send(system, body, run_id=LAST)["run"]
    work(context)
    told = system.get(f"/v1/runs/{run}").json()
    progress = told["progress"]
    assert told["state"] == "scored"
    assert progress["rows_read"] == len(bad) + len(good[5:]) + len(again)
    assert (progress["rows_quarantined"], progress["rows_repeated"], progress["rows"]) == (5, 2, len(good) - 5)
    assert progress["rows_scored"] == progress["rows"]
    refused = system.get(f"/v1/runs/{run}/quarantine").json()["items"]
    assert [row["line"] for row in refused] == [2, 3, 4, 5, 6]
    assert [row["column"] for row in refused] == ["amount", "amount", "", "run_id", "submitted_at"]
    assert [row["reason"].partition(":")[0] for row in refused] == [
        "bad_type", "missing", "bad_fields", "other_run", "in_future",
    ]  # fmt: skip
    mended = system.get(f"/v1/runs/{run}/quarantine/file").text.splitlines()
    assert len(mended) == 6
    assert "one too many" in mended[3]
    titles = mended[0].lstrip("\ufeff").split(",")
    for row, place, value in (
        (1, "amount", "12.50"),
        (2, "amount", "13.50"),
        (4, "run_id", LAST),
        (5, "submitted_at", "2018-01-16T03:11:40Z"),
    ):
        mended[row] = changed(mended[row], titles.index(place), value)
    del mended[3]
    second = send(system, "\n".join(mended).encode())
    work(context)
    told = system.get(f"/v1/runs/{second['run']}").json()
    assert (told["state"], told["run_id"], told["progress"]["rows_scored"]) == ("scored", LAST, 4)
    assert told["compared_with"] is None or told["compared_with"] != run


def test_a_run_of_nothing_but_bad_rows_ends_and_ten_thousand_of_them_are_all_told(
    context: Context, signed_in: Signed, runs: Runs
) -> None:
    """10,000 bad rows and one good one: all are in quarantine with their lines, the good one is scored."""
    runs.put_on_record(context, but=[BEFORE, LAST])
    system = signed_in("disbursement_system")
    lines = as_csv(runs.of(LAST)).decode().splitlines()
    bad = [f'"B{k}","{LAST}",=1+1,<b>,,,,,,"x"' for k in range(10_000)]
    run = send(system, "\n".join([lines[0], *bad, lines[1]]).encode())["run"]
    work(context)
    told = system.get(f"/v1/runs/{run}").json()
    assert told["state"] == "scored"
    assert (told["progress"]["rows_quarantined"], told["progress"]["rows_scored"]) == (10_000, 1)
    seen: list[int] = []
    after: int | None = 0
    while after is not None:
        page = system.get(f"/v1/runs/{run}/quarantine", params={"after": after, "limit": 1000}).json()
        seen += [row["line"] for row in page["items"]]
        after = page["next"]
    assert seen == list(range(2, 10_002))


def test_rows_on_record_are_a_run_by_reference(context: Context, signed_in: Signed, runs: Runs) -> None:
    """The same numbers; asked twice it is one run; a number nobody has ends in a reason, and so does one that lies
    outside the sender's divisions."""
    runs.put_on_record(context, but=[])
    system = signed_in("disbursement_system")
    sent = system.post("/v1/runs", json={"run_id": LAST})
    assert sent.status_code == 202
    run = sent.json()["run"]
    assert system.post("/v1/runs", json={"run_id": LAST}).json()["run"] == run
    work(context)
    expected = runs.expected(LAST)
    assert [row["score"] for row in scores_by_id(system, run)] == [row["score"] for row in expected]
    for client, asked in ((system, "R-NOBODY"), (signed_in("disbursement_system", divisions=("99",)), BEFORE)):
        number = client.post("/v1/runs", json={"run_id": asked}).json()["run"]
        work(context)
        told = system.get(f"/v1/runs/{number}").json()
        assert (told["state"], told["failure"]["code"]) == ("failed", "unreadable")
        assert scores_by_id(system, number) == []


def test_nothing_is_scored_before_the_tables_it_needs_are_there(
    context: Context, signed_in: Signed, runs: Runs
) -> None:
    """The run says what is missing; once it is there, `resume` goes on where it stopped."""
    system = signed_in("disbursement_system")
    run = send(system, as_csv(runs.of(LAST)))["run"]
    work(context)
    told = system.get(f"/v1/runs/{run}").json()
    assert (told["state"], told["failure"]["code"]) == ("failed", "tables-missing")
    assert "persons" in told["failure"]["en"]
    runs.put_on_record(context, but=[LAST])
    assert system.post(f"/v1/runs/{run}/resume").status_code == 202
    work(context)
    assert system.get(f"/v1/runs/{run}").json()["state"] == "scored"


def test_events_and_log_tell_of_a_run_and_name_nobody(context: Context, signed_in: Signed, runs: Runs) -> None:
    """One event that it was scored; no identity number and no card in events, in the log, in what is kept of rows."""
    runs.put_on_record(context, but=[LAST])
    run = send(signed_in("disbursement_system"), as_csv(runs.of(LAST)))["run"]
    work(context)
    people = {*runs.of(LAST).column("person_id").to_pylist(), *runs.of(LAST).column("card_id").to_pylist()}
    with context.database.read() as connection:
        events = connection.execute(select(OUTBOX_EVENTS).where(OUTBOX_EVENTS.c.subject == f"runs/{run}")).all()
        assert [event.type for event in events] == ["org.mingbai.run.scored"]
        lines = connection.execute(select(AUDIT_LINES)).all()
        assert {line.action for line in lines} >= {"run.sent", "run.scored"}
        kept = str(events) + str(lines) + str(connection.execute(select(RUNS)).all())
        for table in ("run_rows", "verifications", "run_changes"):
            kept += str(connection.execute(select(RUNS.metadata.tables[table])).all())
        assert connection.execute(select(func.count()).select_from(FACT_KEYS)).scalar_one() > 0
    assert not [number for number in people if number in kept]
    assert pc.any(pc.is_valid(runs.of(LAST).column("person_id"))).as_py()
