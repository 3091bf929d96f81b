"""Everything scoring needs that was learned, as plain arrays in one folder: no library is needed to read it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]


class BundleError(ValueError):
    """A model folder that cannot be used; the message says which file and why."""


@dataclass(frozen=True, slots=True)
class Term:
    """One additive term: a step function of one feature. `scores` has one more entry than `cuts`, plus `missing`."""

    feature: str
    cuts: Float
    scores: Float
    missing: float

    def values(self, x: NDArray[np.floating[Any]]) -> Float:
        """What the term adds to the log-odds of each payment; shape (n,)."""
        place = np.searchsorted(self.cuts, x, side="right")
        return np.where(np.isnan(x), self.missing, self.scores[place])

    def times(self, share: float) -> Term:
        """The same term, believed only in part."""
        return Term(self.feature, self.cuts, self.scores * share, self.missing * share)

    def plus(self, other: Term) -> Term:
        """Both terms of one feature as one: a step wherever either steps."""
        cuts = np.union1d(self.cuts, other.cuts)
        # Between two cuts both are constant; below the first any value stands for all of them.
        at = np.concatenate([[-np.inf], cuts])
        return Term(self.feature, cuts, self.values(at) + other.values(at), self.missing + other.missing)


@dataclass(frozen=True, slots=True)
class Bundle:
    """A trained (or shipped) model.

    `intercept + sum(rule contributions) + sum(terms)` is the raw log-odds; `scale * raw + shift` the calibrated one.
    `arrays` hold the anomaly detectors and reference quantiles. `notes` say what a reader must know (no findings yet,
    rules muted and why). `silent` says of each rule that weighs nothing here why (its state in this deployment, see
    `models.scoring.in_force`); `resting` are those of them that do not even run. A trained bundle holds neither: states
    are laid over it when it is used, so that a rule can be put back. `states` is the version of those states, for the
    stamp of every score ("" before any were laid over it), and `trained` the model below them.
    """

    version: str
    as_of: str
    rule_codes: tuple[str, ...]
    rule_weights: Float
    rule_precision: Float
    muted: tuple[str, ...]
    feature_names: tuple[str, ...]
    terms: tuple[Term, ...]
    intercept: float
    scale: float
    shift: float
    line: float
    verify_line: float
    arrays: dict[str, NDArray[Any]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    params: dict[str, str] = field(default_factory=dict)
    silent: dict[str, str] = field(default_factory=dict)
    resting: tuple[str, ...] = ()
    states: str = ""
    trained: Bundle | None = None

    def save(self, folder: Path) -> None:
        """Write `bundle.json` and `arrays.npz`: the model as it was trained, whatever states are laid over it."""
        if self.trained is not None:
            self.trained.save(folder)
            return
        folder.mkdir(parents=True, exist_ok=True)
        plain = {
            "version": self.version,
            "as_of": self.as_of,
            "rule_codes": self.rule_codes,
            "rule_weights": self.rule_weights.tolist(),
            "rule_precision": self.rule_precision.tolist(),
            "muted": self.muted,
            "feature_names": self.feature_names,
            "intercept": self.intercept,
            "scale": self.scale,
            "shift": self.shift,
            "line": self.line,
            "verify_line": self.verify_line,
            "notes": self.notes,
            "params": self.params,
            "terms": [
                {"feature": t.feature, "cuts": t.cuts.tolist(), "scores": t.scores.tolist(), "missing": t.missing}
                for t in self.terms
            ],
        }
        (folder / "bundle.json").write_text(json.dumps(plain, ensure_ascii=False, indent=1), encoding="utf-8")
        np.savez_compressed(folder / "arrays.npz", **self.arrays)  # type: ignore[arg-type]


def load_bundle(folder: Path | None = None) -> Bundle:
    """The model in a folder, or the shipped prior where None. Raises BundleError when it cannot be read.

    The shipped prior is remade now and then: its version carries a hash of its files.
    """
    shipped = folder is None
    folder = folder or Path(__file__).parent / "prior"
    try:
        plain = json.loads((folder / "bundle.json").read_text(encoding="utf-8"))
        with np.load(folder / "arrays.npz", allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
    except (OSError, ValueError, KeyError) as error:
        raise BundleError(
            f"model folder {folder.name}: cannot be read ({error}); train again with `mingbai train`"
        ) from error
    terms = tuple(
        Term(t["feature"], np.array(t["cuts"], float), np.array(t["scores"], float), float(t["missing"]))
        for t in plain["terms"]
    )
    return Bundle(
        version=f"{plain['version']}-{digest_of(folder)[:10]}" if shipped else plain["version"],
        as_of=plain["as_of"],
        rule_codes=tuple(plain["rule_codes"]),
        rule_weights=np.array(plain["rule_weights"], float),
        rule_precision=np.array(plain["rule_precision"], float),
        muted=tuple(plain["muted"]),
        feature_names=tuple(plain["feature_names"]),
        terms=terms,
        intercept=plain["intercept"],
        scale=plain["scale"],
        shift=plain["shift"],
        line=plain["line"],
        verify_line=plain["verify_line"],
        arrays=arrays,
        notes=tuple(plain["notes"]),
        params=dict(plain["params"]),
    )


def digest_of(folder: Path) -> str:
    """Hash of a model folder's two files, byte for byte: 64 hexadecimal digits. Raises OSError where one is gone."""
    digest = hashlib.sha256()
    for name in ("bundle.json", "arrays.npz"):
        content = (folder / name).read_bytes()
        digest.update(f"{name} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def fingerprint(*parts: object) -> str:
    """A short, stable hash of anything with a stable repr; arrays by their bytes."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.tobytes() if isinstance(part, np.ndarray) else repr(part).encode())
    return digest.hexdigest()[:12]
