"""A dossier put together: everything about a case in one go, for whoever asks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from service.api.scorer import portraits_of
from service.console.dossier.facts import Behind, Dossier
from service.console.pages._case_drawn import Drawn, drawn_of
from service.console.pages._case_rules import title_of
from service.console.pages._case_shapes import Text
from service.console.pages._case_told import whole
from service.console.visit import Visit
from service.work.portraits.evidence import case_reasons, evidence
from service.work.portraits.precedents import precedents
from service.work.portraits.shapes import Reason
from service.work.queue.errors import QueueError
from service.work.queue.read_folder import Amounts, read_folder
from service.work.scoring.asked import UnavailableError

if TYPE_CHECKING:
    from sqlalchemy import Row

MOST: Final = Amounts(payments=500, history=500, notes=500, files=200)
DRAWN: Final = (80, 200)
"""Nodes and events: what is readable on a page of paper."""
MOST_REASONS: Final = 6
"""Reasons whose rows are written down, the strongest."""


def gathered(visitor: Visit, case_id: str, parts: frozenset[str]) -> Dossier:
    """The dossier of a case. Raises NotThere. Where the history is away it says so and has the rest."""
    context, who = visitor.context, visitor.principal
    folder = read_folder(context, who, case_id, MOST)
    reasons = case_reasons(context, who, case_id)
    found = whole(context, who, folder, reasons, precedents(context, who, case_id))
    drawn = drawn_of(visitor, case_id, DRAWN)[1] if "drawings" in parts else Drawn()
    behind, away = _behind(visitor, reasons, folder.members) if "evidence" in parts else ((), ("", ""))
    now = context.clock.now()
    return Dossier(
        whole=found,
        drawn=drawn,
        behind=behind,
        number=numbered(case_id, now, visitor.zone),
        who=who.name,
        roles=tuple(sorted(who.roles)),
        at=now,
        parts=parts,
        cut=not who.may("persons.unmask"),
        away=drawn.away if drawn.away[0] else away,
    )


def numbered(case_id: str, at: dt.datetime, zone: dt.tzinfo) -> str:
    """The number of a dossier: of its case and the second it was made."""
    return f"{case_id}-{at.astimezone(zone):%Y%m%d-%H%M%S}"


def _behind(visitor: Visit, reasons: Sequence[Reason], members: Sequence[Row[Any]]) -> tuple[tuple[Behind, ...], Text]:
    """Rows behind the strongest reasons, and why they are missing where they are. Of a payment of another division only
    what is said of it is told, not its rows."""
    context, who, portraits = visitor.context, visitor.principal, portraits_of(visitor.request)
    here = {one.disbursement_id for one in members}
    found: list[Behind] = []
    for reason in [one for one in reasons if one.disbursement_id in here][:MOST_REASONS]:
        try:
            told = evidence(context, who, portraits, reason.disbursement_id, code=reason.code)
        except UnavailableError as error:
            return tuple(found), (error.chinese, error.english)
        except QueueError:
            continue
        for one in told:
            if one.rows or one.left_out:
                title = title_of(one.code)
                found.append(Behind(one.code, title, reason.disbursement_id, one.rows, one.left_out))
    return tuple(found), ("", "")
