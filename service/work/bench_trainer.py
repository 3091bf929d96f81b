"""Run the supervised trainer and its rivals over rolling origins of any table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from service.work.errors import UnusableDataError, WrongUsageError

if TYPE_CHECKING:
    from models.trainer.proof import Proof
    from models.trainer.table import Spec

StepProgress = Callable[[str, float], None]


def bench_trainer(
    path: Path, spec: Spec, *, folds: int, days: float | None, progress: StepProgress | None = None
) -> Proof:
    """Read the table and prove the trainer on it.

    Raises WrongUsageError for an ending that is neither .csv nor .parquet, UnusableDataError when the table cannot be
    used as asked.
    """
    from models.trainer.proof import prove
    from models.trainer.table import TableError, read

    if path.suffix not in (".csv", ".parquet"):
        raise WrongUsageError(
            f"found the ending {path.suffix!r}, expected .csv or .parquet", "表格应为 .csv 或 .parquet 文件"
        )
    try:
        return prove(read(path, spec), folds=folds, days=days, progress=progress)
    except TableError as error:
        raise UnusableDataError(f"{path.name}: {error}", f"{path.name}：表格无法按所给列使用") from error
