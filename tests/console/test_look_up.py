"""Look-ups and portraits as pages: found by what is typed in, shown to whom they may be, kind without the history."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from service.clock import SetClock
from service.work.context import Context
from service.work.scoring.asked import UnavailableError
from tests.console.conftest import Browse
from tests.serving.local_scorer import LocalScorer
from tests.serving.portrait_world import (
    CARDS,
    COUNTY,
    FAR,
    HOSTILE,
    OTHER,
    PEOPLE,
    PHONE,
    VILLAGE,
    case_at_phone,
    hand_over,
    reason,
    scored,
)

AT = dt.datetime(2019, 7, 1, 1, 0, tzinfo=dt.UTC)
WHOLE = [*PEOPLE.values(), *CARDS.values(), PHONE, "王建国", "陈会计", HOSTILE]


class Away:
    """A history that is away."""

    def look(self, asked: Any) -> Any:
        """Nothing."""
        raise UnavailableError("scorer-away", "The history cannot be read now.", "历史数据暂时无法读取。", 2)


@pytest.fixture
def world(app: FastAPI, context: Context, tmp_path: Path) -> FastAPI:
    """The counties on record, with a case and a score."""
    assert isinstance(context.clock, SetClock)
    context.clock.at = AT
    hand_over(context, tmp_path / "sent")
    scored(context, "D1-6", [reason("T28.phone_of_many_households", f"persons:{PEOPLE['wang']}")])
    case_at_phone(context, "D1-6", "D2-6")
    app.state.portraits = LocalScorer(context)
    return app


def pages(context: Context) -> dict[str, str]:
    """The page of each kind of thing, with a word that stands on it."""
    hash_of = context.seal.hash
    return {
        "/look-up/household/H1": "低保户",
        f"/look-up/person/{hash_of('person', PEOPLE['wang'])}": "残疾人证 2级",
        f"/look-up/card/{hash_of('card', CARDS['li'])}": "代办开卡人",
        "/look-up/official/O1": "村会计，湾松村",
        f"/look-up/village/{VILLAGE}": "白斗乡",
        "/look-up/program/LAND": "每亩每月 96.50 元",
        "/payments/D1-6": "疑点 T28.phone_of_many_households",
    }


def test_every_kind_of_thing(world: FastAPI, context: Context, browse: Browse) -> None:
    """Each page opens in both languages, says what it should, and holds no whole number, name or foreign markup."""
    zh = browse("investigator", divisions=(COUNTY,))
    en = browse("investigator", divisions=(COUNTY,), language="en")
    for path, word in pages(context).items():
        text = zh.open(path)
        assert word in text, path
        for page in (text, en.open(path)):
            assert not [one for one in WHOLE if one in page], path
            assert "远方" not in page
            assert len(page.encode()) < 150_000
    zh.open(f"/look-up/village/{OTHER}")
    assert "H1" in zh.open("/look-up/household/H1")


def test_who_may_not(world: FastAPI, context: Context, browse: Browse) -> None:
    """Nobody without the permission, nothing outside the divisions, no page of a kind there is not."""
    far = browse("investigator", divisions=(FAR,))
    for path in pages(context):
        if path != "/look-up/program/LAND":
            far.open(path, 404)
    admin = browse("administrator")
    for path in pages(context):
        admin.open(path, 403)
    near = browse("investigator", person=context.seal.hash("person", PEOPLE["brother"]))
    near.open("/look-up/official/O1", 404)
    near.open("/look-up/household/H5", 404)
    near.open("/look-up/nothing/1", 404)
    near.open("/look-up/household/%3Cscript%3E", 404)


def test_searching(world: FastAPI, context: Context, browse: Browse) -> None:
    """One thing leads to its page, several are listed, nothing is said kindly; the number typed in is in no address."""
    who = browse("investigator", divisions=(COUNTY,))
    one = who.send("/look-up", "/look-up/now", number=PEOPLE["wang"])
    assert one.status_code == 303
    assert one.headers["location"] == f"/look-up/person/{context.seal.hash('person', PEOPLE['wang'])}"
    several = who.send("/look-up", "/look-up/now", number=PHONE)
    assert several.status_code == 200
    assert several.text.count("/look-up/card/") == 4
    for number, status in ((PEOPLE["far"], 404), (HOSTILE, 404), ("x" * 65, 422), (" ", 422)):
        answer = who.send("/look-up", "/look-up/now", number=number)
        assert answer.status_code == status, number
        assert HOSTILE not in answer.text
        assert PEOPLE["far"] not in answer.text


def test_while_the_history_is_away(world: FastAPI, context: Context, browse: Browse) -> None:
    """Pages open, say so, and show payments and cases."""
    world.state.portraits = Away()
    who = browse("investigator", divisions=(COUNTY,))
    for path in pages(context):
        assert "历史数据暂时无法读取。" in who.open(path), path
    household = who.open("/look-up/household/H1")
    assert "D1-6" in household
    assert "/cases/C" in household


def test_pages_of_payments(world: FastAPI, browse: Browse) -> None:
    """The address of the next page leads on, and a broken one to the first."""
    who = browse("investigator", divisions=(COUNTY,))
    first = who.open("/look-up/program/LAND")
    assert "D1-6" in first
    assert "D1-6" in who.open("/look-up/program/LAND?after=nonsense")
