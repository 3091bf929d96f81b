"""The same comparisons as a Splink model: its expectation maximisation on DuckDB, and scoring on Spark.

Splink numbers levels from the least to the most alike, we from the most to the least; both are turned here. Names of
the two data sets begin with `a_` and `b_`, because Splink calls the one that comes first in the alphabet the left.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from features.matching.comparisons import Comparison
from features.matching.weights import Floats, Model

if TYPE_CHECKING:
    import duckdb

LEFT: Final = "a_rows"
RIGHT: Final = "b_persons"
JARO_WINKLER: Final = {"duckdb": "jaro_winkler_similarity", "spark": "jaro_winkler"}


def settings(
    comparisons: tuple[Comparison, ...],
    dialect: str,
    m: Mapping[str, Floats],
    u: Mapping[str, Floats],
    linked: float,
    persons: int,
    *,
    with_levels: bool = False,
) -> Any:
    """A `SettingsCreator` with these comparisons and shares; frequencies of values are left to `weights.py`.

    Splink gives the levels it found only together with the compared columns (`with_levels`). Its prior is that of one
    pair looked at by itself: the odds of this person against nobody here.
    """
    from splink import SettingsCreator
    from splink.comparison_library import CustomComparison

    made: list[Any] = []
    for c in comparisons:
        levels: list[Any] = [{"sql_condition": c.null, "label_for_charts": "unknown", "is_null_level": True}]
        for place, level in enumerate(c.levels):
            condition = "ELSE" if place == len(c.levels) - 1 else level.condition
            levels.append(
                {
                    "sql_condition": condition.replace("{jaro_winkler}", JARO_WINKLER[dialect]),
                    "label_for_charts": level.key,
                    "m_probability": float(m[c.field][place]),
                    "u_probability": float(u[c.field][place]),
                }
            )
        made.append(CustomComparison(output_column_name=c.field, comparison_levels=levels))
    odds = linked / (1.0 - linked) / max(1, persons)
    return SettingsCreator(
        link_type="link_only",
        comparisons=made,
        blocking_rules_to_generate_predictions=[],
        probability_two_random_records_match=odds / (1.0 + odds),
        retain_matching_columns=with_levels,
        retain_intermediate_calculation_columns=True,
    )


def of_model(model: Model, dialect: str, *, with_levels: bool = False) -> Any:
    """A learned model as Splink settings."""
    shares = (model.m, model.u, model.linked, model.persons)
    return settings(model.comparisons, dialect, *shares, with_levels=with_levels)


def expectation_maximisation(
    con: duckdb.DuckDBPyConnection,
    model: Model,
    columns: list[str],
    blocks: tuple[tuple[str, ...], ...],
    *,
    pairs: str = "train_pairs",
) -> dict[str, Floats]:
    """Shares of true pairs by level as Splink's expectation maximisation finds them, by field.

    It runs once for each block of `blocks`, on the rows and persons of the table `pairs`, with `u` of the model; a
    field keeps its own `m` where every block uses it up. Fields are looked at as if independent, pairs one by one.
    """
    from splink import DuckDBAPI, Linker, block_on

    logging.getLogger("splink").setLevel(logging.ERROR)
    own = DuckDBAPI(connection=":memory:")
    tables = []
    for name, table, side in ((LEFT, "l", "l"), (RIGHT, "r", "r")):
        rows = con.sql(f"""
            SELECT n AS unique_id, {", ".join(columns)} FROM {table}
            WHERE n IN (SELECT {side} FROM {pairs}) ORDER BY id""").to_arrow_table()  # noqa: S608
        tables.append(own.register(rows, dataset_display_name=name))
    linker = Linker(tables, of_model(model, "duckdb"), log_level=None, validate_settings=False)
    for block in blocks:
        linker.training.estimate_parameters_using_expectation_maximisation(
            block_on(*block), fix_u_probabilities=True, estimate_without_term_frequencies=True
        )
    found = {entry["output_column_name"]: entry for entry in linker.misc.save_model_to_json()["comparisons"]}
    learned = {}
    for c in model.comparisons:
        levels = [level for level in found[c.field]["comparison_levels"] if not level.get("is_null_level")]
        m = np.array([level.get("m_probability") or 0.0 for level in levels])
        learned[c.field] = np.maximum(m, 1e-6) / np.maximum(m, 1e-6).sum()
    return learned


def level_of(field: str, levels: int) -> str:
    """SQL that turns Splink's number of a level (-1 null, 0 least alike) into ours (-1 unknown, 0 most alike)."""
    return f"(CASE WHEN gamma_{field} < 0 THEN -1 ELSE {levels - 1} - gamma_{field} END)::TINYINT AS g_{field}"
