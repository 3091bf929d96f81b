"""The tree of places with its names: paths, what lies below, where a scope begins, odd data."""

from __future__ import annotations

import pyarrow as pa

from features.contract import EVERY_TABLE
from service.access import Principal
from service.work.context import Context
from service.work.facts.accept import accept
from service.work.facts.hashes import hashes_of
from service.work.places import Place, Places, places_of

TREE = Places(
    (
        Place("51", "省", "province", ""),
        Place("5199", "县", "county", "51"),
        Place("519901", "青山镇", "township", "5199"),
        Place("519902", "旧镇", "township", "5199", "519901"),
        Place("51990101", "石桥村", "village", "519901"),
        Place("51990201", "旧村", "village", "519902"),
        Place("70", "甲", "county", "71"),
        Place("71", "乙", "county", "70"),
        Place("80", "无上级", "village", "99"),
    )
)


def who(*divisions: str) -> Principal:
    """Somebody of some divisions."""
    return Principal(1, "a", frozenset({"supervisor"}), divisions, "session")


def test_names_and_paths() -> None:
    """A village is named with its township; what nobody told of by its code; a circle ends."""
    assert TREE.full_name("51990101") == "青山镇石桥村"
    assert TREE.full_name("5199") == "县"
    assert (TREE.name("123"), TREE.full_name(None), TREE.name("")) == ("123", "", "")
    assert [one.code for one in TREE.path("51990101")] == ["51", "5199", "519901", "51990101"]
    assert {one.code for one in TREE.path("70")} == {"70", "71"}
    assert TREE.path("nowhere") == ()


def test_what_lies_below_leaves_out_what_was_merged_away() -> None:
    """Its villages are found under it all the same; one whose parent nobody told of stands at the top."""
    assert [one.code for one in TREE.below("5199")] == ["519901"]
    assert [one.code for one in TREE.below("519902")] == ["51990201"]
    assert {one.code for one in TREE.below("")} == {"51", "80"}


def test_a_village_stands_under_its_township_and_everything_else_for_itself() -> None:
    """Also one nobody knows."""
    assert [TREE.town_of(one) for one in ("51990101", "519901", "5199", "x")] == ["519901", "519901", "5199", "x"]


def test_where_a_scope_begins() -> None:
    """Divisions within others are no beginning of their own; unknown ones none at all."""
    assert [one.code for one in TREE.tops(who("*"))] == ["51", "80"]
    assert [one.code for one in TREE.tops(who("519901", "5199", "nowhere"))] == ["5199"]
    assert [one.code for one in TREE.tops(who("519901", "519902"))] == ["519901", "519902"]


def test_a_new_name_is_seen_at_once(context: Context) -> None:
    """The tree is kept until rows of divisions come, and no longer."""
    assert places_of(context).below("") == ()
    table = EVERY_TABLE["divisions"]
    for name in ("旧名", "新名"):
        row = {"division_code": "519900000000", "name": name, "level": "county"}
        batch = pa.RecordBatch.from_pylist([row])
        with context.database.write() as connection:
            accept(context, connection, table, batch, hashes_of(context.seal, table, batch), source=name)
        assert places_of(context).name("519900000000") == name
        assert places_of(context) is places_of(context)
