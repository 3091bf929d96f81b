"""Finding cases: lists, pages, search by everything a case is known by, filters people keep."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from service.store.audit_lines import AUDIT_LINES
from service.work.context import Context
from service.work.queue.errors import Unfit
from service.work.queue.find_cases import Filter, find_cases
from service.work.queue.keep_filter import drop_filter, keep_filter, kept_filters
from tests.serving.queue_world import (
    FAR,
    OTHER,
    VILLAGE,
    case_row,
    kin,
    lay_out,
    member,
    new_case,
    opened,
    somebody,
)

ANNA, BEN = somebody(1, "investigator"), somebody(2, "supervisor")


@pytest.fixture(autouse=True)
def _world(context: Context) -> None:
    lay_out(context)


def test_pages_hold_every_case_once_in_order(context: Context) -> None:
    """Page by page, also where several have the same place."""
    numbers = {opened(context, new_case(member(n), hub_id=f"O{n}")).case_id for n in range(12)}
    seen: list[str] = []
    after = None
    while True:
        page = find_cases(context, ANNA, Filter(), after, 5)
        seen += [row.case_id for row in page.cases]
        after = page.after
        if after is None:
            break
    assert len(seen) == len(set(seen)) == 12
    assert set(seen) == numbers
    for bad in ("x", "1", "1.x", "1e9.C0000000000", "9" * 30 + ".C0000000000"):
        with pytest.raises(Unfit):
            find_cases(context, ANNA, Filter(), bad, 5)


def test_search_finds_by_everything_a_case_is_known_by(context: Context) -> None:
    """Number, hub, words, payment, household; person and card by their hash; nothing outside the scope."""
    seal = context.seal
    one = opened(
        context,
        new_case(
            member(1, person_hash=seal.hash("person", "P-77"), card_hash=seal.hash("card", "6217")),
            hub_kind="card", hub_id="6217000000001232", desk="discipline",
            summary_zh="一张卡关联1笔发放，共100.00元，疑点：死亡后仍发放。",
            summary_en="1 payment of 100.00 yuan at one card",
        ),
    ).case_id  # fmt: skip
    two = opened(context, new_case(member(2, division_code=OTHER), hub_id="O9")).case_id
    far = somebody(3, "supervisor", divisions=(FAR,))

    def found(**wanted: object) -> list[str]:
        wanted_filter = Filter(**wanted)  # type: ignore[arg-type]
        assert find_cases(context, far, wanted_filter, None, 10).cases == []
        return [row.case_id for row in find_cases(context, BEN, wanted_filter, None, 10).cases]

    assert found(text=one.lower()) == [one]
    assert found(text="死亡后") == [one]
    assert found(text="YUAN one") == [one]
    assert sorted(found(text="100.00")) == sorted([one, two])
    assert found(text="死亡 100") == found(text="T25 yuan card") == [one]
    assert found(text="死亡 100.01") == found(text="T26") == []
    assert found(text="O9") == [two]
    assert found(text="100%") == found(text="_") == []
    assert found(hub_id="6217000000001232") == [one]
    assert found(hub_kind="official", hub_id="O9") == [two]
    assert found(person_id="P-77") == found(card_id="6217") == [one]
    assert found(household_id="H2") == found(disbursement_id="D2") == found(division=OTHER) == [two]
    assert sorted(found(typology="T25", state="new", unassigned=True, offered_as="alert")) == sorted([one, two])
    assert found(phone="13900000000") == []
    row = case_row(context, one)
    assert (row.hub_shown, row.hub_key) == ("····1232", seal.hash("card", "6217000000001232"))


def test_a_search_for_a_person_is_logged_by_hash_and_marked_when_it_is_kin(context: Context) -> None:
    """The number stands nowhere; looking for one's own people is marked."""
    person = context.seal.hash("person", "519912199001011232")
    kin(context, "me", person)
    find_cases(context, somebody(5, "supervisor", person="me"), Filter(person_id="519912199001011232"), None, 10)
    with context.database.read() as connection:
        line = connection.execute(select(AUDIT_LINES)).one()
    assert (line.action, line.about) == ("case.searched", person)
    assert "kin" in str(tuple(line))
    assert "519912199001011232" not in str(tuple(line))


def test_filters_are_ones_own_and_hold_nobody(context: Context) -> None:
    """Kept by name, replaced, dropped; a person, a hub or words are not kept."""
    keep_filter(context, ANNA, "本乡", Filter(division=VILLAGE, state="new"))
    keep_filter(context, ANNA, "本乡", Filter(division=OTHER))
    assert kept_filters(context, ANNA) == [("本乡", {"open": True, "division": OTHER})]
    assert kept_filters(context, BEN) == []
    for wanted in (Filter(person_id="P"), Filter(card_id="C"), Filter(hub_id="H"), Filter(text="张三")):
        with pytest.raises(Unfit):
            keep_filter(context, ANNA, "某人", wanted)
    assert not drop_filter(context, BEN, "本乡")
    assert drop_filter(context, ANNA, "本乡")
