"""The jobs of payment runs: by kind what does them, and those that go on by themselves once begun."""

from __future__ import annotations

from typing import Final

from service.work.jobs import Handler, WithEnd
from service.work.runs.ask import RELEASE_DUE
from service.work.runs.release_due import release_due
from service.work.runs.score_run import give_up, score_run
from service.work.runs.send import SCORE
from service.work.runs.sweep import SWEEP, sweep_spool

JOBS: Final[dict[str, Handler]] = {
    SCORE: WithEnd(score_run, give_up),
    RELEASE_DUE: release_due,
    SWEEP: sweep_spool,
}

RECURRING: Final = (RELEASE_DUE, SWEEP)
"""Kinds to be added once, under their own name, when a worker starts; each adds itself again."""
