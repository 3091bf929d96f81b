"""Seal everything again with the newest key, while the service runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Column

from service.sealing.column import about
from service.sealing.files import not_newest, read_sealed, write_sealed
from service.sealing.keys import LOOK_AGAIN_SECONDS, drop_old_keys
from service.sealing.seal import NAME_BYTES, SealError
from service.store import sealed_columns
from service.work.audit.record import Line, record
from service.work.context import Context

ROWS: Final = 500
SIZE: Final = 16 * 2**20
"""Values sealed again in one transaction: at most so many, of at most so many bytes together."""

PASSES: Final = 5
"""Processes that have not looked at the key file yet may seal with the old key for some seconds."""

PAUSE_SECONDS: Final = 0.005
"""Between two transactions: whoever waits to write comes first."""

Progress = Callable[[str, int], None]
"""Called with the column (`table.column`) and how many of its values are sealed again so far."""


@dataclass(slots=True)
class Rotated:
    """What a rotation did: values sealed again by column, files sealed again, what does not open, what is left.

    `closed` counts values by column that no key of the list opens; they were left as they are. `left` counts those an
    older key still holds: more than none only while somebody seals with an old key.
    """

    values: dict[str, int] = field(default_factory=dict)
    files: int = 0
    closed: dict[str, int] = field(default_factory=dict)
    left: int = 0

    @property
    def whole(self) -> bool:
        """Whether everything is sealed with the newest key, so that the older ones can be dropped."""
        return not self.closed and not self.left


def rotate(context: Context, who: str, *, progress: Progress | None = None) -> Rotated:
    """Seal every value of a sealed column and every sealed file again with the newest key.

    In small transactions; what was changed meanwhile is left to whoever changed it. Stopped at any point, it goes on
    where it was when begun again: what the newest key holds is passed over. Raises OSError for a file that cannot be
    written.
    """
    rotated = Rotated()
    columns = sealed_columns.sealed_columns()
    for _ in range(PASSES):
        rotated.closed.clear()
        again = sum(_column(context, column, rotated, progress) for column in columns)
        again += _files(context, rotated)
        if again == 0:
            break
    rotated.left = _left(context, columns) - sum(rotated.closed.values())
    with context.database.write() as connection:
        details = {
            "values": sum(rotated.values.values()),
            "files": rotated.files,
            "closed": sum(rotated.closed.values()),
            "left": rotated.left,
        }
        record(context, connection, Line(who, "key.rotated", "key", context.seal.newest.hex(), details=details))
    return rotated


def _column(context: Context, column: Column[Any], rotated: Rotated, progress: Progress | None) -> int:
    """Seal the values of one column again; how many."""
    name, bound, seal = f"{column.table.name}.{column.name}", about(column), context.seal
    after: tuple[Any, ...] | None = None
    done = 0
    while True:
        with context.database.read() as connection:
            found = sealed_columns.others(connection, column, seal.newest, after, ROWS, SIZE)
        if not found:
            break
        after = found[-1][0]
        fresh: list[tuple[tuple[Any, ...], bytes, bytes]] = []
        for number, value in found:
            try:
                fresh.append((number, value, seal.seal(seal.open(value, bound), bound)))
            except SealError:
                rotated.closed[name] = rotated.closed.get(name, 0) + 1
        with context.database.write() as connection:
            kept = sum(sealed_columns.replace(connection, column, *one) for one in fresh)
        done += kept
        rotated.values[name] = rotated.values.get(name, 0) + kept
        if progress is not None:
            progress(name, rotated.values[name])
        time.sleep(PAUSE_SECONDS)
    return done


def _files(context: Context, rotated: Rotated) -> int:
    """Seal files again; how many. A file that is removed meanwhile is no loss."""
    done = 0
    for path in not_newest(context.seal, context.settings.state):
        try:
            write_sealed(context.seal, path, read_sealed(context.seal, path))
        except FileNotFoundError:
            continue
        except SealError:
            rotated.closed[path.parent.name] = rotated.closed.get(path.parent.name, 0) + 1
            continue
        done += 1
        rotated.files += 1
    return done


def _left(context: Context, columns: list[Column[Any]]) -> int:
    """How many values and files are not sealed with the newest key."""
    with context.database.read() as connection:
        values = sum(sealed_columns.count_others(connection, column, context.seal.newest) for column in columns)
    return values + sum(1 for _ in not_newest(context.seal, context.settings.state))


def drop_old(context: Context, who: str, wait: Callable[[float], None] = time.sleep) -> tuple[Rotated, int]:
    """Rotate, and once nothing needs the older keys any more take them out of the key file; how many were dropped.

    Waits until every process has taken the newest key, rotates once more for what they sealed meanwhile, and drops
    nothing while something is left. Raises SealError where the keys come from a variable, which only a person changes,
    or where an upload that waits was sealed with an older key.
    """
    file = context.settings.key_file
    if file is None:
        raise SealError(
            "the keys come from MINGBAI_KEY: take the older ones out of it by hand after `mingbai key rotate`"
        )
    rotate(context, who)
    wait(2 * LOOK_AGAIN_SECONDS)
    rotated = rotate(context, who)
    if not rotated.whole:
        return rotated, 0
    if any(_uploads(context)):
        raise SealError("uploads that wait were sealed with an older key: run it again when their runs are scored")
    dropped = drop_old_keys(file)
    with context.database.write() as connection:
        record(
            context,
            connection,
            Line(who, "key.dropped", "key", context.seal.newest.hex(), details={"dropped": dropped}),
        )
    return rotated, dropped


def _uploads(context: Context) -> Iterator[Path]:
    """Sealed uploads (`service.work.runs.spool`) whose first frame an older key sealed: four bytes of length, then the
    frame."""
    for path in (context.settings.state / "spool").glob("*"):
        with suppress(OSError), path.open("rb") as file:
            begin = file.read(4 + NAME_BYTES)[4:]
            if context.seal.knows(begin) and not context.seal.is_newest(begin):
                yield path
