"""Open a case, or continue the one there is: the same desk, hub and typology never has two."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection, Row

from service.sealing.column import seal_text
from service.sealing.masked import last_four
from service.store import case_history, case_members, case_reports, case_ties, cases, division_paths, kin_ties, outbox
from service.store.case_history import CASE_HISTORY
from service.store.cases import CASES
from service.work.audit.record import Line
from service.work.context import Context
from service.work.queue.change import Actor, Change, keep
from service.work.queue.due import due_in
from service.work.queue.states import Desk
from service.work.queue.summary import summary_of, told

PERSONAL_HUBS: Final = ("card", "phone", "device")
NUMBERS: Final = str.maketrans("0123456789.,%", "#" * 13)
HANDLING: Final = ("village_", "township_")


@dataclass(frozen=True, slots=True)
class Member:
    """A payment of a case. Hashes are keyed; amounts whole fen; `codes` the rules that asked.

    `tied` are more persons it touches (the card's holder), `officials` those who handled it.
    """

    disbursement_id: str
    amount_fen: int
    score: float
    program_id: str
    loss_fen: int = 0
    household_id: str | None = None
    division_code: str | None = None
    person_hash: str | None = None
    card_hash: str | None = None
    card_last_four: str = ""
    codes: tuple[str, ...] = ()
    selected_by: str = "score"
    propensity: float | None = None
    tied: frozenset[str] = frozenset()
    officials: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class NewCase:
    """A case to be. `hub_id` is the id itself: cards, phones and devices are sealed here.

    Without members (money that stands still at a run) `amount_fen`, `loss_fen` and `division_code` are those given.
    """

    desk: Desk
    hub_kind: str
    hub_id: str
    typology: str
    suspect_role: str
    summary_zh: str
    summary_en: str
    selected_by: str = "rule"
    offered_as: str = "alert"
    members: tuple[Member, ...] = ()
    score: float | None = None
    amount_fen: int = 0
    loss_fen: int = 0
    division_code: str | None = None
    propensity: float | None = None
    rank_key: int | None = None
    reason: str | None = None
    # More of what it touches, as `case_ties` writes it: reports it was opened on, and those near whoever made them.
    ties: frozenset[str] = frozenset()
    # Whether it asks something an answered question without payments did not answer: somebody reported anew.
    asks_anew: bool = False
    details: Mapping[str, Any] = field(default_factory=dict)
    # The summary is told from the payments that are in the case, not taken as it is handed in.
    told_from_members: bool = False


@dataclass(slots=True)
class Opened:
    """What came of it: the case, whether it is new, how many payments came to it; lines for the log, still to be
    recorded by the caller, last in its transaction."""

    case_id: str
    new: bool
    added: int
    lines: list[Line] = field(default_factory=list)


def open_case(context: Context, connection: Connection, who: Actor, case: NewCase) -> Opened:
    """Open a case or continue the open one of the same desk, hub, typology and kind of offer.

    Payments that are in another open case stay there. A question without payments that was answered is not asked again
    until it grows or the answer is as old as an explanation may be. The caller records `lines`.
    """
    key, _ = hub_of(context, case.hub_kind, case.hub_id)
    one_hand(context, connection)
    same = (case.desk, case.hub_kind, key, case.typology, case.offered_as)
    there = cases.open_of(connection, same)
    held = case_members.held(connection, (one.disbursement_id for one in case.members))
    if there:
        overlap = Counter(held.values())
        row = max(there, key=lambda r: (overlap[r.case_id], -r.part))
        return join_case(context, connection, who, row, case, held)
    answered = None if case.members or case.asks_anew else cases.last_closed(connection, same)
    if answered is not None and not _is_more(context, answered, case):
        return Opened(answered.case_id, False, 0)
    return _open_new(context, connection, who, case, held)


def _is_more(context: Context, answered: Row[Any], case: NewCase) -> bool:
    """Whether a question goes beyond what a closed case answered."""
    policy = context.policy
    old = context.clock.now() - answered.closed_at >= dt.timedelta(days=policy["cases.explained_days"])
    return bool(old or case.amount_fen >= max(1, policy["cases.explained_times"] * answered.amount_fen))


def one_hand(context: Context, connection: Connection) -> None:
    """Whoever locks more than one case waits here first: two who do never wait for each other in a circle."""
    context.database.alone(connection, "queue")


def hub_of(context: Context, kind: str, hub_id: str) -> tuple[str, str]:
    """How a hub is joined by, and how it is shown: cards, phones and devices by keyed hash and last four letters."""
    if kind == "card":
        return context.seal.hash("card", hub_id), last_four(hub_id)
    if kind == "phone":
        return context.seal.hash("phone", hub_id), last_four(hub_id)
    if kind == "device":
        return context.seal.hash("phone", f"device\0{hub_id}"), last_four(hub_id)
    return hub_id, hub_id


def _open_new(context: Context, connection: Connection, who: Actor, case: NewCase, held: Mapping[str, str]) -> Opened:
    now = context.clock.now()
    members = [one for one in case.members if one.disbursement_id not in held]
    key, shown = hub_of(context, case.hub_kind, case.hub_id)
    sealed = case.hub_id if case.hub_kind in PERSONAL_HUBS else None
    amount = sum(one.amount_fen for one in members) if case.members else case.amount_fen
    loss = sum(one.loss_fen for one in members) if case.members else case.loss_fen
    score = case.score if case.score is not None else _mean(members)
    zh, en = case.summary_zh, case.summary_en
    if case.told_from_members:
        codes = [code for one in members for code in one.codes]
        zh, en = told(case.hub_kind, case.typology, codes, len(members), amount, score)
    row: dict[str, Any] = {
        "case_id": cases.new_id(),
        "desk": case.desk,
        "hub_kind": case.hub_kind,
        "hub_key": key,
        "hub_shown": shown,
        "hub_sealed": seal_text(context.seal, CASES.c.hub_sealed, sealed),
        "typology": case.typology,
        "part": 0,
        "suspect_role": case.suspect_role,
        "selected_by": case.selected_by,
        "offered_as": case.offered_as,
        "propensity": case.propensity,
        "score": score,
        "amount_fen": amount,
        "loss_fen": loss,
        "rank_key": place_of(context, loss, case.ties) if case.rank_key is None else case.rank_key,
        "member_count": len(members),
        "division_code": _division(connection, members, case.division_code),
        "summary_zh": zh,
        "summary_en": en,
        "question_id": question_of(connection, zh, en),
        "state": "new",
        "is_open": True,
        "state_since": now,
        "due_at": due_in(context, "new", now),
        "two_people": needs_two(context, amount, score),
        "version": 1,
        "opened_at": now,
        "changed_at": now,
    }
    cases.add(connection, row)
    case_members.add(connection, [member_row(row["case_id"], one, now) for one in members])
    touch(connection, row["case_id"], case.hub_kind, case.hub_id, members, case.ties)
    history = {
        "case_id": row["case_id"], "at": now, "who": who.name, "account_id": who.account_id, "action": "opened",
        "from_state": "", "to_state": "new", "version": 1, "details": dict(case.details),
        "reason": seal_text(context.seal, CASE_HISTORY.c.reason, case.reason),
    }  # fmt: skip
    case_history.add(connection, history)
    event: dict[str, Any] = {
        "case_id": row["case_id"], "desk": case.desk, "typology": case.typology, "state": "new",
        "payments": len(members), "division_code": row["division_code"],
    }  # fmt: skip
    outbox.add(connection, "org.mingbai.case.opened", f"cases/{row['case_id']}", event, now)
    line = Line(
        who.name, "case.opened", "case", row["case_id"], row["division_code"],
        details={"desk": case.desk, "typology": case.typology, "payments": len(members), **case.details},
    )  # fmt: skip
    return Opened(row["case_id"], True, len(members), [line])


def join_case(
    context: Context, connection: Connection, who: Actor, row: Row[Any], case: NewCase, held: Mapping[str, str]
) -> Opened:
    """Bring an open case up to what is known now: payments nobody has come to it, those it has are scored anew."""
    now = context.clock.now()
    fresh = [one for one in case.members if one.disbursement_id not in held]
    before = {m.disbursement_id: m for m in case_members.of_case(connection, row.case_id, active=True)}
    rescored = 0
    for one in case.members:
        old = before.get(one.disbursement_id)
        if old is not None and (old.score, old.amount_fen, old.loss_fen) != (one.score, one.amount_fen, one.loss_fen):
            new = {"score": one.score, "amount_fen": one.amount_fen, "loss_fen": one.loss_fen}
            case_members.change(connection, row.case_id, one.disbursement_id, new)
            rescored += 1
    case_members.add(connection, [member_row(row.case_id, one, now) for one in fresh])
    touch(connection, row.case_id, case.hub_kind, case.hub_id, case.members, case.ties)
    if case.members or before:
        count, amount, loss, score = case_members.sums(connection, row.case_id)
    else:
        count, amount, loss, score = 0, case.amount_fen, case.loss_fen, case.score or 0.0
    zh, en = case.summary_zh, case.summary_en
    if case.told_from_members:
        zh, en = summary_of(row, case_members.of_case(connection, row.case_id, active=True), amount, score)
    same = (count, amount, loss, en) == (row.member_count, row.amount_fen, row.loss_fen, row.summary_en)
    if not fresh and same and not case.ties:
        return Opened(row.case_id, False, 0)
    values: dict[str, Any] = {
        "member_count": count,
        "amount_fen": amount,
        "loss_fen": loss,
        "score": score,
        "two_people": bool(row.two_people) or needs_two(context, amount, score),
        "summary_zh": zh,
        "summary_en": en,
        "question_id": question_of(connection, zh, en),
    }
    # A case asked for to learn keeps the place it was given.
    if row.offered_as not in ("random", "instructive"):
        values["rank_key"] = place_of(context, loss, case_reports.keys_of(connection, row.case_id))
    if fresh:
        codes = {m.division_code for m in before.values() if m.division_code}
        values["division_code"] = _division(connection, fresh, row.division_code, codes)
    details = {"added": len(fresh), "rescored": rescored, "payments": count, "amount_fen": amount, **case.details}
    change = Change("continued", row.state, values, case.reason, details, lapses=bool(fresh))
    _, line = keep(context, connection, who, row, change)
    return Opened(row.case_id, False, len(fresh), [line])


def member_row(case_id: str, one: Member, at: Any) -> dict[str, Any]:
    """A member as its table takes it."""
    return {
        "case_id": case_id,
        "disbursement_id": one.disbursement_id,
        "active": True,
        "added_at": at,
        "amount_fen": one.amount_fen,
        "score": one.score,
        "loss_fen": one.loss_fen,
        "program_id": one.program_id,
        "household_id": one.household_id,
        "division_code": one.division_code,
        "person_hash": one.person_hash,
        "card_hash": one.card_hash,
        "card_last_four": one.card_last_four,
        "selected_by": one.selected_by,
        "propensity": one.propensity,
        "codes": list(one.codes),
    }


def touch(
    connection: Connection,
    case_id: str,
    hub_kind: str,
    hub_id: str,
    members: Iterable[Member],
    more: Iterable[str] = (),
) -> None:
    """Keep whom and what a case touches (`more` as it is written), so that nobody works on a case of their own."""
    keys: set[str] = set(more)
    handled: set[str] = set()
    for one in members:
        keys |= {f"person:{p}" for p in (one.person_hash, *one.tied) if p}
        if one.household_id:
            keys.add(f"household:{one.household_id}")
        if one.division_code:
            keys.add(f"village:{one.division_code}")
        handled |= one.officials
    subject = {hub_id} if hub_kind == "official" else set()
    if hub_kind == "household":
        keys.add(f"household:{hub_id}")
        keys |= {f"person:{person}" for person in kin_ties.members_of(connection, [hub_id])}
    if hub_kind == "village" and hub_id:
        keys.add(f"village:{hub_id}")
    keys |= {f"official:{one}" for one in handled | subject}
    for post in kin_ties.posts_of(connection, officials=handled | subject):
        if post.official_id in subject:
            keys.add(f"post:{post.division_code}")
        # Whoever releases everything the county pays is not what a case is about.
        if post.person_hash and (post.official_id in subject or post.post.startswith(HANDLING)):
            keys.add(f"person:{post.person_hash}")
    case_ties.keep(connection, case_id, keys)


def question_of(connection: Connection, zh: str, en: str) -> int:
    """The question of a summary: what it says without its numbers, found again by its words."""
    return cases.question(connection, f"{zh.translate(NUMBERS)}\n{en.translate(NUMBERS)}")


def place_of(context: Context, loss_fen: int, keys: Iterable[str] = ()) -> int:
    """The place of a case in the order of the queue, low first: by the loss expected (fen), and by the recipients'
    reports among what it touches, each of which stands for a loss of the policy."""
    reports = sum(key.startswith(case_reports.PREFIX) for key in keys)
    return -loss_fen - reports * int(context.policy["cases.report_yuan"] * 100)


def needs_two(context: Context, amount_fen: int, score: float) -> bool:
    """Whether closing a case takes a second person, by the policy's level."""
    policy = context.policy
    return amount_fen >= policy["cases.second_person_yuan"] * 100 or score >= policy["cases.second_person_score"]


def _mean(members: Sequence[Member]) -> float:
    return sum(one.score for one in members) / len(members) if members else 0.0


def _division(
    connection: Connection, members: Sequence[Member], given: str | None, more: Iterable[str] = ()
) -> str | None:
    """The lowest division that holds every payment; the one given where no payment says."""
    codes = {one.division_code for one in members if one.division_code} | set(more)
    return division_paths.nearest_above(connection, codes) if codes else given
