"""A model's proof over time, from the record's files: MLflow's own model file names the run, the run holds the proof.

MLflow is not imported: a page reads this.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

from models.registry._place import PROOF, root
from models.registry.standing import Version

FILE: Final = "proof.json"
_RUN: Final = re.compile(r"^run_id: *['\"]?([0-9a-f]{32})['\"]?\s*$", re.M)


def proof_of(version: Version) -> dict[str, Any] | None:
    """The proof (`models.evaluation.over_time.proof.Proof` as plain data) of a version on record.

    None where the record holds none that can be read: an older training, or files that are gone.
    """
    run = _run_of(root() / version.path)
    if run is None:
        return None
    try:
        told = json.loads((root() / "artifacts" / run / "artifacts" / PROOF / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return told if isinstance(told, dict) and isinstance(told.get("folds"), list) else None


def _run_of(bundle: Path) -> str | None:
    """The number of the run that logged a bundle: it stands in the model file above its folder."""
    for folder in (bundle.parent, bundle.parent.parent):
        try:
            found = _RUN.search((folder / "MLmodel").read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError):
            continue
        return found.group(1) if found else None
    return None
