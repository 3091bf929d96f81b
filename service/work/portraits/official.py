"""The portrait of an official."""

from __future__ import annotations

from sqlalchemy import Connection

from service.access import Principal
from service.store import kin_ties
from service.store.case_ties import tied_numbers
from service.store.cases import CASES
from service.work.audit.flags import Looked
from service.work.context import Context
from service.work.portraits._portrait import Subject, in_scope, portrait
from service.work.portraits.ask import Portraits
from service.work.portraits.shapes import Portrait


def official(
    context: Context,
    who: Principal,
    portraits: Portraits,
    official_id: str,
    *,
    after: str | None = None,
    limit: int = 50,
) -> Portrait:
    """An official, by their number, with a page of payments they prepared behind `after`. Logged.

    Raises NothingThere where there is none, it lies outside the divisions of whoever asks, or is their own.
    """

    def find(connection: Connection) -> Subject | None:
        posts = kin_ties.posts_of(connection, officials=[official_id])
        places = {post.division_code for post in posts if post.division_code}
        if not posts or not in_scope(connection, who, places):
            return None
        last = max(posts, key=lambda post: post.from_on)
        return Subject(
            number=official_id,
            title=(official_id, official_id),
            looked=Looked.at(officials=[official_id], divisions=places),
            cases=CASES.c.case_id.in_(tied_numbers([f"official:{official_id}"])),
            division_code=last.division_code or None,
        )

    return portrait(context, who, portraits, "official", official_id, find, after=after, limit=limit)
