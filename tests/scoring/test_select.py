"""Which payments are scored, compared with the table itself."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from models.scoring.select import rows_between, rows_of_run, rows_window
from tests.county import Trained

LOCAL = dt.timezone(dt.timedelta(hours=8))


def submitted(trained: Trained) -> dict[str, dt.datetime]:
    """Local time of the last version of each payment."""
    table = trained.county.tables["disbursements"]
    found: dict[str, dt.datetime] = {}
    for i, at in zip(
        table.column("disbursement_id").to_pylist(), table.column("submitted_at").to_pylist(), strict=True
    ):
        found[i] = max(at.astimezone(LOCAL), found.get(i, at.astimezone(LOCAL)))
    return found


def test_dates_are_local_and_both_included(trained_county: Trained) -> None:
    """Every payment of the days asked for, as of its own submission, and no other."""
    county, when = trained_county.county, submitted(trained_county)
    ids = np.array(county.ledger.tables["disbursements"].arrow("disbursement_id").to_pylist())
    days = sorted({at.date() for at in when.values()})
    for first, last in ((days[5], days[5]), (days[10], days[40]), (days[0], days[-1])):
        rows, at = rows_between(county.ledger, first, last)
        assert set(ids[rows]) == {i for i, moment in when.items() if first <= moment.date() <= last}
        assert (at == county.submitted[rows]).all()
        assert (np.diff(at) >= 0).all()
    assert len(rows_between(county.ledger, dt.date(1999, 1, 1), dt.date(1999, 12, 31))[0]) == 0


def test_a_window_ends_at_its_moment(trained_county: Trained) -> None:
    """All as of T, submitted in the days before it."""
    county, moment = trained_county.county, trained_county.county.moment(0.5)
    rows, at = rows_window(county.ledger, moment, 30)
    assert set(at.tolist()) == {moment}
    own = county.submitted[rows]
    assert ((own <= moment) & (own > moment - 30 * 86_400_000_000)).all()


def test_a_run_nobody_knows_is_named(trained_county: Trained) -> None:
    """The message says which run."""
    with pytest.raises(KeyError, match="NOWHERE"):
        rows_of_run(trained_county.county.ledger, "NOWHERE")
