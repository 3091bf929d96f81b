"""A tiny county with lists of departments, told by hand: rows with a good number, a mistyped one, none at all, two
namesakes and a stranger; in two villages of one county, and a third elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from features.matching.exact import check_character
from service.access import Principal, Role
from service.running.handlers import all_handlers
from service.store import match_rows, match_runs
from service.store.match_rows import MATCH_ROWS, MatchRow
from service.store.match_runs import MatchRun
from service.work.context import Context
from service.work.jobs import work_once
from service.work.matching.memory import row_hash
from tests.serving.portrait_world import hand_over

COUNTY, TOWN, VILLAGE, OTHER = "519921000000", "519921100000", "519921100201", "519921100202"
FAR_COUNTY, FAR = "519931000000", "519931100201"
EVIL: Final = "<script>alert(1)</script>"

NAMES: Final = {
    "liu": ("刘学福", "1953-03-04", VILLAGE, "13900010001"),
    "wang": ("王秀英", "1960-01-01", VILLAGE, "13900010002"),
    "zhang": ("张建国", "1971-07-12", OTHER, "13900010003"),
    "zhang2": ("张建国", "1971-07-12", OTHER, "13900010004"),
    "he": ("何玉珍", "1948-11-23", OTHER, "13900010005"),
    "chen": ("陈大江", "1980-05-30", VILLAGE, ""),
    "yang": ("杨桂香", "1957-09-08", OTHER, "13900010007"),
    "zhou": ("周文斌", "1966-02-17", VILLAGE, "13900010008"),
    "wu": ("吴小妹", "1990-12-01", OTHER, ""),
    "far": ("赵远方", "1955-11-12", FAR, "13900010010"),
}


MEN: Final = {"liu", "zhang", "zhang2", "chen", "zhou", "far"}


def number(who: str) -> str:
    """Somebody's identity number, sound and invented."""
    born = NAMES[who][1].replace("-", "")
    place = 100 + 2 * list(NAMES).index(who)
    body = f"519921{born}{place + (who in MEN):03d}"
    return body + check_character(body)


def persons() -> list[dict[str, str]]:
    """The register."""
    return [
        {
            "person_id": number(who), "name": name, "birth_date": born, "sex": "M" if who in MEN else "F",
            "household_id": f"H-{who}", "division_code": village, "relation_to_head": "head", "phone": phone,
            "recorded_at": "2016-01-01T08:00:00+08:00",
        }
        for who, (name, born, village, phone) in NAMES.items()
    ]  # fmt: skip


def row(row_id: str, who: str, *, numbered: bool = True, **more: str) -> dict[str, str]:
    """A row about somebody, as a department that knows all would write it."""
    name, born, village, phone = NAMES[who]
    told = {
        "row_id": row_id, "source": "civil_affairs", "kind": "death", "name": name,
        "sex": "M" if who in MEN else "F", "birth_date": born,
        "id_number": number(who) if numbered else "", "phone": phone if numbered else "", "division_code": village,
        "address": "", "effective_on": "2019-03-05", "recorded_at": "2019-04-02T09:00:00+08:00",
    }  # fmt: skip
    return told | more


def mistyped(who: str) -> str:
    """Somebody's number with one digit wrong."""
    right = number(who)
    return f"{right[:14]}{(int(right[14]) + 1) % 10}{right[15:]}"


def lists() -> list[dict[str, str]]:
    """Departments' lists: whom each row means stands in its number."""
    return [
        row("R-liu", "liu"),
        row("R-wang", "wang", id_number=mistyped("wang"), source="justice", kind="imprisoned"),
        # Another name, birthday and sex under somebody's village: nobody here.
        row("R-nobody", "he", numbered=False, name="钱不在", birth_date="1999-09-09", sex="F", division_code=VILLAGE),
        # By name and birthday alone, and two persons have both.
        row("R-twins", "zhang", numbered=False),
        # A homophone, another village of the township, no number: a question.
        row("R-he", "he", numbered=False, name="何玉真", division_code=VILLAGE, birth_date=""),
        row("R-yang", "yang", source="justice", kind="public_payroll_start"),
        row("R-far", "far", source="police", kind="moved_out"),
    ]


def divisions() -> list[dict[str, str]]:
    """Two counties."""
    told = [
        (COUNTY, "", "青川县", "county"), (TOWN, COUNTY, "青山镇", "township"), (VILLAGE, TOWN, "石桥村", "village"),
        (OTHER, TOWN, "柳树村", "village"), (FAR_COUNTY, "", "白水县", "county"),
        ("519931100000", FAR_COUNTY, "远乡", "township"), (FAR, "519931100000", "远村", "village"),
    ]  # fmt: skip
    return [
        {"division_code": code, "parent_code": above, "name": name, "level": level, "valid_from": "2010-01-01"}
        for code, above, name, level in told
    ]


def put_on_record(context: Context, folder: Path, rows: list[dict[str, str]] | None = None) -> None:
    """Places, register and lists."""
    hand_over(context, folder, {"divisions": divisions(), "persons": persons(), "department_rows": rows or lists()})


def work(context: Context, *kinds: str) -> None:
    """Do what is due of matching."""
    wanted = kinds or ("match", "match_soon")
    while work_once(context, all_handlers().every, "test", kinds=wanted):
        pass


def matched(context: Context) -> MatchRun:
    """Have the lists matched; the run."""
    from service.work.matching.ask import ask

    run = ask(context, somebody("data_scientist"))
    work(context)
    with context.database.read() as connection:
        found = match_runs.get(connection, run.run_id)
    assert found is not None
    assert found.state == "done", found.problem
    return found


def somebody(*roles: Role, divisions: tuple[str, ...] = ("*",), name: str = "", **more: Any) -> Principal:
    """Somebody who asks."""
    return Principal(1, name or f"{roles[0]}.a", frozenset(roles), divisions, "session", **more)


def standing(context: Context, row_id: str) -> MatchRow:
    """A row as it stands."""
    with context.database.read() as connection:
        found = match_rows.get(connection, row_hash(context.seal, row_id))
    assert found is not None, row_id
    return found


def decisions(context: Context) -> dict[str, str]:
    """What stands, by row."""
    from sqlalchemy import select

    names = {row_hash(context.seal, one["row_id"]): one["row_id"] for one in lists()}
    with context.database.read() as connection:
        found = connection.execute(select(MATCH_ROWS.c.row_hash, MATCH_ROWS.c.decision))
        return {names.get(row.row_hash, row.row_hash): row.decision for row in found}
