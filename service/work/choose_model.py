"""Which model scores: the one asked for, else the champion on record, else the one that is shipped."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from service.work.errors import WrongUsageError

if TYPE_CHECKING:
    from models.scoring.bundle import Bundle

PRIOR = "prior"
Origin = Literal["asked", "champion", "prior"]


@dataclass(frozen=True, slots=True)
class Chosen:
    """The bundle and why it is the one: asked for, the champion, or the shipped prior."""

    bundle: Bundle
    origin: Origin


def choose_model(asked: str | None) -> Chosen:
    """The model `asked` for (a bundle folder, or `prior`), or by default the champion, else the shipped prior.

    MLflow is not imported. Raises WrongUsageError when the model cannot be read.
    """
    from models.registry import RegistryError, champion_path
    from models.scoring.bundle import BundleError, load_bundle

    try:
        if asked == PRIOR:
            return Chosen(load_bundle(None), "prior")
        if asked is not None:
            if not Path(asked).is_dir():
                raise WrongUsageError(
                    f"found no folder {asked}, expected a model's folder or `prior`", f"没有模型目录 {asked}"
                )
            return Chosen(load_bundle(Path(asked)), "asked")
        path = champion_path()
        return Chosen(load_bundle(path), "champion" if path else "prior")
    except (BundleError, RegistryError) as error:
        raise WrongUsageError(str(error)) from error
