"""Portraits of households, people, cards, officials, villages and items; finding them; what an item's rule says."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from service.access import Principal
from service.clock import SetClock
from service.store.audit_lines import AUDIT_FLAGS, AUDIT_LINES
from service.work.context import Context
from service.work.portraits import wire
from service.work.portraits.card import card
from service.work.portraits.errors import NothingThere
from service.work.portraits.find import find
from service.work.portraits.household import household
from service.work.portraits.official import official
from service.work.portraits.owned_rule import owned_rule
from service.work.portraits.person import person
from service.work.portraits.program import program
from service.work.portraits.shapes import Portrait
from service.work.portraits.village import village
from service.work.queue.errors import Unfit
from service.work.scoring.asked import UnavailableError
from tests.serving.local_scorer import LocalScorer
from tests.serving.portrait_world import (
    CARDS,
    COUNTY,
    FAR,
    OTHER,
    PEOPLE,
    PHONE,
    TOWNSHIP,
    VILLAGE,
    case_at_phone,
    hand_over,
    reason,
    scored,
    tables,
)
from tests.serving.queue_world import somebody

AT = dt.datetime(2019, 7, 1, 1, 0, tzinfo=dt.UTC)
EVERYBODY = somebody(1, "supervisor", divisions=("*",))
INVESTIGATOR = somebody(2, "investigator", divisions=(COUNTY,))
VILLAGER = somebody(3, "investigator", divisions=(VILLAGE,))
NEVER = [*PEOPLE.values(), *CARDS.values(), PHONE, "王建国", "李秀英", "陈会计", "陈小弟", "赵远方", "alert(1)"]


class Away:
    """A history that is away."""

    def look(self, asked: Any) -> Any:
        """Nothing."""
        raise UnavailableError("scorer-away", "away", "不在", 2)


@pytest.fixture
def world(context: Context, tmp_path: Path) -> LocalScorer:
    """The counties on record, a case, a score, and the one that keeps the history."""
    assert isinstance(context.clock, SetClock)
    context.clock.at = AT
    hand_over(context, tmp_path / "sent")
    scored(context, "D1-6", [reason("T28.phone_of_many_households")])
    case_at_phone(context, "D1-6", "D2-6")
    return LocalScorer(context)


def facts_of(found: Portrait) -> dict[str, str]:
    """Facts in English."""
    return {fact.label[1]: fact.value[1] for fact in found.facts}


def last(context: Context) -> tuple[str, str, list[str]]:
    """What the last line of the log says: action, about, flags."""
    with context.database.read() as connection:
        row = connection.execute(select(AUDIT_LINES).order_by(AUDIT_LINES.c.line.desc()).limit(1)).one()
        flags = connection.execute(select(AUDIT_FLAGS.c.flag).where(AUDIT_FLAGS.c.line == row.line)).scalars()
        return row.action, row.about, sorted(flags)


def test_portraits(context: Context, world: LocalScorer) -> None:
    """Each tells who, what, when and how much, masked, and stands on the log."""
    hash_of = context.seal.hash
    home = household(context, INVESTIGATOR, world, "H1")
    assert facts_of(home) == {
        "Village": "湾松村", "Category": "low income", "Head": "王*", "People": "1", "Registered arable land": "3.5 mu",
    }  # fmt: skip
    assert [line.shown for line in home.people] == ["王*"]
    assert [(line.shown, line.payments, line.holder) for line in home.cards] == [("0017", 12, "王*")]
    assert len(home.payments) == 6
    newest = home.payments[0]
    assert (newest.disbursement_id, newest.state, newest.payee, newest.village) == ("D1-6", "paid", "王*", "湾松村")
    assert (newest.score, newest.recommendation, newest.item) == (0.6, "review", "耕地地力保护补贴")
    assert newest.case_id == home.cases[0].case_id
    assert [(one.key, one.payments, one.amount_fen) for one in home.by_year] == [("2019", 6, 72_000)]
    assert [one.key for one in home.by_month] == [f"2019-{month:02d}" for month in range(1, 7)]
    assert home.graph is not None
    assert next(node for node in home.graph.nodes if node.is_hub).shown[0] == "H1"
    assert home.events
    assert last(context)[:2] == ("household.looked_up", "H1")

    man = person(context, INVESTIGATOR, world, hash_of("person", PEOPLE["wang"]))
    assert facts_of(man)["Age"] == "aged 69"
    assert facts_of(man)["Certificate"] == "disability, grade 2"
    assert man.title == ("王*", "王*")
    dead = person(context, INVESTIGATOR, world, hash_of("person", PEOPLE["li"]))
    assert facts_of(dead)["Civil event"] == "death 2019-02-10"
    assert "Age" not in facts_of(dead)
    assert facts_of(dead)["Phone"] == "····0001"

    held = card(context, INVESTIGATOR, world, hash_of("card", CARDS["wang"]))
    assert facts_of(held)["Holder"] == "王*"
    assert {line.note[1].split(",")[0] for line in held.people} == {"Holder", "6 payments"}
    assert len(held.payments) == 12  # One of elsewhere is paid to it too, and is not told of here.
    proxy = card(context, INVESTIGATOR, world, hash_of("card", CARDS["li"]))
    assert facts_of(proxy)["Opened by proxy"] == "陈*"
    assert any("keeps the card" in line.note[1] or "Holder" in line.note[1] for line in proxy.people)

    clerk = official(context, INVESTIGATOR, world, "O1")
    assert facts_of(clerk)["Post"] == "village accountant, 湾松村"
    assert facts_of(clerk)["Prepared in a year"] == "24"
    assert [line.shown for line in clerk.people] == ["陈*"]  # The brother, who is paid.
    assert len(clerk.payments) == 24
    assert {post.official_id for post in clerk.posts} == {"O1"}

    place = village(context, INVESTIGATOR, world, VILLAGE)
    assert facts_of(place)["Households"] == "4"
    assert [post.shown for post in place.posts] == ["陈*"]
    assert len(place.payments) == 18
    town = village(context, INVESTIGATOR, world, TOWNSHIP)
    assert sum(one.payments for one in town.by_year) == 24

    item = program(context, VILLAGER, world, "LAND")
    assert item.rule[0].startswith("耕地地力保护补贴：每亩每月 96.50 元")
    assert sum(one.payments for one in item.by_year) == 18  # Of their village alone.

    for found in (home, man, dead, held, proxy, clerk, place, town, item):
        said = json.dumps(wire.plain(found), ensure_ascii=False)
        assert not [one for one in NEVER if one in said], found.kind
        assert "远方" not in said
        assert "H9" not in said


def test_pages_of_payments(context: Context, world: LocalScorer) -> None:
    """Behind one another, newest first, nothing twice; with the history away the same from the database."""
    own = context.seal.hash("card", CARDS["wang"])
    for portraits in (world, Away()):
        seen: list[str] = []
        after = None
        for _ in range(10):
            found = card(context, INVESTIGATOR, portraits, own, after=after, limit=5)
            seen += [line.disbursement_id for line in found.payments]
            after = found.after
            if after is None:
                break
        assert len(seen) == len(set(seen)) == 12
        assert seen[:2] == ["D1-6", "D3-6"]
        assert (
            card(context, INVESTIGATOR, portraits, own, after="nonsense", limit=5).payments[0].disbursement_id == "D1-6"
        )


def test_while_the_history_is_away(context: Context, world: LocalScorer) -> None:
    """What the database knows is shown, and why the rest is missing."""
    looks: list[Callable[[], Portrait]] = [
        lambda: household(context, INVESTIGATOR, Away(), "H1"),
        lambda: person(context, INVESTIGATOR, Away(), context.seal.hash("person", PEOPLE["wang"])),
        lambda: program(context, INVESTIGATOR, Away(), "LAND"),
        lambda: village(context, INVESTIGATOR, Away(), VILLAGE),
        lambda: official(context, INVESTIGATOR, Away(), "O1"),
    ]
    for look in looks:
        found = look()
        assert found.away == ("不在", "away")
        assert found.graph is None
        assert found.title[0]
    assert len(looks[0]().payments) == 6
    assert looks[0]().cases


@pytest.mark.parametrize("who", [VILLAGER, somebody(4, "investigator", divisions=(FAR,))])
def test_outside_the_divisions_there_is_nothing(context: Context, world: LocalScorer, who: Principal) -> None:
    """A household, person, card, official or village of elsewhere is not there, found or not."""
    where = {VILLAGE: ("far", "H9", "O9", FAR), FAR: ("wang", "H1", "O1", VILLAGE)}
    whose, home, hand, place = where[who.divisions[0]]
    hash_of = context.seal.hash
    looks: list[Callable[[], Portrait]] = [
        lambda: household(context, who, world, home),
        lambda: person(context, who, world, hash_of("person", PEOPLE[whose])),
        lambda: card(context, who, world, hash_of("card", CARDS[whose])),
        lambda: official(context, who, world, hand),
        lambda: village(context, who, world, place),
        lambda: village(context, who, world, COUNTY),
        lambda: official(context, who, world, "O2"),
        lambda: household(context, who, world, "H404"),
        lambda: person(context, who, world, "0" * 32),
        lambda: program(context, who, world, "NONE"),
    ]
    for look in looks:
        with pytest.raises(NothingThere):
            look()
    for text in (home, PEOPLE[whose], CARDS[whose], hand, place, f"D{'9' if whose == 'far' else '1'}-6"):
        assert find(context, who, text, world) == ()


def test_ones_own_people_are_refused(context: Context, world: LocalScorer) -> None:
    """Oneself, kin, one's household and post: nothing is shown, and the log says that it was tried."""
    brother = Principal(
        9, "brother", frozenset({"investigator"}), ("*",), "session",
        person=context.seal.hash("person", PEOPLE["brother"]),
    )  # fmt: skip
    hash_of = context.seal.hash
    looks: list[tuple[str, Callable[[], Portrait]]] = [
        ("household", lambda: household(context, brother, world, "H5")),
        ("household", lambda: household(context, brother, world, "H4")),
        ("person", lambda: person(context, brother, world, hash_of("person", PEOPLE["brother"]))),
        ("person", lambda: person(context, brother, world, hash_of("person", PEOPLE["clerk"]))),
        ("card", lambda: card(context, brother, world, hash_of("card", CARDS["brother"]))),
        ("official", lambda: official(context, brother, world, "O1")),
    ]
    for kind, look in looks:
        with pytest.raises(NothingThere):
            look()
        assert last(context)[0] == f"{kind}.refused"
    # A neighbour is shown, and flagged; one's own payments are in no list.
    neighbour = household(context, brother, world, "H1")
    assert last(context)[2] == ["same_village"]
    assert len(neighbour.payments) == 6
    assert {(line.score, line.recommendation, line.case_id) for line in neighbour.payments} == {(None, None, None)}
    assert neighbour.cases == ()
    place = village(context, brother, world, OTHER)
    assert place.payments
    everywhere = program(context, brother, world, "LAND", limit=200)
    assert not [line for line in everywhere.payments if line.disbursement_id.startswith("D4-")]
    assert not [post for post in village(context, brother, world, VILLAGE).posts if post.official_id == "O1"]


def test_finding(context: Context, world: LocalScorer) -> None:
    """By any number; what was typed in stands neither in the path nor on the log."""
    hash_of = context.seal.hash
    assert [one.path for one in find(context, INVESTIGATOR, " H1 ", world)] == ["/look-up/household/H1"]
    wang = find(context, INVESTIGATOR, PEOPLE["wang"], world)
    assert [(one.kind, one.shown[0], one.path) for one in wang] == [
        ("person", "王*", f"/look-up/person/{hash_of('person', PEOPLE['wang'])}")
    ]
    assert find(context, INVESTIGATOR, CARDS["li"], world)[0].path == f"/look-up/card/{hash_of('card', CARDS['li'])}"
    assert find(context, INVESTIGATOR, "O1", world)[0].kind == "official"
    assert find(context, INVESTIGATOR, "D1-6", world)[0].path == "/payments/D1-6"
    assert find(context, INVESTIGATOR, "LAND", world)[0].path == "/look-up/program/LAND"
    assert find(context, INVESTIGATOR, "耕地", world)[0].kind == "program"
    assert {one.path[-12:] for one in find(context, INVESTIGATOR, VILLAGE[:9], world)} == {TOWNSHIP, VILLAGE, OTHER}
    assert find(context, INVESTIGATOR, "湾松", world)[0].shown[0] == "白斗乡湾松村"
    with_phone = find(context, INVESTIGATOR, PHONE, world)
    assert {one.kind for one in with_phone} == {"case", "person", "card"}
    assert len([one for one in with_phone if one.kind == "card"]) == 4
    assert {one.kind for one in find(context, INVESTIGATOR, PHONE)} == {"case"}
    case_id = next(one for one in with_phone if one.kind == "case").shown[0]
    assert find(context, INVESTIGATOR, case_id, world)[0].path == f"/cases/{case_id}"
    with context.database.read() as connection:
        lines = connection.execute(select(AUDIT_LINES).where(AUDIT_LINES.c.action == "look_up.search")).mappings().all()
    written = json.dumps([{k: str(v) for k, v in line.items()} for line in lines])
    assert not [one for one in (PHONE, *PEOPLE.values(), *CARDS.values()) if one in written]
    for text in ("", "   ", "x" * 65, "a\0b"):
        with pytest.raises(Unfit):
            find(context, INVESTIGATOR, text, world)
    assert find(context, INVESTIGATOR, "<script>'; drop table cases; --", world) == ()


def test_the_rule_of_an_item(context: Context, tmp_path: Path) -> None:
    """The rate that holds, there and then; made anew when a rate comes in."""
    assert owned_rule(context, "LAND") is None
    hand_over(context, tmp_path / "sent")
    rule = owned_rule(context, "LAND", division_code=VILLAGE)
    assert rule is not None
    assert rule[0] == "耕地地力保护补贴：每亩每月 96.50 元，按确权（登记）的耕地面积计算，按月发放。"
    assert rule[1] == "耕地地力保护补贴: 96.50 yuan per mu and month, by registered arable land, paid monthly."
    other = owned_rule(context, "LAND", division_code=OTHER)
    assert other is not None
    assert "120.00 元" in other[0]
    everywhere = owned_rule(context, "LAND")
    assert everywhere is not None
    assert "部分地方标准不同" in everywhere[0]
    before = owned_rule(context, "LAND", division_code=OTHER, at=dt.datetime(2018, 6, 1, tzinfo=dt.UTC))
    assert before == rule
    later = {**tables(), "program_rates": [{"program_id": "LAND", "rate": "99.00", "valid_from": "2019-06-01"}]}
    hand_over(context, tmp_path / "again", {"program_rates": later["program_rates"]})
    found = owned_rule(context, "LAND", division_code=VILLAGE)
    assert found is not None
    assert "99.00" in found[0]


def test_villages_merged_away_count_as_their_successors(context: Context, world: LocalScorer, tmp_path: Path) -> None:
    """A payment under an old code is told to whoever answers for the place today, and to nobody beside."""
    old = "519921100209"
    gone = {
        "division_code": old, "parent_code": TOWNSHIP, "name": "老湾村", "level": "village", "valid_to": "2018-12-31",
        "successor_code": VILLAGE,
    }  # fmt: skip
    paid = next(row for row in tables()["disbursements"] if row["disbursement_id"] == "D1-1")
    more = [{**paid, "disbursement_id": "OLD-1", "division_code": old}]
    hand_over(context, tmp_path / "more", {"divisions": [gone], "disbursements": more})
    assert village(context, VILLAGER, world, old).title[0] == "老湾村"
    assert "OLD-1" in {line.disbursement_id for line in village(context, VILLAGER, world, VILLAGE).payments}
    assert "OLD-1" in {line.disbursement_id for line in household(context, VILLAGER, world, "H1").payments}
    beside = somebody(5, "investigator", divisions=(OTHER,))
    with pytest.raises(NothingThere):
        village(context, beside, world, old)
    assert find(context, beside, "OLD-1", world) == ()
