"""The project's report against an independent judge of the same files, where that one lies beside the checkout."""

from __future__ import annotations

import datetime as dt
import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from models.evaluation.report import evaluate, plain
from tests.evaluation.county import County, invent


@pytest.fixture(scope="module")
def county() -> County:
    """The county of the first seed."""
    return invent()


@pytest.fixture(scope="module")
def judge(shared: Path) -> Path:
    """The judge's own file."""
    path = shared / "tools" / "judge.py"
    if not path.is_file():
        pytest.skip("needs tools/judge.py in ../shared, beside the checkout")
    return path


def judged_by(judge: Path, folder: Path, *more: str) -> dict[str, Any]:
    """The judge's report on the files of a folder."""
    out = folder / "judge.json"
    command = [sys.executable, str(judge), "--data", str(folder / "data"), "--truth", str(folder / "truth.parquet")]
    command += ["--scores", str(folder / "scores.parquet"), "--json", str(out), *more]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode in (0, 1), answer.stderr
    found: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return found


def same(ours: Any, theirs: Any) -> bool:
    """Equal, within rounding for numbers; a pair is compared item by item, (None, None) is None."""
    if theirs in (None, [None, None]):
        return ours is None
    if isinstance(theirs, list):
        return len(ours) == len(theirs) and all(same(a, b) for a, b in zip(ours, theirs, strict=True))
    if isinstance(theirs, int | float):
        return ours is not None and math.isclose(ours, theirs, rel_tol=1e-9, abs_tol=1e-12)
    return bool(ours == theirs)


def differences(ours: dict[str, Any], theirs: dict[str, Any], names: dict[str, str]) -> list[str]:
    """`our name: ours, theirs` wherever the two disagree."""
    return [
        f"{a}: {ours.get(a)} against {theirs.get(b)}" for a, b in names.items() if not same(ours.get(a), theirs.get(b))
    ]


RANKING = {
    "rows": "n",
    "irregular": "irregular",
    "prevalence": "prevalence",
    "average_precision": "average_precision",
    "interval": "average_precision_95",
    "auc": "roc_auc",
    "money_recall": "money_recall_1%",
}
PLAIN = {
    "typology": {
        "rows": "rows",
        "rings": "rings",
        "recall_top": "recall_1%",
        "recall_line": "recall_line",
        "rings_touched": "rings_touched_line",
        "named": "named",
    },
    "look_alike": {
        "rows": "rows",
        "flagged": "flagged",
        "rate": "fpr_line",
        "interval": "interval",
        "rate_top": "fpr_top1%",
    },
    "group": {
        "honest": "honest_rows",
        "flagged": "flagged",
        "rate": "fpr",
        "interval": "interval",
        "enough": "enough",
        "irregular": "irregular_rows",
        "recall": "recall",
    },
    "roles": {
        "true_positives": "true_positives",
        "accuracy": "accuracy",
        "majority": "majority",
        "actors_laid_on_household": "actor_roles_blamed_on_household",
    },
    "desks": {
        "confusion": "confusion",
        "data_error_rows": "data_error_rows",
        "data_error_on_discipline": "data_error_on_discipline",
        "owed_rows": "owed_rows",
        "owed_on_discipline": "owed_on_discipline",
        "household_on_discipline": "household_on_discipline",
        "honest_on_discipline": "honest_on_discipline",
        "flagged_actors_on_discipline": "officials_on_discipline_when_flagged",
    },
    "reasons": {
        "flagged": "rows_not_release",
        "with_reason": "with_reason",
        "with_reason_and_evidence": "with_reason_and_evidence",
        "evidence_exists": "evidence_keys_that_exist",
        "unreadable": "unreadable",
        "released": "release_rows",
    },
    "head": {
        "cases": "cases",
        "true_share": "true_share",
        "any_irregular_share": "any_irregular_share",
        "hub_is_actor_share": "hub_is_actor_share",
        "rings_found": "rings_found",
        "rings_found_share": "rings_found_share",
        "mean_purity": "mean_purity",
        "mean_completeness": "mean_completeness_of_found",
        "median_members": "median_members",
        "clean_county_share": "clean_county_share",
    },
}
CALIBRATION = ("mean_score", "prevalence", "ece", "brier", "brier_of_constant", "ece_prior", "brier_prior")
LINE = ("flagged", "share", "precision", "recall", "money_recall", "verify", "review")
COVERAGE = ("expected", "scored", "missing", "duplicates", "outside_window", "not_in_data")
BIN = {"low": "from", "high": "to", "rows": "rows", "mean_score": "mean_score", "irregular": "irregular"}
CLEAN = {
    "prefixes": "prefixes",
    "rows": "rows",
    "share_of_rows": "share_of_rows",
    "share_of_flagged": "share_of_flagged",
    "share_of_top": "share_of_top1%",
}


def compare(ours: dict[str, Any], theirs: dict[str, Any]) -> list[str]:
    """Every figure on which the two reports differ."""
    found = differences(ours["score"], theirs["score"], RANKING)
    found += differences(ours["anomaly"], theirs["anomaly"], RANKING)
    for top, (name, wanted) in zip(ours["score"]["top"], theirs["score"]["top"].items(), strict=True):
        found += [f"top {name}: {top}" for k in ("rows", "precision", "recall") if not same(top[k], wanted[k])]
    for part, names in (("line", LINE), ("calibration", CALIBRATION)):
        found += differences(ours[part], theirs[part], {name: name for name in names})
    found += differences(ours["coverage"], theirs["ids"], {name: name for name in COVERAGE})
    found += differences(ours["desks"], {**theirs["desk"], "confusion": without_zeros(theirs)}, PLAIN["desks"])
    found += differences(ours["roles"], theirs["suspect_role"], PLAIN["roles"])
    found += differences(ours["reasons"], theirs["reasons"], PLAIN["reasons"])
    found += differences(ours["clean_counties"], theirs["clean_county"], CLEAN)
    for part, kind in (("typologies", "typology"), ("look_alikes", "look_alike")):
        if set(ours[part]) != set(theirs[part]):
            found.append(f"{part}: {set(ours[part]) ^ set(theirs[part])}")
        for name in ours[part]:
            found += [f"{name}.{d}" for d in differences(ours[part][name], theirs[part][name], PLAIN[kind])]
    found += compare_groups(ours["groups"], theirs["fairness"])
    for ours_bin, their_bin in zip(ours["calibration"]["bins"], theirs["calibration"]["reliability"], strict=True):
        found += differences(ours_bin, their_bin, BIN)
    if "cases" in theirs:
        found += compare_cases(ours["cases"], theirs["cases"])
    return found


def without_zeros(theirs: dict[str, Any]) -> dict[str, dict[str, int]]:
    """The judge's cross table without its empty cells."""
    confusion: dict[str, dict[str, int]] = theirs["desk"]["confusion"]
    return {want: {said: n for said, n in row.items() if n} for want, row in confusion.items()}


def compare_groups(ours: dict[str, Any], theirs: dict[str, Any]) -> list[str]:
    """Groups, and the ratios between them."""
    found = [] if set(ours["by"]) == set(theirs["by"]) else [f"groups: {set(ours['by']) ^ set(theirs['by'])}"]
    found += differences(ours, theirs, {"max_ratio": "max_ratio"})
    for name, division in ours["by"].items():
        other = theirs["by"][name]
        found += differences(division, other, {"max_ratio": "max_ratio"})
        assert set(division["groups"]) == set(other["groups"])
        for value, group in division["groups"].items():
            found += [f"{name} {value}: {d}" for d in differences(group, other["groups"][value], PLAIN["group"])]
    return found


def compare_cases(ours: dict[str, Any], theirs: dict[str, Any]) -> list[str]:
    """The queue as a whole and its heads."""
    names = {
        "cases": "cases",
        "members_in_several_cases": "members_in_several_cases",
        "rings": "rings_in_window",
        "rings_with_3_or_more_rows": "rings_with_3_or_more_rows",
        "clean_county_share_of_queue": "clean_county_share_of_queue",
        "clean_county_share_of_rows": "clean_county_share_of_rows",
    }
    found = differences(ours, theirs, names)
    for n in (20, 50, 100):
        found += [f"top {n} {d}" for d in differences(ours["heads"][str(n)], theirs[f"top_{n}"], PLAIN["head"])]
    return found


def test_every_figure_agrees(county: County, judge: Path, tmp_path: Path) -> None:
    """The same files, both reports, every figure; the bootstrap too, since both draw alike."""
    county.write(tmp_path)
    theirs = judged_by(judge, tmp_path, "--cases", str(tmp_path / "cases.parquet"), "--minority-prefix", "519907")
    report = evaluate(county.ledger(), county.truth, county.scores, cases=county.cases, minority=("519907",))
    assert compare(plain(report), theirs) == []
    assert report.errors == ()


def test_bad_scores_are_counted_alike(county: County, judge: Path, tmp_path: Path) -> None:
    """Rows left out, said twice, from elsewhere or out of range: same coverage, same number of complaints."""
    scores = county.scores.to_pylist()
    scores[20] = {**scores[20], "score": 1.5, "recommendation": "stop"}
    rows = [*scores[10:], *scores[50:53], {**scores[7], "disbursement_id": "ELSEWHERE"}]
    broken = County(county.tables, county.truth, pa.Table.from_pylist(rows, county.scores.schema), county.cases)
    broken.write(tmp_path)
    theirs = judged_by(judge, tmp_path, "--from", "2019-08-01", "--to", "2019-10-31")

    report = evaluate(
        county.ledger(), county.truth, broken.scores, first=dt.date(2019, 8, 1), last=dt.date(2019, 10, 31)
    )
    ours = plain(report)
    assert differences(ours["coverage"], theirs["ids"], {name: name for name in COVERAGE}) == []
    assert len(report.errors) == len(theirs["errors"])
    assert differences(ours["score"], theirs["score"], RANKING) == []
