"""The proof as a whole on an invented county: nothing leaks from the future, rows are conserved, rivals are beaten."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.asof import Ledger
from models.evaluation.columns import Texts, objects
from models.evaluation.over_time.answers import Answers, answers_of, truth_of
from models.evaluation.over_time.caught import caught_by
from models.evaluation.over_time.clusters import clusters_of
from models.evaluation.over_time.fold import Fold
from models.evaluation.over_time.proof import Proof
from models.evaluation.over_time.prove import prove
from models.evaluation.over_time.rivals import CHAMPION, NAMES, RULES, best_feature, learned_until
from models.scoring.bundle import Bundle, load_bundle
from models.scoring.facts import Facts, gather
from models.scoring.policy import Policy
from models.training.fit import fit
from models.training.labels import CONFIRMED, UNLABELLED, Labels, labels_at
from models.training.train import reference_rows
from tests.county import County, Trained

pytestmark = pytest.mark.filterwarnings("ignore:Missing values detected")
DAYS, FOLDS = 150.0, 2


@dataclass(frozen=True)
class Known:
    """A county with the facts of all its payments, its truth, and a policy that learns rules only (which is fast)."""

    county: County
    policy: Policy

    @cached_property
    def moment(self) -> int:
        """The moment after the last payment."""
        return int(self.county.submitted[-1]) + 1

    @cached_property
    def rows(self) -> np.ndarray:
        """Every payment."""
        return reference_rows(self.county.ledger, self.moment)

    @cached_property
    def facts(self) -> Facts:
        """Facts of every payment, each as of its own submission."""
        return gather(self.county.ledger, self.rows, self.policy, workers=1)

    @cached_property
    def truth(self) -> tuple[np.ndarray, Texts, Texts]:
        """Irregular or not, typologies, rings."""
        ledger = self.county.ledger
        codes = ledger.tables["disbursements"].codes("disbursement_id")[self.rows].astype(np.int64)
        table = pq.read_table(self.county.folder.parent / "truth.parquet").to_pydict()
        known = {
            i: (y, t, r)
            for i, y, t, r in zip(
                table["disbursement_id"], table["irregular"], table["typologies"], table["ring_id"], strict=True
            )
        }
        found = [known.get(i, (0, "", None)) for i in ledger.vocabulary("disbursement").decode(codes)]
        outcome = np.array([int(y == 1) for y, _, _ in found], dtype=np.int8)
        return outcome, objects([t or "" for _, t, _ in found]), objects([r for _, _, r in found])

    def fit(self, facts: Facts, labels: Labels) -> Bundle:
        """The real one."""
        return fit(facts, labels, self.policy, quick=True)

    def prove(self, ledger: Ledger | None = None, keep: np.ndarray | None = None, **more: object) -> Proof:
        """Proved with the truth, on some of the payments or all, with other findings or its own."""
        every = np.arange(len(self.rows)) if keep is None else np.nonzero(keep)[0]
        outcome, typologies, rings = self.truth
        asked: dict[str, object] = {
            "truth": outcome[every], "typologies": typologies[every], "rings": rings[every],
            "folds": FOLDS, "days": DAYS, "draws": 20,
        }  # fmt: skip
        return prove(
            ledger or self.county.ledger, self.rows[every], self.facts.part(every), self.policy, self.moment, self.fit,
            **{**asked, **more},  # type: ignore[arg-type]
        )  # fmt: skip


@pytest.fixture(scope="module")
def known(trained_county: Trained) -> Known:
    """The trained county, learned from again without terms."""
    policy = trained_county.policy
    return Known(trained_county.county, replace(policy, values={**policy.values, "learning.findings_at_least": 1e9}))


@pytest.fixture(scope="module")
def proof(known: Known) -> Proof:
    """Its proof."""
    return known.prove()


def learned_side(fold: Fold) -> Fold:
    """A fold without what speaks of the random sample: whether a later finding was drawn at random is no leak."""
    return replace(fold, random_sample=fold.calibration, stability=())


def with_findings(county: County, findings: pa.Table) -> Ledger:
    """The county's ledger with other findings."""
    return Ledger({**county.tables, "dispositions": findings})


@pytest.mark.no_cover
@settings(max_examples=4)
@given(seed=st.integers(0, 1000))
def test_findings_decided_later_teach_a_fold_nothing(known: Known, proof: Proof, seed: int) -> None:
    """Outcomes, typologies and roles of everything decided after the first origin dealt out anew, some of it lost."""
    table = known.county.tables["dispositions"]
    rng = np.random.default_rng(seed)
    origin = first_origin(known)
    decided = table.column("decided_at").cast(pa.int64()).to_numpy()
    later = np.nonzero(decided > origin)[0]
    order = np.arange(table.num_rows)
    order[later] = rng.permutation(later)
    for name in ("outcome", "typology", "suspect_role", "selected_by"):
        table = table.set_column(table.column_names.index(name), name, table.column(name).take(pa.array(order)))
    kept = np.ones(table.num_rows, bool)
    kept[later[rng.random(len(later)) < 0.3]] = False
    assert len(later) > 20
    again = known.prove(with_findings(known.county, table.filter(pa.array(kept))))
    assert learned_side(again.folds[0]) == learned_side(proof.folds[0])
    assert again.folds[0].origin == proof.folds[0].origin


def test_a_finding_decided_earlier_does_teach(known: Known, proof: Proof) -> None:
    """The counterpart: the test above could fail."""
    table = known.county.tables["dispositions"]
    early = pc.less_equal(table.column("decided_at").cast(pa.int64()), first_origin(known))
    confirmed = pc.equal(table.column("outcome").cast(pa.string()), "confirmed")
    again = known.prove(with_findings(known.county, table.filter(pc.invert(pc.and_(early, confirmed)))))
    assert learned_side(again.folds[0]) != learned_side(proof.folds[0])


def test_payments_submitted_later_change_nothing_in_a_fold(known: Known, proof: Proof) -> None:
    """Without the payments of the second fold's period the first fold is the same to the last digit."""
    until = known.moment - int(DAYS) * 86_400_000_000
    submitted = known.county.submitted[known.rows]
    again = known.prove(keep=submitted < until)
    assert len(again.folds) == 1
    assert again.folds[0] == proof.folds[0]


def first_origin(known: Known) -> int:
    """The earliest origin, microseconds UTC."""
    return known.moment - FOLDS * int(DAYS) * 86_400_000_000


def test_folds_conserve_payments(known: Known, proof: Proof) -> None:
    """Judged and left together are what was submitted in the period; parts add up; each is scored once."""
    submitted = known.county.submitted[known.rows]
    assert len(proof.folds) == FOLDS
    for k, fold in enumerate(proof.folds):
        origin = first_origin(known) + k * int(DAYS) * 86_400_000_000
        inside = int(((submitted >= origin) & (submitted < origin + int(DAYS) * 86_400_000_000)).sum())
        assert fold.everything.judged == inside
        assert fold.kept.judged + fold.left.payments == inside
        assert fold.learned_payments == int((submitted < origin).sum())
        assert sum(s.judged for s in fold.quarters) == fold.kept.judged
        assert sum(s.confirmed for s in fold.counties) == fold.kept.confirmed
        assert sum(fold.distribution.judged) == fold.kept.judged
        assert fold.kept.confirmed + fold.left.confirmed == fold.everything.confirmed
    assert proof.pooled is not None
    assert proof.pooled.kept.judged == sum(fold.kept.judged for fold in proof.folds)
    assert proof.pooled.kept.top("1%").confirmed == sum(fold.kept.top("1%").confirmed for fold in proof.folds)


def test_every_rival_is_compared_and_said_to_be_beaten_or_not(proof: Proof) -> None:
    """Fold by fold; the difference is the score's figure less the rival's; chance is far behind."""
    assert set(proof.beaten) == {fold.origin for fold in proof.folds}
    for fold in proof.folds:
        assert tuple(r.name for r in fold.rivals) == NAMES
        for rival in fold.rivals:
            if rival.beaten is None:
                assert rival.why_not
                continue
            assert rival.average_precision is not None
            assert fold.kept.average_precision.value is not None
            gain = fold.kept.average_precision.value - rival.average_precision
            assert rival.difference.value == pytest.approx(gain)
            assert rival.beaten == (gain > 0)
        assert fold.rivals[0].beaten
    assert proof.all_beaten == all(fold.all_beaten for fold in proof.folds)


def test_a_champion_that_knows_too_much_is_not_compared(known: Known) -> None:
    """The shipped model always may be; one trained later than the origin may not."""
    shipped = load_bundle()
    assert learned_until(shipped) < 0
    for champion, comparable in ((shipped, True), (replace(shipped, as_of="2099-01-01T00:00:00+08:00"), False)):
        fold = known.prove(champion=champion, folds=1).folds[0]
        rival = next(r for r in fold.rivals if r.name == CHAMPION)
        assert (rival.beaten is not None) == comparable
        assert ("not comparable" in rival.why_not) != comparable


def test_several_workers_and_one_give_the_same_proof(known: Known, proof: Proof) -> None:
    """Folds run in forked processes."""
    assert known.prove(workers=2).to_json() == proof.to_json()


def test_metrics_are_flat_numbers_and_json_is_json(proof: Proof) -> None:
    """What MLflow takes: finite numbers under names without a percent sign."""
    metrics = proof.metrics()
    assert {"average_precision", "precision_at_capacity", "random_sample_ece", "fold_1_average_precision"} <= set(
        metrics
    )
    assert all(np.isfinite(v) for v in metrics.values())
    assert not any(set(name) - set("abcdefghijklmnopqrstuvwxyz0123456789_.") for name in metrics)
    told = json.loads(proof.to_json())
    assert told["beaten"] == proof.beaten
    assert len(told["folds"]) == FOLDS


def test_judged_by_findings_counts_only_what_was_decided(known: Known) -> None:
    """Labelled payments are those with a finding by T; unlabelled ones are judged and never counted as clean."""
    found = known.prove(truth=None, typologies=None, rings=None, days=None, folds=None)
    labels = labels_at(known.county.ledger, known.rows, known.moment)
    submitted = known.county.submitted[known.rows]
    assert found.source == "findings"
    assert any("random sample" in note for note in found.notes)
    assert found.folds
    for fold in found.folds:
        assert fold.everything.labelled < fold.everything.judged
    assert found.pooled is not None
    assert found.pooled.everything.labelled <= int(labels.usable[submitted >= 0].sum())
    assert found.pooled.random_sample.rows <= int((labels.at_random & labels.usable).sum())


def test_no_origin_says_why(known: Known) -> None:
    """Half a day is too short for anything to be found."""
    found = known.prove(days=1.0, folds=1, truth=None, typologies=None, rings=None)
    assert (found.folds, found.pooled, found.all_beaten) == ((), None, False)
    assert "left out" in found.notes[0]
    with pytest.raises(ValueError, match="expected"):
        known.prove(truth=np.zeros(3, np.int8))


def test_the_best_feature_is_chosen_on_findings_alone(known: Known) -> None:
    """A feature that equals the finding wins; with too few findings there is none."""
    labels = labels_at(known.county.ledger, known.rows, known.moment)
    values = known.facts.values.copy()
    values[:, 7] = np.where(labels.outcome == CONFIRMED, -1.0, 0.0)
    facts = replace(known.facts, values=values)
    assert best_feature(facts, labels) == (known.facts.features[7].name, False)
    nobody = replace(labels, outcome=np.full(len(labels), UNLABELLED, np.int8))
    assert best_feature(facts, nobody) is None


def test_who_was_found_leaves_the_test(known: Known) -> None:
    """Every later payment to a card or household of a confirmed payment, and none without a reason."""
    ledger, rows = known.county.ledger, known.rows
    table = ledger.tables["disbursements"]
    half = len(rows) // 2
    past, ahead = np.arange(half), np.arange(half, len(rows))
    outcome = np.full(half, UNLABELLED, np.int8)
    outcome[[3, 50, 700]] = CONFIRMED
    caught = caught_by(ledger, rows, past, ahead, answers_of(bare(outcome)))
    cards = set(table.column("card_id")[rows[[3, 50, 700]]].tolist()) - {-1}
    households = set(table.column("household_id")[rows[[3, 50, 700]]].tolist()) - {-1}
    wanted = [
        int(table.column("card_id")[r]) in cards or int(table.column("household_id")[r]) in households
        for r in rows[ahead]
    ]
    assert caught.rows.tolist() == wanted
    assert (caught.cards, caught.households, caught.hubs) == (len(cards), len(households), 0)


def test_an_official_leaves_only_where_findings_concentrate(known: Known) -> None:
    """Confirmed findings on all payments of a minor official take the official out; spread ones take nobody out."""
    ledger, rows = known.county.ledger, known.rows
    half = len(rows) // 2
    past, ahead = np.arange(half), np.arange(half, len(rows))
    prepared = ledger.tables["disbursements"].column("prepared_by")[rows].astype(np.int64)
    names, counts = np.unique(prepared[past], return_counts=True)
    minor = int(names[np.argmin(np.where(counts >= 5, counts, 10**9))])
    outcome, role = np.full(half, UNLABELLED, np.int8), np.full(half, "official", dtype=object)
    outcome[np.nonzero(prepared[past] == minor)[0][:40]] = CONFIRMED
    found = caught_by(ledger, rows, past, ahead, replace(answers_of(bare(outcome)), role=role))
    assert found.hubs >= 1
    assert found.rows[prepared[ahead] == minor].all()
    spread = np.full(half, UNLABELLED, np.int8)
    spread[:: half // 40] = CONFIRMED
    finance = int(names[np.argmax(counts)])
    found = caught_by(ledger, rows, past, ahead, replace(answers_of(bare(spread)), role=role))
    assert not found.rows[prepared[ahead] == finance].all()


def bare(outcome: np.ndarray) -> Labels:
    """Findings of which nothing but the outcome is known."""
    return Labels(outcome, np.zeros(len(outcome), bool), np.zeros(len(outcome), np.int64))


def test_clusters_hold_rings_together(known: Known) -> None:
    """Payments of one card, one household, or one ring have one number; strangers do not."""
    ledger, rows = known.county.ledger, known.rows
    outcome, typologies, rings = known.truth
    answers: Answers = truth_of(answers_of(bare(outcome)), outcome, typologies, rings)
    cluster = clusters_of(ledger, rows, answers)
    cards = ledger.tables["disbursements"].column("card_id")[rows]
    for codes in (cards, np.array([hash(r) if r else -1 for r in rings])):
        for same in groups(codes):
            assert len(set(cluster[same].tolist())) == 1
    assert len(np.unique(cluster)) > 50


def groups(codes: np.ndarray) -> Iterator[np.ndarray]:
    """Positions of each code that is none of the negatives."""
    order = np.argsort(codes, kind="stable")
    for part in np.split(order, np.nonzero(np.diff(codes[order]))[0] + 1):
        if codes[part[0]] >= 0:
            yield part


def test_terms_make_rules_alone_a_rival(trained_county: Trained) -> None:
    """The trained model's own proof: where terms were learned they are compared with doing without."""
    for fold in trained_county.model.proof.folds:
        rival = next(r for r in fold.rivals if r.name == RULES)
        assert rival.why_not or rival.average_precision is not None
