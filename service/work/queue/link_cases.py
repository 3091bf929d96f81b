"""Say how two cases belong together."""

from __future__ import annotations

from typing import Final, Literal, get_args

from service.access import Principal
from service.store import case_links
from service.work.audit.record import Line, record
from service.work.context import Context
from service.work.queue.errors import Conflict, Unfit
from service.work.queue.sight import cases_at_work

LinkKind = Literal["related", "duplicate_of", "part_of"]
KINDS: Final[tuple[LinkKind, ...]] = get_args(LinkKind)


def link_cases(context: Context, who: Principal, case_id: str, other_id: str, kind: LinkKind) -> bool:
    """Link two cases whoever asks may see; False where they were linked so already.

    Raises NotThere for either, Unfit for a case with itself, Conflict where `duplicate_of` or `part_of` would run in a
    circle.
    """
    if case_id == other_id:
        raise Unfit("other", "A case is not linked with itself.", "核查件不能与自身关联。")
    # Related goes both ways: it is kept once, from the lower number.
    first, second = sorted((case_id, other_id)) if kind == "related" else (case_id, other_id)
    with cases_at_work(context, who, [first, second], "link") as (connection, rows):
        context.database.alone(connection, "queue:links")
        if kind != "related" and case_links.reaches(connection, second, first, kind):
            raise Conflict("circle", "The link would run in a circle.", "该关联会形成循环。")
        row = {"case_id": first, "other_id": second, "kind": kind, "at": context.clock.now(), "who": who.name}
        if not case_links.add(connection, row):
            return False
        lines = [
            Line(who.name, "case.linked", "case", one.case_id, one.division_code, None, {"kind": kind, "other": other})
            for one, other in zip(rows, (second, first), strict=True)
        ]
        record(context, connection, *lines)
        return True


def unlink_cases(context: Context, who: Principal, case_id: str, other_id: str, kind: LinkKind) -> bool:
    """Take a link away; False where there is none. Raises NotThere for either case."""
    first, second = sorted((case_id, other_id)) if kind == "related" else (case_id, other_id)
    with cases_at_work(context, who, [first, second], "unlink") as (connection, rows):
        if not case_links.remove(connection, first, second, kind):
            return False
        lines = [
            Line(
                who.name, "case.unlinked", "case", one.case_id, one.division_code, None, {"kind": kind, "other": other}
            )
            for one, other in zip(rows, (second, first), strict=True)
        ]
        record(context, connection, *lines)
        return True
