"""Attach a file to a case, and give it out again. Files lie sealed in the home, under random names."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy.exc import IntegrityError

from service.access import Principal
from service.sealing.column import open_text, seal_text
from service.sealing.files import read_sealed, write_sealed
from service.store import attachments
from service.store.attachments import ATTACHMENTS
from service.work.audit.record import Line, record
from service.work.context import Context
from service.work.queue.errors import NotThere, TooLarge, Unfit, WrongKind
from service.work.queue.file_kinds import KINDS, kind_of, sound_name
from service.work.queue.sight import case_at_work

MEGABYTE: Final = 1024 * 1024
AT_MOST: Final = 200
"""Files of one case: nobody fills the disk by way of a case."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """What an attachment is. `size` in bytes."""

    attachment_id: int
    at: Any
    who: str
    name: str
    kind: str
    size: int


def attach_file(context: Context, who: Principal, case_id: str, name: str, content: bytes) -> int:
    """Attach a file; its number. The same content on the same case is there once.

    Raises NotThere, TooLarge, Unfit for a case that has `AT_MOST` files, and WrongKind by what the content is,
    whatever the name says.
    """
    if len(content) > context.settings.attachment_limit_mb * MEGABYTE:
        raise TooLarge(context.settings.attachment_limit_mb)
    kind = kind_of(content)
    if kind is None:
        raise WrongKind
    made = ""
    try:
        with case_at_work(context, who, case_id, "attach") as (connection, row):
            digest = context.seal.hash("session", f"attachment\0{case_id}\0{_digest(content)}")
            there = attachments.same(connection, case_id, digest)
            if there is not None:
                return int(there.attachment_id)
            if attachments.count(connection, case_id) >= AT_MOST:
                raise Unfit("file", f"A case has {AT_MOST} files at most.", f"每件最多附 {AT_MOST} 个文件。")
            made = _write(context, content)
            number = attachments.add(
                connection,
                {
                    "case_id": case_id,
                    "at": context.clock.now(),
                    "who": who.name,
                    "account_id": who.account_id,
                    "name": seal_text(context.seal, ATTACHMENTS.c.name, sound_name(name, kind)),
                    "kind": kind,
                    "size": len(content),
                    "content_hash": digest,
                    "file": made,
                },
            )
            told = {"attachment": number, "kind": kind, "size": len(content)}
            record(context, connection, Line(who.name, "case.attached", "case", case_id, row.division_code, None, told))
            return number
    except BaseException as error:
        # The row was not kept: neither is the file. One left by a crash belongs to no row and is swept away.
        if made:
            (folder(context) / made).unlink(missing_ok=True)
        if isinstance(error, IntegrityError):
            return attach_file(context, who, case_id, name, content)
        raise


def folder(context: Context) -> Path:
    """Where files lie; readable by nobody else."""
    place = context.settings.state / "attachments"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place


def _digest(content: bytes) -> str:
    import hashlib

    return hashlib.sha256(content).hexdigest()


def _write(context: Context, content: bytes) -> str:
    """Write a new file, sealed, that survives a power cut once its row does; its name."""
    name = secrets.token_hex(16)
    write_sealed(context.seal, folder(context) / name, content)
    return name


def list_attachments(context: Context, who: Principal, case_id: str, after: int, limit: int) -> list[Attachment]:
    """Attachments of a case in order, behind the one numbered `after`. Raises NotThere."""
    with case_at_work(context, who, case_id, "attachments") as (connection, row):
        found = [_told(context, one) for one in attachments.of_case(connection, case_id, after, limit)]
        told = {"shown": len(found)}
        line = Line(who.name, "case.attachments_read", "case", case_id, row.division_code, None, told)
        record(context, connection, line)
        return found


def read_attachment(
    context: Context, who: Principal, case_id: str, attachment_id: int
) -> tuple[Attachment, str, bytes]:
    """An attachment, the type to give it out as, and its content. Raises NotThere; SealError when it was changed."""
    with case_at_work(context, who, case_id, "attachment") as (connection, row):
        found = attachments.get(connection, case_id, attachment_id)
        if found is None:
            raise NotThere
        content = read_sealed(context.seal, folder(context) / found.file)
        told = {"attachment": attachment_id}
        record(
            context, connection, Line(who.name, "case.attachment_read", "case", case_id, row.division_code, None, told)
        )
        return _told(context, found), KINDS[found.kind], content


def _told(context: Context, row: Any) -> Attachment:
    name = open_text(context.seal, ATTACHMENTS.c.name, row.name) or "file"
    return Attachment(int(row.attachment_id), row.at, row.who, name, row.kind, int(row.size))


def sweep(context: Context, older_than_seconds: float = 3600.0) -> int:
    """Remove files that belong to no attachment, left by a crash more than an hour ago; how many."""
    now = context.clock.now().timestamp()
    with context.database.read() as connection:
        known = attachments.files(connection)
    gone = 0
    for path in folder(context).iterdir():
        if path.name not in known and now - path.stat().st_mtime > older_than_seconds:
            path.unlink(missing_ok=True)
            gone += 1
    return gone
