"""Take in a payment run: an upload, or a reference to rows already sent. The same again is the same run."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row
from sqlalchemy.exc import IntegrityError

from service.access import Principal
from service.access.scope import within
from service.store import jobs, runs
from service.work.audit.record import Line, record
from service.work.context import Context
from service.work.runs import spool
from service.work.runs.errors import RunRefusedError
from service.work.runs.told import checked

KEY: Final = re.compile(r"[\x21-\x7e]{1,128}")
"""An Idempotency-Key: 1 to 128 visible ASCII characters."""

UPLOAD_LOST: Final = "upload-lost"
"""The reason of a run whose upload is gone: the same sent again takes its place."""

SCORE: Final = "score_run"
"""The kind of job that reads and scores a run."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The run, and whether it is new: False where the same was sent before."""

    run: Row[Any]
    fresh: bool


def send_upload(
    context: Context,
    who: Principal,
    upload: spool.Upload,
    form: str,
    told: Mapping[str, str],
    idempotency: str | None,
    *,
    request_id: str | None = None,
) -> Sent:
    """Take in a finished upload (`form` csv, parquet or jsonl). It is discarded where the same run is there already.

    Raises RunRefusedError: the fields are not the contract's, the run lies outside the sender's divisions, the key
    was used for another content, or the same content was sent by somebody whose runs the sender may not see.
    """
    try:
        given = checked(told, context.clock.now())
        # The moment a row was told at by default is no part of what was sent.
        content = _content(form, {k: v for k, v in given.items() if k in told}, upload.digest)
        sent = _send(context, who, form, given, content, idempotency, upload.name, upload.size, request_id)
    except BaseException:
        upload.discard()
        raise
    if not sent.fresh:
        upload.discard()
    return sent


def send_reference(
    context: Context, who: Principal, run_id: str, idempotency: str | None, *, request_id: str | None = None
) -> Sent:
    """Take in the rows of `disbursements` on record under `run_id`. Asked again before more payments came in, it is
    the same run. Raises RunRefusedError as `send_upload`."""
    given = checked({"run_id": run_id}, context.clock.now())
    with context.database.read() as connection:
        last = runs.last_payments(connection)
    content = _content("reference", given, str(last))
    return _send(context, who, "reference", given, content, idempotency, None, 0, request_id)


def _send(
    context: Context,
    who: Principal,
    form: str,
    told: dict[str, str],
    content: str,
    idempotency: str | None,
    name: str | None,
    size: int,
    request_id: str | None,
) -> Sent:
    if idempotency is not None and not KEY.fullmatch(idempotency):
        raise RunRefusedError(
            "invalid",
            "idempotency-key",
            "Idempotency-Key takes 1 to 128 visible ASCII characters.",
            "Idempotency-Key 应为 1 至 128 个可见 ASCII 字符。",
        )
    key = None if idempotency is None else context.seal.hash("key", idempotency)
    # Twice: where the same is sent at once, the second finds what the first has kept meanwhile.
    for _ in range(2):
        try:
            with context.database.write() as connection:
                found = _found(connection, who, content, key)
                if found is not None and not _lost(found, name):
                    return Sent(found, fresh=False)
                if found is None:
                    run = _add(context, connection, who, form, told, content, key, name, size)
                else:
                    run = int(found.run)
                    runs.change(connection, run, state="received", failure=None, spool=name, upload_bytes=size)
                row = runs.one(connection, run)
                assert row is not None  # noqa: S101 - added above
                jobs.add(connection, SCORE, {"run": run}, context.clock.now(), name=f"{SCORE}:{run}")
                details = {"form": form, "bytes": size, "content": content}
                line = Line(who.name, "run.sent", "run", str(run), row.division_code, None, details, request_id)
                record(context, connection, line)
                return Sent(row, fresh=True)
        except IntegrityError:
            continue
    raise AssertionError("a run that is there already was not found")


def _lost(run: Row[Any], name: str | None) -> bool:
    """Whether the upload of a run was lost on this machine's disk, and comes again here: the run goes on with it."""
    return name is not None and run.state == "failed" and (run.failure or {}).get("code") == UPLOAD_LOST


def _found(connection: Connection, who: Principal, content: str, key: str | None) -> Row[Any] | None:
    """The same run sent before. Raises RunRefusedError where the key stands for another content, or the run is not
    for this sender to see."""
    for row in runs.sent_before(connection, content, who.account_id, key):
        if row.content != content:
            raise RunRefusedError(
                "conflict",
                "idempotency-key-used",
                "This Idempotency-Key was used for another content. Send the same content, or another key.",
                "该 Idempotency-Key 已用于其他内容；请提交相同内容或更换密钥。",
            )
        mine = row.sent_by_id == who.account_id
        if not mine and runs.one(connection, int(row.run), within(who, runs.RUNS.c.division_code)) is None:
            raise RunRefusedError(
                "conflict",
                "sent-by-another",
                "The same content was sent by somebody else.",
                "相同内容已由他人提交。",
            )
        return row
    return None


def _add(
    context: Context,
    connection: Connection,
    who: Principal,
    form: str,
    told: dict[str, str],
    content: str,
    key: str | None,
    name: str | None,
    size: int,
) -> int:
    division = told.get("division_code")
    if division is not None and not who.sees_everywhere:
        above = runs.known_divisions(connection, [division]).get(division, set())
        if not above & set(who.divisions):
            raise RunRefusedError(
                "refused",
                "outside-your-divisions",
                "The run's division lies outside yours.",
                "批次所属区划不在您的管辖范围内。",
            )
    if division is None and not who.sees_everywhere and len(who.divisions) == 1:
        # Until the rows are read nothing narrower is known.
        division = who.divisions[0]
    return runs.add(
        connection,
        {
            "run_id": told.get("run_id"),
            "program_id": told.get("program_id"),
            "period": told.get("period"),
            "division_code": division,
            "planned_on": told.get("planned_on"),
            "form": form,
            "told": told,
            "state": "received",
            "notes": [],
            "spool": name,
            "upload_bytes": size,
            "content": content,
            "idempotency": key,
            "sent_by_id": who.account_id,
            "sent_by": who.name,
            "sent_by_person": who.person,
            "sent_divisions": list(who.divisions),
            "received_at": context.clock.now(),
        },
    )


def _content(form: str, told: Mapping[str, str], digest: str) -> str:
    """What was sent, as one hash: the same form, fields and bytes."""
    return hashlib.sha256(json.dumps([form, sorted(told.items()), digest]).encode()).hexdigest()
