"""What a dossier holds."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final, Literal, get_args

from service.console.drawings._example import example_events, example_graph
from service.console.drawings.distribution import EXAMPLE as SAME
from service.console.pages._case_drawn import Drawn
from service.console.pages._case_example import AT
from service.console.pages._case_example import EXAMPLE as WHOLE
from service.console.pages._case_shapes import Text, Whole
from service.work.portraits.shapes import EvidenceRow

Part = Literal["drawings", "evidence", "payments", "notes", "history", "off"]
PARTS: Final[tuple[Part, ...]] = get_args(Part)
"""Parts somebody may leave out; everything else is always in."""


@dataclass(frozen=True, slots=True)
class Behind:
    """The rows a reason rests on, for the payment it was said of most strongly; `left_out`: how many more there are."""

    code: str
    title: Text
    payment: str
    rows: tuple[EvidenceRow, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class Dossier:
    """A case as it is given out on paper.

    * `number` of this dossier; `who` made it, with which `roles`, at which moment
    * `behind`: rows behind its strongest reasons; `away`: why they and the drawings are missing, or empty
    * `parts`: which parts it has
    * `cut`: texts people wrote stand with long numbers cut, because whoever made it may not see whole ones
    """

    whole: Whole
    drawn: Drawn
    behind: tuple[Behind, ...]
    number: str
    who: str
    roles: tuple[str, ...]
    at: dt.datetime
    parts: frozenset[str] = frozenset(PARTS)
    cut: bool = False
    away: Text = ("", "")


_ROW: Final = EvidenceRow(
    "card_transactions:····1232/2019-06-14", ("卡片收支", "card transactions"),
    (("交易时间", "2019-06-14 09:12"), ("金额", "186.00"), ("网点", "清溪助农取款点")),
)  # fmt: skip

EXAMPLE: Final = Dossier(
    WHOLE,
    Drawn(example_graph(), example_events(), (SAME,), "D00004283", (SAME,)),
    (
        Behind(
            "T25.drawn_in_series_at_bank", ("银行网点连续支取多卡", "Cards drawn in series"), "D00004283", (_ROW,), 4
        ),
    ),
    "C7K3M9QZ4TB-20190702-1030",
    "li.wen",
    ("investigator",),
    AT,
)
