"""The ensemble, peer groups, and the bench."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from models.detectors._bench import ENSEMBLE, Report, bench
from models.detectors._ensemble import MEMBERS, Ensemble
from models.detectors._peers import PeerGroups
from models.detectors._tail import Tail
from models.detectors.catalogue import all_detectors
from models.detectors.empirical_tails import EmpiricalTails

Float = NDArray[np.float64]


def rows(seed: int = 0, n: int = 500) -> Float:
    x = np.random.default_rng(seed).normal(size=(n, 6))
    x[:10] += 5
    return x


def test_tail_is_the_share_at_least_as_odd() -> None:
    raw = np.arange(100, dtype=np.float64)
    tail = Tail.of(raw)
    np.testing.assert_allclose(np.exp(-tail.surprisal(raw)), (99.5 - raw) / 100)
    beyond = tail.surprisal(np.array([99.0, 150.0, 300.0, -5.0]))
    assert beyond[0] < beyond[1] < beyond[2]
    assert beyond[3] == 0
    np.testing.assert_allclose(Tail.of(np.ones(50)).surprisal(np.ones(3)), np.log(2))


def test_ensemble_range_contributions_and_save() -> None:
    x = rows()
    x[3, 2] = np.nan
    ensemble = Ensemble().fit(x)
    score = ensemble.score(x)
    assert tuple(ensemble.members) == MEMBERS
    assert (score[:10].min(), score.max() <= 1) >= (np.quantile(score[10:], 0.95), True)
    np.testing.assert_allclose(ensemble.contributions(x).sum(axis=1), ensemble.surprisal(x))
    np.testing.assert_array_equal(Ensemble.from_arrays(ensemble.to_arrays()).score(x), score)


def test_ensemble_does_not_mind_the_order_of_rows_and_columns() -> None:
    x = rows()
    rng = np.random.default_rng(1)
    p, q = rng.permutation(len(x)), rng.permutation(6)
    np.testing.assert_allclose(Ensemble().fit(x[p][:, q]).score(x[:, q]), Ensemble().fit(x).score(x), atol=1e-12)


def test_ensemble_refuses_what_it_does_not_know() -> None:
    with pytest.raises(ValueError, match="Nobody"):
        Ensemble(("Nobody",))
    with pytest.raises(ValueError, match="members"):
        Ensemble.from_arrays({})


def test_peers_are_compared_with_one_another() -> None:
    """What is usual in one group is odd in the other, and only there."""
    rng = np.random.default_rng(2)
    x = np.r_[rng.normal(size=(300, 3)), rng.normal(size=(300, 3)) + 10]
    labels = np.array(["low"] * 300 + ["high"] * 300)
    x[0] = 10.0
    groups = PeerGroups(min_peers=100).fit(x, labels)
    assert groups.groups == ("high", "low")
    assert groups.score(x, labels)[0] > 0.99
    assert Ensemble().fit(x).score(x)[0] < 0.9
    np.testing.assert_allclose(groups.contributions(x, labels).sum(axis=1), groups.surprisal(x, labels))


def test_small_and_unknown_groups_are_read_beside_all() -> None:
    x = rows()
    labels = ["large"] * 480 + ["small"] * 20
    groups = PeerGroups(EmpiricalTails, min_peers=50).fit(x, labels)
    whole = EmpiricalTails().fit(x)
    assert groups.groups == ("large",)
    np.testing.assert_array_equal(groups.score(x, labels)[480:], whole.score(x)[480:])
    np.testing.assert_array_equal(groups.score(x, ["never seen"] * 500), whole.score(x))
    loaded = PeerGroups.from_arrays(groups.to_arrays(), EmpiricalTails)
    np.testing.assert_array_equal(loaded.score(x, labels), groups.score(x, labels))


def test_peer_groups_name_what_is_wrong() -> None:
    with pytest.raises(ValueError, match="min_peers is 1"):
        PeerGroups(min_peers=1)
    with pytest.raises(ValueError, match="labels have the shape"):
        PeerGroups().fit(rows(), ["a"])
    with pytest.raises(ValueError, match="not been fitted"):
        PeerGroups().score(rows(), ["a"] * 500)
    with pytest.raises(ValueError, match="not been fitted"):
        PeerGroups().to_arrays()
    with pytest.raises(ValueError, match="are missing"):
        PeerGroups.from_arrays({})


def test_bench_measures_and_lists_what_it_could_not_read(tmp_path: Path) -> None:
    x = rows()
    y = np.arange(500) < 10
    np.savez(tmp_path / "good.npz", X=x, y=y)
    np.savez(tmp_path / "column.npz", X=x[:, 0], y=y[:, None])
    np.savez(tmp_path / "no_answers.npz", X=x)
    np.savez(tmp_path / "one_answer.npz", X=x, y=np.zeros(500))
    np.savez(tmp_path / "short.npz", X=x, y=y[:5])
    np.savez(tmp_path / "words.npz", X=x, y=np.where(y, "odd", "usual"))
    np.savez(tmp_path / "pickled.npz", X=np.array([[{}], [{}]], dtype=object), y=[0, 1])
    np.savez(tmp_path / "narrow.npz", X=np.zeros((4, 0)), y=[0, 1, 0, 0])
    (tmp_path / "torn.npz").write_bytes((tmp_path / "good.npz").read_bytes()[:200])
    (tmp_path / "text.npz").write_text("no archive")
    with (tmp_path / "array.npz").open("wb") as file:
        np.save(file, x)
    seen: list[str] = []
    report = bench(tmp_path, lambda name, share: seen.append(name))
    assert set(report.sets) == {"good", "column"}
    who = {make.__name__ for make in all_detectors()} | {ENSEMBLE}
    assert set(report.sets["good"]) == set(report.means) == who
    assert report.sets["good"][ENSEMBLE].auroc > 0.95
    assert report.means[ENSEMBLE].auroc == np.mean([found[ENSEMBLE].auroc for found in report.sets.values()])
    assert len(report.skipped) == 9
    assert len(seen) == 11
    assert "no array y" in report.skipped["no_answers.npz"]
    assert "both answers" in report.skipped["one_answer.npz"]
    assert "no readable" in report.skipped["torn.npz"]
    json.dumps(report.plain())


def test_bench_reads_what_others_write(tmp_path: Path) -> None:
    """Objects, words, whole numbers, images, constant and missing columns, five rows, five hundred columns."""
    x = rows()
    y = np.arange(500) < 10
    mixed = x.astype(object)
    mixed[4, 1] = None
    mixed[:, 5] = np.where(np.arange(500) % 3 == 0, "often", "seldom")
    mixed[:3, 5] = "once"
    np.savez(tmp_path / "objects.npz", X=mixed, y=y.astype(object))
    np.savez(tmp_path / "whole.npz", X=(x * 4).astype(np.int32), y=y.astype(np.uint8))
    np.savez(tmp_path / "fortran.npz", X=np.asfortranarray(x), y=y.astype(np.float32))
    np.savez_compressed(tmp_path / "images.npz", X=x.reshape(500, 2, 3), y=y)
    np.savez(tmp_path / "five.npz", X=np.array([[0.0, 1], [0, 1], [0, 2], [0, 1], [9, 9]]), y=[0, 0, 0, 0, 1])
    empty = np.full((60, 3), np.nan)
    empty[:, 1] = 7
    empty[:, 2] = np.arange(60)
    np.savez(tmp_path / "missing.npz", X=empty, y=np.arange(60) == 59)
    wide = np.random.default_rng(0).normal(size=(40, 500))
    wide[0] += 4
    np.savez(tmp_path / "wide.npz", X=wide, y=np.arange(40) == 0)
    report = bench(tmp_path)
    assert not report.skipped
    assert len(report.sets) == 7
    for name in ("objects", "whole", "fortran", "images", "five", "wide"):
        assert report.sets[name][ENSEMBLE].auroc > 0.9, name
    plain = bench_of(tmp_path, "plain", x, y)
    assert report.sets["fortran"] == report.sets["images"] == plain.sets["plain"]


def bench_of(folder: Path, name: str, x: Float, y: NDArray[np.bool_]) -> Report:
    """The bench over one set."""
    (folder / name).mkdir()
    np.savez(folder / name / f"{name}.npz", X=x, y=y)
    return bench(folder / name)


def test_a_file_cannot_run_anything(tmp_path: Path) -> None:
    """An object array that would call something when it is read is refused, and does not call it."""

    class Trap:
        def __reduce__(self) -> tuple[object, ...]:
            return (Path.touch, (tmp_path / "sprung",))

    np.savez(tmp_path / "trap.npz", X=np.array([[Trap()], [1]], dtype=object), y=[0, 1])
    report = bench(tmp_path)
    assert "neither number nor word" in report.skipped["trap.npz"]
    assert not (tmp_path / "sprung").exists()


def test_bench_of_an_empty_folder(tmp_path: Path) -> None:
    report = bench(tmp_path)
    assert (report.sets, report.means, report.skipped) == ({}, {}, {})


def test_the_bench_and_the_ensemble_agree(tmp_path: Path) -> None:
    from sklearn.metrics import roc_auc_score

    x, y = rows(), np.arange(500) < 10
    np.savez(tmp_path / "set.npz", X=x, y=y)
    assert bench(tmp_path).sets["set"][ENSEMBLE].auroc == roc_auc_score(y, Ensemble().fit(x).surprisal(x))


def test_scoring_loads_no_learning_library() -> None:
    code = (
        "import sys, models.detectors._peers, models.detectors._bench as b; from models.detectors._ensemble import *;"
        "import numpy as np; Ensemble().fit(np.eye(20)).score(np.eye(20));"
        "sys.exit(str([m for m in ('sklearn', 'pandas', 'mlflow') if m in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.strip() == "[]"
