"""What may be sent as a run, and what becomes of all else: refused early, nothing left behind, text stays text."""

from __future__ import annotations

import gzip
import itertools
from typing import Any

import pyarrow as pa
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from service.clock import SetClock
from service.store.runs import RUNS
from service.work.context import Context
from service.work.runs import spool
from tests.serving.conftest import Signed
from tests.serving.run_help import LAST, LATER, Runs, as_csv, as_parquet, invented, send, work

CSV = {"content-type": "text/csv"}
FORM = {"content-type": "multipart/form-data; boundary=b"}
PART = b'--b\r\ncontent-disposition: form-data; name="f"'


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """The county."""
    return invented(tmp_path_factory)


@pytest.fixture(autouse=True)
def later(clock: SetClock) -> None:
    """Every payment of the county has been submitted."""
    clock.at = LATER


def nothing_kept(context: Context) -> bool:
    """No run, and no file of one."""
    with context.database.read() as connection:
        rows = connection.execute(select(func.count()).select_from(RUNS)).scalar_one()
    return rows == 0 and list(spool.folder(context).iterdir()) == []


def test_a_form_is_the_same_as_a_raw_body_with_its_fields(context: Context, signed_in: Signed, runs: Runs) -> None:
    """File and fields in any order; the fields become the run's own row; the name of the file is nothing but text."""
    runs.put_on_record(context, but=[LAST])
    system = signed_in("disbursement_system")
    told = {
        "run_id": LAST,
        "program_id": runs.of(LAST).column("program_id")[0].as_py(),
        "period": runs.of(LAST).column("period")[0].as_py(),
        "division_code": runs.county_code,
        "created_at": "2018-01-15T00:00:00Z",
        "planned_on": "2018-03-10",
    }
    file = ("../../../etc/passwd.parquet", as_parquet(runs.of(LAST)), "application/octet-stream")
    answer = system.post("/v1/runs", files={"rows": file}, data=told)
    assert answer.status_code == 202, answer.text
    found = answer.json()
    assert (found["form"], found["division_code"], found["planned_on"]) == ("parquet", runs.county_code, "2018-03-10")
    work(context)
    now = system.get(f"/v1/runs/{found['run']}").json()
    assert (now["state"], now["program_id"], now["period"]) == ("scored", told["program_id"], told["period"])
    # The county had told the run's row before, with other funds.
    assert [note["code"] for note in now["notes"]] == ["run-told-otherwise"]


def test_rows_as_json_lines(context: Context, signed_in: Signed) -> None:
    """One object a line."""
    row = (
        b'{"disbursement_id": "D1", "program_id": "P", "period": "2018-01", "person_id": "519921195303041232", '
        b'"card_id": "6299011000000000017", "amount": "10.00", "division_code": "519921100204", '
        b'"submitted_at": "2018-02-01T00:00:00Z"}\n'
    )
    system = signed_in("disbursement_system")
    run = send(system, row + b"no object\n", "application/x-ndjson")["run"]
    work(context)
    told = system.get(f"/v1/runs/{run}").json()
    assert (told["progress"]["rows"], told["progress"]["rows_quarantined"]) == (1, 1)
    assert told["run_id"] == f"RUN-{run}"


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b"x", {}, 415),
        (b"x", {"content-type": "application/zip"}, 415),
        (gzip.compress(b"x" * 1000, mtime=0), {**CSV, "content-encoding": "gzip"}, 415),
        (b"x", {"content-type": "multipart/form-data"}, 400),
        (b"x", FORM, 400),
        (PART + b'; filename="a.csv"\r\n\r\nx', FORM, 400),
        (PART + b'\r\n\r\nx\r\n--b--\r\n', FORM, 400),
        (PART + b'; filename="a.exe"\r\n\r\nx\r\n--b--\r\n', FORM, 415),
        (b"[]", {"content-type": "application/json"}, 400),
        (b"{" * 100_000, {"content-type": "application/json"}, 413),
        (b'{"run_id": 3}', {"content-type": "application/json"}, 422),
        (b'{"run_id": "R", "more": 1}', {"content-type": "application/json"}, 422),
        (b"x", {**CSV, "idempotency-key": "two words"}, 422),
        (b"x", {**CSV, "idempotency-key": "x" * 129}, 422),
    ],
)  # fmt: skip
def test_what_is_no_run_is_refused_and_leaves_nothing(
    context: Context, signed_in: Signed, content: bytes, headers: dict[str, str], status: int
) -> None:
    """Every refusal is a problem with a text in both languages."""
    answer = signed_in("disbursement_system").post("/v1/runs", content=content, headers=headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail_zh"]
    assert nothing_kept(context)


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"period": "2018-13", "program_id": "P", "division_code": "51"}, "period"),
        ({"funds_amount": "1e3", "program_id": "P", "period": "2018", "division_code": "51"}, "funds_amount"),
        ({"planned_on": "2018-02-30", "program_id": "P", "period": "2018", "division_code": "51"}, "planned_on"),
        ({"program_id": "P"}, None),
        ({"run_id": "x" * 65}, "query.run_id"),
    ],
)
def test_fields_the_contract_does_not_take_are_named(
    context: Context, signed_in: Signed, fields: dict[str, str], where: str | None
) -> None:
    """Which field, what is expected, and never the value."""
    answer = signed_in("disbursement_system").post("/v1/runs", content=b"x", headers=CSV, params=fields)
    assert answer.status_code == 422
    assert [flaw["where"] for flaw in answer.json()["flaws"]] == ([where] if where else [])
    assert nothing_kept(context)


def test_too_large_an_upload_is_refused_before_it_is_read_and_while_it_is(
    context: Context, signed_in: Signed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By what the caller says of its length; where nothing is said, as soon as it is too long."""
    from service.api.routes import _runs_upload

    monkeypatch.setattr(_runs_upload, "limit_of", lambda _context: 3_000_000)
    system = signed_in("disbursement_system")
    assert system.post("/v1/runs", content=b"x" * 4_000_000, headers=CSV).status_code == 413
    pieces = (b"x" * 100_000 for _ in range(60))
    assert system.post("/v1/runs", content=pieces, headers=CSV).status_code == 413
    form = {"file": ("a.csv", b"x" * 3_100_000, "text/csv")}
    assert system.post("/v1/runs", files=form).status_code == 413
    assert nothing_kept(context)


@pytest.mark.parametrize("body", [b"", b"\x00\x01\x02", b"PAR1 not really", b"a;b\n1;2\n", b"disbursement_id\nD1\n"])
@pytest.mark.parametrize("kind", ["text/csv", "application/vnd.apache.parquet"])
def test_a_file_that_is_no_table_ends_in_a_reason(context: Context, signed_in: Signed, body: bytes, kind: str) -> None:
    """Taken in, looked at, and told why it cannot be read; no place on this machine's disk is told."""
    system = signed_in("disbursement_system")
    run = send(system, body, kind)["run"]
    work(context)
    told = system.get(f"/v1/runs/{run}")
    assert told.json()["state"] == "failed"
    assert told.json()["failure"]["code"] == "unreadable"
    assert told.json()["failure"]["zh"]
    assert "/" not in told.json()["failure"]["en"].replace("CSV/", "")


HOSTILE = ["=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "<script>alert(1)</script>", "'; DROP TABLE runs; --", "{{7*7}}"]


def test_hostile_text_stays_text(context: Context, signed_in: Signed, runs: Runs) -> None:
    """In every text field: what comes out is what went in, and no spreadsheet runs it."""
    runs.put_on_record(context, but=[LAST])
    table = runs.of(LAST)
    texts = HOSTILE[: table.num_rows]
    for name in ("disbursement_id", "household_id", "payee_name", "application_id"):
        place = table.schema.get_field_index(name)
        values = [f"{text}{k}" for k, text in enumerate(itertools.islice(itertools.cycle(texts), table.num_rows))]
        table = table.set_column(place, name, pa.array(values))
    system = signed_in("disbursement_system")
    run = send(system, as_csv(table), run_id=LAST)["run"]
    work(context)
    told = system.get(f"/v1/runs/{run}").json()
    assert (told["state"], told["progress"]["rows_scored"]) == ("scored", table.num_rows)
    rows = system.get(f"/v1/runs/{run}/scores").json()["items"]
    assert [row["disbursement_id"] for row in rows] == table.column("disbursement_id").to_pylist()
    assert system.get("/v1/runs", params={"run_id": "R\0"}).status_code == 422
    again = send(system, as_csv(table).replace(b"=1+10", b"=1\x001"), run_id=LAST)["run"]
    work(context)
    refused = system.get(f"/v1/runs/{again}/quarantine").json()["items"]
    assert [row["column"] for row in refused] == ["disbursement_id"]
    assert "\0" not in str(refused)
    lines = system.get(f"/v1/runs/{run}/scores/file").text.splitlines()
    assert not [line for line in lines if line.lstrip('"').startswith(("=", "+", "-", "@"))]


def test_an_upload_lies_sealed_and_opens_only_whole(context: Context, signed_in: Signed, runs: Runs) -> None:
    """No name and no number stands in the file; one that was cut off or changed ends the run with a reason."""
    system = signed_in("disbursement_system")
    body = as_csv(runs.of(LAST))
    for harm in ("cut", "changed", "gone"):
        run = send(system, body + harm.encode() + b"\n")["run"]
        (path,) = spool.folder(context).iterdir()
        kept = path.read_bytes()
        assert path.stat().st_mode & 0o077 == spool.folder(context).stat().st_mode & 0o077 == 0
        for number in runs.of(LAST).column("person_id").to_pylist():
            assert number.encode() not in kept
        if harm == "gone":
            path.unlink()
        else:
            path.write_bytes(kept[:-40] if harm == "cut" else kept[:-1] + bytes([kept[-1] ^ 1]))
        work(context)
        assert system.get(f"/v1/runs/{run}").json()["failure"]["code"] == "upload-lost"
        path.unlink(missing_ok=True)
        again = send(system, body + harm.encode() + b"\n")
        assert (again["run"], again["state"]) == (run, "received")
        work(context)
        # Read, and without the other tables not scored.
        told = system.get(f"/v1/runs/{run}").json()
        assert told["progress"]["rows_read"] == runs.of(LAST).num_rows + 1
        assert told["failure"]["code"] == "tables-missing"
        assert list(spool.folder(context).iterdir()) == []


def test_what_a_crash_left_in_the_spool_is_swept_and_what_is_needed_is_not(
    context: Context, clock: SetClock, signed_in: Signed
) -> None:
    """A file without a run goes once it is old; a run's upload stays until its rows are on record."""
    import datetime as dt

    from service.work.runs.sweep import sweep_spool

    clock.at = dt.datetime.now(dt.UTC)
    upload = spool.Upload(context, 100)
    upload.write(b"x")
    upload.finish()
    send(signed_in("disbursement_system"), b"waiting")
    sweep_spool(context, {}, _no_hold())
    assert len(list(spool.folder(context).iterdir())) == 2
    clock.move(hours=7)
    sweep_spool(context, {}, _no_hold())
    left = [path.name for path in spool.folder(context).iterdir()]
    with context.database.read() as connection:
        assert left == [connection.execute(select(RUNS.c.spool)).scalar_one()]


def _no_hold() -> Any:
    return None


def test_a_full_disk_is_told_as_such_and_nothing_is_lost(
    context: Context, signed_in: Signed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503 with Retry-After, nothing left behind, and the same upload is taken when there is space again."""
    import errno
    import os

    system: TestClient = signed_in("disbursement_system")

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        answer = system.post("/v1/runs", content=b"x" * 10, headers=CSV)
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/no-space")
    assert answer.headers["retry-after"] == "60"
    assert nothing_kept(context)
    assert system.post("/v1/runs", content=b"x" * 10, headers=CSV).status_code == 202
