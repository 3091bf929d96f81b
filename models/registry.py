"""Trained models on record in MLflow: who was trained when, on what, and which one is in force.

Everything lies in one folder (`MINGBAI_MLRUNS`, by default `mlruns` in the working directory): `mlflow.db`,
`artifacts/` and `champion.json`, a pointer to the model in force. Scoring reads the pointer alone, so it never waits
for MLflow to be imported; everything that changes the champion goes through this file and keeps the two in step.
"""

from __future__ import annotations

import json
import logging
import os
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import unquote, urlparse

if TYPE_CHECKING:
    from mlflow import MlflowClient

MODEL = "mingbai-score"
EXPERIMENT = "mingbai"
CHAMPION = "champion"
CHALLENGER = "challenger"
POINTER = "champion.json"
BUNDLE = "bundle"
PROOF = "proof"
Alias = Literal["champion", "challenger"]


class RegistryError(RuntimeError):
    """The record of models cannot be used; the message says what is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class Champion:
    """The model in force: its number in the registry, the bundle's own version, and the bundle's folder."""

    number: str
    version: str
    path: Path


def root() -> Path:
    """The folder of the record: `MINGBAI_MLRUNS`, or `mlruns` in the working directory."""
    return Path(os.environ.get("MINGBAI_MLRUNS") or "mlruns")


def champion() -> Champion | None:
    """The model in force, None where none was trained here yet. MLflow is not imported.

    Raises RegistryError when the pointer cannot be read or the folder it names is gone.
    """
    pointer = root() / POINTER
    try:
        told = json.loads(pointer.read_text(encoding="utf-8"))
        found = Champion(str(told["number"]), str(told["version"]), root() / str(told["path"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RegistryError(f"{pointer} cannot be read: train again, or remove it to use the shipped model") from error
    if not found.path.is_dir():
        raise RegistryError(f"{pointer} names {found.path}, which is gone: train again, or remove {pointer.name}")
    return found


def champion_path() -> Path | None:
    """The folder of the bundle in force, None where none was trained here yet."""
    found = champion()
    return found.path if found else None


def log_training(
    bundle_dir: Path,
    params: Mapping[str, str],
    metrics: Mapping[str, float],
    tags: Mapping[str, str],
    *,
    alias: Alias | None = None,
    reports: Path | None = None,
) -> str:
    """Log one training and register its bundle; returns the number of the new version in the registry.

    `bundle_dir` is what `TrainedModel.save` wrote; `tags` carry at least the data's fingerprint and the bundle's
    `version`. With no `alias` the first model becomes champion and later ones challenger. Metrics that are no number
    are left out. `reports` is a folder of report files (HTML, Markdown, JSON, plots), kept with the run under `proof/`;
    they must hold no personal data. Raises RegistryError when it is no folder.
    """
    if reports is not None and not reports.is_dir():
        raise RegistryError(f"{reports} is no folder of reports")
    with _mlflow() as client:
        import mlflow

        experiment = client.get_experiment_by_name(EXPERIMENT)
        where = (root() / "artifacts").resolve()
        made = experiment.experiment_id if experiment else client.create_experiment(EXPERIMENT, where.as_uri())
        with mlflow.start_run(experiment_id=made, run_name=tags.get("version")) as run:
            mlflow.log_params({name: value[:6000] for name, value in params.items()})
            mlflow.log_metrics({name: float(value) for name, value in metrics.items() if value == value})
            mlflow.set_tags(dict(tags))
            if reports is not None:
                mlflow.log_artifacts(str(reports), artifact_path=PROOF)
            source = _log_bundle(bundle_dir)
        if not client.search_registered_models(f"name = '{MODEL}'"):
            client.create_registered_model(MODEL, description="Risk score of subsidy payments, with reasons")
        version = client.create_model_version(MODEL, source.uri, run.info.run_id, tags=dict(tags), model_id=source.id)
        number = str(version.version)
        first = CHAMPION not in client.get_registered_model(MODEL).aliases
        chosen = alias or (CHAMPION if first else CHALLENGER)
        client.set_registered_model_alias(MODEL, chosen, number)
        if chosen == CHAMPION:
            _point_to(client, number)
    return number


def promote(number: str) -> Champion:
    """Make a registered version the champion. Raises RegistryError when there is no such version."""
    with _mlflow() as client:
        from mlflow.exceptions import MlflowException

        try:
            client.set_registered_model_alias(MODEL, CHAMPION, number)
        except MlflowException as error:
            raise RegistryError(f"no version {number} of {MODEL} is on record in {root()}") from error
        _point_to(client, number)
    found = champion()
    if found is None:
        raise RegistryError(f"{root() / POINTER} could not be written")
    return found


@dataclass(frozen=True, slots=True)
class _Logged:
    uri: str
    id: str


def _log_bundle(bundle_dir: Path) -> _Logged:
    """The bundle as an MLflow model that scores a folder of tables (see `_mlflow_model.py`)."""
    import mlflow
    from mlflow.models.signature import ModelSignature
    from mlflow.types.schema import ColSpec, Schema

    from models._mlflow_model import BundleModel

    asked = Schema([ColSpec("string", name) for name in ("store", "first", "last")])
    found = mlflow.pyfunc.log_model(
        name=MODEL,
        python_model=BundleModel(),
        artifacts={BUNDLE: str(bundle_dir)},
        signature=ModelSignature(inputs=asked),
        # Named, so that MLflow does not load the model in another process to find out; versions are the lock file's.
        pip_requirements=["mingbai", "numpy", "pyarrow", "numba"],
    )
    return _Logged(found.model_uri, found.model_id)


def _point_to(client: MlflowClient, number: str) -> None:
    """Write the pointer beside the database, whole or not at all."""
    version = client.get_model_version(MODEL, number)
    folder = _bundle_folder(client, number)
    told = {"model": MODEL, "number": number, "version": version.tags.get("version", ""), "path": folder}
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=root(), prefix=".champion-", delete=False) as file:
        json.dump(told, file, ensure_ascii=False, indent=1)
    Path(file.name).chmod(0o644)
    Path(file.name).replace(root() / POINTER)


def _bundle_folder(client: MlflowClient, number: str) -> str:
    """Where a version's bundle lies, relative to the record's folder, so that the whole folder can be moved."""
    place = Path(unquote(urlparse(client.get_model_version_download_uri(MODEL, number)).path))
    model_file = next(iter(sorted(place.rglob("bundle.json"))), None)
    if model_file is None:
        raise RegistryError(f"version {number} of {MODEL} holds no bundle in {place}")
    return os.path.relpath(model_file.parent, root().resolve())


@contextmanager
def _mlflow() -> Iterator[MlflowClient]:
    """MLflow pointed at the record's folder and kept quiet; its settings are put back afterwards."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
    root().mkdir(parents=True, exist_ok=True)
    import mlflow
    from mlflow import MlflowClient

    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.ERROR)
    uri = f"sqlite:///{(root() / 'mlflow.db').as_posix()}"
    before = mlflow.get_tracking_uri(), mlflow.get_registry_uri()
    mlflow.set_tracking_uri(uri)
    mlflow.set_registry_uri(uri)
    try:
        with warnings.catch_warnings():
            # MLflow warns about its own conventions for type hints and examples; neither says anything to a user here.
            warnings.simplefilter("ignore")
            yield MlflowClient(uri, uri)
    finally:
        mlflow.set_tracking_uri(before[0])
        mlflow.set_registry_uri(before[1])
