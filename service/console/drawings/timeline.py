"""What happened, on one axis: a lane a kind of record, what was known late shown as such, deaths through all lanes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from markupsafe import Markup

from service.console.drawings._svg import folded, own_words, table, tag
from service.console.formats import NOTHING, moment, yuan
from service.console.words import Words
from service.work.portraits.shapes import Event


def timeline(of: Sequence[Event], words: Words, zone: dt.tzinfo, *, name: str = "timeline") -> Markup:
    """The drawing, and the same as a table. `zone`: of the days on the axis. `name` distinguishes several on a page."""
    return tag("figure", timeline_table(of, words, zone), class_="drawing timeline", id=name)


def timeline_table(of: Sequence[Event], words: Words, zone: dt.tzinfo) -> Markup:
    """Every event in order, one click away."""
    t = own_words(words)
    rows = [
        [moment(one.at, zone), t(f"event_{one.kind}"), t.of(one.text), yuan(one.amount_fen),
         moment(one.known_at, zone) if one.known_at else NOTHING, t("event_in_case") if one.in_case else ""]
        for one in sorted(of, key=lambda one: (one.at, one.kind))
    ]  # fmt: skip
    heads: list[str | tuple[str, str]] = [
        t("event_at"),
        t("event_kind"),
        t("event_text"),
        (t("amount"), "num"),
        t("event_known_at"),
        t("event_of"),
    ]
    return folded(t("timeline_as_table", n=len(of)), table(t("timeline_caption"), heads, rows), class_="as-table")
