"""Facts handed over: taken once, sealed, set aside with reasons, whatever the form and whoever breaks off."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy import Connection, func, select, text

from features.contract import TABLES
from service.clock import SetClock
from service.sealing.column import open_document
from service.store import facts, jobs
from service.store.division_paths import DIVISION_PATHS
from service.store.fact_keys import FACT_KEYS
from service.store.facts import FACT_BATCHES
from service.store.quarantine import QUARANTINE
from service.work.chain.keep import keep as keep_chain
from service.work.context import Context
from service.work.facts.batches import read_after
from service.work.facts.history import History
from tests.serving.conftest import Signed

PERSON = "519921195303041232"
PERSONS = (
    "person_id,name,division_code,recorded_at\n"
    "519921195303041232,刘学福,519921100204,2016-06-26T08:02:45+08:00\n"
    "519921196001011230,王秀英,519921100204,2016-06-26T08:02:45+08:00\n"
)
CSV = {"content-type": "text/csv"}
LINES = {"content-type": "application/x-ndjson"}


def rows_of(context: Context, table: str) -> list[dict[str, object]]:
    """Every row on record of a table, in order."""
    with context.database.read() as connection:
        return [row for _, _, rows in read_after(context, connection, 0, tables=[table]) for row in rows.to_pylist()]


def parquet(table: pa.Table) -> bytes:
    """A table as the bytes of a Parquet file."""
    sink = io.BytesIO()
    pq.write_table(table, sink)
    return sink.getvalue()


def test_the_same_rows_again_change_nothing(signed_in: Signed, context: Context) -> None:
    """Rows in are accepted or quarantined; what is on record is counted as repeated and not kept twice."""
    system = signed_in("disbursement_system")
    first = system.post("/v1/tables/persons", content=PERSONS.encode(), headers=CSV).json()
    again = system.post("/v1/tables/persons", content=PERSONS.encode(), headers=CSV).json()
    assert (first["rows"], first["accepted"], first["repeated"], first["quarantined"]) == (2, 2, 0, 0)
    assert (again["rows"], again["accepted"], again["repeated"], again["first_batch"]) == (2, 2, 2, None)
    assert len(rows_of(context, "persons")) == 2


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_every_form_says_the_same(signed_in: Signed, context: Context, form: str) -> None:
    """CSV, JSON lines and Parquet of the same rows are the same rows."""
    system = signed_in("disbursement_system")
    assert system.post("/v1/tables/settlements", content=SETTLED["csv"], headers=CSV).json()["accepted"] == 2
    kind = {"csv": "text/csv", "jsonl": "application/x-ndjson", "parquet": "application/vnd.apache.parquet"}[form]
    found = system.post("/v1/tables/settlements", content=SETTLED[form], headers={"content-type": kind}).json()
    assert (found["accepted"], found["repeated"], found["quarantined"]) == (2, 2, 0)


def _settled() -> dict[str, bytes]:
    rows = [
        {"disbursement_id": "D1", "status": "paid", "amount": "546.00", "at": "2018-09-07T10:22:23+08:00"},
        {"disbursement_id": "D2", "status": "returned", "amount": "0.00", "at": "2018-09-07T10:22:24+08:00"},
    ]
    lines = [",".join(rows[0]), *(",".join(row.values()) for row in rows)]
    exact = [json.dumps(row) for row in rows]
    exact[0] = exact[0].replace('"546.00"', "546.00")  # A number in JSON keeps its cents.
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    return {
        "csv": "\n".join(lines).encode(),
        "jsonl": "\n\n".join(exact).encode(),
        "parquet": parquet(pa.table(columns)),
    }


SETTLED = _settled()


def test_a_later_row_is_a_version_and_another_of_the_same_moment_is_set_aside(signed_in: Signed) -> None:
    """Same key: with a clock of its own a version, with the same clock and other content a conflict."""
    system = signed_in("disbursement_system")
    system.post("/v1/tables/persons", content=PERSONS.encode(), headers=CSV)
    head = PERSONS.splitlines()[0]
    later = f"{head}\n{PERSON},刘学福,519921100205,2017-01-01T00:00:00+08:00\n"
    found = system.post("/v1/tables/persons", content=later.encode(), headers=CSV).json()
    assert (found["accepted"], found["versions"], found["quarantined"]) == (1, 1, 0)
    other = f"{head}\n{PERSON},刘学富,519921100204,2016-06-26T08:02:45+08:00\n"
    found = system.post("/v1/tables/persons", content=other.encode(), headers=CSV).json()
    assert (found["accepted"], found["quarantined"]) == (0, 1)
    (row,) = system.get(found["quarantine"]).json()["rows"]
    assert row["reason"].startswith("duplicate_key")
    assert row["sent"]["name"] == "刘学富"


def test_an_opened_card_is_corrected_only_by_a_later_row(signed_in: Signed) -> None:
    """Where the clock is part of the thing itself, an earlier one contradicts what is on record."""
    system = signed_in("disbursement_system")
    head = "card_id,holder_person_id,kind,opened_on"
    for day, expect in (("2018-01-02", (1, 0)), ("2018-01-03", (1, 1)), ("2018-01-01", (0, 0))):
        body = f"{head}\n6299011000000000017,{PERSON},social_security,{day}\n"
        found = system.post("/v1/tables/cards", content=body.encode(), headers=CSV).json()
        assert (found["accepted"], found["versions"]) == expect


def test_reference_data_is_replaced_by_a_later_delivery(signed_in: Signed, context: Context) -> None:
    """A division that is merged away is said so by another row of the same key; within one delivery that conflicts."""
    system = signed_in("disbursement_system")
    head = "division_code,parent_code,name,level,successor_code"
    first = f"{head}\n51,,省,province,\n5199,51,市,prefecture,\n519901,5199,县,county,\n519902,5199,县,county,\n"
    assert system.post("/v1/tables/divisions", content=first.encode(), headers=CSV).json()["accepted"] == 4
    merged = f"{head}\n519901,5199,县,county,519902\n519901,5199,县,county,\n"
    found = system.post("/v1/tables/divisions", content=merged.encode(), headers=CSV).json()
    assert (found["accepted"], found["versions"], found["quarantined"]) == (1, 1, 1)
    with context.database.read() as connection:
        paths = connection.execute(
            select(DIVISION_PATHS.c.ancestor_code).where(DIVISION_PATHS.c.division_code == "519901")
        ).scalars()
        assert set(paths) == {"519901", "5199", "51", "519902"}
    assert History.open(context).ledger.tables["divisions"].rows == 4


def test_bad_rows_are_set_aside_and_the_rest_is_taken(signed_in: Signed, context: Context) -> None:
    """Ten thousand bad rows among good ones: each is kept with line, column and reason, sealed, and none is lost."""
    system = signed_in("disbursement_system")
    head = "transaction_id,card_id,at,kind,amount"
    good = [f"T{i},6299{i:015d},2018-09-07T10:22:23+08:00,purchase,1.00" for i in range(50)]
    bad = [f"B{i},6299{i:015d},2018-09-07T10:22:23+08:00,purchase,1.000" for i in range(10_000)]
    shifted = ["too,few"]
    body = "\n".join([head, *good, *bad, *shifted])
    found = system.post("/v1/tables/card_transactions", content=body.encode(), headers=CSV).json()
    assert (found["rows"], found["accepted"], found["quarantined"]) == (10_051, 50, 10_001)
    last = system.get(found["quarantine"] + "&after=0&limit=1000").json()
    assert len(last["rows"]) == 1000
    assert (last["rows"][0]["line"], last["rows"][0]["column"]) == (52, "amount")
    assert last["rows"][0]["found"] == "1.000"
    assert last["rows"][0]["sent"]["transaction_id"] == "B0"
    with context.database.read() as connection:
        whole = connection.execute(select(QUARANTINE).where(QUARANTINE.c.column_name == "")).mappings().one()
    assert open_document(context.seal, QUARANTINE.c.row_sent, whole["row_sent"]) == {"": "too,few"}


def test_quarantine_is_given_back_as_csv_that_no_spreadsheet_runs(signed_in: Signed) -> None:
    """The file holds the contract's columns as they were sent; a formula is text; corrected, it is taken."""
    system = signed_in("disbursement_system")
    body = 'complaint_id,at,text\nC1,2018-13-01T00:00:00+08:00,"=HYPERLINK(""http://x"")"\n'
    found = system.post("/v1/tables/complaints", content=body.encode(), headers=CSV).json()
    answer = system.get(f"/v1/tables/complaints/quarantine.csv?intake={found['intake_id']}")
    assert answer.headers["content-type"].startswith("text/csv")
    assert ",'=HYPERLINK" in answer.text or ",\"'=HYPERLINK" in answer.text
    mended = answer.text.replace("2018-13-01", "2018-12-01")
    again = system.post("/v1/tables/complaints", content=mended.encode(), headers=CSV).json()
    assert (again["accepted"], again["quarantined"]) == (1, 0)
    assert "quarantine_reason" in again["ignored_columns"]


def test_quarantine_stays_with_its_sender_and_its_division(signed_in: Signed) -> None:
    """Another sender sees nothing of it, a verifier of the village's county does."""
    system = signed_in("disbursement_system")
    other = signed_in("disbursement_system", divisions=("519902",))
    head = "division_code,parent_code,name,level"
    tree = f"{head}\n519901,,县,county\n519901001001,519901,村,village\n519902,,县,county\n"
    system.post("/v1/tables/divisions", content=tree.encode(), headers=CSV)
    body = f"person_id,name,division_code,birth_date\n{PERSON},刘学福,519901001001,1953/3/4\n"
    system.post("/v1/tables/persons", content=body.encode(), headers=CSV)
    near = signed_in("department_verifier", divisions=("519901",))
    assert len(near.get("/v1/tables/persons/quarantine").json()["rows"]) == 1
    assert other.get("/v1/tables/persons/quarantine").json()["rows"] == []


def test_a_sender_hands_over_nothing_of_another_county_and_never_the_tree(context: Context, signed_in: Signed) -> None:
    """A village cannot be hung under one's own county to see what is paid there; rows of other places are set aside."""
    head = "division_code,parent_code,name,level"
    tree = f"{head}\n519901,,县,county\n519901001001,519901,村,village\n519902,,县,county\n"
    signed_in("disbursement_system").post("/v1/tables/divisions", content=tree.encode(), headers=CSV)
    other = signed_in("disbursement_system", divisions=("519902",))
    stolen = other.post(
        "/v1/tables/divisions", content=f"{head}\n519901001001,519902,村,village\n".encode(), headers=CSV
    )
    assert (stolen.status_code, stolen.json()["type"]) == (403, "/problems/not-yours")
    rows = PERSONS.replace("519921100204", "519901001001")
    found = other.post("/v1/tables/persons", content=rows.encode(), headers=CSV).json()
    assert (found["accepted"], found["quarantined"]) == (0, found["rows"])
    assert found["rows"] > 0
    with context.database.read() as connection:
        assert facts.rows_by_table(connection) == {"divisions": 3}
    mine = signed_in("disbursement_system", divisions=("519901",))
    assert mine.post("/v1/tables/persons", content=rows.encode(), headers=CSV).json()["quarantined"] == 0


def test_nothing_personal_is_readable_in_the_database(signed_in: Signed, context: Context) -> None:
    """Numbers and names that were sent stand nowhere in the tables but sealed."""
    system = signed_in("disbursement_system")
    system.post("/v1/tables/persons", content=PERSONS.encode(), headers=CSV)
    keyed = {**CSV, "idempotency-key": PERSON}
    system.post("/v1/tables/persons", content=PERSONS.replace("2016-06-26", "2016-06-99").encode(), headers=keyed)
    with context.database.read() as connection:
        for bad in (PERSON.encode(), "刘学福".encode()):
            assert not any(bad in content for content in _bytes_of(connection))


def _bytes_of(connection: Connection) -> Iterator[bytes]:
    """Every value of every table as bytes."""
    from service.store import METADATA

    for table in METADATA.sorted_tables:
        for row in connection.execute(table.select()):
            for value in row:
                yield bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()


def test_a_key_takes_a_delivery_once(signed_in: Signed) -> None:
    """Under the same key the same body gets the same answer, another body a conflict."""
    system = signed_in("disbursement_system")
    headers = {**CSV, "Idempotency-Key": "k-1"}
    first = system.post("/v1/tables/persons", content=PERSONS.encode(), headers=headers).json()
    again = system.post("/v1/tables/persons", content=PERSONS.encode(), headers=headers).json()
    assert again.pop("taken_before")
    assert not first.pop("taken_before")
    assert first == again
    other = system.post("/v1/tables/persons", content=PERSONS.encode() + b"\n", headers=headers)
    assert (other.status_code, other.json()["type"]) == (409, "/problems/key-used")


def test_a_delivery_that_broke_off_is_taken_again(
    signed_in: Signed, context: Context, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A crash between batches keeps what was kept; the same delivery again takes the rest, and counts are whole."""
    from service.work.facts import take as taking

    monkeypatch.setattr(taking, "ROWS", 10)
    system = signed_in("disbursement_system")
    head = "transaction_id,card_id,at,kind,amount"
    rows = [
        f"T{i},6299{i:015d},2018-09-07T10:22:23+08:00,purchase,{'1.0' if i % 7 == 0 else '1.00'}" for i in range(35)
    ]
    body, headers = "\n".join([head, *rows]).encode(), {**CSV, "Idempotency-Key": "k"}
    calls = iter(range(9))

    def broken(*given: object) -> None:
        if next(calls) == 2:
            raise RuntimeError("the machine stops here")
        keep_chain(*given)  # type: ignore[arg-type]

    monkeypatch.setattr("service.work.facts.follow_ups.keep_chain", broken)
    assert system.post("/v1/tables/card_transactions", content=body, headers=headers).status_code == 500
    at_once = system.post("/v1/tables/card_transactions", content=body, headers=headers)
    assert (at_once.status_code, at_once.json()["type"]) == (409, "/problems/being-taken")
    monkeypatch.setattr("service.work.facts.follow_ups.keep_chain", keep_chain)
    clock.move(minutes=5)
    found = system.post("/v1/tables/card_transactions", content=body, headers=headers).json()
    assert (found["rows"], found["accepted"], found["quarantined"]) == (35, 30, 5)
    assert found["repeated"] > 0
    assert len(rows_of(context, "card_transactions")) == 30
    with context.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(QUARANTINE)).scalar_one() == 5
        assert connection.execute(select(func.count()).select_from(FACT_KEYS)).scalar_one() == 30


def test_batches_are_numbered_without_a_gap_by_several_senders_at_once(signed_in: Signed, context: Context) -> None:
    """Four senders, overlapping rows: every row is there once and the numbers have no gap."""
    system = signed_in("disbursement_system")

    def send(n: int) -> int:
        rows = [f"D{i},paid,2018-09-07T10:22:23+08:00" for i in range(n * 5, n * 5 + 10)]
        body = "\n".join(["disbursement_id,status,at", *rows]).encode()
        return system.post("/v1/tables/settlements", content=body, headers=CSV).status_code

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(send, range(12))) == {200}
    ids = [row["disbursement_id"] for row in rows_of(context, "settlements")]
    assert sorted(ids, key=str) == sorted({f"D{i}" for i in range(65)})
    with context.database.read() as connection:
        seqs = list(connection.execute(select(FACT_BATCHES.c.seq).order_by(FACT_BATCHES.c.seq)).scalars())
    assert seqs == list(range(1, len(seqs) + 1))


def test_a_follower_misses_nothing(context: Context, signed_in: Signed) -> None:
    """A history that catches up holds what one made anew holds; what comes late makes it stale, not wrong."""
    system = signed_in("disbursement_system")
    system.post("/v1/tables/persons", content=PERSONS.encode(), headers=CSV)
    history = History.open(context)
    later = PERSONS.replace("2016-06-26", "2016-07-26").replace("100204", "100209")
    system.post("/v1/tables/persons", content=later.encode(), headers=CSV)
    assert history.catch_up().rows == {"persons": 2}
    assert (history.stale, history.whole) == (False, 2)
    early = PERSONS.replace("2016-06-26", "2015-01-26")
    system.post("/v1/tables/persons", content=early.encode(), headers=CSV)
    history.catch_up()
    assert (history.stale, history.whole, history.seq) == (True, 2, 3)
    history.build()
    assert (history.stale, history.whole, history.ledger.tables["persons"].rows) == (False, 3, 6)


def test_a_row_from_the_future_waits_for_its_moment(context: Context, clock: SetClock, signed_in: Signed) -> None:
    """One mistyped year must not make every later row late."""
    system = signed_in("disbursement_system")
    body = "disbursement_id,status,at\nD1,paid,2019-07-01T08:00:00+08:00\nD2,paid,2019-08-01T08:00:00+08:00\n"
    system.post("/v1/tables/settlements", content=body.encode(), headers=CSV)
    history = History.open(context)
    assert history.ledger.tables["settlements"].rows == 1
    clock.move(days=40)
    assert history.catch_up().rows == {"settlements": 1}
    assert not history.stale


def test_bank_answers_ask_for_another_look(signed_in: Signed, context: Context) -> None:
    """What touches payments makes one job, however often it comes."""
    system = signed_in("disbursement_system")
    for n in range(3):
        body = f"disbursement_id,status,at\nD{n},paid,2018-09-07T10:22:23+08:00\n"
        system.post("/v1/tables/settlements", content=body.encode(), headers=CSV)
    with context.database.read() as connection:
        names = list(connection.execute(select(jobs.JOBS.c.name)).scalars())
    assert names.count("rescore") == 1


def test_every_table_takes_its_own_good_rows_and_sets_its_bad_ones_aside(signed_in: Signed) -> None:
    """The contract's examples, by JSON lines, each table."""
    system = signed_in("disbursement_system")
    for name, table in TABLES.items():
        good = [{k: v for k, v in row.items() if v} for row in table.good_rows]
        bad = [{k: v for k, v in row.items() if v} for row, _, _ in table.bad_rows]
        body = "\n".join(json.dumps(row) for row in [*good, *bad]).encode()
        found = system.post(f"/v1/tables/{name}", content=body, headers=LINES).json()
        assert (found["accepted"], found["quarantined"]) == (len(good), len(bad)), name


def test_sending_needs_the_permission(signed_in: Signed) -> None:
    """An auditor sends nothing and reads no quarantine."""
    auditor = signed_in("auditor")
    assert auditor.post("/v1/tables/persons", content=PERSONS.encode(), headers=CSV).status_code == 403
    assert auditor.get("/v1/tables/persons/quarantine").status_code == 403


def test_the_log_tells_of_deliveries_without_telling_of_people(signed_in: Signed, context: Context) -> None:
    """A line a delivery and a look, with counts."""
    system = signed_in("disbursement_system")
    found = system.post("/v1/tables/persons", content=PERSONS.replace("刘学福", "").encode(), headers=CSV).json()
    system.get(found["quarantine"])
    with context.database.read() as connection:
        lines = connection.execute(text("select action, about, details from audit_lines order by line")).all()
    assert [line.action for line in lines] == ["facts.take", "quarantine.read"]
    assert PERSON not in str(lines)


@pytest.mark.parametrize("name", sorted(TABLES))
def test_few_rows_and_many_have_the_same_hashes(name: str) -> None:
    """Row by row and column by column are the same texts, whatever stands in the rows."""
    from features.intake import accept_rows
    from service.work.facts.hashes import few_texts, many_texts

    table = TABLES[name]
    odd = {"text": 'a\x1fb\\-c\\"', "id": "x\\\x1f", "number": "-0.0", "int": "-7", "bool": "true", "list": "a|b"}
    whole = {c.name: odd.get(c.type) or dict(table.good_rows[0]).get(c.name) or None for c in table.columns}
    rows = [*table.good_rows, whole, {k: v for k, v in table.good_rows[0].items() if table.column(k).required}]
    batch = accept_rows(table, [{k: v for k, v in row.items() if v} for row in rows]).batch
    names = batch.schema.names
    assert batch.num_rows
    assert few_texts(batch, names) == many_texts(batch, names)
