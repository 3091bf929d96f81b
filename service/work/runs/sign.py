"""Sign a run's lists off: a person who did not send it says that these are the lists. They change no more."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, or_

from service.access import Principal
from service.access.scope import within
from service.store import division_paths, outbox, run_rows, runs
from service.work.audit.record import Line, record
from service.work.context import Context
from service.work.runs.errors import RunRefusedError, unknown_run
from service.work.runs.lists import Lists, fingerprint, lists_of
from service.work.runs.release_due import LISTS


def sign(context: Context, who: Principal, run: int, looked_at: Lists, *, request_id: str | None = None) -> Row[Any]:
    """Sign the lists that were looked at and return the run. The same person signing the same again changes nothing.

    What goes on afterwards - a deadline that passes, a decision - is on record beside the lists and changes none.
    Raises RunRefusedError: no such run (`unknown`); a key and no person asks, whoever sent it, or somebody who does not
    see the villages it pays in (`refused`); it is not scored, was signed by another, or the lists are no longer those
    that were looked at (`conflict`).
    """
    with context.database.write() as connection:
        context.database.alone(connection, LISTS)
        found = runs.locked(connection, run)
        if found is None or runs.one(connection, run, within(who, runs.RUNS.c.division_code)) is None:
            raise unknown_run()
        _second_person(who, found)
        _all_seen(connection, who, run)
        if found.state == "signed" and found.signed_by_id == who.account_id:
            if {name: found.signed[name] for name in looked_at.as_document()} == looked_at.as_document():
                return found
            raise _changed()
        if found.state != "scored":
            raise RunRefusedError(
                "conflict",
                "not-to-be-signed",
                f"The run is {found.state}; a run is signed once, when it is scored.",
                "该批次当前状态不能签批；仅已评分且未签批的批次可以签批。",
            )
        if lists_of(connection, found) != looked_at:
            raise _changed()
        now = context.clock.now()
        signed = {**looked_at.as_document(), "fingerprint": fingerprint(connection, run)}
        runs.change(
            connection,
            run,
            state="signed",
            signed=signed,
            signed_at=now,
            signed_by=who.name,
            signed_by_id=who.account_id,
        )
        data = {"run": run, "run_id": found.run_id, "lists": signed}
        outbox.add(connection, "org.mingbai.run.signed", f"runs/{run}", data, now, division_code=found.division_code)
        row = runs.one(connection, run)
        record(
            context,
            connection,
            Line(who.name, "run.signed", "run", str(run), found.division_code, None, signed, request_id),
        )
    assert row is not None  # noqa: S101 - held by the transaction above
    return row


def _second_person(who: Principal, run: Row[Any]) -> None:
    """Two different people: the one who sent a run does not sign it, under whatever account."""
    if who.credential not in ("session", "oidc"):
        raise RunRefusedError(
            "refused",
            "sign-in-to-sign",
            "A person signs, signed in; a key does not.",
            "签批须由本人登录后进行，不能使用接口密钥。",
        )
    same_person = who.person is not None and who.person == run.sent_by_person
    if who.account_id == run.sent_by_id or same_person:
        raise RunRefusedError(
            "refused",
            "second-person-needed",
            "Whoever sent a run does not sign it; ask a second person.",
            "提交人不得签批本人提交的批次，请由第二人签批。",
        )


def _all_seen(connection: Connection, who: Principal, run: int) -> None:
    """A run is told under a division its rows need not lie in. Nobody signs payments of villages they do not see."""
    if who.sees_everywhere:
        return
    code = run_rows.RUN_ROWS.c.division_code
    if run_rows.share_outside(connection, run, or_(within(who, code), division_paths.unknown(code))):
        raise RunRefusedError(
            "refused",
            "outside-divisions",
            "The run pays in villages outside your divisions; it is signed by somebody who sees them all.",
            "批次含您管辖区划以外的村，请由管辖全部相关区划的人员签批。",
        )


def _changed() -> RunRefusedError:
    return RunRefusedError(
        "conflict",
        "lists-changed",
        "The lists are not those you looked at. Look again, then sign what stands there now.",
        "名单已发生变化，请重新核对后再签批。",
    )
