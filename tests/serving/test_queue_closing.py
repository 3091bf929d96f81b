"""Closing a case: by one person below the level, by two above it, and what it leaves behind."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from service.clock import SetClock
from service.store import case_members
from service.store.outbox import OUTBOX_EVENTS
from service.work.context import Context
from service.work.facts.batches import read_after
from service.work.queue.close_case import close_case, countersign, refuse_closing, withdraw_closing
from service.work.queue.closing import Closing
from service.work.queue.errors import Conflict, NotAllowed, NotThere, QueueError, Unfit
from service.work.queue.move_case import move_case
from service.work.queue.reopen import reopen_case
from service.work.queue.split_cases import merge_cases, split_case
from tests.serving.queue_world import (
    FAR,
    OTHER,
    audit_actions,
    case_row,
    lay_out,
    member,
    new_case,
    opened,
    somebody,
)

ANNA, BEN, CHEN = (
    somebody(1, "investigator"),
    somebody(2, "supervisor"),
    somebody(3, "supervisor"),
)


@pytest.fixture(autouse=True)
def _world(context: Context) -> None:
    lay_out(context)


def small(context: Context, **more: object) -> str:
    """A case below the level, looked into."""
    number = opened(context, new_case(member(1), member(2), **more)).case_id
    move_case(context, ANNA, number, 1, "preliminary_check", "看一看名册")
    return number


def large(context: Context) -> str:
    """A case above the level, looked into."""
    number = opened(context, new_case(member(1, amount_fen=2_000_000), member(2))).case_id
    move_case(context, ANNA, number, 1, "preliminary_check", "看一看名册")
    return number


def findings(context: Context) -> list[dict[str, object]]:
    """Findings as training will read them."""
    with context.database.read() as connection:
        return [
            row
            for _, name, rows in read_after(context, connection, 0)
            if name == "dispositions"
            for row in rows.to_pylist()
        ]


def test_below_the_level_one_person_closes_and_findings_are_facts(context: Context) -> None:
    """Every payment gets its finding, with why it was looked at; a differing one its own."""
    number = small(context)
    done = close_case(context, ANNA, number, 2, Closing("confirmed", differing={"D2": "error"}), "名册与银行不符")
    assert (done.state, done.waits) == ("confirmed", False)
    rows = {str(row["disbursement_id"]): row for row in findings(context)}
    assert {one: row["outcome"] for one, row in rows.items()} == {"D1": "confirmed", "D2": "error"}
    assert {row["selected_by"] for row in rows.values()} == {"score"}
    assert (rows["D1"]["suspect_role"], rows["D2"]["suspect_role"]) == ("official", None)
    row = case_row(context, number)
    assert (row.is_open, row.due_at, row.version) == (False, None, 3)
    with context.database.read() as connection:
        assert case_members.held(connection, ["D1", "D2"]) == {}
    assert audit_actions(context, number) == ["case.opened", "case.moved", "case.closed"]


def test_above_the_level_two_different_people_close(context: Context) -> None:
    """Who proposes cannot countersign, nor can somebody who may not, nor a key; the second person can."""
    number = large(context)
    done = close_case(context, BEN, number, 2, Closing("confirmed"), "已核实")
    assert (done.state, done.waits) == ("preliminary_check", True)
    assert findings(context) == []
    key = somebody(9, "supervisor")
    object.__setattr__(key, "credential", "api_key")
    for who in (BEN, ANNA, key):
        with pytest.raises(NotAllowed):
            countersign(context, who, number, done.version)
    closed = countersign(context, CHEN, number, done.version)
    assert closed.state == "confirmed"
    assert len(findings(context)) == 2


def test_one_person_with_two_accounts_is_one_person(context: Context) -> None:
    """A second account of whoever proposed is no second person."""
    number = large(context)
    done = close_case(context, somebody(2, "supervisor", person="same"), number, 2, Closing("cleared"), "无问题")
    with pytest.raises(NotAllowed):
        countersign(context, somebody(8, "supervisor", person="same"), number, done.version)


def test_a_refused_closing_leaves_the_case_and_can_be_proposed_again(context: Context) -> None:
    """The refusal carries its reason; whoever proposed may also take it back; nobody else may."""
    number = large(context)
    first = close_case(context, BEN, number, 2, Closing("cleared"), "无问题")
    refused = refuse_closing(context, CHEN, number, first.version, "银行回单没有附上")
    assert (refused.state, refused.waits) == ("preliminary_check", False)
    again = close_case(context, BEN, number, refused.version, Closing("cleared"), "已附上")
    with pytest.raises(NotAllowed):
        withdraw_closing(context, CHEN, number, again.version, "撤回")
    assert not withdraw_closing(context, BEN, number, again.version, "撤回").waits
    with pytest.raises(Conflict):
        countersign(context, CHEN, number, again.version + 1)


def test_while_a_closing_waits_nothing_else_is_done(context: Context) -> None:
    """It is decided first; what changes the case itself lets it lapse."""
    number = large(context)
    first = close_case(context, BEN, number, 2, Closing("cleared"), "无问题")
    for act in (
        lambda: move_case(context, ANNA, number, first.version, "with_department", "核实"),
        lambda: close_case(context, CHEN, number, first.version, Closing("error"), "差错"),
    ):
        with pytest.raises(Conflict) as caught:
            act()
        assert caught.value.kind == "closing-waits"
    more = opened(context, new_case(member(1), member(2), member(3)))
    assert (more.case_id, more.new, more.added) == (number, False, 1)
    with pytest.raises(Conflict) as stale:
        countersign(context, CHEN, number, first.version)
    assert stale.value.kind == "stale"
    with pytest.raises(Conflict) as gone:
        countersign(context, CHEN, number, first.version + 1)
    assert gone.value.kind == "nothing-waits"


def test_a_double_click_closes_once(context: Context) -> None:
    """The same asked again is answered with what it did; another request with the old version is refused."""
    number = small(context)
    first = close_case(context, ANNA, number, 2, Closing("cleared"), "无问题")
    assert close_case(context, ANNA, number, 2, Closing("cleared"), "无问题") == first
    with pytest.raises(Conflict):
        close_case(context, ANNA, number, 2, Closing("error"), "无问题")
    assert len(findings(context)) == 2


def test_of_many_who_close_at_once_one_does(context: Context) -> None:
    """Threads that race leave one closing and one set of findings."""
    number = small(context)
    people = [somebody(20 + n, "investigator") for n in range(6)]

    def attempt(n: int) -> str:
        try:
            return close_case(context, people[n], number, 2, Closing("cleared"), f"无问题{n}").state
        except QueueError as error:
            return error.kind

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(attempt, range(6)))
    assert sorted(answers) == ["cleared", *["stale"] * 5]
    assert len(findings(context)) == 2


def test_splitting_is_no_way_round_the_second_person(context: Context) -> None:
    """Parts of a case above the level stay above it, and so does what they are merged into."""
    number = large(context)
    part = split_case(context, BEN, number, 2, ["D2"], "分开办理")
    assert case_row(context, part).amount_fen == 10_000
    move_case(context, ANNA, part, 2, "preliminary_check", "看")
    assert close_case(context, BEN, part, 3, Closing("cleared"), "无问题").waits
    tiny = opened(context, new_case(member(7), hub_id="O7")).case_id
    merge_cases(context, BEN, number, 3, tiny, "同一人")
    assert case_row(context, tiny).two_people
    assert case_row(context, number).state == "merged"


def test_a_closing_must_fit(context: Context) -> None:
    """Confirmed only after a look at this desk; outcomes of payments do not contradict the case's."""
    number = opened(context, new_case(member(1), member(2))).case_id
    with pytest.raises(Conflict):
        close_case(context, ANNA, number, 1, Closing("confirmed"), "查实")
    move_case(context, ANNA, number, 1, "preliminary_check", "看")
    for closing in (
        Closing("confirmed", differing={"D1": "error", "D2": "cleared"}),
        Closing("cleared", differing={"D1": "confirmed"}),
        Closing("cleared", differing={"D9": "error"}),
    ):
        with pytest.raises(Unfit):
            close_case(context, ANNA, number, 2, closing, "理由")
    with pytest.raises(Unfit):
        close_case(context, ANNA, number, 2, Closing("cleared"), "   ")
    assert case_row(context, number).version == 2


def test_cleared_by_name_follows_and_a_supervisor_opens_again(context: Context) -> None:
    """A cleared case may be said aloud to be so; new facts open it again, with its payments."""
    number = small(context)
    close_case(context, ANNA, number, 2, Closing("cleared"), "无问题")
    with pytest.raises(NotAllowed):
        close_case(context, ANNA, number, 3, Closing("cleared_by_name"), "澄清")
    assert close_case(context, BEN, number, 3, Closing("cleared_by_name"), "澄清").state == "cleared_by_name"
    with pytest.raises(NotAllowed):
        reopen_case(context, ANNA, number, 4, "新线索")
    assert reopen_case(context, BEN, number, 4, "新线索") == 5
    with context.database.read() as connection:
        assert case_members.held(connection, ["D1", "D2"]) == {"D1": number, "D2": number}


def test_a_closed_case_is_not_moved_open(context: Context) -> None:
    """Only reopening takes its payments back: a move to `new` is refused, also to who may reopen."""
    number = small(context)
    close_case(context, ANNA, number, 2, Closing("cleared"), "无问题")
    with pytest.raises(Conflict) as caught:
        move_case(context, BEN, number, 3, "new", "再看")
    assert caught.value.kind == "not-from-this-state"
    assert case_row(context, number).state == "cleared"


def test_a_case_is_not_opened_again_beside_another(context: Context) -> None:
    """Where the question is open elsewhere by now, the old case stays closed."""
    number = small(context)
    close_case(context, ANNA, number, 2, Closing("cleared"), "无问题")
    assert opened(context, new_case(member(5))).new
    with pytest.raises(Conflict) as caught:
        reopen_case(context, BEN, number, 3, "新线索")
    assert caught.value.kind == "open-elsewhere"
    assert case_row(context, number).state == "cleared"


def test_outside_the_scope_or_the_desk_there_is_no_case(context: Context) -> None:
    """Another county, another desk: the same answer as for a number that is not there."""
    number = small(context)
    far = somebody(5, "investigator", divisions=(FAR,))
    desk = somebody(6, "investigator", desks=("owed",))
    for who in (far, desk):
        with pytest.raises(NotThere):
            close_case(context, who, number, 2, Closing("cleared"), "无问题")
    with pytest.raises(NotThere):
        close_case(context, ANNA, "C0000000000", 1, Closing("cleared"), "无问题")
    assert opened(context, new_case(member(3, division_code=OTHER), hub_id="O3")).new


def test_what_raises_in_the_middle_leaves_nothing(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """A crash after findings were written and before the log was leaves the case open and no finding."""
    number = small(context)

    def crash(*_: object, **__: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr("service.work.queue.close_case.record", crash)
        with pytest.raises(RuntimeError):
            close_case(context, ANNA, number, 2, Closing("cleared"), "无问题")
    assert findings(context) == []
    assert case_row(context, number).state == "preliminary_check"
    assert close_case(context, ANNA, number, 2, Closing("cleared"), "无问题").state == "cleared"


def test_events_tell_what_happened_and_nothing_personal(context: Context, clock: SetClock) -> None:
    """Opened, moved, closed, in that order; no reason, no person."""
    number = small(context)
    clock.move(hours=1)
    close_case(context, ANNA, number, 2, Closing("cleared"), "王某某无问题")
    with context.database.read() as connection:
        rows = connection.execute(select(OUTBOX_EVENTS).order_by(OUTBOX_EVENTS.c.number)).all()
    assert [row.type for row in rows if row.subject == f"cases/{number}"] == [
        "org.mingbai.case.opened",
        "org.mingbai.case.moved",
        "org.mingbai.case.closed",
    ]
    assert not any("王" in str(row.data) for row in rows)
