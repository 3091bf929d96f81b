"""A model of the queue that does anything in any order, and what must hold whatever was done."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule
from sqlalchemy import select

from models.scoring.policy import Policy
from service.access import Principal
from service.clock import SetClock
from service.sealing import Seal
from service.settings import Settings
from service.store import Database, every_table
from service.store.audit_lines import AUDIT_LINES
from service.store.case_history import CASE_HISTORY
from service.store.case_members import CASE_MEMBERS
from service.store.cases import CASES
from service.store.closing_proposals import CLOSING_PROPOSALS
from service.work.context import Context
from service.work.queue.assign_case import assign_case, assign_waiting
from service.work.queue.close_case import close_case, countersign, refuse_closing, withdraw_closing
from service.work.queue.closing import Closing
from service.work.queue.deadlines import pass_deadlines
from service.work.queue.errors import NotThere, QueueError
from service.work.queue.find_cases import Filter, find_cases
from service.work.queue.link_cases import link_cases
from service.work.queue.move_case import move_case
from service.work.queue.read_case import read_case
from service.work.queue.reopen import reopen_case
from service.work.queue.split_cases import merge_cases, split_case
from service.work.queue.states import OPEN, OUTCOMES, TABLE
from tests.serving.conftest import KEY, START
from tests.serving.queue_world import (
    case_row,
    kin,
    lay_out,
    member,
    new_case,
    opened,
    somebody,
    with_account,
)

PEOPLE = st.integers(0, 3)
PAYMENTS = st.integers(0, 11)
REASON = "理由"


class QueueMachine(RuleBasedStateMachine):
    """Opens, assigns, moves, proposes, countersigns, refuses, holds, links, merges, splits; moves the clock; makes kin.

    Beside the database it knows only whom each case touches, and who is kin of whom.
    """

    cases = Bundle("cases")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="mingbai-queue-")
        home = Path(self.folder.name)
        url = f"sqlite:///{home / 'service.db'}"
        database = Database(url)
        every_table().create_all(database.engine)
        made = Settings(home=home, mlruns=home / "mlruns", database=url, key=KEY)
        self.clock = SetClock(START)
        self.context = Context(made, database, self.clock, Seal.from_text(KEY), Policy.load())
        lay_out(self.context)
        self.staff: list[Principal] = [
            with_account(self.context, somebody(0, "investigator", person="anna", desks=("discipline", "department"))),
            with_account(self.context, somebody(1, "supervisor", person="ben")),
            with_account(self.context, somebody(2, "supervisor", person="chen")),
            with_account(self.context, somebody(3, "department_verifier", person="dora")),
        ]
        self.kin: dict[str, set[str]] = defaultdict(set)
        self.touched: dict[str, set[str]] = {}
        self.introduced: set[str] = set()

    def teardown(self) -> None:
        """Give the database back."""
        self.context.database.close()
        self.folder.cleanup()

    def tied(self, who: Principal, number: str) -> bool:
        """Whether the model says that somebody is kin of whom a case touches."""
        return bool(self.kin[who.person or ""] & self.touched[number])

    def attempt(self, who: Principal, numbers: list[str], work: Any) -> Any:
        """Do something; a refusal is fine, but nobody gets through to a case they are tied to."""
        refused: QueueError | None = None
        done = None
        try:
            done = work()
        except QueueError as error:
            refused = error
        if refused is not None:
            told = {type(refused) for number in numbers if self.tied(who, number)}
            assert told <= {NotThere}, "the answer told somebody of a case of their own"
            return None
        assert not any(self.tied(who, number) for number in numbers), "somebody touched a case of their own"
        return done

    def version(self, number: str, stale: bool) -> int:
        """The version of a case, or the one before."""
        return max(1, int(case_row(self.context, number).version) - stale)

    @rule(target=cases, hub=st.integers(0, 4), payments=st.sets(PAYMENTS, min_size=1, max_size=4), much=st.booleans())
    def refresh(self, hub: int, payments: set[int], much: bool) -> Any:
        """The service opens a case, or brings the open one up to date."""
        made = [member(n, amount_fen=1_500_000 if much else 10_000) for n in sorted(payments)]
        held = {m.disbursement_id for m in self.members() if m.active}
        if not any(one.disbursement_id not in held for one in made) and not self.open_at(hub):
            return multiple()
        desk = "discipline" if hub % 2 else "department"
        done = opened(self.context, new_case(*made, hub_id=f"O{hub}", desk=desk))
        # A payment another case has still touches this one only when it is in it, or the hub's case asked about it.
        persons = {one.person_hash or "" for one in made}
        mine = {m.person_hash for m in self.members() if m.case_id == done.case_id}
        self.touched[done.case_id] = self.touched.get(done.case_id, set()) | (mine if done.new else persons)
        self.introduced |= {m.disbursement_id for m in self.members() if m.case_id == done.case_id}
        return done.case_id

    def open_at(self, hub: int) -> bool:
        """Whether the hub has an open case."""
        return any(row.is_open and row.hub_key == f"O{hub}" for row in self.rows())

    @rule(who=PEOPLE, number=cases, to=st.sampled_from(OPEN), stale=st.booleans(), days=st.integers(-1, 40))
    def move(self, who: int, number: str, to: Any, stale: bool, days: int) -> None:
        """Somebody moves a case, also with an old version, also to a day that is past."""
        until = self.clock.now().date() + dt.timedelta(days=days) if to == "held" else None
        me, version = self.staff[who], self.version(number, stale)
        self.attempt(
            me, [number], lambda: move_case(self.context, me, number, version, to, f"{REASON}{version}", until=until)
        )

    @rule(who=PEOPLE, number=cases, outcome=st.sampled_from(OUTCOMES), stale=st.booleans())
    def close(self, who: int, number: str, outcome: Any, stale: bool) -> None:
        """Somebody closes a case, or proposes to."""
        me, version = self.staff[who], self.version(number, stale)
        closing = Closing(outcome)
        self.attempt(me, [number], lambda: close_case(self.context, me, number, version, closing, f"{REASON}{version}"))

    @rule(who=PEOPLE, number=cases, verb=st.sampled_from([refuse_closing, withdraw_closing, None]), stale=st.booleans())
    def decide(self, who: int, number: str, verb: Any, stale: bool) -> None:
        """Somebody countersigns, refuses or takes back."""
        me, version = self.staff[who], self.version(number, stale)
        if verb is None:
            self.attempt(me, [number], lambda: countersign(self.context, me, number, version))
        else:
            self.attempt(me, [number], lambda: verb(self.context, me, number, version, f"{REASON}{version}"))

    @rule(number=cases, first=PEOPLE, second=PEOPLE, outcome=st.sampled_from(OUTCOMES))
    def close_by_two(self, number: str, first: int, second: int, outcome: Any) -> None:
        """Looked into, proposed, countersigned, one after the other: what chance alone would seldom make."""
        me, other = self.staff[first], self.staff[second]
        at = self.version(number, False)
        self.attempt(me, [number], lambda: move_case(self.context, me, number, at, "with_department", f"{REASON}{at}"))
        then = self.version(number, False)
        closing = Closing(outcome)
        self.attempt(me, [number], lambda: close_case(self.context, me, number, then, closing, f"{REASON}{then}"))
        last = self.version(number, False)
        self.attempt(other, [number], lambda: countersign(self.context, other, number, last))

    def pick(self, of: list[Any], place: int) -> str | None:
        """One of some cases."""
        return str(of[place % len(of)].case_id) if of else None

    @rule(who=PEOPLE, place=st.integers(0, 20))
    def reopen(self, who: int, place: int) -> None:
        """Somebody opens a closed case again."""
        number = self.pick([row for row in self.rows() if not row.is_open], place)
        if number is None:
            return
        me, version = self.staff[who], self.version(number, False)
        self.attempt(me, [number], lambda: reopen_case(self.context, me, number, version, f"{REASON}{version}"))

    @rule(who=PEOPLE, number=cases, to=st.one_of(st.none(), PEOPLE))
    def assign(self, who: int, number: str, to: int | None) -> None:
        """Somebody gives a case to somebody, or to nobody."""
        me, version = self.staff[who], self.version(number, False)
        target = None if to is None else self.staff[to].account_id
        done = self.attempt(
            me, [number], lambda: assign_case(self.context, me, number, version, target, f"{REASON}{version}")
        )
        if done is not None and to is not None:
            assert not self.tied(self.staff[to], number), "a case was given to somebody tied to it"

    @rule(who=st.sampled_from([1, 2]))
    def assign_all(self, who: int) -> None:
        """The service gives what waits."""
        for one in assign_waiting(self.context, self.staff[who]):
            person = next(p for p in self.staff if p.account_id == one.account_id)
            assert not self.tied(person, one.case_id)
            assert not self.tied(self.staff[who], one.case_id)

    @rule(who=PEOPLE, number=cases, other=cases, kind=st.sampled_from(["related", "duplicate_of", "part_of"]))
    def link(self, who: int, number: str, other: str, kind: Any) -> None:
        """Somebody links two cases."""
        me = self.staff[who]
        both = [number, other] if number != other else []
        self.attempt(me, both, lambda: link_cases(self.context, me, number, other, kind))

    @rule(who=PEOPLE, number=cases, place=st.integers(0, 20), any_desk=st.booleans())
    def merge(self, who: int, number: str, place: int, any_desk: bool) -> None:
        """Somebody puts a case into another, most often of its own desk."""
        desk = case_row(self.context, number).desk
        rows = [
            row for row in self.rows() if row.case_id != number and (any_desk or (row.is_open and row.desk == desk))
        ]
        other = self.pick(rows, place)
        if other is None:
            return
        me, version = self.staff[who], self.version(number, False)
        done = self.attempt(
            me,
            [number, other],
            lambda: merge_cases(self.context, me, number, version, other, f"{REASON}{version}"),
        )
        if done is not None:
            self.touched[other] |= self.touched[number]

    @rule(target=cases, who=PEOPLE, number=cases, few=st.sets(PAYMENTS, min_size=1, max_size=2))
    def split(self, who: int, number: str, few: set[int]) -> Any:
        """Somebody takes payments out of a case."""
        me, version = self.staff[who], self.version(number, False)
        payments = [f"D{n}" for n in sorted(few)]
        made = self.attempt(
            me, [number], lambda: split_case(self.context, me, number, version, payments, f"{REASON}{version}")
        )
        if made is None:
            return multiple()
        self.touched[made] = set(self.touched[number])
        return made

    @rule(who=PEOPLE, payment=PAYMENTS)
    def make_kin(self, who: int, payment: int) -> None:
        """It becomes known that somebody is kin of a payee; one each, or nobody could work."""
        me = self.staff[who].person or ""
        if not self.kin[me]:
            self.kin[me].add(f"p{payment}")
            kin(self.context, me, f"p{payment}")

    @rule(days=st.integers(-2, 45))
    def time_passes(self, days: int) -> None:
        """Days go by, or the clock jumps back; then what is due is done."""
        self.clock.move(days=days)
        while pass_deadlines(self.context):
            pass
        now = self.clock.now()
        for row in self.rows():
            if row.is_open and row.due_at <= now:
                assert row.state != "held"
                assert row.escalated_at is not None

    @rule(who=PEOPLE)
    def look(self, who: int) -> None:
        """Somebody reads the list and every case: both show exactly those they are not tied to."""
        me = self.staff[who]
        seen = {row.case_id for row in find_cases(self.context, me, Filter(open=None), None, 1000).cases}
        for row in self.rows():
            if self.tied(me, row.case_id):
                assert row.case_id not in seen
            try:
                read_case(self.context, me, row.case_id)
                assert row.case_id in seen
            except NotThere:
                assert row.case_id not in seen

    def rows(self) -> list[Any]:
        """Every case."""
        with self.context.database.read() as connection:
            return list(connection.execute(select(CASES)))

    def members(self) -> list[Any]:
        """Every payment of every case."""
        with self.context.database.read() as connection:
            return list(connection.execute(select(CASE_MEMBERS)))

    @invariant()
    def payments_are_conserved(self) -> None:
        """A payment is in one open case or has a finding; sums of cases are those of their payments."""
        found = self.members()
        active = [m.disbursement_id for m in found if m.active]
        assert len(active) == len(set(active))
        decided = {m.disbursement_id for m in found if m.outcome is not None}
        assert set(active) | decided == self.introduced
        for row in self.rows():
            mine = [m for m in found if m.case_id == row.case_id and m.active]
            if row.is_open:
                assert (row.member_count, row.amount_fen) == (len(mine), sum(m.amount_fen for m in mine))
            else:
                assert not mine

    @invariant()
    def every_open_case_has_a_deadline(self) -> None:
        """And no closed one."""
        for row in self.rows():
            assert row.is_open == (row.state in OPEN)
            assert (row.due_at is not None) == row.is_open
            assert (row.held_from is not None) == (row.state == "held")

    @invariant()
    def every_change_is_in_the_table_the_history_and_the_log(self) -> None:
        """States follow one another as the table has them, versions without a gap; each has its line in the log."""
        with self.context.database.read() as connection:
            lines = list(connection.execute(select(CASE_HISTORY).order_by(CASE_HISTORY.c.line_id)))
            log = list(connection.execute(select(AUDIT_LINES).where(AUDIT_LINES.c.about_kind == "case")))
        by_case: dict[str, list[Any]] = defaultdict(list)
        for line in lines:
            by_case[line.case_id].append(line)
        logged = {(one.about, one.details.get("version")) for one in log if one.details.get("version")}
        for row in self.rows():
            mine = by_case[row.case_id]
            assert mine[0].action == "opened"
            assert [line.version for line in mine] == list(range(mine[0].version, row.version + 1))
            state = ""
            for line in mine:
                assert line.from_state == state
                state = line.to_state
                if line.action != "opened":
                    assert line.from_state == line.to_state or (line.from_state, line.to_state) in TABLE
                    assert (row.case_id, line.version) in logged
            assert state == row.state

    @invariant()
    def above_the_level_two_people_closed_it(self) -> None:
        """Each closing of such a case was proposed by one and countersigned by another."""
        two = {row.case_id for row in self.rows() if row.two_people}
        with self.context.database.read() as connection:
            lines = list(connection.execute(select(CASE_HISTORY).where(CASE_HISTORY.c.action == "closed")))
            signed = list(
                connection.execute(select(CLOSING_PROPOSALS).where(CLOSING_PROPOSALS.c.state == "countersigned"))
            )
        people = {account.account_id: account.person for account in self.staff}
        closings: dict[str, list[int]] = defaultdict(list)
        for line in lines:
            if line.details["second_person"]:
                closings[line.case_id].append(line.account_id)
            else:
                # It may come above the level later, opened again; then it was not when it was closed.
                assert line.case_id not in two or self.was_small(line)
        for one in signed:
            assert people[one.proposed_by] != people[one.decided_by]
        assert sorted((s.case_id, s.decided_by) for s in signed) == sorted(
            (number, who) for number, many in closings.items() for who in many
        )

    def was_small(self, line: Any) -> bool:
        """Whether a case was opened again after this closing: only then may it have grown."""
        with self.context.database.read() as connection:
            asked = select(CASE_HISTORY).where(
                CASE_HISTORY.c.case_id == line.case_id,
                CASE_HISTORY.c.action.in_(["reopened"]),
                CASE_HISTORY.c.version > line.version,
            )
            return connection.execute(asked).first() is not None

    @invariant()
    def one_open_case_a_question(self) -> None:
        """Desk, hub, typology and part are open once."""
        keys = [(r.desk, r.hub_kind, r.hub_key, r.typology, r.offered_as, r.part) for r in self.rows() if r.is_open]
        assert len(keys) == len(set(keys))


TestQueueMachine = QueueMachine.TestCase
TestQueueMachine.settings = settings(max_examples=15, stateful_step_count=30, deadline=None, phases=[Phase.generate])
