"""Which model scores: the one asked for, else the champion of the payments' own county, else the shipped one.

A model speaks for the county it was trained on. Whose payments these are is told by the payments themselves
(`models.registry.lineage`). The states of the rules in this deployment are laid over whichever model is chosen.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from service.work.errors import WrongUsageError
from service.work.in_chinese import in_chinese

if TYPE_CHECKING:
    from features.asof import Ledger
    from models.registry import Book
    from models.scoring.bundle import Bundle

PRIOR = "prior"
Origin = Literal["asked", "champion", "prior", "stranger", "went_back"]


@dataclass(frozen=True, slots=True)
class Challenger:
    """The model that is scored beside, in shadow: its number on record and its bundle."""

    number: str
    bundle: Bundle


@dataclass(frozen=True, slots=True)
class Chosen:
    """The bundle and why it is the one.

    `origin`: asked for; the champion; the shipped prior because nothing was trained here, because the champions on
    record are other counties' (`stranger`), or because people went back to it. `number` is its number on record, ""
    where it has none; `lineage` whose data these are, None where unknown; `challenger` what runs in shadow beside it.
    `outdated`: features or rules were defined otherwise when it was trained.
    """

    bundle: Bundle
    origin: Origin
    number: str = ""
    lineage: str | None = None
    challenger: Challenger | None = None
    outdated: bool = False


def check_model(asked: str | None) -> None:
    """Raises WrongUsageError where the model asked for, or the record, cannot be read: before any data are loaded."""
    from models.registry import RegistryError, read_book

    if asked is not None:
        choose_model(asked)
        return
    try:
        read_book()
    except RegistryError as error:
        raise WrongUsageError(str(error), in_chinese(str(error))) from error


def choose_model(asked: str | None, ledger: Ledger | None = None) -> Chosen:
    """The model `asked` for (a bundle folder, a number on record, or `prior`), or by default the champion for the data.

    Without a ledger the record must be of one county alone. MLflow is not imported. Raises WrongUsageError when the
    model cannot be read.
    """
    from models.registry import RegistryError
    from models.rules._life import LifeError
    from models.scoring.bundle import BundleError

    try:
        if asked is not None:
            return _asked(asked)
        return _by_default(ledger)
    except (BundleError, RegistryError, LifeError) as error:
        raise WrongUsageError(str(error), in_chinese(str(error))) from error


def lineage_of(ledger: Ledger) -> str | None:
    """The lineage the data belong to, None where the record knows none of it. Raises RegistryError."""
    from models.registry import UNKNOWN, read_book
    from models.registry.lineage import recognise

    book = read_book()
    found = recognise(ledger) if book.standings else None
    if found is not None and found in book.standings:
        _note_findings(found, ledger)
        return found
    # A record from before lineages is of one county; nothing better is known of it.
    alone = set(book.standings) == {UNKNOWN} and not _is_known(UNKNOWN)
    return UNKNOWN if alone else None


def _asked(asked: str) -> Chosen:
    from models.registry import read_book

    if asked == PRIOR:
        return Chosen(bundle_with_states(None), "prior")
    if Path(asked).is_dir():
        return Chosen(bundle_with_states(Path(asked)), "asked")
    if asked.isdigit():
        book = read_book()
        path = book.bundle_path(asked)
        outdated = _is_outdated(book, asked)
        return Chosen(bundle_with_states(path), "asked", asked, book.versions[asked].lineage, outdated=outdated)
    raise WrongUsageError(
        f"found no folder {asked}, expected a model's folder, a number on record or `prior`",
        f"没有模型目录 {asked}；应为模型目录、模型编号或 prior",
    )


def _by_default(ledger: Ledger | None) -> Chosen:
    from models.registry import champion, read_book

    book = read_book()
    if ledger is None:
        found = champion()
        return _of_lineage(book, found.lineage) if found else Chosen(bundle_with_states(None), "prior")
    if not book.standings:
        return Chosen(bundle_with_states(None), "prior")
    lineage = lineage_of(ledger)
    return Chosen(bundle_with_states(None), "stranger") if lineage is None else _of_lineage(book, lineage)


def _of_lineage(book: Book, lineage: str) -> Chosen:
    number = book.standings[lineage].challenger
    challenger = Challenger(number, bundle_with_states(book.bundle_path(number))) if number is not None else None
    found = book.champion(lineage)
    if found is None:
        return Chosen(bundle_with_states(None), "went_back", PRIOR, lineage, challenger)
    bundle, outdated = bundle_with_states(found.path), _is_outdated(book, found.number)
    return Chosen(bundle, "champion", found.number, lineage, challenger, outdated)


def _is_outdated(book: Book, number: str) -> bool:
    """Whether a model on record learned from other definitions; no where its training did not write them down."""
    from models.scoring.provenance import definitions

    tags, code = book.versions[number].tags, definitions()
    now = {"feature_set": code.features, "rule_set": code.rules}
    return any(tags.get(name, value) != value for name, value in now.items())


def bundle_with_states(path: Path | None) -> Bundle:
    """The model in a folder (None: the shipped one) with the states of rules in force laid over it.

    Raises BundleError, RegistryError and LifeError.
    """
    from models import registry
    from models.rules._journal import in_force
    from models.rules.catalogue import all_rules
    from models.scoring.bundle import load_bundle
    from models.scoring.in_force import with_states

    return with_states(load_bundle(path), in_force(registry.root(), all_rules()))


def _is_known(lineage: str) -> bool:
    from models.registry.lineage import is_remembered

    return is_remembered(lineage)


def findings_of(ledger: Ledger, until_us: int | None = None) -> tuple[int, str]:
    """How many findings the data hold by a moment (default: all), and when the last was decided (ISO 8601, or "")."""
    table = ledger.tables.get("dispositions")
    if table is None or table.rows == 0:
        return 0, ""
    known = table.known_at if until_us is None else table.known_at[table.known_at <= until_us]
    if len(known) == 0:
        return 0, ""
    return len(known), dt.datetime.fromtimestamp(int(known.max()) / 1e6, dt.UTC).isoformat(timespec="microseconds")


def _note_findings(lineage: str, ledger: Ledger) -> None:
    """Let the record know how many findings there are: a gate's report must not be older than they are."""
    from models.registry.lineage import note_findings

    # A record that may only be read still scores.
    with contextlib.suppress(OSError):
        note_findings(lineage, *findings_of(ledger))
