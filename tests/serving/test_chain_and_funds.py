"""The chain of a payment and sums of money, against the county's own tables counted another way."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from service.access import Principal
from service.clock import SetClock
from service.store import division_paths
from service.work.chain.follow import follow
from service.work.chain.keep import TABLES, keep
from service.work.context import Context
from service.work.funds.refresh import refresh_some
from service.work.funds.sums import sums
from tests.county import County, invent
from tests.serving.put_once import put_once

EVERYBODY = Principal(1, "a", frozenset({"auditor"}), ("*",), "session")


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> County:
    """A small invented county of a year, made once a process and changed by nobody."""
    if not _MADE:
        _MADE.append(invent(tmp_path_factory.mktemp("funds"), households=200, seed=9, months=14))
    return _MADE[0]


_MADE: list[County] = []


@pytest.fixture
def filled(context: Context, county: County) -> Context:
    """The county's rows kept, in three batches each so that versions and order are met."""

    def put() -> None:
        with context.database.write() as connection:
            division_paths.replace(connection, county.tables["divisions"].to_pylist())
            for seq, name in enumerate(sorted(TABLES & county.tables.keys())):
                rows = county.tables[name]
                third = max(1, rows.num_rows // 3)
                for start in range(0, rows.num_rows, third):
                    keep(context, connection, name, rows.slice(start, third), seq)
        while refresh_some(context):
            pass

    put_once(context, ("funds in parts", id(county)), put)
    assert isinstance(context.clock, SetClock)
    context.clock.at = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)
    return context


def answers_by(county: County, at: dt.datetime | None) -> dict[str, dict[str, Any]]:
    """The bank's last answer to each payment by a moment, from the table itself."""
    found: dict[str, dict[str, Any]] = {}
    for row in sorted(county.tables["settlements"].to_pylist(), key=lambda r: r["at"]):
        if at is None or row["at"] <= at:
            found[row["disbursement_id"]] = row
    return found


@pytest.mark.parametrize("month", [None, 9])
def test_sums_are_those_of_the_tables(filled: Context, county: County, month: int | None) -> None:
    """Released, paid, credited, returned and paid again by item, now and as it stood at an earlier date."""
    rows = county.tables["disbursements"].to_pylist()
    at = None
    if month is not None:
        moments = sorted(row["submitted_at"] for row in rows)
        at = moments[int(len(moments) * 0.6)]
    answers = answers_by(county, at)
    mine: dict[str, dict[str, Decimal]] = {}
    again = {
        row["reissue_of"]
        for row in rows
        if row.get("reissue_of") and answers.get(row["disbursement_id"], {}).get("status") == "paid"
    }
    for row in rows:
        if row.get("reissue_of") or (at is not None and row["submitted_at"] > at):
            continue
        one = mine.setdefault(
            row["program_id"], dict.fromkeys(("released", "paid", "credited", "returned", "repaid"), Decimal(0))
        )
        one["released"] += row["amount"]
        answer = answers.get(row["disbursement_id"])
        if answer is None:
            continue
        if answer["status"] == "paid":
            one["paid"] += row["amount"]
            one["credited"] += row["amount"] if answer["amount"] is None else answer["amount"]
        else:
            one["returned"] += row["amount"]
            one["repaid"] += row["amount"] if row["disbursement_id"] in again else 0
    found = {one.program_id: one for one in sums(filled, EVERYBODY, by="program", at=at)}
    assert found.keys() == mine.keys()
    for program, expected in mine.items():
        for what, yuan in expected.items():
            assert getattr(found[program], f"{what}_fen") == int(yuan * 100), (program, what)
    assert sum(one.returned_fen for one in found.values()) > 0


def test_parts_add_up_to_the_whole(filled: Context) -> None:
    """Grouping any way changes no total."""
    whole = sums(filled, EVERYBODY, by="all")[0]
    for by in ("program", "period", "division", "program_division"):
        parts = sums(filled, EVERYBODY, by=by)
        for what in (
            "payments",
            "released_fen",
            "paid_fen",
            "credited_fen",
            "returned_fen",
            "repaid_fen",
            "waiting_fen",
            "standing_fen",
        ):
            assert sum(getattr(part, what) for part in parts) == getattr(whole, what), (by, what)


def test_scope_leaves_other_villages_out(filled: Context, county: County) -> None:
    """Whoever answers for one village sees its payments and no others."""
    villages = sorted({row["division_code"] for row in county.tables["disbursements"].to_pylist()})
    one = Principal(2, "v", frozenset({"department_verifier"}), (villages[0],), "session")
    found = sums(filled, one, by="division")
    assert {part.division_code for part in found} == {villages[0]}
    rows = county.tables["disbursements"].to_pylist()
    inside = next(r for r in rows if r["division_code"] == villages[0])
    outside = next(r for r in rows if r["division_code"] == villages[1])
    assert follow(filled, one, inside["disbursement_id"]) is not None
    assert follow(filled, one, outside["disbursement_id"]) is None


def test_the_way_of_a_returned_payment(filled: Context, county: County) -> None:
    """A returned payment stands at `returned` until it is paid again, and as-of shows what was so then."""
    answers = answers_by(county, None)
    rows = {row["disbursement_id"]: row for row in county.tables["disbursements"].to_pylist()}
    remade = {row["reissue_of"] for row in rows.values() if row.get("reissue_of")}
    returned = [d for d, a in answers.items() if a["status"] == "returned" and d in remade]
    assert returned
    then = follow(filled, EVERYBODY, returned[0], answers[returned[0]]["at"])
    assert then is not None
    assert then.stands.stage.code == "returned"
    assert then.again == ()
    way = follow(filled, EVERYBODY, returned[0])
    assert way is not None
    assert way.stands.stage.code in ("paid_again", "repaid")
    assert len(way.again) == 1
    assert [s.at for s in way.steps] == sorted(s.at for s in way.steps)
    before = follow(filled, EVERYBODY, returned[0], rows[returned[0]]["submitted_at"])
    assert before is not None
    assert before.stands.stage.code == "submitted"
    assert follow(filled, EVERYBODY, returned[0], rows[returned[0]]["submitted_at"] - dt.timedelta(seconds=1)) is None


def test_new_answers_make_only_their_runs_stale(filled: Context, county: County) -> None:
    """A refresh after a new answer gives the sums a refresh of everything would."""
    row = county.tables["settlements"].slice(0, 1).to_pylist()[0]
    before = sums(filled, EVERYBODY, by="all")[0]
    late = {**row, "status": "returned", "at": row["at"] + dt.timedelta(days=400), "amount": None}
    import pyarrow as pa

    table = pa.Table.from_pylist([late], schema=county.tables["settlements"].schema)
    with filled.database.write() as connection:
        keep(filled, connection, "settlements", table, 99)
    assert refresh_some(filled)
    assert not refresh_some(filled)
    after = sums(filled, EVERYBODY, by="all")[0]
    assert after.released_fen == before.released_fen
    assert after.returned_fen >= before.returned_fen
    at_once = sums(filled, EVERYBODY, by="all", at=dt.datetime(2029, 1, 1, tzinfo=dt.UTC))[0]
    assert (after.paid_fen, after.returned_fen, after.credited_fen) == (
        at_once.paid_fen,
        at_once.returned_fen,
        at_once.credited_fen,
    )


def test_routes(filled: Context, county: County, signed_in: Any) -> None:
    """Over HTTP: money as text, 404 outside the scope, 403 without the permission."""
    rows = county.tables["disbursements"].to_pylist()
    client = signed_in("auditor")
    answer = client.get(f"/v1/payments/{rows[0]['disbursement_id']}/chain")
    assert answer.status_code == 200
    assert answer.json()["amount"] == f"{rows[0]['amount']:.2f}"
    assert client.get("/v1/payments/none/chain").status_code == 404
    found = client.get("/v1/funds", params={"by": "division"}).json()["sums"]
    assert sum(Decimal(one["released"]) for one in found) > 0
    assert signed_in("disbursement_system").get("/v1/funds").status_code == 403


def test_store_holds_no_number_in_clear(filled: Context, county: County, database_url: str) -> None:
    """Neither an identity number nor a card stands in the file."""
    if not database_url.startswith("sqlite"):
        return
    content = b"".join(p.read_bytes() for p in Path(database_url.removeprefix("sqlite:///")).parent.glob("service.db*"))
    for row in county.tables["disbursements"].to_pylist()[:50]:
        assert row["person_id"].encode() not in content
        assert row["card_id"].encode() not in content
