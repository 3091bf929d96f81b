"""An old score file comes out again to the last digit, and what differs is named."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from features.asof import Ledger
from models import registry
from models.registry.kept import keep_policy, kept_policy
from models.release.shadow import read_shadow
from models.rules._life import RuleStates, Standing
from models.scoring.bundle import Bundle, load_bundle
from models.scoring.in_force import with_states
from models.scoring.policy import Policy
from models.scoring.provenance import Definitions
from models.scoring.select import rows_named
from service.work.errors import UnusableDataError, WrongUsageError
from service.work.reproduce_scores import keep_sources, read_old, reproduce_scores
from service.work.score_payments import Beside, Payments, payments_before, score_to_file
from tests.county import County, hand_over, invent, known_by


@dataclass(frozen=True)
class Halves:
    """A county as it was handed over in the middle of its life, and as it was at the end."""

    early: County
    late: County
    until: int

    def payments(self) -> Payments:
        """Payments of the early county, each as of its own submission."""
        known = self.early.ledger.tables["disbursements"].known_at
        rows = np.nonzero(known >= np.quantile(known, 0.6))[0].astype(np.int64)
        return Payments(rows, known[rows])


@pytest.fixture(scope="module")
def halves(tmp_path_factory: pytest.TempPathFactory) -> Halves:
    """A county cut at two thirds of its payments, later rows and corrections in the second delivery."""
    whole = invent(tmp_path_factory.mktemp("whole"), households=300, seed=12, months=18)
    until = whole.moment(0.66)
    early = hand_over(known_by(whole.tables, until), tmp_path_factory.mktemp("early"))
    tables = dict(whole.tables)
    paid = tables["disbursements"]
    # A correction that becomes known later: the same payments with another amount.
    some = paid.filter(pa.array(np.arange(paid.num_rows) % 7 == 0)).slice(0, 40)
    later = pa.scalar(until + 1, pa.int64()).cast(paid.schema.field("submitted_at").type)
    amount = paid.schema.get_field_index("amount")
    mended = some.set_column(amount, paid.schema.field(amount), some.column("amount").take(pa.array(range(39, -1, -1))))
    moment = paid.schema.get_field_index("submitted_at")
    mended = mended.set_column(moment, paid.schema.field(moment), pa.array([later.as_py()] * 40, later.type))
    tables["disbursements"] = pa.concat_tables([paid, mended])
    return Halves(early, hand_over(tables, tmp_path_factory.mktemp("late")), until)


def score(halves: Halves, bundle: Bundle, policy: Policy, payments: Payments, out: Path) -> Path:
    """A score file as the command writes it, with what its stamp names kept."""
    score_to_file(halves.early.ledger, bundle, policy, payments, out)
    keep_sources(bundle, policy)
    return out


def opened(county: County) -> object:
    """A way to open a county's ledger under a policy."""
    return lambda policy: Ledger.open(county.store, utc_offset_hours=policy.utc_offset_hours)


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_exact_after_more_became_known(record: Path, halves: Halves, tmp_path: Path, ending: str) -> None:
    """Rows recorded later, and corrections of the very payments, change no column."""
    # Low lines, so that many payments carry reasons with evidence.
    eager = replace(load_bundle(None), version="eager", line=0.01, verify_line=0.02)
    eager.save(tmp_path / "eager")
    old = score(halves, eager, Policy.load(), halves.payments(), tmp_path / f"old.{ending}")
    again = tmp_path / f"again.{ending}"
    found = reproduce_scores(read_old(old, model=tmp_path / "eager"), opened(halves.late), again)  # type: ignore[arg-type]
    assert (found.rows, found.gone, found.different) == (len(halves.payments()), 0, {})
    assert found.equal
    if ending == "csv":
        assert old.read_bytes() == again.read_bytes()
    else:
        assert pq.read_table(old).equals(pq.read_table(again))
        assert any(text != "[]" for text in pq.read_table(old).column("reasons").to_pylist())


def test_after_payment_as_of_one_moment(record: Path, halves: Halves, tmp_path: Path) -> None:
    """Scores of a window, all as of T."""
    payments = payments_before(halves.early.ledger, halves.until, 90)
    old = score(halves, load_bundle(None), Policy.load(), payments, tmp_path / "old.parquet")
    assert reproduce_scores(read_old(old), opened(halves.late), tmp_path / "again.parquet").equal  # type: ignore[arg-type]


def test_policy_and_states_come_from_the_record(record: Path, halves: Halves, tmp_path: Path) -> None:
    """Another policy and a retired rule: both are found again by version; two scorings may be in one file."""
    plain = load_bundle(None)
    policy = Policy.load()
    stricter = {name: value + 1 for name, value in policy.settings.items() if name.startswith("T01.")}
    other = replace(policy, settings={**policy.settings, **stricter})
    states = RuleStates(
        {code: Standing("retired", "retired on 2020-01-01: does not run") for code in plain.rule_codes[:9]}
    )
    states.save(record)
    payments = halves.payments()
    first = score(halves, plain, policy, payments, tmp_path / "first.parquet")
    second = score(halves, with_states(plain, states), other, payments, tmp_path / "second.parquet")
    both = tmp_path / "both.parquet"
    pq.write_table(pa.concat_tables([pq.read_table(second), pq.read_table(first)]), both)
    old = read_old(both)
    assert len(old.sources) == 2
    assert reproduce_scores(old, opened(halves.late), tmp_path / "again.parquet").equal  # type: ignore[arg-type]
    assert pq.read_table(tmp_path / "again.parquet").equals(pq.read_table(both))


def test_what_differs_is_named(record: Path, halves: Halves, tmp_path: Path) -> None:
    """A score and a reason changed by hand, a payment that is gone."""
    old = score(halves, load_bundle(None), Policy.load(), halves.payments(), tmp_path / "old.parquet")
    table = pq.read_table(old)
    scores = table.column("score").to_pylist()
    scores[3] += 1e-6
    ids = table.column("disbursement_id").to_pylist()
    ids[5] = "NOBODY"
    for name, values in (("score", scores), ("disbursement_id", ids)):
        table = table.set_column(table.schema.get_field_index(name), name, pa.array(values))
    pq.write_table(table, old)
    found = reproduce_scores(read_old(old), opened(halves.late), tmp_path / "again.parquet")  # type: ignore[arg-type]
    assert not found.equal
    assert (found.gone, found.different) == (1, {"score": 1})


def test_what_refuses(record: Path, halves: Halves, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No stamp, other code, a model or a policy nobody kept, a policy changed since: each says what to do."""
    policy = Policy.load()
    bundle = replace(load_bundle(None), version="2019-07-01-of-a-friend")
    every = halves.payments()
    old = score(halves, bundle, policy, Payments(every.rows[:50], every.at[:50]), tmp_path / "old.parquet")
    with pytest.raises(WrongUsageError, match="give its folder with --model"):
        read_old(old)
    bundle.save(tmp_path / "friend")
    assert len(read_old(old, model=tmp_path / "friend").sources) == 1
    with monkeypatch.context() as changed:
        changed.setattr("models.scoring.provenance.definitions", lambda: Definitions("0", "0"))
        with pytest.raises(WrongUsageError, match=r"defined otherwise now.*install mingbai"):
            read_old(old, model=tmp_path / "friend")
    kept = keep_policy(policy)
    text = kept.read_text(encoding="utf-8")
    kept.write_text(text.replace('"line.verify_days": 5.0', '"line.verify_days": 6.0'), encoding="utf-8")
    with pytest.raises(WrongUsageError, match="changed since"):
        read_old(old, model=tmp_path / "friend")
    kept.unlink()
    with pytest.raises(WrongUsageError, match="with --policy"):
        read_old(old, model=tmp_path / "friend")
    assert read_old(old, model=tmp_path / "friend", policy=policy).sources
    with pytest.raises(registry.RegistryError, match="never used"):
        kept_policy("0" * 10)
    table = pq.read_table(old)
    bare = table.set_column(table.schema.get_field_index("model_version"), "model_version", pa.array(["v1"] * 50))
    pq.write_table(bare, old)
    with pytest.raises(UnusableDataError, match="score anew"):
        read_old(old)


def test_versions_are_found_by_their_moment(halves: Halves) -> None:
    """The first version before its correction was known, the correction after; nothing before the first."""
    table = halves.late.ledger.tables["disbursements"]
    twice = np.nonzero(table.superseded_at < np.iinfo(np.int64).max)[0]
    assert len(twice)
    first = int(twice[0])
    name = halves.late.ledger.vocabulary("disbursement").decode(table.codes("disbursement_id")[[first]])[0]
    at = np.array([table.known_at[first] - 1, table.known_at[first], table.superseded_at[first]])
    found = rows_named(halves.late.ledger, pa.array([name] * 3), at)
    assert found[0] == -1
    assert found[1] == first
    assert table.known_at[found[2]] == table.superseded_at[first]


def test_shadow_is_written_beside_and_nowhere_else(record: Path, halves: Halves, tmp_path: Path) -> None:
    """The score file is the same bytes with and without a challenger; what it said lies in the data's store, once."""
    plain, policy = load_bundle(None), Policy.load()
    other = replace(plain, shift=plain.shift + 1, version="other")
    payments = halves.payments()
    for name, beside in (("without", None), ("with", Beside(tmp_path / "store", "1", "2", other))):
        for _ in range(2):
            found = score_to_file(halves.early.ledger, plain, policy, payments, tmp_path / f"{name}.csv", beside=beside)
    assert (tmp_path / "with.csv").read_bytes() == (tmp_path / "without.csv").read_bytes()
    assert found.in_shadow == len(payments)
    assert len(list((tmp_path / "store").rglob("*.parquet"))) == 1
    shadow = read_shadow(tmp_path / "store", "1", "2")
    assert len(shadow.ids) == len(payments)
    assert (shadow.challenger > shadow.champion).all()
    assert (shadow.champion_us > 0).all()
    assert len(read_shadow(tmp_path / "store", "1", "3").ids) == 0
    assert not record.exists()
