"""Train on what was known by T."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.asof import Ledger
from models.drift.reference import programs_of, reference
from models.evaluation.over_time.proof import Proof
from models.evaluation.over_time.prove import prove
from models.replay.overturned import Review, review
from models.rules._life import RuleStates, Standing
from models.rules.catalogue import all_rules
from models.scoring._workers import usable_workers
from models.scoring.bundle import Bundle, fingerprint
from models.scoring.facts import gather
from models.scoring.in_force import with_states
from models.scoring.policy import Policy
from models.training.finish import finish
from models.training.fit import fit
from models.training.labels import labels_at
from models.training.selective import with_propensities
from models.training.silent import weigh_silent

Progress = Callable[[str, float], None]
REFERENCE_ROWS = 600_000


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """A bundle with how it was made and the proof over time of making models so.

    `states` are those its rules were trained under, `suspended` the reviews of the rules this training suspended among
    them: whoever puts the model on record puts those on record too.
    """

    bundle: Bundle
    proof: Proof
    states: RuleStates = field(default_factory=lambda: RuleStates.at_birth(all_rules()))
    suspended: tuple[Review, ...] = ()

    @property
    def in_force(self) -> Bundle:
        """The bundle as it scores under these states; the bundle itself keeps the weights of all rules."""
        return with_states(self.bundle, self.states)

    @property
    def metrics(self) -> dict[str, float]:
        """The proof's figures by name, those that can be told."""
        return self.proof.metrics()

    @property
    def version(self) -> str:
        """Version of the bundle."""
        return self.bundle.version

    @property
    def params(self) -> dict[str, str]:
        """Parameters and fingerprints of the training."""
        return self.bundle.params

    def save(self, folder: Path) -> None:
        """Write the bundle's files."""
        self.bundle.save(folder)


def train(
    ledger: Ledger,
    *,
    as_of_us: int,
    policy: Policy,
    progress: Progress | None = None,
    states: RuleStates | None = None,
    seen_until: Mapping[str, int] | None = None,
    champion: Bundle | None = None,
    offered: pa.Table | None = None,
) -> TrainedModel:
    """Learn from every disbursement submitted before the moment and every finding decided before it.

    `offered` (`models.scoring.draws.kept`) tells by what chance payments of the random sample were drawn.
    Rules that are not live in `states` (default: as born) teach the model nothing. Live ones that were overturned too
    often are suspended first; `seen_until` is as for `models.replay.overturned.review`. The proof compares with the
    `champion` where it learned from nothing later than an origin. Raises ValueError when nothing had been submitted by
    then.
    """
    say = progress or (lambda _text, _share: None)
    rows = reference_rows(ledger, as_of_us)
    facts = gather(ledger, rows, policy, lambda share: say("facts of past payments", share), workers=usable_workers())
    labels = labels_at(ledger, rows, as_of_us)
    if offered is not None:
        labels = with_propensities(labels, ledger, rows, offered)
    states = states or RuleStates.at_birth(all_rules())
    # What is suspended below was live at the earlier moments the proof stands at. It comes before the fit: processes
    # are forked for it, which is best done before a library has threads of its own.
    proof = prove(
        ledger, rows, facts.without(states.silent), policy, as_of_us, lambda f, part: fit(f, part, policy, quick=True),
        champion=champion, workers=usable_workers(), progress=lambda share: say("proof over time", share),
    )  # fmt: skip
    say("weights, terms, calibration", 0.0)
    live = [k for k, rule in enumerate(facts.rules) if states.of(rule.code) == "live"]
    reviews = review(
        ledger, rows, [facts.rules[k] for k in live], facts.fired()[:, live], labels, policy, as_of_us,
        seen_until=seen_until,
    )  # fmt: skip
    suspended = tuple(found for found in reviews if found.suspend)
    for found in suspended:
        states = states.changed(found.code, Standing("suspended", found.why))
    silent = tuple(states.silent)
    bundle = weigh_silent(fit(facts.without(silent), labels, policy), facts, labels, policy, silent)
    bundle = replace(bundle, notes=(*bundle.notes, *(f"{found.code}: {found.why}" for found in suspended)))
    moments = ledger.tables["disbursements"].known_at[rows]
    # What the model in force says of what it learned from: the watch over drift compares later periods with it.
    looked_like = reference(
        facts, with_states(bundle, states), moments=moments, programs=programs_of(ledger, rows)
    )  # fmt: skip
    bundle = replace(bundle, arrays={**bundle.arrays, **looked_like})
    say("weights, terms, calibration", 1.0)
    params = {
        "states": states.version,
        "data": fingerprint(rows[-1:], moments, facts.outcomes.sum(axis=0)),
        "payments": str(len(rows)),
        "confirmed": str(int((labels.outcome == 1).sum())),
        "cleared": str(int((labels.outcome == 0).sum())),
        "errors": str(int((labels.outcome == 2).sum())),
    }
    bundle = finish(bundle, policy, as_of_us=as_of_us, utc_offset_us=ledger.utc_offset, params=params)
    return TrainedModel(bundle, proof, states, suspended)


def reference_rows(ledger: Ledger, as_of_us: int, most: int = REFERENCE_ROWS) -> NDArray[np.int64]:
    """Disbursements submitted before the moment, thinned evenly when there are more than `most`."""
    table = ledger.tables["disbursements"]
    rows = np.nonzero((table.known_at < as_of_us) & (table.superseded_at > as_of_us))[0].astype(np.int64)
    if len(rows) == 0:
        raise ValueError("no disbursement was submitted before the moment given with --as-of; give a later one")
    if len(rows) > most:
        rows = rows[np.linspace(0, len(rows) - 1, most).astype(np.int64)]
    return rows
