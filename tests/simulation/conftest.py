"""Two invented counties every test here looks at: one as usual, one without anything irregular."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from simulation import SimulationReport, simulate

HOUSEHOLDS = 900
MONTHS = 24


@pytest.fixture(scope="session")
def county(tmp_path_factory: pytest.TempPathFactory) -> SimulationReport:
    """The usual county; its folder and truth are in the report."""
    out = tmp_path_factory.mktemp("usual") / "county"
    return simulate(out, households=HOUSEHOLDS, seed=11, months=MONTHS)


@pytest.fixture(scope="session")
def clean(tmp_path_factory: pytest.TempPathFactory) -> SimulationReport:
    """A county in which nothing is irregular."""
    out = tmp_path_factory.mktemp("clean") / "county"
    return simulate(out, households=HOUSEHOLDS, seed=12, months=MONTHS, profile="clean")


@pytest.fixture(scope="session")
def read(county: SimulationReport) -> Callable[[str], pd.DataFrame]:
    """Reads one table of the usual county, every field as text."""
    return lambda name: read_table(county.folder, name)


def read_table(folder: Path, name: str) -> pd.DataFrame:
    """A table of a folder as text, missing values as NA."""
    csv = folder / f"{name}.csv"
    if csv.exists():
        return pd.read_csv(csv, dtype=str, keep_default_na=False, na_values=[""])
    frame = pd.read_parquet(folder / f"{name}.parquet")
    return frame.map(lambda value: None if value is None or value != value else str(value)).astype("string")


def truth(report: SimulationReport) -> pd.DataFrame:
    """The truth beside a county."""
    return pd.read_parquet(report.truth)
