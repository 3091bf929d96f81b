"""What is shown around a case: ties, events, peers, reasons and their rows; to whom, and what never."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from service.access import Principal
from service.clock import SetClock
from service.store import case_members, cases
from service.store.audit_lines import AUDIT_LINES
from service.work.context import Context
from service.work.portraits import wire
from service.work.portraits.case_events import case_events
from service.work.portraits.case_graph import case_graph
from service.work.portraits.errors import NothingThere
from service.work.portraits.evidence import case_reasons, evidence
from service.work.portraits.peers_of import hub_peers, peers_of
from service.work.portraits.precedents import precedents
from service.work.portraits.shapes import Graph
from service.work.queue.errors import NotThere
from tests.serving.local_scorer import LocalScorer
from tests.serving.portrait_world import (
    CARDS,
    COUNTY,
    DEVICE,
    HOSTILE,
    OTHER,
    PEOPLE,
    PHONE,
    VILLAGE,
    case_at_phone,
    hand_over,
    reason,
    scored,
)  # fmt: skip
from tests.serving.queue_world import somebody

AT = dt.datetime(2019, 7, 1, 1, 0, tzinfo=dt.UTC)
EVERYBODY = somebody(1, "supervisor", divisions=("*",))
INVESTIGATOR = somebody(2, "investigator", divisions=(COUNTY,))
NEVER = [*PEOPLE.values(), *CARDS.values(), PHONE, DEVICE, "王建国", "李秀英", "陈会计", "陈小弟", "赵远方", "alert(1)"]


@pytest.fixture
def world(context: Context, tmp_path: Path) -> LocalScorer:
    """The counties on record, and the one that keeps their history."""
    assert isinstance(context.clock, SetClock)
    context.clock.at = AT
    hand_over(context, tmp_path / "sent")
    return LocalScorer(context)


def text_of(shape: Any) -> str:
    """Everything a shape says."""
    return json.dumps(wire.plain(shape), ensure_ascii=False)


def actions(context: Context) -> list[str]:
    """What the log says was done, in order."""
    with context.database.read() as connection:
        return list(connection.execute(select(AUDIT_LINES.c.action).order_by(AUDIT_LINES.c.line)).scalars())


def shown(graph: Graph, kind: str) -> set[str]:
    """What things of a kind are called."""
    return {node.shown[0] for node in graph.nodes if node.kind == kind}


def test_the_graph_of_a_case(context: Context, world: LocalScorer) -> None:
    """Everything tied is there, counted and dated; the way to the phone matters; nobody is named whole."""
    number = case_at_phone(context).case_id
    graph = case_graph(context, EVERYBODY, world, number)
    assert shown(graph, "phone") == {"手机尾号 0001"}
    assert shown(graph, "household") >= {"H1", "H2", "H3", "H5", "H9"}
    assert shown(graph, "official") >= {"陈*", "包*"}
    assert shown(graph, "outlet") >= {"网点 W7", "网点 W1"}
    assert shown(graph, "device") == {"设备尾号 1234"}
    assert shown(graph, "collector") == {"尾号 0058"}
    hub = next(node for node in graph.nodes if node.is_hub)
    assert hub.kind == "phone"
    keys = {node.key: node for node in graph.nodes}
    ties = {(keys[one.one].kind, keys[one.other].kind, one.kind): one for one in graph.ties}
    assert {("person", "card", "paid_to"), ("card", "outlet", "drawn_at"), ("official", "person", "kin_of"),
            ("official", "card", "acts_for"), ("official", "person", "serves_as"), ("card", "device", "bound_to"),
            ("person", "phone", "bound_to"), ("household", "village", "lives_in")} <= set(ties)  # fmt: skip
    drawn = [one for one in graph.ties if one.kind == "drawn_at"]
    assert {(one.count, one.amount_fen) for one in drawn} == {(5, 50_000)}
    assert {one.first_on for one in drawn} == {dt.date(2019, 1, 8)}
    assert any(one.matters and one.kind == "bound_to" for one in graph.ties)
    assert not any(one.matters for one in graph.ties if one.kind == "decided")
    li = next(node for node in graph.nodes if node.shown[0] == "李*")
    assert "登记死亡 2019-02-10" in li.note[0]
    told = text_of(graph)
    assert not [one for one in NEVER if one in told]
    assert actions(context)[-1] == "case.graph"


def test_as_of_a_moment(context: Context, world: LocalScorer) -> None:
    """What was not known then is not in it: the death was recorded in April."""
    number = case_at_phone(context).case_id
    before = case_graph(context, EVERYBODY, world, number, at=dt.datetime(2019, 3, 1, tzinfo=dt.UTC))
    assert "登记死亡" not in text_of(before)
    assert not any(node.is_member for node in before.nodes)  # Its payments are of June.
    happened = case_events(context, EVERYBODY, world, number, at=dt.datetime(2019, 3, 1, tzinfo=dt.UTC))
    assert all(event.at < dt.datetime(2019, 3, 1, tzinfo=dt.UTC) for event in happened)


def test_fewer_things_than_there_are(context: Context, world: LocalScorer, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is too much is counted by kind, and so is who was paid by payments whose ties are not looked at."""
    number = case_at_phone(context).case_id
    whole, few = case_graph(context, EVERYBODY, world, number), case_graph(context, EVERYBODY, world, number, most=6)
    assert len(few.nodes) == 6
    assert few.nodes[0].is_hub
    assert len(few.nodes) + sum(count for _, count in few.left_out) == len(whole.nodes)
    monkeypatch.setattr("service.work.portraits.look_graph.PAYMENTS_DRAWN", 2)
    part = case_graph(context, EVERYBODY, world, number)
    assert dict(part.left_out) == {"household": 3, "person": 3, "card": 1}


@pytest.mark.parametrize("divisions", [(COUNTY,), (VILLAGE,), (OTHER,)])
def test_no_division_outside_is_ever_named(context: Context, world: LocalScorer, divisions: tuple[str, ...]) -> None:
    """Whatever is looked at: people, households, cards, officials and places of elsewhere are counted, not shown."""
    who = somebody(3, "supervisor", divisions=divisions)
    inside = {COUNTY: ("D1-6", "D2-6", "D3-6", "D4-6"), VILLAGE: ("D1-6", "D2-6", "D4-6"), OTHER: ("D3-6",)}
    number = case_at_phone(context, *inside[divisions[0]]).case_id
    graph = case_graph(context, who, world, number)
    happened = case_events(context, who, world, number)
    outside = {"H9", "远方村", "赵*", "远经*", "O9", context.seal.hash("person", PEOPLE["far"])[:16],
               context.seal.hash("card", CARDS["far"])[:16], CARDS["far"][-4:]}  # fmt: skip
    if divisions != (COUNTY,):
        outside |= {"坝黄村", "H3"} if divisions == (VILLAGE,) else {"湾松村", "H1", "H2", "H5", "王*", "李*"}
    for said in (text_of(graph), text_of(happened)):
        assert not [one for one in outside if one in said]
    assert graph.elsewhere > 0
    # Who decided from above is named; their page is not opened from below.
    reviewer = [node for node in graph.nodes if node.shown[0] == "包*"]
    assert len(reviewer) == 1
    assert bool(reviewer[0].look_up) == (divisions == (COUNTY,))


def test_nobody_near_is_told_of(context: Context, world: LocalScorer) -> None:
    """Kin of whoever looks stand in no graph, in no event; of a case that touches them nothing is shown at all."""
    brother = Principal(
        7, "cousin", frozenset({"supervisor"}), ("*",), "session", person=context.seal.hash("person", PEOPLE["far_kin"])
    )
    near = case_at_phone(context, "D1-6", "D9-6").case_id
    with pytest.raises(NotThere):
        case_graph(context, brother, world, near)
    assert actions(context)[-1] == "case.refused"
    other = case_at_phone(context, "D1-5", hub_kind="card", hub_id=CARDS["wang"], typology="T22").case_id
    everybody, mine = case_graph(context, EVERYBODY, world, other), case_graph(context, brother, world, other)
    assert "H9" not in text_of(mine)
    assert context.seal.hash("person", PEOPLE["far"])[:16] not in text_of(mine)
    assert mine.elsewhere > everybody.elsewhere


def test_events_of_a_case(context: Context, world: LocalScorer) -> None:
    """In order of time, with what was known late said so, and no text that is more than text."""
    number = case_at_phone(context).case_id
    scored(context, "D1-6", [reason("T25.emptied_in_series")])
    found = case_events(context, EVERYBODY, world, number)
    assert list(found) == sorted(found, key=lambda event: event.at)
    kinds = {event.kind for event in found}
    assert {"applied", "decided", "submitted", "paid", "withdrawn", "card_opened", "card_changed"} <= kinds
    assert {"died", "scored"} <= kinds
    died = next(event for event in found if event.kind == "died")
    assert died.known_at is not None
    assert died.known_at.date() == dt.date(2019, 4, 20)
    swept = next(event for event in found if event.kind == "swept")
    assert swept.amount_fen == 12_000
    assert CARDS["far"][-4:] in swept.text[0]
    own = [event for event in found if event.in_case]
    assert {event.disbursement_id for event in own} == {"D1-6", "D2-6", "D3-6", "D4-6", "D9-6"}
    assert "陈*" in "".join(event.text[0] for event in own if event.kind == "decided")
    told = text_of(found)
    assert not [one for one in NEVER if one in told]
    few = case_events(context, EVERYBODY, world, number, most=12)
    assert len(few) <= 12
    assert all(event.in_case for event in few)


def test_peers(context: Context, world: LocalScorer) -> None:
    """A payment against its village and item, a phone against phones."""
    number = case_at_phone(context).case_id
    found = {(one.measure[1], one.group[1]): one for one in peers_of(context, EVERYBODY, world, "D3-6")}
    whole = found["Amount (yuan)", "same item, whole county"]
    assert (whole.value, whole.peers, whole.rank, whole.median) == (360.0, 29, 1.0, 120.0)
    assert sum(whole.counts) == 29
    at_phone = hub_peers(context, EVERYBODY, world, number)
    assert at_phone == ()  # One phone alone has no peers.
    with pytest.raises(NothingThere):
        peers_of(context, INVESTIGATOR, world, "D9-6")


def test_reasons_and_the_rows_behind_them(context: Context, world: LocalScorer) -> None:
    """Told together over a case; rows masked, as they stood; those of elsewhere left out and counted."""
    number = case_at_phone(context, "D1-6", "D2-6").case_id
    keys = [
        f"persons:{PEOPLE['li']}", f"civil_events:death/2019-02-10/{PEOPLE['li']}", f"cards:{CARDS['li']}",
        "card_events:E1", "approvals:village_assessment/A-D2", "complaints:P1", "programs:LAND",
    ]  # fmt: skip
    away = [f"civil_events:death/2019-02-10/{PEOPLE['far']}", "disbursements:D9-6", "persons:nobody", "nonsense:1", "x"]
    scored(
        context, "D2-6", [reason("T01.paid_after_death", *keys, *away, weight=0.7), reason("T25.emptied", weight=0.3)]
    )
    scored(context, "D1-6", [reason("T25.emptied", "settlements:D1-6", weight=0.4)])
    told = case_reasons(context, INVESTIGATOR, number)
    assert [(one.code, one.payments, one.disbursement_id) for one in told] == [
        ("T25.emptied", 2, "D1-6"), ("T01.paid_after_death", 1, "D2-6"),
    ]  # fmt: skip
    found = evidence(context, INVESTIGATOR, world, "D2-6", code="T01.paid_after_death")
    assert [(one.code, len(one.rows), one.left_out) for one in found] == [
        ("T01.paid_after_death", len(keys), len(away))
    ]
    by_table = {row.key.partition(":")[0]: dict(row.columns) for row in found[0].rows}
    assert by_table["persons"]["姓名"] == "李*"
    assert by_table["persons"]["身份证号"].endswith("0022")
    assert by_table["persons"]["出生年份"] == "1942"
    assert by_table["civil_events"]["种类"] == "死亡"
    assert by_table["approvals"]["环节"] == "村评"
    assert by_table["card_events"]["变更内容"] == "····1234"
    assert "卡被收走了" in by_table["complaints"]["内容"]
    assert [len(row.columns) for row in found[0].rows] == [len(row.columns_en) for row in found[0].rows]
    said = text_of(found)
    assert not [one for one in NEVER if one in said and one not in HOSTILE]
    with pytest.raises(NothingThere):
        evidence(context, INVESTIGATOR, world, "D9-6")
    assert evidence(context, INVESTIGATOR, world, "D1-1") == ()  # Never scored.


def test_kin_are_refused_a_payment(context: Context, world: LocalScorer) -> None:
    """One's own, kin's and household's payments, and those of one's village, are not there; the log says who asked."""
    me = Principal(
        8, "son", frozenset({"investigator"}), ("*",), "session", person=context.seal.hash("person", PEOPLE["far_kin"])
    )
    scored(context, "D9-6", [reason("T01.paid_after_death")])
    for look in (lambda: evidence(context, me, world, "D9-6"), lambda: peers_of(context, me, world, "D9-6")):
        with pytest.raises(NothingThere):
            look()
        assert actions(context)[-1] == "payment.refused"


def test_precedents(context: Context, world: LocalScorer) -> None:
    """Closed cases that are most alike, of each finding; not those outside the scope or desk of whoever asks."""

    def closed(state: str, *numbers: str, **more: Any) -> str:
        case_id = case_at_phone(context, *numbers, **more).case_id
        with context.database.write() as connection:
            values = {"state": state, "is_open": False, "closed_at": context.clock.now()}
            assert cases.change(connection, case_id, 1, values)
            case_members.let_go(connection, case_id)
        return case_id

    confirmed = closed("confirmed", "D1-1")
    cleared = closed("cleared", "D1-2")
    unlike = closed("confirmed", "D1-3", typology="T01", hub_kind="household", hub_id="H1")
    far = closed("confirmed", "D9-1")
    own = case_at_phone(context, "D1-6").case_id
    found = precedents(context, INVESTIGATOR, own)
    assert {one.case.case_id for one in found} == {confirmed, cleared}
    assert {one.case.outcome for one in found} == {"confirmed", "cleared"}
    assert all(one.likeness == 1.0 and ("同一对象曾被核查", "the very same subject") in one.alike for one in found)
    assert far in {one.case.case_id for one in precedents(context, EVERYBODY, own)}
    assert unlike not in {one.case.case_id for one in precedents(context, EVERYBODY, own)}
    assert len(precedents(context, EVERYBODY, own, most=1)) == 1


def test_outside_the_scope_there_is_no_case(context: Context, world: LocalScorer) -> None:
    """A case of elsewhere is not there, for any look at it."""
    number = case_at_phone(context, "D9-6").case_id
    for look in (case_graph, case_events, hub_peers):
        with pytest.raises(NotThere):
            look(context, INVESTIGATOR, world, number)
    for read in (case_reasons, precedents):
        with pytest.raises(NotThere):
            read(context, INVESTIGATOR, number)
