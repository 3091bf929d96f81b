"""The whole path on an invented county, in a folder of its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from service.work.build_queue import build_queue
from service.work.evaluate_data import measure, queue_moment, read_truth
from service.work.invent_county import invent_county
from service.work.moments import local, micros
from service.work.open_data import OpenData, open_data
from service.work.read_policy import read_policy
from service.work.records_in import records_in
from service.work.score_payments import payments_between, score_in_memory
from service.work.train_model import Recorded, record_model, train_model
from service.work.write_table import write_table

if TYPE_CHECKING:
    import pyarrow as pa

    from models.evaluation.report import Report
    from simulation import SimulationReport

StepProgress = Callable[[str, float], None]
MONTHS = 36
SCORED_MONTHS = 6


@dataclass(frozen=True, slots=True)
class Demo:
    """What the demo made; every file lies in `folder`."""

    folder: Path
    county: SimulationReport
    recorded: Recorded
    as_of: dt.date
    last: dt.date
    scores: pa.Table
    cases: pa.Table
    report: Report

    @property
    def files(self) -> dict[str, Path]:
        """The files by what is in them."""
        names = {
            "tables of the county": "county",
            "truth, never read by the product": "truth.parquet",
            "scores with reasons": "scores.parquet",
            "cases": "cases.csv",
            "record of models (MLflow)": "mlruns",
        }
        return {what: self.folder / name for what, name in names.items()}


def run_demo(folder: Path, *, households: int, seed: int, progress: StepProgress | None = None) -> Demo:
    """Invent a county, train as of six months before its end, score those months before payment, build the queue.

    Models go on a record inside `folder`, so that a demo never takes the place of a real champion.
    """
    say = progress or (lambda _text, _share: None)
    policy = read_policy(None)
    folder.mkdir(parents=True, exist_ok=True)
    county = invent_county(folder / "county", households=households, seed=seed, months=MONTHS, progress=progress)
    data = open_data(
        folder / "county",
        folder / "home",
        policy,
        lambda _table, done, total: say("loading tables", done / max(1, total)),
    )
    first, last = _last_months(data)
    as_of_us = micros(dt.datetime.combine(first, dt.time(), dt.timezone(dt.timedelta(hours=policy.utc_offset_hours))))
    with records_in(folder / "mlruns"):
        model = train_model(data, policy, as_of_us, progress)
        say("putting the model on record", 0.0)
        recorded = record_model(model, data, policy, as_of_us, challenger=False)
    payments = payments_between(data.ledger, first, last)
    say("scoring", 0.0)
    scores = score_in_memory(data.ledger, model.in_force, policy, payments, lambda share: say("scoring", share))
    say("building cases", 0.0)
    cases = build_queue(
        data.ledger, scores, queue_moment(payments), policy, bundle=model.in_force, store=data.report.store
    )
    _write(folder, scores, cases)
    say("comparing with the truth", 0.0)
    truth = read_truth(county.truth)
    report = measure(data, truth, scores, cases, first, last, policy, ())
    return Demo(folder, county, recorded, first, last, scores, cases, report)


def _last_months(data: OpenData) -> tuple[dt.date, dt.date]:
    """The first day of the sixth month before the end, and the last day on record."""
    last = local(int(data.ledger.tables["disbursements"].known_at.max()), data.ledger.utc_offset).date()
    months = last.year * 12 + last.month - 1 - (SCORED_MONTHS - 1)
    return dt.date(months // 12, months % 12 + 1, 1), last


def _write(folder: Path, scores: pa.Table, cases: pa.Table) -> None:
    from models.scoring import cases as queue
    from models.scoring import score

    write_table([scores], score.SCHEMA, folder / "scores.parquet")
    write_table([cases], queue.SCHEMA, folder / "cases.csv")
