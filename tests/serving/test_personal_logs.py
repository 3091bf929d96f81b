"""The program's own log: one JSON object a line, the request's number, nothing personal."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from service.running.logs import configure
from service.settings import Settings
from service.work.current_request import as_request, request_id

NUMBER, CARD, PHONE = "519921195303041232", "6212261234567890123", "16447359171"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """The log as it is written, put back to what it was afterwards."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    stream = io.StringIO()
    configure(Settings(log_level="debug"), stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(False)


def told(stream: io.StringIO) -> list[dict[str, object]]:
    """What was logged, each line as an object."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_one_object_with_the_requests_number(lines: io.StringIO) -> None:
    """Line breaks in a message make no second line, so nobody writes lines of his own into the log."""
    log = logging.getLogger("mingbai.test")
    with as_request("r-12345678"):
        log.info('a\n{"level": "error"}', extra={"status": 200, "person": NUMBER})
    log.debug("outside")
    first, second = told(lines)
    assert first["request_id"] == "r-12345678"
    assert first["message"] == 'a\n{"level": "error"}'
    assert first["status"] == 200
    assert "person" not in first
    assert "request_id" not in second
    assert request_id() is None


def test_long_numbers_and_texts_of_exceptions_are_not_logged(lines: io.StringIO) -> None:
    """In the message, its arguments, an exception and what it came from."""
    log = logging.getLogger("mingbai.test")
    log.info("found %s at %s", NUMBER, [CARD, PHONE])
    log.info("does not fit %d", NUMBER)
    try:
        try:
            raise KeyError(NUMBER)
        except KeyError as error:
            raise ValueError(f"a row: 刘学福, {NUMBER}") from error
    except ValueError:
        log.exception("failed for %s", CARD, extra={"route": f"/x/{PHONE}"})
    text = lines.getvalue()
    assert not [secret for secret in (NUMBER, CARD, PHONE, "刘学福") if secret in text]
    failure = str(told(lines)[2]["failure"])
    assert failure.startswith("ValueError at tests/serving/test_personal_logs.py:")
    assert "after KeyError at" in failure


def test_a_request_that_fails_is_found_by_its_number(
    app: FastAPI, lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a route logs on its thread carries the number of the request, which the answer tells."""
    log = logging.getLogger("mingbai.test")

    def fail() -> None:
        log.warning("here")
        raise ValueError(NUMBER)

    app.add_api_route("/v1/fails-for-a-test", fail)
    answer = TestClient(app, raise_server_exceptions=False).get(
        "/v1/fails-for-a-test", headers={"X-Request-Id": "test-request-1"}
    )
    assert answer.status_code == 500
    assert answer.json()["request_id"] == "test-request-1"
    assert NUMBER not in answer.text + lines.getvalue()
    assert [line["request_id"] for line in told(lines) if line["message"] == "here"] == ["test-request-1"]
