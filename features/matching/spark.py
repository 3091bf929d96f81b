"""Comparing on a Spark cluster: the same prepared columns, pairs and settings, scored by Splink's Spark backend.

Preparing, blocking and learning stay in the database beside the driver; what grows with the number of pairs, joining
both records and comparing them, runs on Spark. `MINGBAI_SPARK_MASTER` names the master (default `local[2]`).
"""

from __future__ import annotations

import logging
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from features.matching import splink_model
from features.matching.compare import Compared, with_shares
from features.matching.weights import Model

if TYPE_CHECKING:
    import duckdb

MASTER = "MINGBAI_SPARK_MASTER"


class SparkComparer:
    """Compares pairs on Spark; a context that ends its session. An active session is used and left running."""

    def __init__(self) -> None:
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._session: Any = None
        self._own = False

    def __enter__(self) -> SparkComparer:
        from pyspark.sql import SparkSession
        from splink.backends.spark import similarity_jar_location

        self._folder = tempfile.TemporaryDirectory(prefix="mingbai-spark-")
        self._session = SparkSession.getActiveSession()
        if self._session is None:
            master = os.environ.get(MASTER, "local[2]")
            builder = SparkSession.builder.master(master).appName("mingbai match")
            builder = builder.config("spark.jars", similarity_jar_location()).config("spark.ui.enabled", "false")
            builder = builder.config("spark.sql.warehouse.dir", self._folder.name)
            if master.startswith("local"):
                builder = builder.config("spark.driver.host", "127.0.0.1").config("spark.sql.shuffle.partitions", "2")
            self._session, self._own = builder.getOrCreate(), True
        self._session.sparkContext.setCheckpointDir(self._folder.name)
        return self

    def __exit__(self, *_error: object) -> None:
        if self._own and self._session is not None:
            self._session.stop()
        if self._folder is not None:
            self._folder.cleanup()

    def __call__(
        self, con: duckdb.DuckDBPyConnection, model: Model, columns: list[str], rows: tuple[int, int]
    ) -> Compared:
        """Levels of the pairs of rows in the range, as `compare` gives them; one call's answer fits into memory."""
        scored = self.scored(con, model, columns, rows)
        weighed = {v.column for c in model.comparisons for v in c.levels if v.by_value and v.column is not None}
        cases = ", ".join(splink_model.level_of(c.field, len(c.levels)) for c in model.comparisons)
        kept = "".join(f", r.{column} AS {column}_r" for column in sorted(weighed))
        con.register("on_spark", scored)
        found = with_shares(
            con,
            model.comparisons,
            f"(SELECT unique_id_l AS l, unique_id_r AS r, {cases} {kept} FROM on_spark JOIN r ON r.n = unique_id_r)",  # noqa: S608
        )
        con.unregister("on_spark")
        return found

    def scored(self, con: duckdb.DuckDBPyConnection, model: Model, columns: list[str], rows: tuple[int, int]) -> Any:
        """What Splink gives for these pairs: `unique_id_l`, `unique_id_r`, `match_weight` (base 2), `gamma_<field>`."""
        from splink import Linker, SparkAPI

        if self._session is None or self._folder is None:
            raise RuntimeError("a SparkComparer is used inside `with`")
        logging.getLogger("splink").setLevel(logging.ERROR)
        api = SparkAPI(spark_session=self._session)  # type: ignore[no-untyped-call]
        asked = f"SELECT l, r FROM pairs WHERE l >= {rows[0]} AND l < {rows[1]}"  # noqa: S608
        tables = []
        for name, table in ((splink_model.LEFT, "l"), (splink_model.RIGHT, "r")):
            self._session.catalog.dropTempView(name)  # Splink keeps the name of the part before.
            prepared = ", ".join(columns)
            records = f"SELECT n AS unique_id, {prepared} FROM {table} SEMI JOIN ({asked}) a ON a.{table} = n"  # noqa: S608
            tables.append(api.register(self._read(con, records), dataset_display_name=name))
        linker = Linker(
            tables, splink_model.of_model(model, "spark", with_levels=True), log_level=None, validate_settings=False
        )
        keys = f"""
            SELECT '0' AS match_key, '{splink_model.LEFT}-__-' || l AS join_key_l,
                   '{splink_model.RIGHT}-__-' || r AS join_key_r FROM ({asked})"""  # noqa: S608
        linker.table_management.register_blocked_pairs_for_predict(api.register(self._read(con, keys)))
        gammas = [f"gamma_{c.field}" for c in model.comparisons]
        frame = linker.inference.predict().as_spark_dataframe()
        return frame.select("unique_id_l", "unique_id_r", "match_weight", *gammas).toArrow()

    def _read(self, con: duckdb.DuckDBPyConnection, query: str) -> Any:
        """A query's answer as a Spark table, by way of a Parquet file."""
        assert self._folder is not None  # noqa: S101
        number = len(list(Path(self._folder.name).glob("part-*.parquet")))
        file = Path(self._folder.name) / f"part-{number}.parquet"
        con.execute(f"COPY ({query}) TO '{file}' (FORMAT parquet)")
        return self._session.read.parquet(str(file))
