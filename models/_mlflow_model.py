"""A bundle as MLflow serves models: one row of input is a store and two dates, the output its scores.

Imported only where MLflow is at work; it finds the scoring code in the installed project.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd
from mlflow.pyfunc.model import PythonModel


class BundleModel(PythonModel):
    """Scores, before payment, of every disbursement submitted in a range of dates."""

    def load_context(self, context: Any) -> None:
        """Read the bundle logged with the model, and lay the states of rules over it as every other scoring does.

        They are those of the record this process knows (`MINGBAI_MLRUNS`), as born where it knows none: a model keeps
        weights for rules that are not live, which must not count because it is served from elsewhere.
        """
        from models.registry import root
        from models.rules._journal import in_force
        from models.rules.catalogue import all_rules
        from models.scoring.bundle import load_bundle
        from models.scoring.in_force import with_states

        self.bundle = with_states(load_bundle(Path(context.artifacts["bundle"])), in_force(root(), all_rules()))

    def predict(self, context: Any, model_input: pd.DataFrame, params: dict[str, Any] | None = None) -> pd.DataFrame:
        """The contract's scores for each row (`store`, `first`, `last`) of the input, one after the other."""
        import pyarrow as pa

        from features.asof import Ledger
        from models.scoring.policy import Policy
        from models.scoring.score import score
        from models.scoring.select import rows_between

        policy = Policy.load()
        tables: list[pa.Table] = []
        for asked in model_input.to_dict("records"):
            ledger = Ledger.open(Path(asked["store"]), utc_offset_hours=policy.utc_offset_hours)
            rows, at = rows_between(
                ledger, dt.date.fromisoformat(str(asked["first"])), dt.date.fromisoformat(str(asked["last"]))
            )
            tables.extend(score(ledger, self.bundle, policy, rows, at))
        found: pd.DataFrame = pa.concat_tables(tables).to_pandas()
        return found
