"""Trained models on record: who was trained when, on what, which one is in force for which county, and who decided.

Everything lies in one folder (`MINGBAI_MLRUNS`, by default `mlruns` in the working directory):

* `mlflow.db`, `artifacts/`: MLflow's runs, reports and model files;
* `releases.jsonl`: the book of trainings, proposals, releases and steps back, each line naming the hash of the one
  before. **It alone says what is in force**; pointer and aliases follow it;
* `champion.json`: the same for other tools to read; `lineages/`: whose data is whose; `gates/`: comparisons;
* `policies/`, `rule-states/`, `code/`: what an old score's stamp names.

Scoring reads the book and a model's files, so it never waits for MLflow to be imported. A champion is changed by
`models.release` and by nothing else.
"""

from __future__ import annotations

from models.registry._journal import Entry
from models.registry._journal import read as read_entries
from models.registry._place import BUNDLE, EXPERIMENT, MODEL, POINTER, PROOF, RegistryError, root
from models.registry._tracking import CHALLENGER, CHAMPION, SHADOW, Alias, log_training, tracking
from models.registry.standing import PRIOR, UNKNOWN, Book, Champion, Version, champion, champion_path, read_book

__all__ = [
    "BUNDLE",
    "CHALLENGER",
    "CHAMPION",
    "EXPERIMENT",
    "MODEL",
    "POINTER",
    "PRIOR",
    "PROOF",
    "SHADOW",
    "UNKNOWN",
    "Alias",
    "Book",
    "Champion",
    "Entry",
    "RegistryError",
    "Version",
    "champion",
    "champion_path",
    "log_training",
    "read_book",
    "read_entries",
    "root",
    "tracking",
]
