"""The ranked queue of cases from scores."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from service.work.errors import UnusableDataError
from service.work.in_chinese import in_chinese

if TYPE_CHECKING:
    import pyarrow as pa

    from features.asof import Ledger
    from models.scoring.bundle import Bundle
    from models.scoring.policy import Policy

NEEDED = ("disbursement_id", "score", "recommendation", "desk", "typology", "suspect_role", "reasons")


def build_queue(
    ledger: Ledger,
    scores: pa.Table,
    at_us: int,
    policy: Policy,
    *,
    bundle: Bundle | None = None,
    store: Path | None = None,
) -> pa.Table:
    """Cases in the contract's form. Raises UnusableDataError when a scored payment is not in the data.

    With `store`, what was offered by what chance is kept there, for trainings to come. `bundle` is the model that
    scored, where it is at hand.
    """
    from models.scoring import cases, draws

    try:
        queue = cases.build_queue(ledger, scores, at_us, policy, bundle=bundle)
    except KeyError as error:
        raise UnusableDataError(
            "some scored payments are not in the data: score the same folder again",
            "评分文件中有不在数据里的发放明细：请对同一数据目录重新评分",
        ) from error
    if store is not None:
        draws.keep(queue.draws, store)
    return queue.cases


def read_scores(path: Path) -> pa.Table:
    """Scores written earlier, whichever form. Raises UnusableDataError when it is no score file."""
    from models.evaluation.columns import FileError, numbers, read_table
    from models.scoring.score import SCHEMA

    try:
        table = read_table(path)
    except FileError as error:
        raise UnusableDataError(str(error), in_chinese(str(error))) from error
    if lacking := [name for name in NEEDED if name not in table.column_names]:
        raise UnusableDataError(
            f"{path.name}: found no column {', '.join(lacking)}, expected a file written by `mingbai score`",
            f"{path.name}：缺少列 {', '.join(lacking)}，应为 `mingbai score` 写出的文件",
        )
    import pyarrow as pa
    import pyarrow.compute as pc

    columns = {}
    for field in SCHEMA:
        if field.name not in table.column_names:
            columns[field.name] = pa.nulls(table.num_rows, field.type)
        elif pa.types.is_floating(field.type):
            columns[field.name] = pa.array(numbers(table, field.name))
        else:
            # A CSV does not tell an empty text from none: scores have no null.
            columns[field.name] = pc.fill_null(table.column(field.name).cast(pa.string()), "").cast(field.type)
    return pa.table(columns, schema=SCHEMA)
