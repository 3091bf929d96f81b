"""Let matches count: put what `mingbai match` found to be the same beside the loaded tables, for features and rules."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from service.work.errors import UnusableDataError, WrongUsageError

if TYPE_CHECKING:
    import pyarrow as pa

    from features.matching.matched_events import Kept
    from service.work.open_data import OpenData

COLUMNS = ("row_id", "person_id", "probability", "decision", "log_odds", "agreement")


def read_matches(path: Path) -> pa.Table:
    """Matches written by `mingbai match`. Raises WrongUsageError for another ending, UnusableDataError where a column
    is missing or the file cannot be read."""
    import pyarrow as pa
    import pyarrow.csv as pcsv
    import pyarrow.parquet as pq

    try:
        if path.suffix == ".parquet":
            table = pq.read_table(path)
        elif path.suffix == ".csv":
            types = {
                "row_id": pa.string(),
                "person_id": pa.string(),
                "agreement": pa.string(),
                "log_odds": pa.float64(),
            }
            options = pcsv.ConvertOptions(column_types=types, strings_can_be_null=True)
            table = pcsv.read_csv(path, convert_options=options)
        else:
            raise WrongUsageError(
                f"{path.name}: found ending {path.suffix or 'none'!r}, expected .parquet or .csv",
                f"{path.name}：文件名应以 .parquet 或 .csv 结尾",
            )
    except (OSError, pa.ArrowException) as error:
        raise UnusableDataError(f"{path.name}: cannot be read", f"{path.name}：无法读取") from error
    if missing := [name for name in COLUMNS if name not in table.column_names]:
        raise UnusableDataError(
            f"{path.name}: column {missing[0]} is missing; write it with `mingbai match`",
            f"{path.name}：缺少 {missing[0]} 列；请用 `mingbai match` 生成",
        )
    return table.select(list(COLUMNS))


def keep_matches(data: OpenData, matches: pa.Table, as_of_us: int, *, anew: bool = False) -> Kept:
    """Keep matches made as of a moment (microseconds UTC) in the store of the data; earlier scores stay as they were.

    `anew` forgets what was kept before. Raises WrongUsageError where matches of a later moment are on record,
    UnusableDataError where a match names what was not known at the moment.
    """
    from features.matching.matched_events import SCHEMA, EarlierMomentError, Record, kept, read_record, write_record

    if not data.ledger.has("department_rows"):
        raise UnusableDataError("department_rows was not handed over", "未提供 department_rows")
    before = Record(SCHEMA.empty_table()) if anew else read_record(data.report.store)
    try:
        found = kept(data.ledger, matches, as_of_us, before)
    except EarlierMomentError as error:
        raise WrongUsageError(f"{error}; --anew forgets them", "已有更晚时点的匹配记录；如需重来请加 --anew") from error
    except KeyError as error:
        raise UnusableDataError(
            f"{error.args[0]}: match again with the same --as-of",
            "匹配结果含该时点未知的名单行或人员：请用相同时点重新匹配",
        ) from error
    write_record(data.report.store, found.record)
    return found
