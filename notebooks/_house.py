"""What all notebooks share: one invented county to practise on, models of it, and one style of drawing.

Everything lies in one folder, `practice` in the working directory, or `MINGBAI_NOTEBOOK_HOME`: the county's tables,
its store, models by the day they learned until, and a record of models to play with. Remove it to begin anew.
`MINGBAI_NOTEBOOK_HOUSEHOLDS` makes the county larger or smaller (200 at least); figures in the notebooks follow.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from features.asof import Ledger, LedgerTable
from models._record import alone
from models.scoring.bundle import Bundle, load_bundle
from models.scoring.facts import Facts, gather
from models.scoring.policy import Policy
from models.training.labels import Labels, labels_at
from service.work.open_data import OpenData, open_data

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Int64 = NDArray[np.int64]
AS_OF = "2018-10-01"
"""The day the notebooks stand at: everything before it is learned from, everything after it is judged."""
SEED, MONTHS, HOUSEHOLDS = 9, 36, 3_000
TEAL, AMBER, GREY, PALE, INK = "#0b6e6e", "#c2691c", "#6b7a88", "#cfd8dc", "#22303c"
ZONE = dt.timezone(dt.timedelta(hours=8))


def home() -> Path:
    """The folder of everything the notebooks make."""
    return Path(os.environ.get("MINGBAI_NOTEBOOK_HOME") or "practice").resolve()


def moment(day: str) -> int:
    """Local midnight of a day (`2019-01-01`) in microseconds UTC, the clock of the ledger."""
    return int(dt.datetime.fromisoformat(day).replace(tzinfo=ZONE).timestamp()) * 1_000_000


def days(at_us: NDArray[Any]) -> pd.DatetimeIndex:
    """Moments (microseconds UTC) as local times, shape (n,), for the x axis of a plot."""
    return pd.DatetimeIndex((np.asarray(at_us, np.int64) + 8 * 3_600_000_000).astype("datetime64[us]"))


@dataclass(frozen=True)
class County:
    """The practice county, opened. `as_of_us` is the moment T; rows are places in the ledger's disbursements."""

    data: OpenData
    policy: Policy
    as_of_us: int

    @property
    def ledger(self) -> Ledger:
        """All tables, sorted by when each row became known."""
        return self.data.ledger

    @cached_property
    def submitted(self) -> Int64:
        """When each payment was submitted, microseconds UTC, ascending."""
        return self.ledger.tables["disbursements"].known_at

    @cached_property
    def past(self) -> Int64:
        """Rows submitted before T."""
        return np.nonzero(self.submitted < self.as_of_us)[0].astype(np.int64)

    @cached_property
    def ahead(self) -> Int64:
        """Rows submitted from T on."""
        return np.nonzero(self.submitted >= self.as_of_us)[0].astype(np.int64)

    @cached_property
    def past_facts(self) -> Facts:
        """Facts of the payments before T, each as of its own submission."""
        return gather(self.ledger, self.past, self.policy)

    @cached_property
    def ahead_facts(self) -> Facts:
        """Facts of the payments from T on, each as of its own submission."""
        return gather(self.ledger, self.ahead, self.policy)

    def labels(self, rows: Int64, day: str | None = None) -> Labels:
        """Findings on these rows decided before a day; by default every finding there is."""
        return labels_at(self.ledger, rows, moment(day) if day else np.iinfo(np.int64).max - 1)

    @cached_property
    def truth(self) -> pd.DataFrame:
        """What the simulation knows and no real county does: by row of the ledger, never to be learned from."""
        known = pd.read_parquet(home() / "truth.parquet").drop_duplicates("disbursement_id")
        ids = self.ledger.tables["disbursements"].arrow("disbursement_id").to_pylist()
        found = known.set_index("disbursement_id").reindex(ids).reset_index()
        return found.assign(irregular=found["irregular"].fillna(0).astype(bool))

    def model(self, day: str = AS_OF) -> Bundle:
        """The model that learned from what was known before a day; made at the first call and kept on disk."""
        from models.training.finish import finish
        from models.training.fit import fit

        folder = home() / "models" / day
        if folder.exists():
            return load_bundle(folder)
        with _alone():
            rows = self.past[self.submitted[self.past] < moment(day)]
            facts = self.past_facts.part(np.arange(len(rows)))
            made = fit(facts, self.labels(rows, day), self.policy)
            finish(made, self.policy, as_of_us=moment(day), utc_offset_us=self.ledger.utc_offset).save(folder)
        return load_bundle(folder)


def county() -> County:
    """The practice county, ready to use; the first call on a machine invents it."""
    with _alone():
        _prepare()
    policy = Policy.load()
    # A small county: learn from fewer findings than a real one would be asked for.
    fewer = {"learning.findings_at_least": 40, "learning.confirmed_at_least": 8}
    policy = replace(policy, values={**policy.values, **fewer})
    return County(open_data(home() / "county", home() / "store", policy), policy, moment(AS_OF))


def _alone() -> AbstractContextManager[None]:
    """One notebook at a time makes what is missing; a second one waits."""
    return alone(home() / ".lock")


def _prepare() -> None:
    from simulation import simulate

    warnings.filterwarnings("ignore", message="Missing values detected", category=UserWarning)
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    # The checkout's own record, wherever the kernel was started.
    os.environ.setdefault("MINGBAI_MLRUNS", str(Path(__file__).resolve().parent.parent / "mlruns"))
    if not (home() / "truth.parquet").exists():
        households = int(os.environ.get("MINGBAI_NOTEBOOK_HOUSEHOLDS") or HOUSEHOLDS)
        made = home() / ".making"
        shutil.rmtree(made, ignore_errors=True)
        simulate(made / "county", households=households, seed=SEED, months=MONTHS)
        shutil.rmtree(home() / "county", ignore_errors=True)
        (made / "county").rename(home() / "county")
        (made / "truth.parquet").rename(home() / "truth.parquet")
        shutil.rmtree(made)


@contextmanager
def experiment() -> Iterator[ModuleType]:
    """MLflow on the same store as `mingbai train` and `make mlflow`, in an experiment of its own, `notebooks`."""
    from models.registry import root, tracking

    with tracking() as client:
        import mlflow

        if client.get_experiment_by_name("notebooks") is None:
            client.create_experiment("notebooks", (root() / "artifacts").resolve().as_uri())
        mlflow.set_experiment("notebooks")
        yield mlflow


def practice_record() -> Path:
    """An empty record of models to play with; this kernel uses it from here on in place of the deployment's own."""
    folder = home() / "record"
    shutil.rmtree(folder, ignore_errors=True)
    os.environ["MINGBAI_MLRUNS"] = str(folder)
    return folder


def style() -> None:
    """One look for every drawing: no frame, pale grid, titles on the left, tables of three digits."""
    import matplotlib.pyplot as plt
    from cycler import cycler

    plt.rcParams.update(
        {
            "figure.figsize": (8.5, 3.6), "figure.dpi": 110, "figure.constrained_layout.use": True,
            "font.size": 9.5, "axes.spines.top": False, "axes.spines.right": False, "axes.edgecolor": "#d9dfe4",
            "axes.labelcolor": INK, "axes.titlecolor": INK, "axes.titlesize": 11, "axes.titleweight": "bold",
            "axes.titlelocation": "left", "axes.grid": True, "axes.axisbelow": True, "grid.color": "#edf0f2",
            "text.color": INK, "xtick.color": GREY, "ytick.color": GREY, "legend.frameon": False,
            "axes.prop_cycle": cycler(color=[TEAL, AMBER, GREY, "#7a5195", "#3b7dd8"]),
        }
    )  # fmt: skip
    pd.set_option("display.precision", 3, "display.max_columns", 12, "display.max_colwidth", 70)


def label_lines(axes: Axes, **text: Any) -> None:
    """Name each line at its right end instead of in a legend; names too close to each other are moved apart."""
    lines = [line for line in axes.get_lines() if not str(line.get_label()).startswith("_")]
    # Dates become numbers here; what is not drawn yet has limits only now.
    axes.autoscale_view()
    ends = [(float(x[-1]), float(y[-1])) for x, y in (line.get_xydata().T for line in lines)]  # type: ignore[union-attr]
    places = [float(axes.transData.transform(end)[1]) for end in ends]
    lowest, step = -np.inf, 0.12 * axes.figure.dpi
    for k in np.argsort(places):
        lowest = max(places[k], lowest + step)
        shift = (lowest - places[k]) * 72 / axes.figure.dpi
        axes.annotate(
            str(lines[k].get_label()), ends[k], xytext=(5, shift), textcoords="offset points", va="center",
            color=lines[k].get_color(), annotation_clip=False, **text,
        )  # fmt: skip


def arrow_table(table: LedgerTable) -> pa.Table:
    """A table of the ledger as it was handed over, to be changed and opened again in memory."""
    return pa.table({c.name: table.raw(c.name) for c in table.schema.columns if table.has(c.name)})


def arrow_frame(frame: pd.DataFrame) -> pa.Table:
    """A DataFrame as the Arrow table `models` ask for."""
    return pa.Table.from_pandas(frame, preserve_index=False)
