"""The same model behind `mlflow models serve`, fed ready-made features and rule outcomes: no history, nothing kept.

`python benchmarks/_mlflow_peer.py MODEL_DIR REQUEST_FILE` saves it, and one request as its server takes it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from mlflow.pyfunc.model import PythonModel

from features.catalogue import all_features
from models.rules.catalogue import all_rules
from models.scoring.bundle import load_bundle
from models.scoring.combine import judge
from models.scoring.facts import Facts


class ReadyMade(PythonModel):
    """Probability of every row: one column a feature, then one a rule."""

    def load_context(self, context: Any) -> None:
        """The model the service ships, and the order of its columns."""
        self.bundle = load_bundle(None)
        self.features, self.rules = tuple(all_features()), tuple(all_rules())

    def predict(self, context: Any, model_input: pd.DataFrame, params: dict[str, Any] | None = None) -> list[float]:
        """Shape (n, features + rules) to (n,)."""
        table = model_input.to_numpy(np.float32)
        count = len(self.features)
        facts = Facts(
            self.features,
            self.rules,
            np.ascontiguousarray(table[:, :count]),
            table[:, count:].astype(np.int8),
            np.full(len(table), "person/monthly"),
        )
        found: list[float] = judge(facts, self.bundle).probability.tolist()
        return found


def main() -> None:
    """Save the model and a request."""
    import mlflow

    folder, request = Path(sys.argv[1]), Path(sys.argv[2])
    mlflow.pyfunc.save_model(str(folder), python_model=ReadyMade(), pip_requirements=["mingbai"])
    names = [one.name for one in all_features()] + [one.code for one in all_rules()]
    rng = np.random.default_rng(1)
    row = [*rng.gamma(2, 10, len(all_features())).round(3).tolist(), *[0] * len(all_rules())]
    request.write_text(json.dumps({"dataframe_split": {"columns": names, "data": [row]}}))


if __name__ == "__main__":
    # Under its own name, so that the server finds the class again.
    from benchmarks._mlflow_peer import main as run

    run()
