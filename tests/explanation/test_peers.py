"""Peers are those anybody would choose, and their quartiles are what plain Python finds."""

from __future__ import annotations

import numpy as np

from features.asof import View
from models.explanation.peers import ENOUGH, MOST, PeerFinder, compare
from models.scoring.facts import model_features
from tests.county import Trained
from tests.explanation.conftest import Explained

LEVELS = {"village": 0, "township": 1, "county": 2}


def test_against_plain_python(explained: Explained) -> None:
    county = explained.trained.county
    lines = county.tables["disbursements"].to_pylist()
    parent = {d["division_code"]: d["parent_code"] for d in county.tables["divisions"].to_pylist()}
    by_id = {line["disbursement_id"]: line for line in lines}
    finder = PeerFinder(county.ledger)

    def above(code: str | None, levels: int) -> str | None:
        for _ in range(levels):
            code = parent.get(code) if code else None
        return code

    for k in range(0, len(explained.rows), 5):
        own = by_id[explained.told[k].disbursement_id]
        peers = finder.of(int(explained.rows[k]), int(explained.at[k]))
        assert peers.view.rows is not None
        codes = county.ledger.tables["disbursements"].column("disbursement_id")[peers.view.rows[peers.keep]]
        ids = county.ledger.vocabulary("disbursement").decode(codes.astype(np.int64))
        assert own["disbursement_id"] not in ids
        assert len(set(ids)) == peers.n <= MOST
        place = LEVELS.get(peers.scope)
        for name in ids:
            peer = by_id[str(name)]
            assert peer["program_id"] == own["program_id"]
            assert peer["submitted_at"] <= own["submitted_at"]
            assert peer["period"] <= own["period"]
            if place is not None:
                assert above(peer["division_code"], place) == above(own["division_code"], place)
        # No narrower group would have been enough.
        for narrower in range(place if place is not None else 3):
            inside = [
                line
                for line in lines
                if line["program_id"] == own["program_id"]
                and line["submitted_at"] <= own["submitted_at"]
                and line["period"] == own["period"]
                and line["disbursement_id"] != own["disbursement_id"]
                and above(line["division_code"], narrower) == above(own["division_code"], narrower)
            ]
            assert len(inside) < ENOUGH


def test_before_payment_each_peer_is_seen_at_its_own_submission(explained: Explained) -> None:
    county = explained.trained.county
    peers = PeerFinder(county.ledger).of(int(explained.rows[0]), int(explained.at[0]))
    assert peers.view.rows is not None
    np.testing.assert_array_equal(peers.view.at, county.submitted[peers.view.rows])


def test_after_payment_all_are_seen_as_of_the_moment(trained_county: Trained, explained: Explained) -> None:
    moment = trained_county.county.moment(0.95)
    peers = PeerFinder(trained_county.county.ledger).of(int(explained.rows[0]), moment)
    assert (peers.view.at == moment).all()
    assert peers.view.rows is not None
    assert (trained_county.county.submitted[peers.view.rows] <= moment).all()


def test_quartiles_and_shares_are_those_of_the_values(explained: Explained) -> None:
    county = explained.trained.county
    finder = PeerFinder(county.ledger)
    k = int(np.argmax([told.peers.n for told in explained.told]))
    row, at = int(explained.rows[k]), int(explained.at[k])
    peers, own = finder.of(row, at), View(county.ledger, explained.at[k : k + 1], explained.rows[k : k + 1])
    looked = 0
    for feature in model_features():
        value = float(feature.of(own)[0])
        found = compare(feature, value, peers)
        assert found is not None
        values = peers.values(feature)
        known = np.sort(values[~np.isnan(values)])
        assert (found.n, found.known) == (len(values), len(known))
        if np.isnan(value):
            assert found.value is None
            assert np.isclose(found.share_beyond, np.isnan(values).mean())
            continue
        if len(known) == 0:
            continue
        looked += 1
        assert found.quartiles is not None
        low, middle, high = found.quartiles
        assert low <= middle <= high
        assert {low, middle, high} <= set(known.tolist())
        # At least a quarter lie at or under the lower, and three quarters at or under the upper quartile.
        assert (known <= high).mean() >= 0.75 - 1 / len(known)
        assert (known >= low).mean() >= 0.75
        beyond = (known >= value).sum() if value >= middle else (known <= value).sum()
        assert found.share_beyond == beyond / len(values)
    assert looked > 50
