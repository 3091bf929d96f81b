"""Make an old score file again from the data and from what its stamps name, and say whether every value is the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from service.work.build_queue import read_scores
from service.work.errors import UnusableDataError, WrongUsageError
from service.work.in_chinese import in_chinese
from service.work.moments import micros
from service.work.score_payments import Payments, score_tables
from service.work.write_table import Written, write_table

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from features.asof import Ledger
    from models.scoring.bundle import Bundle
    from models.scoring.policy import Policy
    from models.scoring.provenance import Stamp

ShareProgress = Callable[[float], None]
OpenLedger = Callable[["Policy"], "Ledger"]


@dataclass(frozen=True, slots=True)
class Source:
    """What made some rows of an old file: its stamp, and the model (rules' states laid over it) and policy it names."""

    stamp: Stamp
    bundle: Bundle
    policy: Policy


@dataclass(frozen=True, slots=True)
class OldScores:
    """An old score file as read, its moments (microseconds UTC, shape (n,)) and what made its rows, by stamp."""

    table: pa.Table
    at: NDArray[np.int64]
    sources: dict[str, Source]


@dataclass(slots=True)
class Reproduced:
    """What came of it: the file written, rows no longer in the data, and by column how many values differ."""

    written: Written
    rows: int
    gone: int
    different: dict[str, int] = field(default_factory=dict)

    @property
    def equal(self) -> bool:
        """Whether every row was there and every value the same."""
        return self.gone == 0 and not self.different


def keep_sources(bundle: Bundle, policy: Policy) -> None:
    """Keep in the record what the stamp of a scoring will name. Raises OSError where the record may not be written."""
    from models import registry
    from models.registry.kept import keep_code, keep_policy
    from models.rules._journal import in_force
    from models.rules.catalogue import all_rules
    from models.scoring.provenance import definitions

    keep_policy(policy)
    keep_code(definitions())
    states = in_force(registry.root(), all_rules())
    if states.standings and states.version == bundle.states:
        states.save(registry.root())


def read_old(path: Path, *, model: Path | None = None, policy: Policy | None = None) -> OldScores:
    """An old score file with everything its stamps name.

    `model` and `policy` stand in for what the record does not hold; they must be the ones named. Raises
    UnusableDataError for a file whose rows do not say what made them, WrongUsageError where this code, this record or
    what was handed in is not what made them.
    """
    import numpy as np

    from models.scoring.provenance import Stamp, StampError

    table = read_scores(path)
    try:
        stamps = {text: Stamp.parse(text) for text in table.column("model_version").unique().to_pylist()}
        moments = {text: _moment(text) for text in table.column("as_of").unique().to_pylist()}
    except (StampError, ValueError) as error:
        raise UnusableDataError(
            f"{path.name}: {error}; scores from before {_STAMPED} cannot be made again exactly: score anew",
            f"{path.name}：评分未注明模型、特征、政策和规则版本，无法精确重现，请重新评分",
        ) from error
    for stamp in stamps.values():
        _check_code(stamp)
    sources = {text: Source(s, _bundle(s, model), _policy(s, policy)) for text, s in stamps.items()}
    at = np.array([moments[text] for text in table.column("as_of").to_pylist()], dtype=np.int64)
    return OldScores(table, at, sources)


def reproduce_scores(
    old: OldScores, open_ledger: OpenLedger, out: Path, progress: ShareProgress | None = None
) -> Reproduced:
    """Score the old file's payments again, each as of its old moment, write them in the old order, and compare.

    `open_ledger` opens the data in the local time a policy says.
    """
    import numpy as np
    import pyarrow as pa

    from models.scoring._workers import usable_workers
    from models.scoring.score import SCHEMA
    from models.scoring.select import rows_named

    stamps = old.table.column("model_version").to_numpy()
    parts: list[pa.Table] = []
    places: list[NDArray[np.int64]] = []
    for text, source in old.sources.items():
        own = np.nonzero(stamps == text)[0]
        ledger = open_ledger(source.policy)
        rows = rows_named(ledger, old.table.column("disbursement_id").take(pa.array(own)), old.at[own])
        own, rows = own[rows >= 0], rows[rows >= 0]
        payments = Payments(rows, old.at[own])
        parts += score_tables(ledger, source.bundle, source.policy, payments, progress, workers=usable_workers())
        places.append(own)
    place = np.concatenate([np.empty(0, np.int64), *places])
    back = np.argsort(place, kind="stable")
    made = pa.concat_tables([SCHEMA.empty_table(), *parts]).unify_dictionaries().take(pa.array(back))
    written = write_table([made], SCHEMA, out)
    found = Reproduced(written, old.table.num_rows, old.table.num_rows - made.num_rows)
    before = old.table.take(pa.array(place[back]))
    for name in SCHEMA.names:
        count = _unequal(before.column(name), made.column(name))
        if count:
            found.different[name] = count
    return found


_STAMPED = "scores named feature set, policy and rule set"


def _moment(text: str) -> int:
    moment = dt.datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"as_of {text!r} has no offset")
    return micros(moment)


def _check_code(stamp: Stamp) -> None:
    from models.registry.kept import kept_code
    from models.scoring.provenance import definitions

    code = definitions()
    if (code.features, code.rules) == (stamp.features, stamp.rules):
        return
    what = "features" if code.features != stamp.features else "rules"
    where = kept_code(stamp.features, stamp.rules)
    how = f"install {where} and run the same there" if where else "install the release that made them, and run it there"
    raise WrongUsageError(
        f"the {what} are defined otherwise now (this code f-{code.features}/r-{code.rules}, the scores "
        f"f-{stamp.features}/r-{stamp.rules}): {how}",
        "特征或规则的定义已改变，请用生成该评分的程序版本重现" + (f"（{where}）" if where else ""),
    )


def _bundle(stamp: Stamp, given: Path | None) -> Bundle:
    """The model a stamp names, with the states of rules it names."""
    from models import registry
    from models.rules._life import LifeError, RuleStates
    from models.scoring.bundle import BundleError, digest_of, load_bundle
    from models.scoring.in_force import with_states

    try:
        states = RuleStates.load(registry.root(), stamp.states)
        book = registry.read_book()
        known = next((v for v in book.versions.values() if v.version == stamp.model), None)
        if given is not None:
            bundle = load_bundle(given)
        elif known is not None:
            path = book.bundle_path(known.number)
            if known.digest and digest_of(path) != known.digest:
                raise WrongUsageError(f"the files of model {known.number} were changed: restore the record from a copy")
            bundle = load_bundle(path)
        else:
            bundle = load_bundle(None)
    except (registry.RegistryError, LifeError, BundleError) as error:
        raise WrongUsageError(str(error), in_chinese(str(error))) from error
    if bundle.version != stamp.model:
        raise WrongUsageError(
            f"model {stamp.model} is not {'the one handed in' if given else 'on record'}: give its folder with --model",
            f"模型 {stamp.model} 不在记录中：请用 --model 指定其目录",
        )
    return with_states(bundle, states)


def _policy(stamp: Stamp, given: Policy | None) -> Policy:
    from models.registry import RegistryError
    from models.registry.kept import kept_policy

    if given is not None:
        if given.version != stamp.policy:
            raise WrongUsageError(
                f"policy {given.version} was handed in, the scores were made under {stamp.policy}",
                f"所给政策为 {given.version}，评分所用为 {stamp.policy}",
            )
        return given
    try:
        return kept_policy(stamp.policy)
    except RegistryError as error:
        raise WrongUsageError(str(error), in_chinese(str(error))) from error


def _unequal(old: pa.ChunkedArray, new: pa.ChunkedArray) -> int:
    """How many values differ; texts letter by letter, numbers to the last digit."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_dictionary(old.type):
        old, new = old.cast(pa.string()), new.cast(pa.string())
    return int(pc.sum(pc.fill_null(pc.not_equal(old, new), True)).as_py() or 0)
