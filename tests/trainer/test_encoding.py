"""Every row is encoded by what was known at its own time: against plain Python, and by changing the future."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.trainer.encoding import WEIGHT, encode
from models.trainer.table import MICROSECONDS_A_DAY, Spec, Table, from_arrow
from tests.trainer.tables import claims


def made(seed: int = 0, rows: int = 800) -> Table:
    """A small table; some rows share a moment."""
    table = from_arrow(claims(seed, rows), Spec("at", "fraud", decided="closed"))
    time = table.time.copy()
    time[10:13] = time[10]
    return replace(table, time=time)


def test_against_plain_python() -> None:
    table = made()
    origin = int(table.time[600])
    found = encode(table, origin)
    place = {name: k for k, name in enumerate(found.names)}
    codes = table.texts["shop"]
    known = [i for i in range(len(codes)) if table.label[i] >= 0 and table.decided[i] <= origin and codes[i] >= 0]
    overall = np.mean([table.label[i] == 1 for i in known])
    for row in range(0, len(codes), 7):
        earlier = [i for i in range(len(codes)) if codes[i] == codes[row] >= 0 and table.time[i] < table.time[row]]
        seen, ago, share = (
            found.values[row, place[name]]
            for name in ("times seen: shop", "days since seen: shop", "share of findings: shop")
        )
        if codes[row] < 0:
            assert np.isnan([seen, ago, share]).all()
            continue
        assert seen == len(earlier)
        if earlier:
            days = (table.time[row] - max(table.time[i] for i in earlier)) / MICROSECONDS_A_DAY
            assert np.isclose(ago, days, rtol=1e-5)
        else:
            assert np.isnan(ago)
        findings = [i for i in known if codes[i] == codes[row] and table.decided[i] < table.time[row]]
        if findings:
            hits = sum(table.label[i] == 1 for i in findings)
            assert np.isclose(share, (hits + WEIGHT * overall) / (len(findings) + WEIGHT), rtol=1e-5)
        else:
            assert np.isnan(share)


def test_the_future_changes_nothing() -> None:
    """Other labels decided after the origin, and other rows after a row, leave its encoding as it was."""
    table = made()
    origin = int(table.time[500])
    first = encode(table, origin)
    late = table.decided > origin
    turned = replace(table, label=np.where(late & (table.label >= 0), 1 - table.label, table.label).astype(np.int8))
    np.testing.assert_array_equal(encode(turned, origin).values, first.values)
    codes = table.texts["shop"].copy()
    codes[700:] = codes[0]
    again = encode(replace(table, texts={**table.texts, "shop": codes}), origin)
    np.testing.assert_array_equal(again.values[:700], first.values[:700])


def test_few_levels_have_columns_of_their_own() -> None:
    table = made(rows=1500)
    found = encode(table, int(table.time[-1]))
    levels = [k for k, name in enumerate(found.names) if name.startswith("kind #")]
    assert len(levels) == 3
    np.testing.assert_array_equal(found.values[:, levels].sum(axis=1), 1)
    assert not any("share of findings: kind" in name for name in found.names)


def test_constant_columns_are_left_out() -> None:
    table = made()
    constant = replace(table, numbers={**table.numbers, "same": np.full(len(table.time), 3.0)})
    assert encode(constant, int(table.time[-1])).names == encode(table, int(table.time[-1])).names
