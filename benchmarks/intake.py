"""Speed and memory of intake on an invented folder with one large table of disbursements.

    python benchmarks/intake.py --rows 10000000 --form text      # Parquet with every column as text
    python benchmarks/intake.py --rows 10000000 --form typed     # Parquet with decimals, dates, moments
    python benchmarks/intake.py --rows 10000000 --form csv
    python benchmarks/intake.py --rows 1000000 --form csv --broken 0.01 --repeated 0.3

Prints rows, seconds, rows per second, processor time and peak memory of a process that does nothing but load.
`--broken` is the share of rows with a refused amount, `--repeated` the share of rows that stand in the file twice.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb

from features.contract import TABLES

_LOAD = """
import resource, sys, time
from pathlib import Path
from features.intake import load
start = time.perf_counter()
report = load(Path(sys.argv[1]), Path(sys.argv[2]))
seconds = time.perf_counter() - start
start = time.perf_counter()
load(Path(sys.argv[1]), Path(sys.argv[2]))
again = time.perf_counter() - start
table = report.tables["disbursements"]
usage = resource.getrusage(resource.RUSAGE_SELF)
peak, busy = usage.ru_maxrss / 1024 / 1024, usage.ru_utime + usage.ru_stime
print(f"{table.rows_in:,} rows in, {table.accepted:,} accepted, {table.quarantined:,} quarantined, "
      f"{table.repeated:,} repeated: {seconds:.1f} s, {table.rows_in / seconds:,.0f} rows/s, "
      f"{busy:.1f} s of processor time, peak {peak:.2f} GB; loading again {again * 1000:.1f} ms")
"""

_COLUMNS = {
    "disbursement_id": "'D' || lpad(i::varchar, 9, '0')",
    "run_id": "'R' || lpad((i // 5000)::varchar, 6, '0')",
    "line_no": "i % 5000 + 1",
    "program_id": "'P' || lpad((i % 29)::varchar, 2, '0')",
    "application_id": "'A' || lpad((i // 12)::varchar, 9, '0')",
    "period": "(2017 + i % 3)::varchar || '-' || lpad((1 + i % 12)::varchar, 2, '0')",
    "person_id": "'5199211' || lpad((hash(i // 24) % 2000000)::varchar, 11, '0')",
    "household_id": "'H' || lpad((hash(i // 48) % 700000)::varchar, 12, '0')",
    "payee_name": "chr((19968 + i % 400)::int) || chr((20968 + i % 900)::int) || chr((22968 + i % 700)::int)",
    "card_id": "'6299011' || lpad((hash(i // 24) % 2000000)::varchar, 12, '0')",
    "quantity": "(1 + i % 90) / 10.0",
    "amount": "((i * 7919) % 5000000 / 100.0)::decimal(12, 2)",
    "division_code": "'5199211' || lpad((i % 300)::varchar, 5, '0')",
    "prepared_by": "'O' || lpad((i // 700 % 4000)::varchar, 5, '0')",
    "reissue_of": "case when i % 50 = 0 then 'D' || lpad((i // 2)::varchar, 9, '0') end",
    "submitted_at": "timestamptz '2017-01-01 09:00:00+08' + interval (i * 9) second",
}


def build(folder: Path, rows: int, form: str, broken: float, repeated: float) -> None:
    """Write the large table in the given form, and the required small ones from their good rows."""
    connection = duckdb.connect(config={"threads": 2})
    connection.execute("set timezone = 'Asia/Shanghai'")
    columns = dict(_COLUMNS)
    if form != "typed":
        columns["submitted_at"] = f"strftime({columns['submitted_at']}, '%Y-%m-%dT%H:%M:%S') || '+08:00'"
        columns = {name: f"({text})::varchar" for name, text in columns.items()}
        if broken:
            wrong = f"case when hash(i) % 1000000 < {int(broken * 1e6)} then '1,396.85' else {columns['amount']} end"
            columns["amount"] = wrong
    listed = ", ".join(f'{text} as "{name}"' for name, text in columns.items())
    twice = int(rows * repeated)
    numbers = f"(select i from range({rows - twice}) r(i) union all select i from range({twice}) r(i))"  # noqa: S608
    target = folder / f"disbursements.{'csv' if form == 'csv' else 'parquet'}"
    options = "(header true)" if form == "csv" else "(format parquet, row_group_size 500000)"
    query = f"copy (select {listed} from {numbers}) to '{target}' {options}"  # noqa: S608 - own text
    connection.execute(query)
    for table in TABLES.values():
        if table.required and table.name != "disbursements":
            lines = [",".join(row.get(c.name, "") for c in table.columns) for row in table.good_rows]
            header = ",".join(c.name for c in table.columns)
            (folder / f"{table.name}.csv").write_text("\n".join([header, *lines]), encoding="utf-8")


def main() -> None:
    """Build the folder, load it in a process of its own, print the figures."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--form", choices=["text", "typed", "csv"], default="text")
    options.add_argument("--broken", type=float, default=0.0)
    options.add_argument("--repeated", type=float, default=0.0)
    options.add_argument("--keep", type=Path, help="build the folder here and leave it, for profiling")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.keep or Path(scratch) / "data"
        folder.mkdir(exist_ok=True)
        build(folder, given.rows, given.form, given.broken, given.repeated)
        subprocess.run([sys.executable, "-c", _LOAD, str(folder), str(Path(scratch) / "store")], check=True)


if __name__ == "__main__":
    main()
