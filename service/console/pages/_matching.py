"""What pages of matching share: pairs as examples, refusals as answers, fields of forms."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from service.api.problem import Problem
from service.api.routes.matching import STATUS
from service.work.matching.errors import MatchingError
from service.work.matching.shown import AnswerShown, FieldShown, PairShown

Pair = tuple[str, str]

ANSWERED: Final = AnswerShown(
    7, "same", "he.verifier", dt.datetime(2019, 7, 1, 1, tzinfo=dt.UTC), "户口簿上是同一人", False
)
EXAMPLE_PAIR: Final = PairShown(
    "c41eb575d8eff407c0135174a728a154", "d3fe6ef2bc71ed8656a3a35819fb2e81", "2b8696f9826c45c00f83745a33ab6f99",
    "civil_affairs", ("死亡", "death"), "2019-03-05", "青山镇柳树村", "519921100202", 0.4571, "unsure", "unsure",
    (("另有相近的人，把握因此降低", "somebody else is nearly as likely, which makes this less sure"),), True,
    (
        FieldShown(
            "name", ("姓名", "Name"), "何玉真", "何玉珍", ("同音不同字", "sounds the same"), ("", ""), 3.27, "for", True
        ),
        FieldShown(
            "birth", ("出生日期", "Date of birth"), "1948-11-23", "1948-11-23", ("相同", "the same"), ("", ""), 8.1,
            "strongly_for", False,
        ),
        FieldShown(
            "place", ("住址", "Place"), "青山镇石桥村", "青山镇柳树村",
            ("同乡镇，不同村", "same township, another village"), ("", ""), -1.82, "against", True,
        ),
        FieldShown(
            "phone", ("电话", "Phone"), "····0015", "····0005", ("差一位", "one digit off"),
            ("第10位不同", "differs at place 10"), 0.4, "little", True,
        ),
        FieldShown(
            "id_number", ("身份证号", "Identity number"), "", "····1046",
            ("有一方未填，无从比较", "missing on one side: says nothing"), ("", ""), 0.0, "nothing", False,
        ),
    ),
    None,
)  # fmt: skip


@contextmanager
def refused() -> Iterator[None]:
    """Turn what is not there for whoever looks into the page that says so."""
    try:
        yield
    except MatchingError as error:
        status, title = STATUS[error.kind]
        raise Problem(status, error.kind, title, (str(error), error.chinese)) from error


def status_of(error: MatchingError) -> int:
    """The status of a page that tells of a refusal."""
    return STATUS[error.kind][0]
