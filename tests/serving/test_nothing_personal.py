"""After everything was used once, no identity number, card, phone or name stands in clear where it must not: logs,
metrics, error bodies, addresses, any column of the database, any file of the home.

What is new in the service gets a step in `STEPS`.
"""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select

from features.contract import TABLES
from service.clock import SetClock
from service.running.handlers import all_handlers, begin_recurring
from service.sealing import open_document
from service.store.cases import CASES
from service.store.notices import NOTICES
from service.work.context import Context
from service.work.jobs import work_once
from tests.serving.conftest import Signed
from tests.serving.local_scorer import LocalScorer
from tests.serving.personal_traces import Secrets, in_database, in_files
from tests.serving.run_help import LAST, LATER, Runs, as_csv, invented
from tests.serving.scoring_help import sent

NAME, NUMBER, CARD, PHONE = "欧阳明白甲", "519933196208154730", "6212261234567890123", "13912345678"
"""Somebody of no register, who stands in what people type: reasons, notes, broken rows."""


@dataclass
class World:
    """A county, the people who use the service, and what they were answered that was no success."""

    context: Context
    app: FastAPI
    signed_in: Signed
    runs: Runs
    person: dict[str, Any]
    refused: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    """What the service shows without anybody signed in."""

    def ask(self, client: TestClient, method: str, path: str, expected: int, **more: Any) -> Any:
        """One request; its body where it succeeded, remembered where it did not."""
        answer = client.request(method, path, **more)
        self.addresses.append(str(answer.request.url))
        assert answer.status_code == expected, f"{method} {path}: {answer.status_code} {answer.text[:300]}"
        if answer.status_code >= 400:
            self.refused.append(answer.text + str(answer.headers))
        return answer.json() if "json" in answer.headers.get("content-type", "") else answer.content

    def work(self) -> None:
        """Do every job that is due, as a worker does; one that fails is a failure here."""
        handlers = all_handlers().every
        for _ in range(200):
            if not work_once(self.context, handlers, "worker"):
                return
        raise AssertionError("jobs without end")


def facts(world: World) -> None:
    """Every table of the departments as Parquet, but for the last run's payments."""
    system = world.signed_in("disbursement_system")
    for name in TABLES:
        table = world.runs.county.tables.get(name)
        if table is None:
            continue
        if name == "disbursements":
            table = pa.concat_tables(
                world.runs.of(run) for run in sorted(set(table.column("run_id").to_pylist())) if run != LAST
            )
        sink = io.BytesIO()
        pq.write_table(table, sink)
        kind = {"content-type": "application/vnd.apache.parquet"}
        world.ask(system, "POST", f"/v1/tables/{name}", 200, content=sink.getvalue(), headers=kind)


def broken_rows(world: World) -> None:
    """Rows that are set aside, with a person in them; a file that cannot be read at all; unknown columns and tables."""
    system = world.signed_in("disbursement_system")
    csv = {"content-type": "text/csv"}
    rows = f"person_id,name,division_code,sex,备注\n{NUMBER},{NAME},519921100204,男,{CARD}\n{NUMBER},,x,M,{PHONE}\n"
    found = world.ask(system, "POST", "/v1/tables/persons", 200, content=rows.encode(), headers=csv)
    assert found["quarantined"] == 2
    world.ask(system, "GET", "/v1/tables/persons/quarantine", 200)
    for content in (f"{NUMBER},{NAME}\n", f"person_id,{NUMBER}\n{NAME},{CARD}\n", '"' + NUMBER):
        world.ask(system, "POST", "/v1/tables/persons", 422, content=content.encode(), headers=csv)
    world.ask(system, "POST", "/v1/tables/nonsense", 404, content=rows.encode(), headers=csv)
    world.ask(system, "POST", "/v1/tables/persons", 415, content=rows.encode(), headers={"content-type": "text/html"})


def a_run(world: World) -> None:
    """The last run with two broken rows, scored, looked through and exported."""
    system = world.signed_in("disbursement_system")
    body = as_csv(world.runs.of(LAST)) + f'"D-X1","{LAST}",1,"P","","x","{NUMBER}"\n'.encode()
    run = world.ask(system, "POST", "/v1/runs", 202, content=body, headers={"content-type": "text/csv"})["run"]
    world.work()
    assert world.ask(system, "GET", f"/v1/runs/{run}", 200)["state"] == "scored"
    for part in ("scores", "lists/release", "lists/verify", "quarantine", "changes?change=new"):
        world.ask(system, "GET", f"/v1/runs/{run}/{part}", 200)


def single_payments(world: World) -> None:
    """One good payment and ones that are refused, with a person where it does not belong."""
    system = world.signed_in("disbursement_system")
    row = sent(world.runs.of(LAST).slice(0, 1).to_pylist())[0]
    row |= {"disbursement_id": "LIVE-1", "submitted_at": LATER.isoformat()}
    world.ask(system, "POST", "/v1/disbursements/score", 200, json={"disbursements": [row]})
    wrong = row | {"disbursement_id": "LIVE-2", "amount": NUMBER + "." + NAME, "period": CARD}
    world.ask(system, "POST", "/v1/disbursements/score", 200, json={"disbursements": [wrong]})
    for body in ({"disbursements": NUMBER}, {NAME: CARD}, [NUMBER]):
        world.ask(system, "POST", "/v1/disbursements/score", 422, json=body)
    world.ask(system, "POST", "/v1/disbursements/score", 422, content=f'{{"a": "{NUMBER}'.encode())


def cases(world: World) -> None:
    """The queue made, a case found by its person, noted on, moved, and given a file."""
    supervisor = world.signed_in("supervisor", name="zhou.supervisor")
    world.ask(supervisor, "POST", "/v1/queues/refresh", 202)
    world.work()
    with world.context.database.read() as connection:
        case = connection.execute(select(CASES.c.case_id, CASES.c.version).limit(1)).one()
    about = f"/v1/cases/{case.case_id}"
    world.ask(supervisor, "GET", about, 200)
    world.ask(supervisor, "GET", f"{about}/payments", 200)
    world.ask(supervisor, "POST", f"{about}/notes", 201, json={"text": f"{NAME}，{NUMBER}，电话{PHONE}"})
    world.ask(supervisor, "POST", f"{about}/notes", 422, json={"text": 5, NAME: NUMBER})
    move = {"version": case.version, "to": "with_department", "reason": f"请核实{NAME}（{NUMBER}）的卡{CARD}"}
    world.ask(supervisor, "POST", f"{about}/state", 200, json=move)
    world.ask(supervisor, "POST", f"{about}/state", 409, json=move | {"reason": f"再核实{NAME}{NUMBER}"})
    world.ask(supervisor, "POST", "/v1/cases/search", 200, json={"person_id": world.person["person_id"]})
    world.ask(supervisor, "POST", "/v1/cases/search", 422, json={"person_id": [NUMBER], NAME: CARD})
    form = {"file": (f"{NAME}{NUMBER}.csv", f"name,number\n{NAME},{NUMBER}\n".encode())}
    world.ask(supervisor, "POST", f"{about}/attachments", 201, files=form)
    world.ask(supervisor, "GET", f"{about}/attachments", 200)
    world.ask(supervisor, "GET", f"{about}/history", 200)


def who_is_who(world: World) -> None:
    """Lists matched, a pair looked at, judged and taken back with a person in the remark, lines set; and refusals."""
    manager = world.signed_in("data_scientist", name="wang.scientist")
    world.ask(manager, "POST", "/v1/matching/runs", 202)
    world.work()
    judge = world.signed_in("department_verifier", name="he.verifier")
    pair = world.ask(judge, "GET", "/v1/matching/pairs/next", 200)["pair"]
    about = f"/v1/matching/pairs/{pair['row']}"
    remark = {"content": pair["content"], "answer": "different", "why": f"{NAME}（{NUMBER}）电话{PHONE}，另有其人"}
    said = world.ask(judge, "POST", f"{about}/answers", 201, json=remark)
    world.ask(judge, "POST", f"{about}/answers", 409, json=remark)
    world.ask(judge, "POST", f"{about}/answers", 422, json=remark | {"answer": NUMBER, NAME: CARD})
    world.ask(judge, "GET", about, 200)
    undone = {"why": f"{NAME}（{NUMBER}）就是本人"}
    world.ask(judge, "POST", f"/v1/matching/answers/{said['answer_id']}/undo", 200, json=undone)
    world.ask(judge, "GET", "/v1/matching/pairs?decision=same", 200)
    world.ask(judge, "GET", f"/v1/matching/pairs/{'0' * 32}", 404)
    lines = {"same": 0.95, "none": 0.05, "why": f"复核后调整，{NAME}（{NUMBER}）的情况已核对"}
    world.ask(manager, "POST", "/v1/matching/lines", 201, json=lines)
    world.ask(manager, "POST", "/v1/matching/lines", 422, json=lines | {"same": 0.1, "why": NUMBER + NAME})
    for path in ("", "/runs", "/lines"):
        world.ask(manager, "GET", f"/v1/matching{path}", 200)
    world.work()


def a_recipient(world: World) -> None:
    """Signs in by the code that was sent, looks at the payments, reports; and somebody guesses."""
    client = TestClient(world.app, headers={"Sec-Fetch-Site": "same-origin"}, raise_server_exceptions=False)
    number, name = str(world.person["person_id"]), str(world.person["name"])
    world.ask(client, "POST", "/v1/own/codes", 202, json={"last_six": number[-6:], "name": name})
    world.work()
    with world.context.database.read() as connection:
        sealed = connection.execute(select(NOTICES.c.content).order_by(NOTICES.c.notice.desc()).limit(1)).scalar()
    texts = str(open_document(world.context.seal, NOTICES.c.content, sealed))
    code = re.findall(r"[0-9]{8}", texts)[0]
    # Recipients come in by their session, not as tests let staff in.
    staff = dict(world.app.dependency_overrides)
    world.app.dependency_overrides.clear()
    world.ask(client, "POST", "/v1/own/session", 401, json={"last_six": number[-6:], "code": "00000000"})
    world.ask(client, "POST", "/v1/own/session", 200, json={"last_six": number[-6:], "code": code})
    world.ask(client, "GET", "/v1/own/payments", 200)
    text = f"{NAME}拿着我的卡{CARD}，他的电话{PHONE}"
    world.ask(client, "POST", "/v1/own/reports", 201, json={"kind": "card_held", "text": text})
    world.ask(client, "POST", "/v1/own/codes", 422, json={"last_six": number, NAME: CARD})
    world.app.dependency_overrides.update(staff)


def unmasking(world: World) -> None:
    """A whole number is shown, and one is refused; both with a name in the reason."""
    client = world.signed_in("investigator", name="li.investigator")
    body = {
        "field": "identity_number",
        "reference": world.context.seal.hash("person", str(world.person["person_id"])),
        "reason": f"核对{NAME}（{NUMBER}）是否为同一人",
    }
    assert world.ask(client, "POST", "/v1/unmasking", 200, json=body)["value"] == world.person["person_id"]
    world.ask(client, "POST", "/v1/unmasking", 404, json=body | {"reference": "0" * 32})
    world.ask(client, "POST", "/v1/unmasking", 422, json=body | {"reference": NUMBER, "reason": NAME})


def those_who_supervise(world: World) -> None:
    """The log, its export, the state, the money."""
    auditor = world.signed_in("auditor")
    for path in ("audit/lines", "audit/flags", "audit/verification", "audit/lines.csv", "funds", "supervision/state"):
        world.ask(auditor, "GET", f"/v1/{path}", 200)


def without_signing_in(world: World) -> None:
    """What the service shows to anybody, and what it answers to strangers."""
    client = TestClient(world.app, raise_server_exceptions=False, client=("127.0.0.1", 50000))
    for path in ("/healthz", "/metrics", "/openapi.json"):
        found = world.ask(client, "GET", path, 200)
        world.outside.append(found.decode() if isinstance(found, bytes) else str(found))
    world.ask(client, "POST", "/v1/sign-in", 401, json={"name": NAME, "password": NUMBER})
    world.ask(client, "POST", "/v1/sign-in", 422, json={"name": [NAME], "password": NUMBER})


STEPS: Final[list[Callable[[World], None]]] = [
    facts,
    broken_rows,
    a_run,
    single_payments,
    cases,
    who_is_who,
    a_recipient,
    unmasking,
    those_who_supervise,
    without_signing_in,
]
"""Everything that is used once, in this order. A new part of the service adds its step here."""


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """A small invented county."""
    return invented(tmp_path_factory)


@pytest.fixture
def world(
    context: Context, app: FastAPI, signed_in: Signed, clock: SetClock, runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> World:
    """The service over an empty database, on a day when every payment of the county has been submitted."""
    monkeypatch.setenv("MINGBAI_MLRUNS", str(context.settings.mlruns))
    clock.at = LATER
    app.state.scorer = LocalScorer(context)
    paid = set(runs.payments.column("person_id").to_pylist())
    register = runs.county.tables["persons"].to_pylist()
    person = next(row for row in register if row["phone"] and len(row["name"]) >= 3 and row["person_id"] in paid)
    begin_recurring(context)
    return World(context, app, signed_in, runs, person)


@pytest.mark.slow
def test_nothing_personal_is_left_in_clear(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """Every step, then a look everywhere. The log is read as it was given to handlers, before anything is redacted."""
    caplog.set_level(logging.DEBUG)
    for step in STEPS:
        step(world)
    world.work()
    of_the_county = Secrets.of(world.runs.county.tables)
    secrets = Secrets(of_the_county.numbers | {NUMBER, CARD, PHONE}, of_the_county.names | {NAME})
    assert len(secrets.numbers) > 500
    assert len(secrets.names) > 100
    logged = "\n".join(f"{record.getMessage()} {record.exc_text or ''}" for record in caplog.records)
    assert secrets.within(logged) == set(), "in the program's log"
    assert [one for one in world.refused if secrets.within(one)] == [], "in an error"
    assert secrets.within("\n".join(world.addresses)) == set(), "in an address"
    assert secrets.within("\n".join(world.outside)) == set(), "in what everybody sees"
    assert in_database(world.context, secrets) == {}, "in the database"
    # The database's own files too: what was deleted or rolled back may still stand there.
    path = world.context.database.path
    files = [world.context.settings.home, *(path.parent.glob(f"{path.name}*") if path else ())]
    assert in_files(files, secrets) == {}, "in a file"


def test_the_look_finds_what_it_is_for(runs: Runs) -> None:
    """A number in a sentence, in a longer run of digits, in bytes; a name in a sentence; and nothing in our numbers."""
    secrets = Secrets.of(runs.county.tables)
    number, name = sorted(secrets.numbers)[0], sorted(secrets.names)[0]
    assert secrets.within(f"found {number}.") == secrets.within(f"+86{number}0") == {number}
    assert secrets.within(f"请核实{name}的卡") == {name}
    assert secrets.within_bytes(b"\x00\xff" + number.encode() + name.encode() + b"\xfe") == {number, name}
    assert secrets.within(f"D00004283 {runs.county_code} 2019-07-01T01:00:00Z 补贴发放明细") == set()
