"""Precedents were known, are of somebody else, and are the nearest there were."""

from __future__ import annotations

import datetime as dt

import numpy as np

from models.explanation.precedents import LIKE_FROM, MOST, similarity
from tests.explanation.conftest import Explained

CHINA = dt.timezone(dt.timedelta(hours=8))


def test_they_were_known_and_are_of_somebody_else(explained: Explained) -> None:
    tables = explained.trained.county.tables
    lines = {line["disbursement_id"]: line for line in tables["disbursements"].to_pylist()}
    findings: dict[str, list[dict[str, object]]] = {}
    for row in tables["dispositions"].to_pylist():
        findings.setdefault(row["disbursement_id"], []).append(row)
    seen = 0
    for told in explained.told:
        own = lines[told.disbursement_id]
        moment = dt.datetime.fromisoformat(told.as_of)
        for kind in ("confirmed", "cleared"):
            found = getattr(told.precedents, kind)
            assert len(found) <= MOST
            assert [p.similarity for p in found] == sorted((p.similarity for p in found), reverse=True)
            households = [lines[p.disbursement_id]["household_id"] for p in found]
            assert len(set(households)) == len(households)
            for precedent in found:
                seen += 1
                there = lines[precedent.disbursement_id]
                for name in ("person_id", "household_id", "card_id"):
                    assert there[name] is None or there[name] != own[name]
                assert not set(precedent.shared_hubs) & {"card", "household", "phone", "device"}
                assert ("village" in precedent.shared_hubs) == (there["division_code"] == own["division_code"])
                known = [f for f in findings[precedent.disbursement_id] if f["decided_at"] <= moment]  # type: ignore[operator]
                last = max(known, key=lambda f: f["decided_at"])  # type: ignore[arg-type, return-value]
                assert last["outcome"] == kind
                decided = last["decided_at"]
                assert isinstance(decided, dt.datetime)
                assert precedent.decided_on == decided.astimezone(CHINA).date().isoformat()
                assert precedent.similarity >= LIKE_FROM
                assert precedent.shared
    assert seen >= 10


def test_similarity_is_the_weighted_jaccard() -> None:
    rng = np.random.default_rng(1)
    one = rng.normal(size=12).astype(np.float32)
    others = rng.normal(size=(30, 12)).astype(np.float32)
    others[0] = one
    others[1] = 0
    found = similarity(one, others)
    for other, got in zip(others, found, strict=True):
        a = np.concatenate([np.maximum(one, 0), np.maximum(-one, 0)])
        b = np.concatenate([np.maximum(other, 0), np.maximum(-other, 0)])
        np.testing.assert_allclose(got, np.minimum(a, b).sum() / np.maximum(a, b).sum(), atol=1e-6)
    assert found[0] == 1
    assert found[1] == 0
