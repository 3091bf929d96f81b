"""Hand all facts back as a folder of tables: what a training, an evaluation or another program reads.

The folder holds personal data in clear, as the departments handed it over; making it stands in the log.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from service.work.audit.record import Line, record
from service.work.context import Context
from service.work.errors import WrongUsageError


@dataclass(frozen=True, slots=True)
class HandedBack:
    """Rows by table, and how many queues' draws were laid beside the folder's store for trainings to divide by."""

    rows: dict[str, int]
    queues: int


def hand_back(context: Context, folder: Path, who: str) -> HandedBack:
    """Write every fact on record into a folder that is empty or new (mode 0700), and the draws of the service's queues
    where `mingbai train` looks for those of this folder. Raises WrongUsageError for a folder that holds something."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    from features.contract import DERIVED
    from models.scoring.draws import keep
    from service.work.facts.history import History
    from service.work.open_data import store_of
    from service.work.queue.kept_draws import kept_draws

    if folder.exists() and any(folder.iterdir()):
        raise WrongUsageError(f"{folder} holds something: give a new folder", f"{folder} 非空：请指定新的文件夹")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    ledger = History.open(context).ledger
    rows: dict[str, int] = {}
    for name in ledger.tables:
        if name in DERIVED:
            continue  # Made here from the others, and never handed in: `mingbai match` makes it again.
        table = ledger.contents(name)
        # A required table nobody sent is there without rows; the folder should say that nobody sent it.
        if table.num_rows:
            pq.write_table(table, folder / f"{name}.parquet", compression="zstd")
            rows[name] = table.num_rows
    draws = kept_draws(context)
    store = store_of(folder, context.settings.home)
    moments = pc.unique(draws.column("queue_at")).to_pylist()
    for moment in moments:
        keep(draws.filter(pc.equal(draws.column("queue_at"), moment)), store)
    with context.database.write() as connection:
        details = {"tables": len(rows), "rows": sum(rows.values())}
        record(context, connection, Line(who, "facts.hand_back", "folder", folder.name, details=details))
    return HandedBack(rows, len(moments))
