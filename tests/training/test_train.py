"""Training: what came after T and shuffled findings teach nothing; the same data give the same model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from features.asof import Ledger
from models.evaluation.over_time.precision import average_precision
from models.evaluation.over_time.prove import prove
from models.evaluation.ranking import average_precision as judged_precision
from models.scoring.bundle import Bundle
from models.scoring.facts import Facts, gather
from models.scoring.policy import Policy
from models.training.fit import fit
from models.training.labels import CLEARED, CONFIRMED, ERROR, UNLABELLED, Labels, labels_at
from models.training.train import reference_rows
from tests.county import Tables, Trained, hand_over, known_by, learn, shuffled

SEEDS = 6
# Findings lag behind payments: by then most of those on schemes that ended have been decided.
MOMENT = 0.7
# A library's word about drawings nobody makes.
pytestmark = pytest.mark.filterwarnings("ignore:Missing values detected")


@pytest.fixture(scope="module")
def learned(trained_county: Trained) -> tuple[Facts, Labels, np.ndarray]:
    """Facts, findings and moments of everything submitted before three quarters of the county's life."""
    county, moment = trained_county.county, trained_county.county.moment(MOMENT)
    rows = reference_rows(county.ledger, moment)
    facts = gather(county.ledger, rows, trained_county.policy, lambda _share: None)
    return facts, labels_at(county.ledger, rows, moment), county.submitted[rows]


def rules_alone(trained: Trained) -> Policy:
    """The policy of a county where findings are too few for learned terms."""
    return replace(trained.policy, values={**trained.policy.values, "learning.findings_at_least": 1e9})


@pytest.mark.no_cover
def test_later_rows_teach_nothing(trained_county: Trained, tmp_path: Path) -> None:
    """Trained as of T on a folder that ends at T: the same model to the last digit, proof included."""
    cut = hand_over(known_by(trained_county.county.tables, trained_county.as_of), tmp_path)
    again = learn(cut, trained_county.policy, trained_county.as_of)
    same_model(again.bundle, trained_county.bundle)
    assert again.proof.to_json() == trained_county.model.proof.to_json()


@pytest.mark.no_cover
def test_order_of_rows_teaches_nothing(trained_county: Trained, tmp_path: Path) -> None:
    """Every table handed over in another order: the same model."""
    mixed = hand_over(shuffled(trained_county.county.tables, 11), tmp_path)
    same_model(learn(mixed, trained_county.policy, trained_county.as_of).bundle, trained_county.bundle)


def same_model(one: Bundle, two: Bundle) -> None:
    """Equal in everything that scores, and by version."""
    assert one.version == two.version
    assert one.muted == two.muted
    assert (one.rule_weights == two.rule_weights).all()
    assert [t.feature for t in one.terms] == [t.feature for t in two.terms]
    for mine, other in zip(one.terms, two.terms, strict=True):
        assert (mine.cuts == other.cuts).all()
        assert (mine.scores == other.scores).all()
        assert mine.missing == other.missing
    assert (one.intercept, one.scale, one.shift, one.line) == (two.intercept, two.scale, two.shift, two.line)
    assert one.arrays.keys() == two.arrays.keys()
    for name, values in one.arrays.items():
        assert np.array_equal(values, two.arrays[name], equal_nan=values.dtype.kind == "f"), name


@pytest.mark.no_cover
def test_a_model_of_another_moment_has_another_name(trained_county: Trained) -> None:
    """The version begins with the day and differs when what was learned differs."""
    policy = rules_alone(trained_county)
    later = learn(trained_county.county, policy, trained_county.county.moment(0.75))
    assert later.version != trained_county.model.version
    assert later.version.startswith(later.bundle.as_of[:10])
    assert later.params["policy"] == policy.version


def shuffled_findings(tables: Tables, seed: int) -> dict[str, pa.Table]:
    """The findings with what was found dealt out anew among the payments somebody looked at."""
    table = tables["dispositions"]
    order = pa.array(np.random.default_rng(seed).permutation(table.num_rows))
    for name in ("outcome", "typology", "suspect_role"):
        if name in table.column_names:
            column = table.column(name).take(order)
            table = table.set_column(table.column_names.index(name), name, column)
    return {**tables, "dispositions": table}


@pytest.mark.slow
def test_shuffled_findings_drop_the_proof_to_its_base_rate(trained_county: Trained) -> None:
    """Facts that remember findings are computed from the shuffled ones too: nothing of a finding leaks into its own.

    Average precision above the confirmed share, over several shuffles, is not told from 0; with the real findings it
    is far above.
    """
    county, moment = trained_county.county, trained_county.county.moment(MOMENT)
    gains = []
    for seed in range(SEEDS):
        ledger = Ledger(shuffled_findings(county.tables, seed))
        gains.append(gain(ledger, trained_county, moment))
    real = gain(county.ledger, trained_county, moment)
    error = float(np.std(gains, ddof=1)) / SEEDS**0.5
    assert abs(float(np.mean(gains))) < 0.04 + 3 * error, gains
    assert real > max(gains) + 0.05, (real, gains)


def gain(ledger: Ledger, trained: Trained, moment: int) -> float:
    """Mean over the proof's origins of average precision above the confirmed share."""
    rows = reference_rows(ledger, moment)
    facts = gather(ledger, rows, trained.policy, lambda _share: None)
    proof = prove(
        ledger, rows, facts, trained.policy, moment, lambda f, part: fit(f, part, trained.policy, quick=True),
        folds=2, days=160, draws=0,
    )  # fmt: skip
    found = [fold.everything for fold in proof.folds]
    assert found
    return float(np.mean([(s.average_precision.value or 0.0) - s.confirmed / s.labelled for s in found]))


def test_findings_are_labels_only_once_decided(trained_county: Trained) -> None:
    """Compared with the table itself, finding by finding, at three moments."""
    county = trained_county.county
    table = county.tables["dispositions"].to_pylist()
    ids = county.ledger.tables["disbursements"].arrow("disbursement_id").to_pylist()
    code = {"confirmed": CONFIRMED, "cleared": CLEARED, "error": ERROR}
    for share in (0.3, 0.6, 0.9):
        moment = county.moment(share)
        labels = labels_at(county.ledger, np.arange(len(ids)), moment)
        wanted = {
            row["disbursement_id"]: (code[row["outcome"]], row["selected_by"] == "random")
            for row in table
            if row["decided_at"].timestamp() * 1e6 <= moment
        }
        for i, outcome, drawn in zip(ids, labels.outcome.tolist(), labels.at_random.tolist(), strict=True):
            assert (outcome, drawn) == wanted.get(i, (UNLABELLED, False))


def test_an_honest_error_teaches_neither(learned: tuple[Facts, Labels, np.ndarray], trained_county: Trained) -> None:
    """Calling unlabelled payments errors changes no rule's precision: only what is expected of the others moves."""
    facts, labels, _ = learned
    policy = replace(trained_county.policy, values={**trained_county.policy.values, "learning.findings_at_least": 1e9})
    before = fit(facts, labels, policy, quick=True)
    outcome = labels.outcome.copy()
    outcome[np.nonzero(outcome == UNLABELLED)[0][::7]] = ERROR
    after = fit(facts, replace(labels, outcome=outcome), policy, quick=True)
    assert (before.rule_precision == after.rule_precision).all()
    assert before.muted == after.muted
    assert before.scale == pytest.approx(after.scale, rel=0.02)
    heard = (before.rule_weights > 0) & (after.rule_weights > 0)
    assert np.ptp((before.rule_weights - after.rule_weights)[heard]) < 1e-9


def test_confirmations_raise_a_rule_and_clearances_lower_it(
    learned: tuple[Facts, Labels, np.ndarray], trained_county: Trained
) -> None:
    """The rule that fires on most payments here, judged both ways."""
    facts, labels, _ = learned
    fired = facts.fired()
    k = int(fired.sum(axis=0).argmax())
    precision = {}
    for outcome in (CONFIRMED, CLEARED):
        told = np.full(len(labels.outcome), UNLABELLED, np.int8)
        told[np.nonzero(fired[:, k])[0][:30]] = outcome
        bundle = fit(facts, replace(labels, outcome=told), rules_alone(trained_county), quick=True)
        precision[outcome] = bundle.rule_precision[k]
    assert precision[CONFIRMED] > precision[CLEARED]


def test_a_rule_that_fires_on_everything_is_muted_and_said_to_be(
    learned: tuple[Facts, Labels, np.ndarray], trained_county: Trained
) -> None:
    """A red flag that is no exception here is worth nothing here."""
    facts, labels, _ = learned
    outcomes = facts.outcomes.copy()
    outcomes[::2, 0] = 1
    bundle = fit(replace(facts, outcomes=outcomes), labels, rules_alone(trained_county), quick=True)
    code = facts.rules[0].code
    assert code in bundle.muted
    assert bundle.rule_weights[0] == 0
    assert any(note.startswith(f"{code}: muted") for note in bundle.notes)


def test_nothing_submitted_yet_is_refused(trained_county: Trained) -> None:
    """The message names what to change."""
    with pytest.raises(ValueError, match="--as-of"):
        learn(trained_county.county, trained_county.policy, int(trained_county.county.submitted[0]))


def test_many_payments_are_thinned_evenly(trained_county: Trained) -> None:
    """A sample over the whole past, not its beginning."""
    ledger, moment = trained_county.county.ledger, trained_county.as_of
    every, few = reference_rows(ledger, moment), reference_rows(ledger, moment, 100)
    assert len(few) == 100
    assert few[0] == every[0]
    assert few[-1] == every[-1]
    assert set(few) <= set(every)


def test_two_average_precisions_agree(learned: tuple[Facts, Labels, np.ndarray]) -> None:
    """Training's and the evaluation's, where no score ties."""
    rng = np.random.default_rng(0)
    score, hit = rng.random(500), rng.random(500) < 0.1
    assert average_precision(score, hit) == pytest.approx(judged_precision(hit, score, rng.random(500)))
