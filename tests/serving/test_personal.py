"""Unmasking, look-ups of one's own people, and the auditor's routes."""

from __future__ import annotations

import csv
import io
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import select

from service.access import Principal
from service.clock import SetClock
from service.store import division_paths
from service.store.outbox import OUTBOX_EVENTS
from service.store.personal_values import PERSONAL_VALUES
from service.work.audit.flags import Looked, flags_of
from service.work.audit.keep_ties import keep_ties
from service.work.audit.look_up import look_up
from service.work.audit.record import Line, record
from service.work.audit.verify import verify
from service.work.context import Context
from service.work.personal import unmask as unmasking
from tests.serving.conftest import Signed

ME, WIFE, CHILD, NEIGHBOUR, AWAY, STRANGER = (f"51992119{n:02}0304123{n}" for n in range(50, 56))
CARD, OWN_CARD = "6212261234567890123", "6212261234567890999"
VILLAGE, MERGED, FAR = "519921100204", "519921100205", "519921200301"
REASON = "核对死亡登记与发放对象是否为同一人"


def sent(context: Context, table: str, rows: list[dict[str, Any]]) -> None:
    """Rows of a table as they come in."""
    with context.database.write() as connection:
        keep_ties(context, connection, table, pa.Table.from_pylist(rows))


@pytest.fixture
def village(context: Context) -> Context:
    """A family, a neighbour in the village that was merged into theirs, a relative elsewhere, a stranger."""
    at = context.clock.now()
    with context.database.write() as connection:
        division_paths.replace(
            connection,
            [
                {"division_code": "5199", "parent_code": None, "successor_code": None},
                {"division_code": "519921", "parent_code": "5199", "successor_code": None},
                {"division_code": VILLAGE, "parent_code": "519921", "successor_code": None},
                {"division_code": MERGED, "parent_code": "519921", "successor_code": VILLAGE},
                {"division_code": FAR, "parent_code": "519921", "successor_code": None},
            ],
        )
    people = [
        (ME, "H1", VILLAGE, "王芳"),
        (WIFE, "H1", VILLAGE, "李娜"),
        (CHILD, "H2", FAR, "王小明"),
        (NEIGHBOUR, "H3", MERGED, "赵六"),
        (STRANGER, "H5", FAR, "=cmd()"),
    ]
    sent(
        context,
        "persons",
        [
            {
                "person_id": p,
                "household_id": h,
                "division_code": d,
                "name": n,
                "phone": "16447359171",
                "recorded_at": at,
            }
            for p, h, d, n in people
        ],
    )
    sent(
        context,
        "kinship",
        [
            {"person_id": ME, "relative_id": p, "relation": r, "recorded_at": at}
            for p, r in ((CHILD, "child"), (AWAY, "sibling"))
        ],
    )
    sent(
        context, "officials", [{"official_id": "O1", "person_id": ME, "post": "village_director", "division_code": FAR}]
    )
    sent(
        context,
        "disbursements",
        [
            {"person_id": STRANGER, "card_id": CARD, "division_code": FAR, "payee_name": "钱七"},
            {"person_id": ME, "card_id": OWN_CARD, "division_code": VILLAGE, "payee_name": "王芳"},
        ],
    )
    return context


def hashed(context: Context, number: str) -> str:
    """The reference of a person."""
    return context.seal.hash("person", number)


def me(context: Context, **more: Any) -> Principal:
    """An investigator who gave his identity number."""
    known = {"person": hashed(context, ME)} | more
    return Principal(7, "wang.fang", frozenset({"investigator"}), ("*",), "session", **known)


def looked_at(context: Context, principal: Principal, *numbers: str, **more: Any) -> tuple[str, ...]:
    """The flags of looking at some people."""
    with context.database.read() as connection:
        return flags_of(connection, principal, Looked.at(persons=[hashed(context, n) for n in numbers], **more))


def test_own_people_are_told_apart(village: Context) -> None:
    """Oneself, kin near and far, household, a neighbour of the merged village; a stranger is none of them."""
    who = me(village)
    assert looked_at(village, who, ME) == ("own", "same_household", "same_village")
    assert looked_at(village, who, WIFE) == ("same_household", "same_village")
    assert looked_at(village, who, CHILD)[:1] == ("kin",)
    assert looked_at(village, who, AWAY) == ("kin",)
    assert looked_at(village, who, NEIGHBOUR) == ("same_village",)
    assert looked_at(village, me(village, person=hashed(village, NEIGHBOUR)), ME) == ("same_village",)
    assert looked_at(village, me(village, person=hashed(village, CHILD)), ME) == ("kin",)
    assert looked_at(village, who, STRANGER) == ("own_post",)
    assert looked_at(village, me(village, person=hashed(village, WIFE)), STRANGER) == ()
    assert looked_at(village, who) == ()


def test_households_villages_and_officials_are_looked_up_too(village: Context) -> None:
    """A household holds its people, a village its neighbours, an official's number its person."""
    who = me(village)
    assert looked_at(village, who, households=["H2"]) == ("kin", "own_post")
    assert looked_at(village, who, households=["H1"]) == ("same_household", "same_village")
    assert looked_at(village, who, divisions=[MERGED]) == ("same_village",)
    assert looked_at(village, who, officials=["O1"])[:1] == ("own",)
    by_post = Principal(8, "x", frozenset({"investigator"}), ("*",), "session", official_id="O1")
    assert looked_at(village, by_post, CHILD)[:1] == ("kin",)
    nobody = Principal(9, "x", frozenset({"investigator"}), ("*",), "session")
    assert looked_at(village, nobody, ME) == ()


def test_the_same_rows_again_change_nothing_and_a_later_row_does(village: Context, clock: SetClock) -> None:
    """A move is kept, an older row that comes late is not."""
    at = clock.now()
    row = {"person_id": WIFE, "household_id": "H9", "division_code": FAR, "name": "李娜", "recorded_at": at}
    clock.move(days=1)
    sent(
        village, "persons", [row | {"recorded_at": clock.now()}, row | {"household_id": "H1", "division_code": VILLAGE}]
    )
    assert looked_at(village, me(village), WIFE) == ("own_post",)
    sent(village, "persons", [row | {"household_id": "H1", "division_code": VILLAGE}])
    assert looked_at(village, me(village), WIFE) == ("own_post",)


def test_a_flagged_look_up_is_marked_in_the_log_and_listed(village: Context, signed_in: Signed) -> None:
    """The auditor sees who looked at whom; a close one also makes an event; a stranger makes neither."""
    who = me(village)
    for number in (CHILD, NEIGHBOUR, STRANGER):
        with village.database.write() as connection:
            looked = Looked.at(persons=[hashed(village, number)])
            look_up(village, connection, who, "person.read", ("person", hashed(village, number)), looked, reason="r")
    auditor = signed_in("auditor")
    found = auditor.get("/v1/audit/flags").json()
    assert [(line["who"], line["flags"]) for line in found["lines"]] == [
        ("wang.fang", ["own_post"]),
        ("wang.fang", ["same_village"]),
        ("wang.fang", ["kin", "own_post"]),
    ]
    assert len(auditor.get("/v1/audit/flags?flag=kin").json()["lines"]) == 1
    assert auditor.get("/v1/audit/flags?flag=nonsense").status_code == 422
    with village.database.read() as connection:
        events = connection.execute(select(OUTBOX_EVENTS.c.type, OUTBOX_EVENTS.c.data)).all()
    assert [(e.type, e.data["flags"]) for e in events] == [("org.mingbai.lookup.flagged", ["kin", "own_post"])]
    assert verify(village).sound


def test_unmasking_shows_one_value_and_logs_why(village: Context, signed_in: Signed) -> None:
    """Number, name, phone and card, by their references; the log has the reason and never the value."""
    client = signed_in("investigator", divisions=(FAR,), name="li.na")
    person, card = hashed(village, STRANGER), village.seal.hash("card", CARD)
    shown = {
        field: client.post("/v1/unmasking", json={"field": field, "reference": reference, "reason": REASON})
        for field, reference in (("identity_number", person), ("name", person), ("phone", person), ("card", card))
    }
    assert {field: answer.json()["value"] for field, answer in shown.items()} == {
        "identity_number": STRANGER,
        "name": "=cmd()",
        "phone": "16447359171",
        "card": CARD,
    }
    assert [answer.json()["today"] for answer in shown.values()] == [1, 2, 3, 4]
    assert all(answer.headers["cache-control"] == "no-store" for answer in shown.values())
    lines = signed_in("auditor").get("/v1/audit/lines?action=person.unmask").json()["lines"]
    assert [(line["who"], line["reason"], line["details"]["field"]) for line in lines] == [
        ("li.na", REASON, field) for field in ("card", "phone", "name", "identity_number")
    ]
    assert all(line["request_id"] for line in lines)
    assert STRANGER not in str(lines)


def test_unmasking_is_refused_without_reason_role_or_scope(village: Context, signed_in: Signed) -> None:
    """Nothing is shown, and what the scope refused is on the log; the answer for nobody is the same."""
    body = {"field": "identity_number", "reference": hashed(village, STRANGER), "reason": REASON}
    for role in (
        "department_verifier",
        "auditor",
        "administrator",
        "data_scientist",
        "recipient",
        "disbursement_system",
    ):
        assert signed_in(role).post("/v1/unmasking", json=body).status_code == 403
    client = signed_in("investigator", divisions=(VILLAGE,))
    assert client.post("/v1/unmasking", json=body | {"reason": " \t.         "}).status_code == 422
    outside = client.post("/v1/unmasking", json=body)
    nobody = client.post("/v1/unmasking", json=body | {"reference": "0" * 32})
    assert outside.status_code == nobody.status_code == 404
    assert outside.json() | {"request_id": ""} == nobody.json() | {"request_id": ""}
    assert STRANGER not in outside.text
    lines = signed_in("auditor").get("/v1/audit/lines").json()["lines"]
    assert [line["action"] for line in lines] == ["person.unmask_refused"] * 2


def test_the_supervisor_hears_of_many_in_a_day(
    village: Context, signed_in: Signed, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Above the daily number each further one makes an event; a day later counting begins anew."""
    monkeypatch.setattr(unmasking, "A_DAY", 2)
    client = signed_in("investigator", name="li.na")
    body = {"field": "name", "reference": hashed(village, STRANGER), "reason": REASON}
    for _ in range(3):
        assert client.post("/v1/unmasking", json=body).status_code == 200
    clock.move(hours=25)
    assert client.post("/v1/unmasking", json=body).json()["today"] == 1
    with village.database.read() as connection:
        events = connection.execute(select(OUTBOX_EVENTS.c.type, OUTBOX_EVENTS.c.data)).all()
    assert [(e.type, e.data["count"]) for e in events] == [("org.mingbai.unmasking.many", 3)]


def test_whole_values_are_kept_once_and_sealed(village: Context) -> None:
    """The register's name stands before the payment's; nothing is in clear."""
    with village.database.read() as connection:
        rows = connection.execute(select(PERSONAL_VALUES)).all()
    assert len(rows) == 5 * 3 + 2
    blob = b"".join(row.value for row in rows)
    assert not [secret for secret in (ME, CARD, "王芳", "16447359171") if secret.encode() in blob]
    sent(village, "cards", [{"card_id": CARD, "holder_person_id": STRANGER}, {"card_id": "C9", "holder_person_id": ME}])
    with village.database.read() as connection:
        assert len(connection.execute(select(PERSONAL_VALUES)).all()) == len(rows) + 1


def logged(context: Context) -> None:
    """Lines of several people and divisions."""
    with context.database.write() as connection:
        record(
            context,
            connection,
            *(
                Line(f"who-{n % 2}", "case.read", "case", f"C-{n}", division_code=d, reason="=1+1" if n == 3 else None)
                for n, d in enumerate((VILLAGE, FAR, FAR, VILLAGE, None))
            ),
        )


def test_lines_are_paged_filtered_and_kept_inside_the_scope(
    village: Context, signed_in: Signed, clock: SetClock
) -> None:
    """Newest first; a cursor; by who, what and when; an auditor of one village sees its lines alone."""
    logged(village)
    clock.move(hours=1)
    logged(village)
    auditor = signed_in("auditor")
    seen, after = [], None
    while True:
        page = auditor.get("/v1/audit/lines", params={"limit": 3} | ({"after": after} if after else {})).json()
        seen += [line["line"] for line in page["lines"]]
        after = page["next"]
        if after is None:
            break
    assert seen == list(range(10, 0, -1))
    at = clock.now().isoformat()
    for params, count in (
        ({"who": "who-1"}, 4),
        ({"about_kind": "case", "about": "C-2"}, 2),
        ({"since": at}, 5),
        ({"until": at}, 5),
        ({"action": "case.write"}, 0),
        ({"who": "'; drop table audit_lines; --"}, 0),
    ):
        assert len(auditor.get("/v1/audit/lines", params=params).json()["lines"]) == count, params
    local = signed_in("auditor", divisions=(VILLAGE,)).get("/v1/audit/lines").json()["lines"]
    assert [line["division_code"] for line in local] == [VILLAGE] * 4
    assert signed_in("investigator").get("/v1/audit/lines").status_code == 403


def test_the_export_is_a_safe_csv_and_on_the_log(village: Context, signed_in: Signed) -> None:
    """Formulas stay text, the scope applies, and the export itself is a line."""
    logged(village)
    answer = signed_in("auditor", divisions=("5199",), name="audit.one").get("/v1/audit/lines.csv?who=who-1")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [(row["line"], row["reason"]) for row in rows] == [("4", "'=1+1"), ("2", "")]
    last = signed_in("auditor").get("/v1/audit/lines?limit=1").json()["lines"][0]
    assert (last["who"], last["action"], last["details"]) == ("audit.one", "log.exported", {"who": "who-1"})


def test_the_auditor_verifies_the_chain(village: Context, signed_in: Signed) -> None:
    """In parts, and with what the nightly walk found; not from inside a part of the county."""
    from service.store import jobs
    from service.work.audit.jobs import JOBS, VERIFY_JOB
    from service.work.jobs import work_once

    logged(village)
    auditor = signed_in("auditor")
    first = auditor.get("/v1/audit/verification?limit=3").json()
    assert (first["walk"]["lines"], first["walk"]["sound"], first["next"], first["last_whole"]) == (3, True, 4, None)
    second = auditor.get("/v1/audit/verification?from=4&limit=3").json()
    assert (second["walk"]["last"], second["next"]) == (5, None)
    with village.database.write() as connection:
        jobs.add(connection, VERIFY_JOB, {}, village.clock.now(), name=VERIFY_JOB)
    assert work_once(village, JOBS, "worker")
    whole = auditor.get("/v1/audit/verification?from=99").json()["last_whole"]
    assert (whole["sound"], whole["lines"]) == (True, 5)
    assert signed_in("auditor", divisions=(VILLAGE,)).get("/v1/audit/verification").status_code == 403
