"""Give out a dossier of a case: the log keeps who, when, which parts, and the file's fingerprint."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from service.access import Principal
from service.work.audit.record import Line, record
from service.work.context import Context
from service.work.queue.sight import case_at_work


def give_out(
    context: Context, who: Principal, case_id: str, number: str, content: bytes, parts: Iterable[str]
) -> bytes:
    """The file, once the log holds that it was given out. `number` is the dossier's own, `parts` what it has.

    Raises NotThere for a case whoever asks may not see, among them one that became theirs since the file was made.
    """
    with case_at_work(context, who, case_id, "dossier") as (connection, row):
        told = {
            "dossier": number,
            "parts": sorted(parts),
            "sha256": hashlib.sha256(content).hexdigest(),
            "bytes": len(content),
        }
        record(context, connection, Line(who.name, "case.dossier", "case", case_id, row.division_code, details=told))
    return content
