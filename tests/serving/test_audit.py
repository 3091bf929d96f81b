"""The log: every way to change it that leaves a trace is named, and the database refuses the plain ones."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, insert, select, text, update
from sqlalchemy.exc import DatabaseError

from service.clock import SetClock, micros
from service.store import Database
from service.store._append_only import append_only_ddl, remove_append_only_ddl
from service.store.audit_lines import AUDIT_FLAGS, AUDIT_LINES, AUDIT_REASONS
from service.work.audit import verify as verifying
from service.work.audit.anchor import anchor, anchors_file
from service.work.audit.record import Line, hash_of, hash_of_fields, record
from service.work.audit.verify import verify
from service.work.context import Context

LINES = AUDIT_LINES.c


def written(context: Context, count: int = 12) -> None:
    """A log of some lines, some with a reason, some with marks, in transactions of three."""
    for start in range(1, count + 1, 3):
        with context.database.write() as connection:
            record(
                context,
                connection,
                *(
                    Line(
                        f"who-{n % 4}",
                        "case.read",
                        "case",
                        f"C-{n}",
                        division_code="519921100204",
                        reason=f"因核查需要 {n}" if n % 2 else None,
                        details={"n": n, "text": "a\u2028b é", "list": [True, None, "x"]},
                        flags=("kin",) if n % 5 == 0 else (),
                    )
                    for n in range(start, min(start + 3, count + 1))
                ),
            )


def by_force(context: Context, change: Callable[[Connection], object]) -> None:
    """Change the log as its owner could: without the triggers."""
    with context.database.write() as connection:
        for statement in remove_append_only_ddl("audit_lines", context.database.kind):
            connection.execute(text(statement))
        change(connection)
        for statement in append_only_ddl("audit_lines", "line", context.database.kind):
            connection.execute(text(statement))


def rows(connection: Connection) -> list[dict[str, Any]]:
    """Every line as it is stored."""
    return [dict(row) for row in connection.execute(select(AUDIT_LINES).order_by(LINES.line)).mappings()]


def made_again(connection: Connection, first: int) -> int:
    """Make the hashes of the lines from `first` again, as somebody would who knows how it is done."""
    before = None
    for row in rows(connection):
        if row["line"] >= first:
            if before is not None:
                row["before"] = before
            row["hash"] = hash_of(row)
            connection.execute(
                update(AUDIT_LINES).where(LINES.line == row["line"]).values(before=row["before"], hash=row["hash"])
            )
        before = row["hash"]
    return first


def told(context: Context, **more: Any) -> list[tuple[int, str]]:
    """Line and kind of every finding."""
    return [(finding.line, finding.what) for finding in verify(context, **more).findings]


def test_a_log_as_it_was_written_is_sound(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over several pages, from the start, from the middle, and with an anchor; an empty log too."""
    monkeypatch.setattr(verifying, "PAGE", 5)
    assert verify(context).sound
    written(context)
    assert anchor(context) is not None
    whole = verify(context)
    assert (whole.sound, whole.lines, whole.last, whole.anchors) == (True, 12, 12, 1)
    part = verify(context, first=7, last=9)
    assert (part.sound, part.lines) == (True, 3)
    with pytest.raises(ValueError, match="expected 1 or more"):
        verify(context, first=0)


TAMPERING: dict[str, tuple[Callable[[Connection], object], list[tuple[int, str]]]] = {
    "text changed": (
        lambda c: c.execute(update(AUDIT_LINES).where(LINES.line == 5).values(who="nobody")),
        [(5, "changed")],
    ),
    "moment changed": (
        lambda c: c.execute(
            update(AUDIT_LINES).where(LINES.line == 5).values(at=dt.datetime(2018, 1, 1, tzinfo=dt.UTC))
        ),
        [(5, "changed")],
    ),
    "details changed": (
        lambda c: c.execute(update(AUDIT_LINES).where(LINES.line == 7).values(details={"n": 8})),
        [(7, "changed")],
    ),
    "reason's hash taken away": (
        lambda c: c.execute(update(AUDIT_LINES).where(LINES.line == 7).values(reason=None)),
        [(7, "changed")],
    ),
    "changed and its hash made again": (
        lambda c: (
            c.execute(update(AUDIT_LINES).where(LINES.line == 5).values(who="nobody")),
            c.execute(update(AUDIT_LINES).where(LINES.line == 5).values(hash=hash_of(rows(c)[4]))),
        ),
        [(5, "rewritten")],
    ),
    "removed": (
        lambda c: c.execute(delete(AUDIT_LINES).where(LINES.line.in_([4, 5]))),
        [(4, "removed")],
    ),
    "first removed": (lambda c: c.execute(delete(AUDIT_LINES).where(LINES.line == 1)), [(1, "removed")]),
    "end cut off": (lambda c: c.execute(delete(AUDIT_LINES).where(LINES.line > 9)), [(10, "cut_off")]),
    "all removed": (lambda c: c.execute(delete(AUDIT_LINES)), [(1, "cut_off")]),
    "two exchanged": (
        lambda c: [
            c.execute(update(AUDIT_LINES).where(LINES.line == one).values(line=other))
            for one, other in ((3, 999), (4, 3), (999, 4))
        ],
        [(3, "moved"), (4, "moved")],
    ),
    "inserted before the first": (
        lambda c: c.execute(insert(AUDIT_LINES).values(**(rows(c)[0] | {"line": 0}))),
        [(0, "inserted")],
    ),
    "removed, the rest moved up": (
        lambda c: (
            c.execute(delete(AUDIT_LINES).where(LINES.line == 11)),
            c.execute(update(AUDIT_LINES).where(LINES.line == 12).values(line=11)),
        ),
        [(11, "moved"), (12, "cut_off")],
    ),
    "removed, the rest made again": (
        lambda c: (
            c.execute(delete(AUDIT_LINES).where(LINES.line == 11)),
            c.execute(update(AUDIT_LINES).where(LINES.line == 12).values(line=11)),
            made_again(c, 11),
        ),
        [(11, "reason_changed"), (12, "cut_off")],
    ),
    "everything made again": (
        lambda c: (c.execute(update(AUDIT_LINES).where(LINES.line == 2).values(who="nobody")), made_again(c, 2)),
        [(12, "rewritten")],
    ),
    "reason removed": (
        lambda c: c.execute(delete(AUDIT_REASONS).where(AUDIT_REASONS.c.line == 3)),
        [(3, "reason_removed")],
    ),
    "reason changed": (
        lambda c: c.execute(update(AUDIT_REASONS).where(AUDIT_REASONS.c.line == 3).values(reason=b"x" * 60)),
        [(3, "reason_changed")],
    ),
    "reason of another line": (
        lambda c: c.execute(
            update(AUDIT_REASONS)
            .where(AUDIT_REASONS.c.line == 3)
            .values(reason=select(AUDIT_REASONS.c.reason).where(AUDIT_REASONS.c.line == 5).scalar_subquery())
        ),
        [(3, "reason_changed")],
    ),
    "mark taken away": (
        lambda c: c.execute(delete(AUDIT_FLAGS).where(AUDIT_FLAGS.c.line == 5)),
        [(5, "flags_changed")],
    ),
}


def test_tampering_is_found_and_the_line_named(context: Context) -> None:
    """Each way to change the log, by somebody who owns the database and took the triggers away first."""
    for way, (change, expected) in TAMPERING.items():
        written(context)
        anchor(context)
        assert verify(context).sound
        by_force(context, change)
        found = verify(context)
        assert [(finding.line, finding.what) for finding in found.findings][: len(expected)] == expected, way
        assert not found.sound
        assert all(all(finding.text) and "{" not in "".join(finding.text) for finding in found.findings)
        # Begin again with nothing: making a database for each way would take a second each.
        by_force(context, lambda c: [c.execute(delete(table)) for table in (AUDIT_LINES, AUDIT_REASONS, AUDIT_FLAGS)])
        anchors_file(context).unlink()


def test_the_database_refuses_to_change_or_shorten_the_log(context: Context) -> None:
    """Not even with the service's own rights; the log is as it was afterwards."""
    written(context, 3)
    ways = ["update audit_lines set who = 'x'", "delete from audit_lines where line = 3", "delete from audit_lines"]
    if context.database.kind == "sqlite":
        copy = "line, at, 'x', action, about_kind, about, division_code, reason, details, request_id, before, hash"
        ways.append(f"insert or replace into audit_lines select {copy} from audit_lines where line = 2")  # noqa: S608
    else:
        ways.append("truncate audit_lines")
    for way in ways:
        with pytest.raises(DatabaseError, match="append-only"), context.database.write() as connection:
            connection.execute(text(way))
    assert verify(context).lines == 3
    assert verify(context).sound


def test_an_anchors_file_that_was_changed_is_told(context: Context) -> None:
    """A changed, exchanged or forged anchor does not count, those before it do; a half-written end is no line."""
    for _ in range(3):
        written(context, 3)
        anchor(context)
    assert anchor(context) == anchor(context)
    path = anchors_file(context)
    good = path.read_text().splitlines()
    assert len(good) == 3
    forged = json.dumps(json.loads(good[1]) | {"hash": "0" * 64})
    for lines in (
        [good[0], forged, good[2]],
        [good[0], good[2], good[1]],
        [good[0], "{}", good[2]],
        [good[0], good[2]],
    ):
        path.write_text("\n".join(lines) + "\n")
        assert told(context) == [(0, "anchors_changed")]
    path.write_text("\n".join(good) + '\n{"line": 1')
    assert told(context) == []
    written(context, 3)
    anchor(context)
    assert told(context) == []


def test_the_head_is_anchored_by_a_job_after_many_lines(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """No more than so many lines are ever without an anchor, once the worker runs."""
    from service.work.audit import record as recording
    from service.work.audit.jobs import JOBS
    from service.work.jobs import work_once

    monkeypatch.setattr(recording, "ANCHOR_EVERY", 5)
    written(context, 6)
    assert work_once(context, JOBS, "worker")
    assert not work_once(context, JOBS, "worker")
    assert verify(context).anchors == 1


def test_a_change_that_fails_leaves_no_line(context: Context) -> None:
    """The line goes with the transaction: none tells of what did not happen, and the chain has no gap."""
    written(context, 3)

    def close() -> None:
        with context.database.write() as connection:
            record(context, connection, Line("a", "case.close", "case", "C-1"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        close()
    written(context, 3)
    assert (verify(context).lines, verify(context).sound) == (6, True)


def test_hostile_text_is_kept_as_text(context: Context) -> None:
    """NUL, lone surrogates, quotes, SQL, formulas: what both databases keep stays sound, and an identity number that
    got as far as the log does not stand there."""
    hostile = ["a\0b", "\ud800", "'; drop table audit_lines; --", "=1+1", "\\u0000", "𠮷", "519921195303041232"]
    with context.database.write() as connection:
        record(
            context,
            connection,
            *(Line(one, "x.y", one, one, reason=one, details={one: one, "list": [one]}) for one in hostile),
        )
    assert verify(context).sound
    with context.database.read() as connection:
        found = rows(connection)
    assert "519921195303041232" not in str(found)
    assert found[2]["who"] == hostile[2]


def test_details_that_databases_change_are_refused(context: Context) -> None:
    """A float may come back otherwise than it was written, and the line would look changed."""
    for value in (1.5, dt.date(2019, 1, 1), b"x", {1, 2}, {"deep": [2.0]}):
        with pytest.raises(TypeError, match=r"details\.n"), context.database.write() as connection:
            record(context, connection, Line("a", "x.y", "n", "1", details={"n": value}))
    assert verify(context).lines == 0


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@given(details=st.dictionaries(st.text(max_size=5), JSON, max_size=4), who=st.text(max_size=12), reason=st.text())
def test_whatever_is_written_verifies(
    tmp_path_factory: pytest.TempPathFactory, details: dict[str, Any], who: str, reason: str
) -> None:
    """Any text and any JSON document without floats makes a line that is sound when read back (SQLite)."""
    from models.scoring.policy import Policy
    from service.sealing import Seal
    from service.settings import Settings
    from tests.serving.conftest import KEY, START

    home = tmp_path_factory.getbasetemp() / "property-log"
    database = Database("sqlite://")
    AUDIT_LINES.metadata.create_all(database.engine, tables=[AUDIT_LINES, AUDIT_REASONS, AUDIT_FLAGS])
    context = Context(Settings(home=home), database, SetClock(START), Seal.from_text(KEY), Policy.load())
    with database.write() as connection:
        record(context, connection, Line(who, "x.y", "n", "1", details=details, reason=reason))
        record(context, connection, Line("a", "x.y", "n", "2", details=details))
    found = verify(context)
    database.close()
    assert found.sound, found.findings


def test_the_form_of_the_hash_is_fixed() -> None:
    """A log written today verifies in ten years: the bytes that are hashed do not change with a release."""
    row = [1, micros(dt.datetime(2019, 7, 1, tzinfo=dt.UTC)), "a", "case.read", "case", "C-1", None, None]
    assert (
        hash_of_fields([*row, {"b": 1, "a": "县"}, None, "0" * 64])
        == "4ae22ead713310043da102b43aeb9be216f635c3a12efb0895b246b182dd6db2"
    )
