"""Which file of a folder is which table, and what is wrong with the folder as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from features.contract import TABLES
from features.intake._chunk import Source
from features.intake._csv import open_csv
from features.intake._parquet import open_parquet
from features.intake.errors import IntakeError

_DATA_LIKE: Final = frozenset(
    {"xls", "xlsx", "xlsm", "ods", "txt", "tsv", "tab", "dat", "json", "jsonl", "xml", "dbf", "mdb", "db", "sqlite"}
    | {"gz", "zip", "bz2", "xz", "zst", "7z", "rar", "orc", "avro", "arrow", "feather", "pq"}
)
"""Endings that hold data in a form not taken here; a table in one of them is an error, not a file to overlook."""

_FORM: Final = ("<table>.csv or <table>.parquet", "<表名>.csv或<表名>.parquet")


@dataclass(frozen=True, slots=True)
class Folder:
    """Files of the contract's tables, by table in contract order; names of all other files."""

    files: dict[str, Path]
    ignored: tuple[str, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """Tables the folder lacks (all of them optional)."""
        return tuple(name for name in TABLES if name not in self.files)


def look(folder: Path) -> Folder:
    """List the tables of `folder`. Raises IntakeError for a folder that cannot be loaded, before any file is read."""
    if not folder.is_dir():
        found = ("a file", "文件") if folder.exists() else ("nothing", "不存在")
        raise IntakeError(
            folder, found, ("a folder of tables", "存放各表的文件夹"), ("Give the folder's path", "请给出文件夹路径")
        )
    names = sorted(p.name for p in folder.iterdir() if not p.name.startswith("."))
    files: dict[str, Path] = {}
    for name in names:
        table, _, ending = name.partition(".")
        if table not in TABLES:
            continue
        path = folder / name
        if ending not in {"csv", "parquet"}:
            if ending.rpartition(".")[2].lower() in _DATA_LIKE:
                raise _not_taken(path, (f"a .{ending} file", f".{ending}文件"))
            continue
        if not path.is_file():
            raise _not_taken(path, ("a folder" if path.is_dir() else "no regular file", "不是普通文件"))
        if table in files:
            raise IntakeError(
                path,
                (f"the table twice, also as {files[table].name}", f"同一表另有{files[table].name}"),
                ("one file a table", "每表一个文件"),
                ("Remove the file that is not meant", "请删除多余的文件"),
            )
        files[table] = path
    for name, table_ in TABLES.items():
        if table_.required and name not in files:
            near = [n for n in names if n.partition(".")[0].lower() == name]
            english = f"only {near[0]}" if near else "no such table"
            raise IntakeError(
                folder / f"{name}.csv",
                (english, f"只有{near[0]}" if near else "没有该表"),
                (f"the required table {name}, as {name}.csv or {name}.parquet", f"必备表{name}（CSV或Parquet）"),
                ("Add the table, or correct the file's name", "请补上该表，或更正文件名"),
            )
    taken = {path.name for path in files.values()}
    ordered = {name: files[name] for name in TABLES if name in files}
    return Folder(ordered, tuple(name for name in names if name not in taken))


def open_source(name: str, path: Path) -> Source:
    """Open the file of a table and check its structure; raises IntakeError where it does not fit."""
    opener = open_csv if path.suffix == ".csv" else open_parquet
    return opener(TABLES[name], path)


def _not_taken(path: Path, found: tuple[str, str]) -> IntakeError:
    """A table in a form that is neither CSV nor Parquet."""
    return IntakeError(
        path, found, _FORM, ("Save the table as CSV in UTF-8, or as Parquet", "请另存为UTF-8 CSV或Parquet")
    )
