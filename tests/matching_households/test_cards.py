"""One household, one card: situations and their look-alikes, and what no later row and no order may change."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from features._world import World, world
from features.asof import Ledger
from features.intake import load
from features.matching.cards.by_place import by_place
from features.matching.cards.clean_up import CleanUp, clean_up
from features.matching.cards.decide import Rules
from features.matching.cards.places import LEVELS
from features.matching.cards.reasons import FATES, PLACE, REASONS

HOURS_8 = 8 * 3_600_000_000


def at(day: str) -> int:
    """The start of a local day, microseconds UTC."""
    return int(np.datetime64(day, "us").astype(np.int64)) - HOURS_8


def found(made: World, day: str = "2019-07-01") -> dict[tuple[str, str], dict[str, object]]:
    """Rows of the list by household and card."""
    rows = clean_up(made.ledger, at(day)).table.to_pylist()
    by_key = {(row["household_id"], row["card_id"]): row for row in rows}
    assert len(by_key) == len(rows)
    return by_key


def fate(made: World, card: str, household: str = "H1", day: str = "2019-07-01") -> tuple[object, str]:
    """Fate and deciding reason of a card."""
    row = found(made, day)[household, card]
    return row["fate"], str(row["reasons"]).split("|")[0]


def test_two_spouses_with_a_card_each_are_in_order() -> None:
    assert fate(world(), "C1") == ("keep", "household_card")
    assert fate(world(), "C2") == ("stays", "own_card")


def test_the_heads_card_is_kept_and_where_it_does_not_work_the_spouses() -> None:
    waiting = world().change("cards", "card_id", "C1", activated_on=None)
    assert fate(waiting, "C1") == ("wait", "never_activated")
    assert fate(waiting, "C2") == ("keep", "household_card")
    assert "head_has_none" in str(found(waiting)["H1", "C2"]["reasons"])


@pytest.mark.parametrize(("day", "expected"), [("2018-05-01", "wait"), ("2019-07-01", "close")])
def test_a_passbook_waits_until_its_holder_has_a_card_that_works(day: str, expected: str) -> None:
    """The date of the migration is the card's own: nothing is built in."""
    moved = (
        world()
        .change("cards", "card_id", "C3", opened_on="2018-03-01", activated_on="2018-06-02")
        .add("cards", card_id="B3", holder_person_id="P3", kind="passbook")
    )
    assert fate(moved, "B3", "H2", day)[0] == expected


def test_a_new_card_may_wait_to_be_activated() -> None:
    new = world().add("cards", card_id="N3", holder_person_id="P3", opened_on="2019-06-01", activated_on=None)
    late = world().drop("cards").add("cards", card_id="N3", holder_person_id="P3", activated_on=None)
    soon = (
        world()
        .drop("cards")
        .add("cards", card_id="N3", holder_person_id="P3", opened_on="2019-06-01", activated_on=None)
    )
    assert fate(new, "N3", "H2") == ("close", "second_of_holder")
    assert fate(soon, "N3", "H2") == ("wait", "not_yet_activated")
    assert fate(late, "N3", "H2") == ("wait", "never_activated")


def test_a_replaced_card_is_closed_and_the_new_one_kept() -> None:
    lost = (
        world()
        .add("card_events", card_id="C3", kind="reported_lost", at="2019-01-01")
        .add("card_events", card_id="C3", kind="replaced", value="N3", at="2019-01-02")
        .add("cards", card_id="N3", holder_person_id="P3", opened_on="2019-01-02", activated_on="2019-01-03")
    )
    assert fate(lost, "C3", "H2") == ("close", "lost")
    assert fate(lost, "N3", "H2") == ("keep", "household_card")
    assert fate(lost, "C3", "H2", "2018-12-01") == ("keep", "household_card"), "nobody had lost it then"


def test_payments_to_a_card_to_be_closed_are_told() -> None:
    moved = world().add("cards", card_id="B3", holder_person_id="P3", kind="passbook").paid("P3", card_id="B3")
    row = found(moved)["H2", "B3"]
    assert (row["fate"], row["payments"], str(row["amount"])) == ("close", 1, "100.00")
    assert "payments_still_arrive" in str(row["reasons"])
    assert row["last_paid_on"] is not None


def test_whose_card_receives_for_the_household() -> None:
    stranger = world().paid("P1", card_id="C6")
    assert fate(stranger, "C6") == ("check", "outside_stranger")
    guardian = stranger.add("authorizations", person_id="P1", proxy_id="P6")
    assert fate(guardian, "C6") == ("stays", "outside_authorised")
    over = stranger.add("authorizations", person_id="P1", proxy_id="P6", to_date="2019-01-01")
    assert fate(over, "C6") == ("check", "outside_stranger")
    kin = stranger.add("kinship", person_id="P1", relative_id="P6", relation="child")
    assert fate(kin, "C6") == ("check", "outside_kin")
    home = world().add("cards", card_id="CI", holder_person_id="HOME1", kind="institution").paid("P1", card_id="CI")
    assert fate(home, "CI") == ("stays", "outside_institution")
    assert fate(world().paid("P1", card_id="NOWHERE"), "NOWHERE") == ("check", "card_not_registered")
    assert found(stranger)["H6", "C6"]["fate"] == "keep", "the holder's own household keeps it"


def test_a_card_kept_by_somebody_else_is_asked_about() -> None:
    def handed(person: str) -> World:
        return world().add("card_events", card_id="C1", kind="handed_to_proxy", actor_person_id=person)

    assert fate(handed("P6"), "C1") == ("check", "held_by_another")
    assert found(handed("P6"))["H1", "C1"]["held_by_person_id"] == "P6"
    assert fate(handed("P6"), "C2") == ("keep", "household_card"), "a card nobody else keeps comes before it"
    assert fate(handed("P2"), "C1") == ("keep", "household_card")
    assert fate(handed("P6").add("authorizations", person_id="P1", proxy_id="P6"), "C1")[0] == "keep"
    assert fate(handed("P6").add("kinship", person_id="P1", relative_id="P6", relation="child"), "C1")[0] == "keep"


def test_who_opened_a_card_is_told_and_asked_about_where_the_notices_go_there() -> None:
    opened = world().change("cards", "card_id", "C1", opened_by_person_id="P6")
    row = found(opened)["H1", "C1"]
    assert (row["fate"], row["opened_by_person_id"], row["opened_by"]) == ("keep", "P6", "stranger")
    bound = opened.change("cards", "card_id", "C1", phone="19900000006")
    assert fate(bound, "C1") == ("check", "opened_and_bound_by_another")
    spouse = world().change("cards", "card_id", "C1", opened_by_person_id="P2", phone="19900000002")
    assert fate(spouse, "C1") == ("keep", "household_card")
    clerk = world().change("officials", "official_id", "O2", person_id="P5")
    assert (
        found(clerk.change("cards", "card_id", "C1", opened_by_person_id="P5"))["H1", "C1"]["opened_by"] == "official"
    )


def test_a_death_is_settled_with_the_heirs_and_the_village_alone_reports_none() -> None:
    dead = world().died("P1", on="2019-01-10", recorded="2019-02-01", source="police")
    assert fate(dead, "C1") == ("check", "holder_dead")
    assert fate(dead, "C2") == ("keep", "household_card")
    assert fate(dead, "C1", day="2019-01-15")[0] == "keep"
    village = world().died("P1", on="2019-01-10", recorded="2019-02-01", source="village_report")
    assert fate(village, "C1")[0] == "keep"


def test_money_for_a_closed_card() -> None:
    closed = world().change("cards", "card_id", "C3", closed_on="2019-03-01")
    assert ("H2", "C3") not in found(closed)
    assert fate(closed.paid("P3", at="2019-04-20"), "C3", "H2") == ("check", "paid_after_closing")
    assert ("H2", "C3") not in found(closed.paid("P3", at="2019-02-20")), "it was open when it was paid"
    assert fate(closed, "C3", "H2", "2019-02-01")[0] == "keep"


def busy() -> World:
    """A little of everything."""
    return (
        world()
        .add("cards", card_id="B3", holder_person_id="P3", kind="passbook")
        .add("cards", card_id="CI", holder_person_id="HOME1", kind="institution")
        .add("persons", person_id="P9", name="无卡", household_id="H9", division_code="519901102001")
        .change("cards", "card_id", "C4", activated_on=None)
        .change("cards", "card_id", "C5", closed_on="2019-01-01")
        .paid("P1", card_id="CI")
        .paid("P1", card_id="C6")
        .paid("P2", amount="0.01")
        .paid("P3", card_id="B3", amount="396.85")
        .paid("P4", at="2019-05-20")
        .paid("P5", at="2019-05-21")
        .paid("P5", at="2018-12-21")
        .paid("P6", household_id=None, card_id="ELSEWHERE")
        .paid("P7", household_id=None, card_id="C6", division_code="519901102001")
    )


def test_every_open_card_stands_once_and_every_payment_is_counted_once() -> None:
    check_conserved(busy().ledger, clean_up(busy().ledger, at("2019-07-01")), lines=9)


def check_conserved(ledger: Ledger, made: CleanUp, lines: int) -> None:
    """Cards and payments of the list and of every level add up to the same."""
    own = made.table.filter(pc.equal(made.table.column("whose"), "own"))
    open_cards = own.filter(pc.is_null(own.column("closed_on"))).column("card_id").to_pylist()
    decoded = ledger.vocabulary("card").decode(made.cards.card[made.cards.open])
    assert sorted(open_cards) == sorted(str(text) for text in decoded)
    assert int(made.paid.count.sum()) == lines
    for level in LEVELS:
        state = by_place(ledger, made, level)
        total = {n: pc.sum(state.column(n)).as_py() for n in state.column_names if pa.types.is_integer(state[n].type)}
        assert total["cards"] == len(open_cards)
        assert total["cards"] == sum(total[f"cards_{word}"] for word in ("keep", "stay", "close", "wait", "check"))
        assert total["payments"] == lines
        assert total["payments_other"] + total["payments_closed_since"] <= lines
        assert total["households"] == sum(n for k, n in total.items() if k.endswith("_cards"))
        assert pc.sum(state.column("amount")).as_py() * 100 == int(made.paid.fen.sum())
        assert len(set(state.column("division_code").to_pylist())) == state.num_rows


def test_a_merged_village_counts_with_what_it_became() -> None:
    merged = busy().change(
        "divisions", "division_code", "519901101002", valid_to="2019-03-31", successor_code="519901102001"
    )

    def villages(day: str) -> dict[str, int]:
        ledger = merged.ledger
        rows = by_place(ledger, clean_up(ledger, at(day)), "village").to_pylist()
        return {row["division_code"]: row["households"] for row in rows}

    assert villages("2019-03-31").get("519901101002") == 1, "its last day is still its own"
    assert villages("2019-04-01").get("519901102001") == villages("2019-03-31")["519901102001"] + 1
    assert "519901101002" not in villages("2019-04-01")
    assert sum(villages("2019-03-31").values()) == sum(villages("2019-04-01").values())


def test_what_became_known_later_changes_nothing() -> None:
    made = busy()
    later = (
        made.add("card_events", card_id="C1", kind="handed_to_proxy", actor_person_id="P6", at="2019-08-01")
        .add("cards", card_id="N1", holder_person_id="P1", opened_on="2019-08-01")
        .died("P2", on="2019-01-01", recorded="2019-08-01", source="police")
        .add("kinship", person_id="P1", relative_id="P6", recorded_at="2019-08-01")
        .add("persons", person_id="P1", name="王一", household_id="H9", recorded_at="2019-08-01")
        .change("cards", "card_id", "C2", closed_on="2019-09-01")
        .paid("P3", at="2019-08-02")
    )
    assert clean_up(later.ledger, at("2019-07-01")).table.equals(clean_up(made.ledger, at("2019-07-01")).table)


def test_the_order_of_rows_says_nothing() -> None:
    made = busy()
    turned = replace(made, rows=tuple(reversed(made.rows)), _cache={})
    for day in ("2019-01-15", "2019-07-01"):
        first, second = clean_up(made.ledger, at(day)), clean_up(turned.ledger, at(day))
        assert first.table.equals(second.table)
        for level in LEVELS:
            assert by_place(made.ledger, first, level).equals(by_place(turned.ledger, second, level))


@pytest.mark.parametrize(
    "lost", ["card_events", "households", "officials", "kinship", "authorizations", "civil_events", "settlements"]
)
def test_it_works_without_what_was_not_shared(lost: str) -> None:
    made = busy().lacking(lost)
    check_conserved(made.ledger, clean_up(made.ledger, at("2019-07-01")), lines=9)


def test_without_any_payment_or_card() -> None:
    bare = world().drop("cards")
    made = clean_up(bare.ledger, at("2019-07-01"))
    assert made.table.num_rows == 0
    state = by_place(bare.ledger, made, "county").to_pylist()
    assert [row["households_0_cards"] for row in state] == [5]


def test_another_level_is_refused() -> None:
    with pytest.raises(ValueError, match="level: found 'hamlet'"):
        by_place(world().ledger, clean_up(world().ledger, at("2019-07-01")), "hamlet")


def test_every_fate_and_reason_is_worded() -> None:
    assert {reason.fate for reason in REASONS if reason.fate} == set(FATES)
    assert len(PLACE) == len(REASONS)
    assert all(reason.en and any("\u4e00" <= c <= "\u9fff" for c in reason.zh) for reason in REASONS)
    first_silent = next(k for k, reason in enumerate(REASONS) if reason.fate is None)
    assert all(reason.fate is None for reason in REASONS[first_silent:]), "what decides stands before what is only told"


def test_policy_moves_the_bounds() -> None:
    new = (
        world()
        .drop("cards")
        .add("cards", card_id="N3", holder_person_id="P3", opened_on="2019-06-01", activated_on=None)
    )
    row = clean_up(new.ledger, at("2019-07-01"), Rules(activation_days=10)).table.to_pylist()[0]
    assert row["reasons"] == "never_activated"


def test_on_the_shared_county(county_a: Path, tmp_path: Path) -> None:
    """Conserved at two moments, before and after the migration, and the state moves the right way."""
    load(county_a, tmp_path)
    ledger = Ledger.open(tmp_path)
    table = ledger.tables["disbursements"]
    settled = []
    for day in ("2018-03-01", "2019-07-01"):
        made = clean_up(ledger, at(day))
        in_window = (table.known_at > at(day) - 365 * 86_400_000_000) & (table.known_at <= at(day))
        assert 0 < int(made.paid.count.sum()) <= int((in_window & (table.superseded_at > at(day))).sum())
        check_conserved(ledger, made, int(made.paid.count.sum()))
        state = by_place(ledger, made, "county").to_pylist()[-1]
        settled.append(state["households_settled"] / state["households"])
    assert settled[1] > settled[0] + 0.3
    assert "2017-12-01" < str(state["migrated_from"]) < str(state["migrated_to"]) < "2018-12-31"
