"""MLflow's side of the record: runs, artifacts, versions, and aliases that follow the book of releases."""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlparse
from urllib.request import url2pathname

from models._record import write_whole
from models.registry import _journal
from models.registry._place import BUNDLE, EXPERIMENT, MODEL, POINTER, PROOF, RegistryError, alone, root
from models.registry.lineage import Sketch, remember
from models.registry.standing import PRIOR, UNKNOWN, Book, pointer_of, read_book

if TYPE_CHECKING:
    from mlflow import MlflowClient

CHAMPION = "champion"
CHALLENGER = "challenger"
SHADOW = "shadow"
Alias = Literal["champion", "challenger"]


def log_training(
    bundle_dir: Path,
    params: Mapping[str, str],
    metrics: Mapping[str, float],
    tags: Mapping[str, str],
    *,
    alias: Alias | None = None,
    reports: Path | None = None,
    lineage: str = UNKNOWN,
    sketch: Sketch | None = None,
    at: dt.datetime | None = None,
) -> str:
    """Log one training and register its bundle; returns the number of the new version in the registry.

    `bundle_dir` is what `TrainedModel.save` wrote; `tags` carry at least the data's fingerprint and the bundle's
    `version`. The first model of a lineage (whose data it was trained on, known again by `sketch`) is in force at once,
    for there is nothing to compare it with; later ones are challengers until two people release them
    (`models.release`), whatever `alias` says. Metrics that are no number are left out. `reports` is a folder of report
    files (HTML, Markdown, JSON, plots), kept with the run under `proof/`; they must hold no personal data.

    Raises RegistryError when `reports` is no folder, and when `alias` asks for the place of a champion.
    """
    from models.scoring.bundle import digest_of

    if reports is not None and not reports.is_dir():
        raise RegistryError(f"{reports} is no folder of reports")
    numbers = {name: float(value) for name, value in metrics.items() if value == value}
    moment = at.isoformat(timespec="seconds") if at else ""
    with alone():
        adopt_older(moment)
        if alias == CHAMPION and lineage in read_book().standings:
            raise RegistryError("a champion is in force: a new model takes its place by a release of two people only")
        with tracking() as client:
            import mlflow

            experiment = client.get_experiment_by_name(EXPERIMENT)
            where = (root() / "artifacts").resolve()
            made = experiment.experiment_id if experiment else client.create_experiment(EXPERIMENT, where.as_uri())
            with mlflow.start_run(experiment_id=made, run_name=tags.get("version")) as run:
                mlflow.log_params({name: value[:6000] for name, value in params.items()})
                mlflow.log_metrics(numbers)
                mlflow.set_tags({**tags, "lineage": lineage})
                if reports is not None:
                    mlflow.log_artifacts(str(reports), artifact_path=PROOF)
                source = _log_bundle(bundle_dir)
            if not client.search_registered_models(f"name = '{MODEL}'"):
                client.create_registered_model(MODEL, description="Risk score of subsidy payments, with reasons")
            told = {**tags, "lineage": lineage}
            version = client.create_model_version(MODEL, source.uri, run.info.run_id, tags=told, model_id=source.id)
            number = str(version.version)
            if sketch is not None:
                remember(lineage, sketch)
            _journal.append(
                "trained",
                lineage,
                {
                    "number": number,
                    "version": tags.get("version", ""),
                    "as_of": tags.get("as_of", ""),
                    "path": _bundle_folder(client, number),
                    "digest": digest_of(bundle_dir),
                    "metrics": numbers,
                    "tags": dict(tags),
                },
                moment,
            )
            follow(client)
    return number


def adopt_older(at: str) -> None:
    """Begin the book of a record that has only a pointer with the champion it names. The caller holds the lock."""
    if _journal.read():
        return
    for lineage, standing in read_book().standings.items():
        told = read_book().versions[standing.champion]
        _journal.append("adopted", lineage, {"number": told.number, "version": told.version, "path": told.path}, at)


def follow(client: MlflowClient | None = None) -> None:
    """Make pointer and aliases say what the book says. The caller holds the lock.

    Without a client MLflow is opened for it. What a crash left undone is done by whoever comes next.
    """
    book = follow_pointer()
    if client is not None:
        _set_aliases(client, book)
        return
    with tracking() as opened:
        _set_aliases(opened, book)


def follow_pointer() -> Book:
    """Make the pointer alone say what the book says, without MLflow; the book. The caller holds the lock."""
    book = read_book()
    plain = {"model": MODEL, **pointer_of(book)}
    text = json.dumps(plain, ensure_ascii=False, indent=1) + "\n"
    pointer = root() / POINTER
    if book.standings and (not pointer.exists() or pointer.read_text(encoding="utf-8") != text):
        write_whole(pointer, text)
    return book


def wanted_aliases(book: Book) -> dict[str, str]:
    """Alias to version number: plain names for the first lineage on record, with `-<lineage>` for each later one."""
    wanted: dict[str, str] = {}
    for place, (lineage, standing) in enumerate(book.standings.items()):
        tail = f"-{lineage}" if place else ""
        if standing.champion != PRIOR:
            wanted[CHAMPION + tail] = standing.champion
        if standing.challenger is not None:
            wanted[CHALLENGER + tail] = wanted[SHADOW + tail] = standing.challenger
    return wanted


def aliases() -> dict[str, str]:
    """Alias to version number as MLflow has them."""
    with tracking() as client:
        found = client.search_registered_models(f"name = '{MODEL}'")
        return {name: str(number) for name, number in found[0].aliases.items()} if found else {}


def log_report(number: str, folder: Path, place: str, tags: Mapping[str, str]) -> None:
    """Log a folder of report files and tags on the run of a version. Raises RegistryError for an unknown version."""
    from_run = _run_of(number)
    with tracking() as client:
        client.log_artifacts(from_run, str(folder), place)
        for name, value in tags.items():
            client.set_tag(from_run, name, value)


def _run_of(number: str) -> str:
    with tracking() as client:
        from mlflow.exceptions import MlflowException

        try:
            run: str | None = client.get_model_version(MODEL, number).run_id
        except MlflowException as error:
            raise RegistryError(f"no version {number} of {MODEL} is on record in {root()}") from error
    if not run:
        raise RegistryError(f"version {number} of {MODEL} has no run on record")
    return run


def _set_aliases(client: MlflowClient, book: Book) -> None:
    has = {name: str(number) for name, number in client.get_registered_model(MODEL).aliases.items()}
    wanted = wanted_aliases(book)
    for name in has.keys() - wanted.keys():
        client.delete_registered_model_alias(MODEL, name)
    for name, number in wanted.items():
        if has.get(name) != number:
            client.set_registered_model_alias(MODEL, name, number)


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


def _bundle_folder(client: MlflowClient, number: str) -> str:
    """Where a version's bundle lies, relative to the record's folder, so that the whole folder can be moved."""
    place = Path(url2pathname(urlparse(client.get_model_version_download_uri(MODEL, number)).path))
    model_file = next(iter(sorted(place.rglob("bundle.json"))), None)
    if model_file is None:
        raise RegistryError(f"version {number} of {MODEL} holds no bundle in {place}")
    return Path(os.path.relpath(model_file.parent, root().resolve())).as_posix()


@contextmanager
def tracking() -> Iterator[MlflowClient]:
    """MLflow pointed at the record's folder and kept quiet; its settings are put back afterwards."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
    root().mkdir(parents=True, exist_ok=True)
    import mlflow
    from mlflow import MlflowClient

    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.ERROR)
    # In full: MLflow keeps a connection for each address, and one that depends on the working directory would go on
    # writing into the record of another.
    uri = f"sqlite:///{(root().resolve() / 'mlflow.db').as_posix()}"
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
