"""Say whether a list's row and a person are the same, and take it back.

An answer stands at once for whoever looks; the links of other rows and what scores read follow with the next run.
"""

from __future__ import annotations

from typing import Final, cast, get_args

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from service.access import Principal
from service.sealing.column import seal_text
from service.store import match_answers, match_rows
from service.store.match_answers import MATCH_ANSWERS, Answer, Answered
from service.store.match_rows import Decision, MatchRow
from service.work.audit.record import Line, record
from service.work.context import Context
from service.work.matching.ask import add_soon
from service.work.matching.errors import MatchingError, not_there
from service.work.matching.reach import answers_in_reach, rows_in_reach

ANSWERS: Final[tuple[Answer, ...]] = get_args(Answer)
WHY_AT_MOST: Final = 1_000
WHY_LEAST: Final = 5
"""Characters of a reason for taking back what somebody else said."""


def answer(
    context: Context, who: Principal, row: str, content: str, said: Answer, why: str = ""
) -> tuple[int, Decision]:
    """Answer to a row and the person it may mean, as they were shown (`content`): the number, and what stands now.

    Raises MatchingError: not there, outside the scope or near to whoever answers; changed since, or answered already.
    """
    if said not in ANSWERS or len(why) > WHY_AT_MOST:
        raise MatchingError(
            "not-as-expected", "Answer same, different or unclear.", "请选择：是同一人、不是同一人或无法判断。"
        )
    try:
        with context.database.write() as connection:
            found = match_rows.lock(connection, row, *rows_in_reach(connection, who))
            if found is None or found.person_hash is None or found.row_print is None or found.person_print is None:
                raise not_there()
            if found.content != content:
                raise MatchingError(
                    "conflict",
                    "The data changed since you looked at the pair: look at it once more.",
                    "查看之后数据有变化，请重新查看。",
                )
            number = match_answers.add(connection, _values(context, who, found, said, why.strip()))
            stands = decision_after(found, said)
            if stands != found.decision:
                match_rows.decide(connection, row, stands)
            if stands != found.found:
                add_soon(context, connection, "answers")
            line = Line(
                who.name, f"matching.{said}", "match_row", row, found.division_code, reason=why.strip() or None,
                details={"answer": number, "found": found.found},
            )  # fmt: skip
            record(context, connection, line)
    except IntegrityError as error:
        raise MatchingError(
            "conflict", "Somebody has answered to this pair already.", "该条已有人作出判断。"
        ) from error
    return number, stands


def undo(context: Context, who: Principal, answer_id: int, why: str = "") -> str:
    """Take an answer back; the row it was about. What was found stands again.

    Somebody else's takes a reason. Raises MatchingError where it is not there, was taken back, or lacks the reason.
    """
    why = why.strip()
    with context.database.write() as connection:
        said = match_answers.get(connection, answer_id, *answers_in_reach(connection, who))
        if said is None:
            raise not_there()
        if (said.answered_by != who.name and len(why) < WHY_LEAST) or len(why) > WHY_AT_MOST:
            raise MatchingError(
                "not-as-expected",
                f"Say in at least {WHY_LEAST} characters why somebody else's answer is taken back.",
                f"撤回他人的判断须填写不少于{WHY_LEAST}个字的理由。",
            )
        row = match_rows.lock(connection, said.row_hash)
        if not match_answers.undo(connection, answer_id, who.name, context.clock.now()):
            raise MatchingError("conflict", "This answer was taken back already.", "该判断已被撤回。")
        if row is not None and _is_about(said, row) and row.decision != said.found:
            # What was found before anybody spoke: a row that was settled has been found anew without its rivals.
            match_rows.decide(connection, row.row_hash, cast(Decision, said.found))
        if said.answer != "unclear":
            add_soon(context, connection, "answers")
        line = Line(
            who.name, "matching.undone", "match_row", said.row_hash, said.division_code, reason=why or None,
            details={"answer": answer_id, "said": said.answer, "by": said.answered_by},
        )  # fmt: skip
        record(context, connection, line)
    return said.row_hash


def decision_after(row: MatchRow, said: Answer) -> Decision:
    """What stands of a row once somebody has spoken: who cannot tell changes nothing."""
    stands: dict[Answer, Decision] = {"same": "same", "different": "none", "unclear": row.found}
    return stands[said]


def apply_answers(connection: Connection, after: int) -> None:
    """Let every answer behind a number stand that is about a row as it is, in the caller's transaction."""
    for said in match_answers.standing(connection, after):
        row = match_rows.get(connection, said.row_hash)
        if row is not None and _is_about(said, row) and row.decision != decision_after(row, said.answer):
            match_rows.decide(connection, row.row_hash, decision_after(row, said.answer))


def _is_about(said: Answered, row: MatchRow) -> bool:
    """Whether an answer is about the row and its person as they are."""
    return (said.person_hash, said.row_print, said.person_print) == (row.person_hash, row.row_print, row.person_print)


def _values(context: Context, who: Principal, row: MatchRow, said: Answer, why: str) -> dict[str, object]:
    return {
        "row_hash": row.row_hash, "person_hash": row.person_hash, "row_print": row.row_print,
        "person_print": row.person_print, "answer": said, "division_code": row.division_code, "source": row.source,
        "probability": row.probability, "found": row.found, "drawn": row.draw_place is not None,
        "answered_by": who.name, "answered_at": context.clock.now(),
        "why": seal_text(context.seal, MATCH_ANSWERS.c.why, why or None),
    }  # fmt: skip
