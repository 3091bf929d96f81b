"""A case with everything a page of it shows, in one look: one transaction, one line of the log."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row

from service.access import Principal
from service.access.scope import within
from service.sealing.column import open_text
from service.store import (
    attachments,
    case_history,
    case_links,
    case_members,
    case_notes,
    case_reports,
    cases,
    closing_proposals,
    counter_evidence,
    queue_scores,
)
from service.store.attachments import ATTACHMENTS
from service.store.case_history import CASE_HISTORY
from service.store.case_members import CASE_MEMBERS
from service.store.case_notes import CASE_NOTES
from service.store.closing_proposals import CLOSING_PROPOSALS
from service.store.counter_evidence import COUNTER_EVIDENCE
from service.work.audit.record import Line, record
from service.work.context import Context
from service.work.queue.attach_file import Attachment
from service.work.queue.choices import Choices, can_be_given_to, choices_of
from service.work.queue.closing import Explained
from service.work.queue.read_case import MOST_REPORTS, Step
from service.work.queue.sight import case_at_work, seen_by
from service.work.queue.write_note import Note

MOST = 1_000
"""So many members are looked through for which rules are off."""


@dataclass(frozen=True, slots=True)
class Amounts:
    """How much of a case a page wants: payments behind `after`, notes, files, the newest lines of history (`before` a
    line where it is given). Not `whole`: links, what is remembered, what was off and people are left out."""

    payments: int = 25
    after: str = ""
    history: int = 15
    before: int | None = None
    notes: int = 50
    files: int = 500
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Waiting:
    """A closing that waits, whole: what the second person signs. `explained` is what would be remembered."""

    outcome: str
    typology: str | None
    suspect_role: str | None
    differing: dict[str, str]
    explained: Explained | None
    reason: str
    proposer: str
    at: Any


@dataclass(frozen=True, slots=True)
class Far:
    """Another case this one is linked with. `kind`, and whether it runs from this one (`from_here`) or to it."""

    row: Row[Any]
    kind: str
    from_here: bool


@dataclass(frozen=True, slots=True)
class Remembered:
    """An explanation the closing of a case remembered."""

    memory_id: int
    about: str
    why: str
    made_by: str
    made_at: Any
    expires_at: Any
    ended: bool


@dataclass(frozen=True, slots=True)
class Folder:
    """A case as a page shows it.

    * `members`, `more_members`: one page of payments in the scope, and whether there are more behind it
    * `found`: how many payments were found how, of a closed case
    * `notes`: the last ones, in order; `earlier_notes`: how many were written before them
    * `history`: newest first; `earlier`: how many lines stand before them
    * `off`: rules that could say nothing of its payments, (code, why), with the number of payments they were off for
    * `meanwhile`: what happened since a version somebody had read, oldest first
    * `reports`: recipients' reports it was opened on (number, kind, when made, state), oldest first
    * `people`: accounts it may be given to, for whoever gives cases
    """

    row: Row[Any]
    waiting: Waiting | None
    links: tuple[Far, ...]
    members: tuple[Row[Any], ...]
    more_members: bool
    found: dict[str, int]
    notes: tuple[Note, ...]
    earlier_notes: int
    files: tuple[Attachment, ...]
    remembered: tuple[Remembered, ...]
    history: tuple[Step, ...]
    earlier: int
    off: tuple[tuple[str, str, int], ...]
    models: tuple[str, ...]
    meanwhile: tuple[Step, ...]
    reports: tuple[Row[Any], ...]
    choices: Choices
    people: tuple[tuple[int, str], ...]


def read_folder(
    context: Context, who: Principal, case_id: str, wanted: Amounts | None = None, *, read_at: int | None = None
) -> Folder:
    """A case whole. `read_at`: the version somebody read it with, for what changed since. Logged. Raises NotThere."""
    wanted = wanted or Amounts()
    with case_at_work(context, who, case_id, "read") as (connection, row):
        proposal = closing_proposals.waiting(connection, case_id)
        choices = choices_of(who, row, proposal)
        scope = [within(who, CASE_MEMBERS.c.division_code)]
        members = case_members.page(connection, case_id, wanted.after, wanted.payments + 1, scope)
        lines = case_history.newest(connection, case_id, wanted.history, wanted.before)
        later = [] if read_at is None else case_history.since_version(connection, case_id, read_at)
        off, models = _off(connection, who, case_id) if wanted.whole else ((), ())
        found = Folder(
            row=row,
            waiting=None if proposal is None else _waiting(context, proposal),
            links=_links(connection, who, case_id) if wanted.whole else (),
            members=tuple(members[: wanted.payments]),
            more_members=len(members) > wanted.payments,
            found={} if row.is_open else case_members.outcomes(connection, case_id),
            notes=tuple(
                Note(int(r.note_id), r.at, r.who, open_text(context.seal, CASE_NOTES.c.text, r.text) or "")
                for r in case_notes.newest(connection, case_id, wanted.notes)
            ),
            earlier_notes=max(0, case_notes.count(connection, case_id) - wanted.notes) if wanted.notes else 0,
            files=tuple(_file(context, one) for one in attachments.of_case(connection, case_id, 0, wanted.files)),
            remembered=tuple(_remembered(context, one) for one in _memories(connection, case_id, wanted)),
            history=tuple(step_of(context, one) for one in lines),
            earlier=case_history.count(connection, case_id, lines[-1].line_id) if lines else 0,
            off=off,
            models=models,
            meanwhile=tuple(step_of(context, one) for one in later),
            reports=tuple(case_reports.of_case(connection, case_id, MOST_REPORTS)) if wanted.whole else (),
            choices=choices,
            people=tuple(can_be_given_to(connection, row)) if choices.assigns and wanted.whole else (),
        )
        told = {
            "payments": len(found.members), "notes": len(found.notes), "files": len(found.files),
            "history": len(found.history),
        }  # fmt: skip
        record(context, connection, Line(who.name, "case.read", "case", case_id, row.division_code, details=told))
        return found


def step_of(context: Context, row: Row[Any]) -> Step:
    """A line of a history as people read it."""
    return Step(
        int(row.line_id), row.at, row.who, row.action, row.from_state, row.to_state, int(row.version),
        open_text(context.seal, CASE_HISTORY.c.reason, row.reason) or "", dict(row.details),
    )  # fmt: skip


def _waiting(context: Context, row: Row[Any]) -> Waiting:
    told = row.closing
    explained = told["explained"]
    return Waiting(
        told["outcome"], told["typology"], told["suspect_role"], dict(told["differing"] or {}),
        Explained(explained["about"], explained["why"], tuple(explained["evidence"])) if explained else None,
        open_text(context.seal, CLOSING_PROPOSALS.c.reason, row.reason) or "", row.proposer, row.proposed_at,
    )  # fmt: skip


def _links(connection: Connection, who: Principal, case_id: str) -> tuple[Far, ...]:
    """Linked cases whoever asks may know of: a link must not tell of another."""
    found = []
    seen: Sequence[Any] = ()
    for one in case_links.of_case(connection, case_id):
        seen = seen or seen_by(connection, who)
        far = cases.get(connection, one.other_id if one.case_id == case_id else one.case_id, *seen)
        if far is not None:
            found.append(Far(far, one.kind, one.case_id == case_id))
    return tuple(found)


def _file(context: Context, row: Row[Any]) -> Attachment:
    name = open_text(context.seal, ATTACHMENTS.c.name, row.name) or "file"
    return Attachment(int(row.attachment_id), row.at, row.who, name, row.kind, int(row.size))


def _memories(connection: Connection, case_id: str, wanted: Amounts) -> list[Row[Any]]:
    return counter_evidence.of_case(connection, case_id) if wanted.whole else []


def _remembered(context: Context, row: Row[Any]) -> Remembered:
    why = open_text(context.seal, COUNTER_EVIDENCE.c.why, row.why) or ""
    return Remembered(
        int(row.memory_id), row.about_kind, why, row.made_by, row.made_at, row.expires_at, row.ended_at is not None
    )


def _off(
    connection: Connection, who: Principal, case_id: str
) -> tuple[tuple[tuple[str, str, int], ...], tuple[str, ...]]:
    """Rules that were off for payments of a case, and the models that scored them."""
    scope = [within(who, CASE_MEMBERS.c.division_code)]
    payments = [m.disbursement_id for m in case_members.page(connection, case_id, "", MOST, scope)]
    counted: Counter[tuple[str, str]] = Counter()
    texts, models = queue_scores.off(connection, payments)
    for text, number in texts.items():
        for one in json.loads(text):
            counted[str(one["code"]), str(one["why"])] += number
    return tuple((code, why, n) for (code, why), n in sorted(counted.items())), tuple(sorted(models))
