"""People tied to a case by kin, post or village neither see nor touch it; the refusal is logged and tells nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from service.access import Principal
from service.store import case_ties, division_paths
from service.store.audit_lines import AUDIT_LINES, Wanted
from service.work.audit.read import WITHHELD, read_page
from service.work.audit.record import Line, record
from service.work.context import Context
from service.work.queue.assign_case import assign_case, assign_waiting
from service.work.queue.attach_file import attach_file, list_attachments, read_attachment
from service.work.queue.close_case import close_case, countersign, refuse_closing
from service.work.queue.closing import Closing, Explained
from service.work.queue.count_queues import count_queues
from service.work.queue.errors import NotThere, Unfit
from service.work.queue.find_cases import Filter, find_cases
from service.work.queue.link_cases import link_cases
from service.work.queue.move_case import move_case
from service.work.queue.read_case import read_case, read_history, read_members
from service.work.queue.remember import end_memory, list_quietened
from service.work.queue.reopen import reopen_case
from service.work.queue.sight import recusal_of, ties_of
from service.work.queue.split_cases import merge_cases, split_case
from service.work.queue.write_note import read_notes, write_note
from service.work.webhooks.read import pull
from tests.serving.queue_world import (
    COUNTY,
    OTHER,
    TOWNSHIP,
    TREE,
    VILLAGE,
    case_row,
    holds,
    kin,
    lay_out,
    lives,
    member,
    new_case,
    opened,
    somebody,
    with_account,
)

BOSS = somebody(1, "supervisor")


@pytest.fixture(autouse=True)
def _world(context: Context) -> None:
    lay_out(context)


def tied(context: Context, how: str) -> Principal:
    """A supervisor tied to the case of `D1` (person p1, household H1, in the village, official O1) in a way."""
    me = somebody(7, "supervisor", person="me")
    holds(context, "O1", "village_accountant", VILLAGE, "accountant")
    if how == "own payment":
        return somebody(7, "supervisor", person="p1")
    if how == "kin of the payee":
        kin(context, "me", "p1")
    if how == "kin of the official":
        kin(context, "accountant", "me", "child")
    if how == "own household":
        lives(context, "me", "519901009000", "H1")
    if how == "own village":
        lives(context, "me", VILLAGE)
    if how == "the official":
        return somebody(7, "supervisor", official_id="O1")
    if how == "same post":
        holds(context, "O9", "village_director", VILLAGE)
        return somebody(7, "supervisor", official_id="O9")
    if how == "township post":
        holds(context, "O8", "township_clerk", TOWNSHIP, "me")
    if how == "kin through the post":
        holds(context, "O7", "bank_clerk", "519800000000", "hidden")
        kin(context, "hidden", "p1")
        return somebody(7, "supervisor", official_id="O7")
    if how == "merged village":
        old = "519901003000"
        with context.database.write() as connection:
            rows: list[dict[str, str | None]] = [
                *TREE,
                {"division_code": old, "parent_code": TOWNSHIP, "successor_code": VILLAGE},
            ]
            division_paths.replace(connection, rows)
        lives(context, "me", old)
    return me


WAYS = (
    "own payment", "kin of the payee", "kin of the official", "own household", "own village", "the official",
    "same post", "township post", "kin through the post", "merged village",
)  # fmt: skip


@pytest.mark.parametrize("how", WAYS)
def test_whoever_is_tied_sees_no_case(context: Context, how: str) -> None:
    """Not in a list, not in a count, not by its number; the refusal stands in the log without naming anybody."""
    me = tied(context, how)
    number = opened(context, new_case(member(1))).case_id
    free = opened(context, new_case(member(2, division_code=OTHER), hub_id="O2")).case_id
    seen = [row.case_id for row in find_cases(context, me, Filter(), None, 10).cases]
    assert number not in seen
    assert free in seen or how == "township post"
    assert sum(sum(q.states.values()) for q in count_queues(context, me).desks) == len(seen)
    with pytest.raises(NotThere) as refused:
        read_case(context, me, number)
    with pytest.raises(NotThere) as missing:
        read_case(context, me, "C0000000000")
    assert str(refused.value) == str(missing.value)
    with context.database.read() as connection:
        line = connection.execute(select(AUDIT_LINES).where(AUDIT_LINES.c.action == "case.refused")).one()
    assert (line.who, line.about) == (me.name, number)
    assert line.details["tie"] in ("own or kin", "own household", "own post", "own village", "same post")


def test_a_county_post_keeps_nobody_off_villages_alone(context: Context) -> None:
    """Who once reviewed for the county may work on cases of its villages, unless the case is about that post."""
    holds(context, "O5", "county_reviewer", "519900000000", "me")
    me = somebody(7, "supervisor", person="me")
    number = opened(context, new_case(member(1))).case_id
    assert read_case(context, me, number).row.case_id == number
    holds(context, "O6", "county_reviewer", "519900000000", "colleague")
    about = opened(context, new_case(member(2), hub_id="O6")).case_id
    with pytest.raises(NotThere):
        read_case(context, me, about)


def verbs(other: str, memory: int) -> dict[str, Callable[[Context, Principal, str], object]]:
    """Every verb that reads or changes a case."""
    day = dt.date(2019, 8, 1)
    return {
        "read": read_case,
        "members": lambda c, w, n: read_members(c, w, n, "", 10),
        "history": lambda c, w, n: read_history(c, w, n, 0, 10),
        "notes": lambda c, w, n: read_notes(c, w, n, 0, 10),
        "note": lambda c, w, n: write_note(c, w, n, "text"),
        "attach": lambda c, w, n: attach_file(c, w, n, "a.txt", b"some words"),
        "attachments": lambda c, w, n: list_attachments(c, w, n, 0, 10),
        "attachment": lambda c, w, n: read_attachment(c, w, n, 1),
        "move": lambda c, w, n: move_case(c, w, n, 1, "with_department", "reason"),
        "hold": lambda c, w, n: move_case(c, w, n, 1, "held", "reason", until=day),
        "close": lambda c, w, n: close_case(c, w, n, 1, Closing("cleared"), "reason"),
        "countersign": lambda c, w, n: countersign(c, w, n, 1),
        "refuse": lambda c, w, n: refuse_closing(c, w, n, 1, "reason"),
        "reopen": lambda c, w, n: reopen_case(c, w, n, 1, "reason"),
        "assign": lambda c, w, n: assign_case(c, w, n, 1, None, "reason"),
        "link": lambda c, w, n: link_cases(c, w, n, other, "related"),
        "link back": lambda c, w, n: link_cases(c, w, other, n, "duplicate_of"),
        "merge": lambda c, w, n: merge_cases(c, w, n, 1, other, "reason"),
        "merge into": lambda c, w, n: merge_cases(c, w, other, 1, n, "reason"),
        "split": lambda c, w, n: split_case(c, w, n, 1, ["D1"], "reason"),
        "forget": lambda c, w, n: end_memory(c, w, memory, "reason"),
    }


def test_no_verb_lets_whoever_is_tied_through(context: Context) -> None:
    """Each answers as if there were no case, and changes nothing."""
    me = somebody(7, "supervisor", person="me")
    kin(context, "me", "p1")
    number = opened(context, new_case(member(1), member(3))).case_id
    other = opened(context, new_case(member(2), hub_id="O2")).case_id
    explained = opened(context, new_case(member("1x", person_hash="p1"), hub_id="O4")).case_id
    close_case(context, BOSS, explained, 1, Closing("cleared", explained=Explained("hub", "guardian")), "reason")
    for name, verb in verbs(other, 1).items():
        with pytest.raises(NotThere):
            verb(context, me, number)
        assert case_row(context, number).version == 1, name
        assert case_row(context, other).version == 1, name
    assert list_quietened(context, me, "discipline", 0, 10)[0] == []
    # The same verbs do something for somebody else: the list above is no list of mistakes.
    assert read_case(context, BOSS, number).row.version == 1
    assert link_cases(context, BOSS, number, other, "related")


def test_a_link_tells_nothing_of_a_case_one_is_tied_to(context: Context) -> None:
    """The other side of a link is left out."""
    me = somebody(7, "supervisor", person="me")
    kin(context, "me", "p1")
    number = opened(context, new_case(member(1))).case_id
    other = opened(context, new_case(member(2), hub_id="O2")).case_id
    link_cases(context, BOSS, number, other, "related")
    assert len(read_case(context, BOSS, other).links) == 1
    assert read_case(context, me, other).links == []


def test_events_tell_nothing_of_a_case_one_is_tied_to_or_of_another_desk(context: Context) -> None:
    """Whoever pulls events hears of the cases they see in the queue, and of no other."""
    kin(context, "me", "p1")
    tied_to = opened(context, new_case(member(1))).case_id
    owed = opened(context, new_case(member(2), desk="owed", hub_id="O2")).case_id

    def heard(who: Principal) -> set[str]:
        return {one.subject for one in pull(context, who, 0, 100)[0]}

    assert heard(somebody(7, "supervisor", person="me")) == {f"cases/{owed}"}
    assert heard(somebody(8, "investigator")) == {f"cases/{tied_to}"}
    assert heard(BOSS) == {f"cases/{tied_to}", f"cases/{owed}"}


def test_the_log_tells_no_auditor_of_a_case_of_their_own(context: Context) -> None:
    """Nor of the refusal, which is there for other auditors."""
    kin(context, "me", "p1")
    number = opened(context, new_case(member(1))).case_id
    me, other = somebody(7, "auditor", person="me"), somebody(8, "auditor")
    with pytest.raises(NotThere):
        read_case(context, me, number)
    about = Wanted(about=number)
    assert read_page(context, me, about) == []
    assert [line.action for line in read_page(context, other, about)] == ["case.refused", "case.opened"]


def test_the_log_tells_an_administrator_no_reason_of_a_case(context: Context) -> None:
    """They see that something was done; what somebody wrote about people is for those who may read cases."""
    number = opened(context, new_case(member(1))).case_id
    move_case(context, BOSS, number, 1, "held", "wife of the accountant", until=dt.date(2019, 8, 1))
    with context.database.write() as connection:
        record(context, connection, Line("a", "account.close", "account", "4", COUNTY, "left the county"))
    lines = read_page(context, somebody(9, "administrator"), Wanted())
    assert [line.reason for line in lines if line.reason] == ["left the county", WITHHELD]
    assert "wife of the accountant" in [line.reason for line in read_page(context, somebody(8, "auditor"), Wanted())]


def test_nobody_is_given_a_case_of_their_own(context: Context) -> None:
    """Neither by hand, with the same words as for somebody who is not there, nor by the service."""
    kin(context, "me", "p1")
    me = with_account(context, somebody(0, "investigator", person="me"))
    number = opened(context, new_case(member(1))).case_id
    answers = []
    for account in (me.account_id, 999):
        with pytest.raises(Unfit) as caught:
            assign_case(context, BOSS, number, 1, account, "reason")
        answers.append(str(caught.value))
    assert answers[0] == answers[1]
    assert assign_waiting(context, BOSS) == []
    free = with_account(context, somebody(1, "investigator", person="nobody"))
    assert [one.account_id for one in assign_waiting(context, BOSS)] == [free.account_id]


def test_what_comes_to_a_case_later_keeps_people_off(context: Context) -> None:
    """A payment to kin that joins an open case takes the case from who had it before their eyes."""
    me = with_account(context, somebody(0, "investigator", person="me"))
    kin(context, "me", "p5")
    number = opened(context, new_case(member(1))).case_id
    assert read_case(context, me, number).row.case_id == number
    opened(context, new_case(member(1), member(5)))
    with pytest.raises(NotThere):
        read_case(context, me, number)


KEYS = [f"person:p{n}" for n in range(3)] + ["household:H1", "village:" + VILLAGE, "official:O1", "post:" + VILLAGE]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    touched=st.lists(st.sets(st.sampled_from(KEYS)), min_size=1, max_size=5),
    mine=st.sets(st.sampled_from(["p0", "p1", "p2"])),
    lives_at=st.sampled_from([None, ("H1", OTHER), (None, VILLAGE), ("H2", OTHER)]),
    official=st.sampled_from([None, "O1"]),
)
def test_lists_and_single_reads_agree(
    context: Context,
    touched: list[set[str]],
    mine: set[str],
    lives_at: tuple[str | None, str] | None,
    official: str | None,
) -> None:
    """Whatever cases touch and whoever asks: a case is in the list exactly when nothing ties them to it."""
    me = f"q{abs(hash((tuple(sorted(mine)), lives_at, official))) % 10**9}"
    who = somebody(7, "supervisor", person=me, official_id=official)
    for one in mine:
        kin(context, me, one)
    if lives_at is not None:
        lives(context, me, lives_at[1], lives_at[0])
    numbers = []
    for n, keys in enumerate(touched):
        case = new_case(hub_kind="run", hub_id=f"R{n}{me}", division_code=OTHER)
        number = opened(context, case).case_id
        with context.database.write() as connection:
            case_ties.forget(connection, number)
            case_ties.keep(connection, number, keys)
        numbers.append(number)
    with context.database.read() as connection:
        own = set(ties_of(connection, who))
        free = {n for n in numbers if recusal_of(context, connection, who, n) is None}
    assert free == {n for n, keys in zip(numbers, touched, strict=True) if not keys & own}
    seen: set[str] = set()
    after = None
    while True:
        page = find_cases(context, who, Filter(), after, 50)
        seen |= {row.case_id for row in page.cases}
        after = page.after
        if after is None:
            break
    assert seen & set(numbers) == free
    for number in numbers:
        if number in free:
            assert read_case(context, who, number).row.case_id == number
        else:
            with pytest.raises(NotThere):
                read_case(context, who, number)
