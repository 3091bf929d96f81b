"""Hand a whole folder of tables over to the service, without going through HTTP: how a county's history comes in."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from service.access import Principal
from service.work.context import Context
from service.work.errors import UnusableDataError
from service.work.facts.take import Delivery, Taken, take

BY_COMMAND = Principal(0, "command", frozenset({"disbursement_system"}), ("*",), "command")
"""Who hands rows over when somebody on the machine does: its rights are those of a disbursement system."""


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What became of one table."""

    table: str
    file: str
    taken: Taken


def hand_over(context: Context, folder: Path, told: Callable[[str, int, int], None] | None = None) -> list[HandedOver]:
    """Take every table of a folder, in the contract's order; `told` gets each table's name, how many are done, of how
    many. Rows that are on record already change nothing, so a hand-over that broke off is simply done again.

    Raises UnusableDataError where the folder or a file cannot be read as what it says it is.
    """
    from features.contract import TABLES
    from features.intake import IntakeError
    from features.intake._folder import look

    try:
        files = look(folder).files
    except IntakeError as error:
        raise UnusableDataError(str(error), error.in_chinese()) from error
    done: list[HandedOver] = []
    for place, (name, path) in enumerate(files.items()):
        if told:
            told(name, place, len(files))
        form: Literal["csv", "parquet"] = "parquet" if path.suffix == ".parquet" else "csv"
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
        done.append(HandedOver(name, path.name, take(context, BY_COMMAND, Delivery(TABLES[name], path, form, content))))
    return done
