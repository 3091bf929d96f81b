"""Deliveries nobody should have sent: refused with what is wrong, within bounds, and nothing left behind."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from fastapi import FastAPI
from sqlalchemy import func, select

from service.store import facts, intakes
from service.work.context import Context
from service.work.facts.batches import read_after
from tests.serving.conftest import Signed

CSV = {"content-type": "text/csv"}
LINES = {"content-type": "application/x-ndjson"}
PERSONS = "person_id,name,division_code\n519921195303041232,刘学福,519921100204\n"


def parquet(table: pa.Table) -> bytes:
    """A table as the bytes of a Parquet file."""
    sink = io.BytesIO()
    pq.write_table(table, sink)
    return sink.getvalue()


UNFIT: list[tuple[str, bytes, dict[str, str], int, str]] = [
    ("passwords", b"a", CSV, 404, "not-found"),
    ("persons", b"", CSV, 422, "not-the-table"),
    ("persons", b"name\nx\n", CSV, 422, "not-the-table"),
    ("persons", b"PK\x03\x04....", CSV, 422, "not-the-table"),
    ("persons", b"PAR1 and nothing", {"content-type": "application/x-parquet"}, 422, "not-the-table"),
    ("persons", b"a", {"content-type": "application/xml"}, 415, "form-not-taken"),
    ("persons", b"a", {"content-type": "text/csv; charset=gbk"}, 415, "form-not-taken"),
    ("persons", b"\x1f\x8b", {**CSV, "content-encoding": "gzip"}, 415, "compressed-body"),
    ("persons", PERSONS.encode(), {**CSV, "Idempotency-Key": "k" * 201}, 422, "not-as-expected"),
]


def test_what_cannot_be_taken_is_said(signed_in: Signed, context: Context) -> None:
    """Each is refused with what is wrong, nothing is kept, and no path of this machine is told."""
    system = signed_in("disbursement_system")
    for table, content, headers, status, kind in UNFIT:
        found = system.post(f"/v1/tables/{table}", content=content, headers=headers)
        assert (found.status_code, found.json()["type"]) == (status, f"/problems/{kind}"), content
        assert "spool" not in found.text
        assert str(context.settings.home) not in found.text
    with context.database.read() as connection:
        assert facts.last_seq(connection) == 0
        assert connection.execute(select(func.count()).select_from(intakes.INTAKES)).scalar_one() == 0
    spool = context.settings.state / "spool"
    assert not spool.exists() or not list(spool.iterdir())


def test_hostile_lines_and_values_are_rows_like_others(signed_in: Signed, context: Context) -> None:
    """Deep nesting, a number a million digits long, half a surrogate, SQL and markup: refused or kept as text."""
    system = signed_in("disbursement_system")
    row = {
        "complaint_id": "C1",
        "at": "2018-09-07T10:22:23+08:00",
        "text": "'; drop table jobs; -- <script>alert(1)</script>",
    }
    lines = [
        json.dumps(row),
        "[" * 100_000,
        '[{"complaint_id": "C9"}]',
        '{"complaint_id": "C2", "at": 1e999999999}',
        '{"complaint_id": "C3", "at": "2018-09-07T10:22:23+08:00", "text": "\\ud800"}',
        '{"complaint_id": {"a": 1}, "at": "2018-09-07T10:22:23+08:00"}',
        '{"complaint_id": "C4", "at": NaN}',
        "\x00",
    ]
    found = system.post("/v1/tables/complaints", content="\n".join(lines).encode(), headers=LINES).json()
    assert (found["rows"], found["accepted"], found["quarantined"]) == (8, 1, 7)
    with context.database.read() as connection:
        ((_, _, kept),) = read_after(context, connection, 0)
    assert kept.column("text").to_pylist() == [row["text"]]


def test_a_small_parquet_file_that_is_large_inside_is_refused(signed_in: Signed) -> None:
    """A long value repeated by run lengths is a few kilobytes on disk and gigabytes in rows."""
    rows = 200_000
    long = pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pa.array(["x" * 200_000]))
    ids = pa.array([str(i) for i in range(rows)])
    at = pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pa.array(["2018-09-07T10:22:23+08:00"]))
    bomb = parquet(pa.table({"complaint_id": ids, "at": at, "text": long}))
    assert len(bomb) < 3_000_000
    kind = {"content-type": "application/vnd.apache.parquet"}
    found = signed_in("disbursement_system").post("/v1/tables/complaints", content=bomb, headers=kind)
    assert found.status_code == 422
    assert "200000 bytes" in found.json()["detail"]


def test_an_upload_beyond_the_limit_is_cut(app: FastAPI, signed_in: Signed, context: Context) -> None:
    """By its length where it says so, else by what has come in; nothing is left in the spool."""
    app.state.context = replace(context, settings=replace(context.settings, upload_limit_mb=1))
    system = signed_in("disbursement_system")
    said = system.post("/v1/tables/persons", content=b"x" * (2 << 20), headers=CSV)

    def pieces() -> Iterator[bytes]:
        for _ in range(20):
            yield b"x" * 100_000

    unsaid = system.post("/v1/tables/persons", content=pieces(), headers=CSV)
    assert (said.status_code, unsaid.status_code) == (413, 413)
    assert not list((context.settings.state / "spool").glob("*"))


def test_the_spool_is_private(signed_in: Signed, context: Context) -> None:
    """Rows lie there unsealed for a moment: nobody else on the machine may look."""
    signed_in("disbursement_system").post("/v1/tables/persons", content=PERSONS.encode(), headers=CSV)
    spool: Path = context.settings.state / "spool"
    assert spool.stat().st_mode & 0o777 == 0o700
    assert not list(spool.iterdir())
