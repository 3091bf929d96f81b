"""Every table, column and value of the contract has a name on a screen, in both languages; shapes pass the wire."""

from __future__ import annotations

import datetime as dt
import json
import re

import pytest

from features.contract import EVERY_TABLE
from service.work.portraits import wire
from service.work.portraits.look_things import Drawn
from service.work.portraits.shapes import (
    CardLine,
    Event,
    EvidenceRow,
    Fact,
    Graph,
    Node,
    Peers,
    PersonLine,
    PostLine,
    Sum,
    Tie,
)
from service.work.portraits.words import column_word, plain, table_word, value_word, words

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def test_every_word_is_there() -> None:
    """Tables, columns and values: Chinese that is Chinese, English that is not, and nothing beside."""
    for table in EVERY_TABLE.values():
        pairs = [table_word(table.name), *(column_word(table.name, column.name) for column in table.columns)]
        for column in table.columns:
            for value in column.values:
                word = value_word(table.name, column.name, value)
                assert word != (value, value), f"{table.name}.{column.name}={value} has no word"
                pairs.append(word)
        for zh, en in pairs:
            assert CHINESE.search(zh), zh
            assert en, zh
            assert not CHINESE.search(en), en
    known = {table.name for table in EVERY_TABLE.values()}
    columns = {column.name for table in EVERY_TABLE.values() for column in table.columns}
    assert set(words()["tables"]) <= known
    assert {one.rpartition(".")[2] for one in words()["columns"]} <= columns


def test_words_take_what_they_are_given() -> None:
    """The same gaps in both languages: none is forgotten in one of them."""
    gap = re.compile(r"{(\w+)}")
    for key, (zh, en) in words()["plain"].items():
        assert set(gap.findall(zh)) == set(gap.findall(en)), key
    assert plain("age", n=7) == ("7 岁", "aged 7")
    with pytest.raises(KeyError):
        plain("age")
    assert value_word("cards", "kind", None) == ("", "")
    assert value_word("programs", "category", "冬季取暖") == ("冬季取暖", "冬季取暖")


def test_shapes_pass_the_wire() -> None:
    """Through JSON and back they are the same, dates, moments and what is not there included."""
    zone = dt.timezone(dt.timedelta(hours=8))
    at = dt.datetime(2019, 7, 1, 9, 30, 0, 123, tzinfo=zone)
    day = dt.date(2019, 7, 1)
    drawn = Drawn(
        there=True,
        title=("农户", "Household"),
        facts=(Fact(("村", "Village"), ("湾松村", "湾松村")),),
        people=(PersonLine("ab", "王*", ("户主", "head"), "/look-up/person/ab"),),
        cards=(CardLine("cd", "0017", ("存折", "passbook"), ("在用", "open"), "王*", day, None, 3, 1_200),),
        posts=(PostLine("O1", "陈*", ("村会计", "accountant"), "湾松村", day),),
        numbers=("D1", "D2"),
        after="1-D2",
        by_year=(Sum("2019", ("2019 年", "2019"), 2, 100),),
        graph=Graph(
            (Node("a", "person", ("王*", "王*")), Node("b", "card", ("尾号 0017", "card ··0017"), is_hub=True)),
            (Tie("a", "b", "paid_to", day, day, 2, 100, True), Tie("a", "b", "holds")),
            (("phone", 3),),
            7,
        ),
        events=(
            Event(at, "paid", ("到账", "credited"), 100, at, "a", "D1", True),
            Event(at, "died", ("死亡", "death")),
        ),
        peers=(Peers(("金额", "amount"), ("同村", "village"), (0.0, 1.5), (9,), 1.0, 0.5, 0.25, 9),),
    )
    assert wire.read(Drawn, json.loads(json.dumps(wire.plain(drawn)))) == drawn
    row = EvidenceRow("a:1", ("表", "table"), (("列", "1"),), (("column", "1"),))
    assert wire.read_all(EvidenceRow, wire.plain([row, row])) == (row, row)
    with pytest.raises(TypeError):
        wire.plain(object())
    with pytest.raises(ValueError, match="argument"):
        wire.read(Tie, ["a", "b"])
