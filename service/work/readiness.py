"""Whether this deployment can do its work now: what is looked at, and what is said where it is not in order."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from typing import Final
from weakref import WeakKeyDictionary

from sqlalchemy.exc import SQLAlchemyError

from service.store import Database, migrate
from service.store.database import DatabaseError
from service.work.context import Context

LEAST_SPACE: Final = 256 * 1024 * 1024
"""Bytes the home must have free beside room for one upload of the largest size."""

LOOK_AGAIN_SECONDS: Final = 60.0
"""The shape of the tables changes only with a new release; looking is slow."""

_SEEN: WeakKeyDictionary[Database, tuple[float, bool]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: its name, whether it is in order, and else what to do, in English and Chinese."""

    name: str
    good: bool
    english: str = ""
    chinese: str = ""


def readiness(context: Context) -> list[Check]:
    """Database, tables and space; never raises for what it finds. The scorer is asked elsewhere."""
    answers = _answers(context)
    return [answers, _tables(context) if answers.good else Check("tables", False), _space(context)]


def _answers(context: Context) -> Check:
    try:
        good = context.database.answers()
    except (SQLAlchemyError, DatabaseError, OSError):
        good = False
    return Check("database", good, "the database does not answer", "数据库无法访问")


def _tables(context: Context) -> Check:
    at, good = _SEEN.get(context.database, (float("-inf"), False))
    if not good or time.monotonic() - at > LOOK_AGAIN_SECONDS:
        try:
            good = migrate.is_current(context.database)
        except SQLAlchemyError:
            good = False
        _SEEN[context.database] = (time.monotonic(), good)
    english = "the tables are of another release: `mingbai serve` brings them up when it starts"
    return Check("tables", good, english, "数据表版本与程序不符：重新启动 mingbai serve 即可升级")


def _space(context: Context) -> Check:
    folder = context.settings.state
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        free = shutil.disk_usage(folder).free
    except OSError:
        free = 0
    needed = LEAST_SPACE + context.settings.upload_limit_mb * 1024 * 1024
    english = f"less than {needed // 1024**2} MB are free in the home"
    return Check("space", free >= needed, english, f"数据目录可用空间不足 {needed // 1024**2} MB")
