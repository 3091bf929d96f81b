"""Single payments go a straight way: the same answers, to the last byte, as the way every other route goes."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from prometheus_client import REGISTRY
from pydantic import ValidationError
from sqlalchemy.exc import OperationalError

from service.access import Permission
from service.api.routes.disbursements import Payments, _read
from service.api.scored import EXAMPLE
from service.clock import SetClock
from service.work.access.api_keys import NewKey, make_key, revoke_key
from service.work.access.authenticate import REMEMBERED, forget_keys
from service.work.context import Context
from service.work.scoring.asked import Answered, Asked, UnavailableError
from tests.serving.access_help import COMMAND, keep_divisions, person, quick_hashes

PATH = "/v1/disbursements/score"
PAYMENT = {
    "disbursement_id": "D1",
    "program_id": "P02",
    "period": "2018-09",
    "person_id": "519921195303041232",
    "payee_name": "刘学福",
    "card_id": "6299011000000000017",
    "amount": "546.00",
    "division_code": "519921100204",
}


class StandIn:
    """Scores everything alike; raises what it is told to."""

    raises: Exception | None = None
    state_told = "scored"

    async def score(self, asked: Asked) -> Answered:
        """The same for each."""
        if self.raises is not None:
            raise self.raises
        ids = asked.rows.column("disbursement_id").to_pylist()
        rows = [{"state": self.state_told, **EXAMPLE, "disbursement_id": one} for one in ids]
        return Answered(rows, {"n": '[{"code": "T1", "why": "未报送"}]'}, ("rules alone", "仅规则"))

    async def state(self) -> dict[str, Any]:
        """Ready."""
        return {"ready": True}


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    quick_hashes(monkeypatch)


@pytest.fixture
def scorer(app: FastAPI) -> StandIn:
    """Who stands in for the scorer."""
    made = app.state.scorer = StandIn()
    return made


@pytest.fixture
def client(app: FastAPI, scorer: StandIn) -> Iterator[TestClient]:
    """A caller without a credential."""
    with TestClient(app, raise_server_exceptions=False) as made:
        yield made


def key_of(context: Context, *permissions: Permission, days: float = 30, **more: Any) -> tuple[int, str]:
    """Number and text of a key of a disbursement system."""
    keep_divisions(context)
    account = person(context, "system", "disbursement_system", divisions=("*",), password=None)
    until = context.clock.now() + dt.timedelta(days=days)
    new = NewKey(account.account_id, "pay", permissions or ("payments.score",), until, **more)
    row, key = make_key(context, COMMAND, new)
    return int(row.key_id), key


def both(app: FastAPI, client: TestClient, content: bytes, **headers: str) -> Any:
    """The answer of the straight way, found to be that of the usual one."""
    headers = {"content-type": "application/json", "x-request-id": "straight-0001", **headers}
    straight = client.post(PATH, content=content, headers=headers)
    app.dependency_overrides[both] = both  # whatever stands in for something sends every request the usual way
    usual = client.post(PATH, content=content, headers=headers)
    app.dependency_overrides.clear()
    assert straight.status_code == usual.status_code
    assert straight.headers.raw == usual.headers.raw
    assert straight.content == usual.content
    return straight


def body(*rows: Any) -> bytes:
    """A body of payments."""
    return json.dumps({"disbursements": rows}).encode()


BODIES = {
    "one": body(PAYMENT),
    "a few": body(PAYMENT, {**PAYMENT, "disbursement_id": "D2"}, PAYMENT),
    "more than a few": body(*({**PAYMENT, "disbursement_id": f"D{n}"} for n in range(9))),
    "bad values": body({**PAYMENT, "amount": 546.0}, {**PAYMENT, "period": None, "disbursement_id": "x" * 99}, {}),
    "good and bad": body(PAYMENT, {**PAYMENT, "card_id": ""}),
    "markup": body({**PAYMENT, "payee_name": "<script>';--\u2028\x7f", "remark": {"$ne": [1]}}),
    "numbers": b'{"disbursements": [{"disbursement_id": 1e400, "line_no": NaN, "amount": -0, "x": 1'
    + b"0" * 400
    + b"}]}",
    "twice": b'{"disbursements": [], "disbursements": [{"disbursement_id": "a", "disbursement_id": "b"}]}',
    "not twice": b'{"disbursements": [{}], "disbursements": []}',
    "half a pair": b'{"disbursements": [{"disbursement_id": "\\ud800"}]}',
    "not UTF-8": b'{"disbursements": [{"disbursement_id": "\xff"}]}',
    "byte order mark": b"\xef\xbb\xbf" + body(PAYMENT),
    "nothing": b"",
    "cut off": body(PAYMENT)[:-3],
    "more behind": body(PAYMENT) + b"{}",
    "a list": b"[]",
    "null": b"null",
    "none": body(),
    "no list": b'{"disbursements": {}}',
    "texts": body("x", None, 3, []),
    "too many": body(*([{}] * 1001)),
    "deep": b'{"disbursements": [{"x": ' + b"[" * 5000,
    "huge": body({**PAYMENT, "payee_name": "x" * (5 << 20)}),
    "rather large": body({**PAYMENT, "payee_name": "x" * 300_000}),
}


@pytest.mark.parametrize("content", BODIES.values(), ids=BODIES)
def test_every_body_is_answered_as_the_usual_way_answers_it(
    app: FastAPI, context: Context, client: TestClient, content: bytes
) -> None:
    _, key = key_of(context)
    answer = both(app, client, content, authorization=f"Bearer {key}")
    assert answer.status_code in (200, 413, 422)


@pytest.mark.parametrize("content", BODIES.values(), ids=BODIES)
def test_a_body_is_read_as_what_documents_it_reads_it(content: bytes) -> None:
    """The quick way gives the same values, or the same errors."""

    def told(read: Callable[[bytes], Any]) -> tuple[str, str]:
        try:
            return "read", repr(read(content))
        except ValidationError as error:
            return "refused", repr(error.errors(include_url=False))

    usual = told(lambda body: [one.model_extra for one in Payments.model_validate_json(body).disbursements])
    assert told(_read) == usual


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "text/csv"},
        {"content-type": ""},
        {"content-type": "APPLICATION/JSON; charset=latin-1"},
        {"content-encoding": "gzip"},
        {"content-encoding": "identity"},
        {"accept": "text/html"},
        {"cookie": "mingbai_session=nobody"},
        {"authorization": "Basic eA=="},
        {"authorization": "Bearer mb_000000000000_" + "x" * 43},
        {"authorization": "bearer  "},
        {"origin": "https://elsewhere.example"},
        {"x-request-id": "<b>"},
    ],
    ids=str,
)
def test_every_head_is_answered_as_the_usual_way_answers_it(
    app: FastAPI, context: Context, client: TestClient, headers: dict[str, str]
) -> None:
    _, key = key_of(context)
    given = {"authorization": f"Bearer {key}", **headers}
    if headers.get("x-request-id"):
        # The number is made anew for each.
        straight = client.post(PATH, content=body(PAYMENT), headers=given)
        assert len(straight.headers["x-request-id"]) == 32
        return
    answer = both(app, client, body(PAYMENT), **given)
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_whoever_may_not_ask_is_refused(app: FastAPI, context: Context, client: TestClient, clock: SetClock) -> None:
    """No credential, a key without the permission, from another network, revoked, past its end."""
    assert both(app, client, body(PAYMENT)).status_code == 401
    _, other = key_of(context, "runs.send")
    assert both(app, client, body(PAYMENT), authorization=f"Bearer {other}").status_code == 403


@pytest.mark.parametrize("end", ["revoked", "expired", "network"])
def test_a_key_that_ended_is_noticed_as_soon_as_the_usual_way_notices(
    app: FastAPI, context: Context, client: TestClient, clock: SetClock, end: str
) -> None:
    addresses = ("10.1.0.0/16",) if end == "network" else ()
    number, key = key_of(context, days=1, addresses=addresses)
    given = {"authorization": f"Bearer {key}"}
    if end == "network":
        assert both(app, client, body(PAYMENT), **given).status_code == 401
        return
    assert both(app, client, body(PAYMENT), **given).status_code == 200
    if end == "expired":
        clock.move(days=1)
    else:
        revoke_key(context, COMMAND, number)
        forget_keys(context)
        clock.move(seconds=REMEMBERED.total_seconds())
    assert both(app, client, body(PAYMENT), **given).status_code == 401


@pytest.mark.parametrize(
    ("raised", "status"),
    [
        (UnavailableError("busy", "Busy.", "忙。", 1), 503),
        (OperationalError("", None, Exception()), 503),
        (RuntimeError("519921195303041232"), 500),
        (UnicodeEncodeError("utf-8", "\ud800", 0, 1, "x"), 422),
    ],
)
def test_what_goes_wrong_is_told_as_the_usual_way_tells_it(
    app: FastAPI, context: Context, client: TestClient, scorer: StandIn, raised: Exception, status: int
) -> None:
    _, key = key_of(context)
    scorer.raises = raised
    answer = both(app, client, body(PAYMENT), authorization=f"Bearer {key}")
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert "519921195303041232" not in answer.text


def test_payments_that_wait_and_other_methods(
    app: FastAPI, context: Context, client: TestClient, scorer: StandIn
) -> None:
    """202 where a payment waits; what is no POST of this path is none of the straight way's business."""
    _, key = key_of(context)
    given = {"authorization": f"Bearer {key}"}
    scorer.state_told = "waiting"
    assert both(app, client, body(PAYMENT), **given).status_code == 202
    assert client.get(PATH, headers=given).status_code == 405
    assert client.post(f"{PATH}/x", headers=given, json={}).status_code == 404


def test_it_is_counted_and_documented_as_every_other_route(app: FastAPI, context: Context, client: TestClient) -> None:
    """One request more under its route; OpenAPI tells of it."""

    def counted() -> float:
        labels = {"method": "POST", "route": PATH, "status": "200"}
        return REGISTRY.get_sample_value("mingbai_requests_total", labels) or 0.0

    _, key = key_of(context)
    before = counted()
    assert client.post(PATH, content=body(PAYMENT), headers={"authorization": f"Bearer {key}"}).status_code == 200
    assert counted() == before + 1
    told = client.get("/openapi.json").json()["paths"][PATH]["post"]
    assert {"200", "202", "400", "401", "403", "413", "415", "422", "429", "503"} <= told["responses"].keys()
    assert "requestBody" in told
