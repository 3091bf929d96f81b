"""The text Prometheus reads: counters of all processes, and what stands in the database."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any, Final

from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from service.work.context import Context
from service.work.standing import Standing, standing

FRESH_SECONDS: Final = 5.0
"""The database is asked at most so often, however many scrapers there are."""

_LOCK = threading.Lock()
_KEPT: dict[int, tuple[float, Standing | None]] = {}


def exposition(context: Context, scorer: Mapping[str, Any] | None) -> str:
    """All figures; `scorer` is the scorer's state, None where it does not answer."""
    registry = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # published without types
    else:
        registry.register(REGISTRY)
    registry.register(_Standing(_standing(context), scorer))
    return generate_latest(registry).decode()


def _standing(context: Context) -> Standing | None:
    """What stands in the database, a few seconds old at most; None where it does not answer."""
    with _LOCK:
        at, kept = _KEPT.get(id(context), (float("-inf"), None))
        if time.monotonic() - at > FRESH_SECONDS:
            try:
                kept = standing(context)
            except SQLAlchemyError:
                kept = None
            _KEPT.clear()
            _KEPT[id(context)] = (time.monotonic(), kept)
        return kept


class _Standing(Collector):
    """Gauges made for one scrape."""

    def __init__(self, found: Standing | None, scorer: Mapping[str, Any] | None) -> None:
        self._found = found
        self._scorer = scorer

    def collect(self) -> Iterator[Metric]:
        """Every gauge."""
        scorer = self._scorer or {}
        yield _one("mingbai_up", "1 while the web answers.", 1)
        yield _one("mingbai_database_up", "1 while the database answers.", self._found is not None)
        yield _one("mingbai_scorer_up", "1 while the scorer answers and has its history.", bool(scorer.get("ready")))
        yield _one("mingbai_degraded", "1 while rules score alone.", bool(scorer.get("degraded")))
        yield _one("mingbai_scorer_waiting", "Single payments waiting to be scored.", scorer.get("waiting", 0))
        journalled = scorer.get("journalled", 0)
        yield _one("mingbai_journal_payments", "Payments answered and not in the database yet.", journalled)
        yield _one("mingbai_history_payments", "Payments in the scorer's history.", scorer.get("payments", 0))
        if self._found is None:
            return
        found = self._found
        yield _labelled("mingbai_jobs", "Jobs that are not done.", ("kind", "state"), found.jobs)
        yield _labelled("mingbai_runs", "Payment runs.", ("state",), {(k,): n for k, n in found.runs.items()})
        yield _one("mingbai_run_rows_waiting", "Rows of runs not scored yet.", found.rows_waiting)
        questions = {(k,): n for k, n in found.questions.items()}
        yield _labelled("mingbai_questions", "Payments asked about before they are paid.", ("state",), questions)
        yield _labelled("mingbai_cases_open", "Open cases.", ("desk", "state"), found.cases)
        yield _one("mingbai_outbox_unplaced", "Events no reader sees yet.", found.unplaced)
        deliveries = {(k,): n for k, n in found.deliveries.items()}
        yield _labelled("mingbai_deliveries", "Events on their way to subscriptions.", ("state",), deliveries)
        yield _one("mingbai_outbox_lag_seconds", "Age of the oldest event that waits for a consumer.", found.lag_s)


def _one(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(name, about, value=float(value))


def _labelled(name: str, about: str, labels: tuple[str, ...], values: Mapping[Any, float]) -> Metric:
    made = GaugeMetricFamily(name, about, labels=labels)
    for key, value in sorted(values.items()):
        made.add_metric(key, float(value))
    return made
