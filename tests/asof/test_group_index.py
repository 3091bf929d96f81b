"""Groups of several columns against a dictionary of lists, however they are sorted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.asof import group_index
from features.asof.group_index import GroupIndex

CODES = st.integers(-1, 4)


@pytest.mark.parametrize("small_groups", [0, 1_000])
@given(rows=st.lists(st.tuples(CODES, CODES, CODES, CODES), max_size=300), width=st.integers(1, 4))
def test_groups_hold_their_rows_in_order(rows: list[tuple[int, ...]], width: int, small_groups: int) -> None:
    keys = [np.array([row[k] for row in rows], dtype=np.int32) for k in range(width)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(group_index, "SMALL_GROUPS", small_groups)
        index = GroupIndex(keys)
    expected: dict[tuple[int, ...], list[int]] = {}
    for number, row in enumerate(rows):
        if min(row[:width]) >= 0:
            expected.setdefault(row[:width], []).append(number)
    for key in {*expected, (9,) * width, (0,) * width, (-1,) * width}:
        group = int(index.lookup([np.array([k]) for k in key])[0])
        found = index.rows[index.starts[group] : index.ends[group]].tolist() if group >= 0 else []
        assert found == expected.get(key, [])


def test_large_groups_are_sorted_too() -> None:
    rng = np.random.default_rng(1)
    keys = [rng.integers(0, 3, 1_000), rng.integers(-1, 5, 1_000), rng.integers(0, 7, 1_000)]
    index = GroupIndex(keys)
    group = int(index.lookup([np.array([2]), np.array([4]), np.array([6])])[0])
    rows = index.rows[index.starts[group] : index.ends[group]]
    assert rows.tolist() == np.nonzero((keys[0] == 2) & (keys[1] == 4) & (keys[2] == 6))[0].tolist()


def test_a_key_too_large_to_be_a_code_is_refused() -> None:
    with pytest.raises(ValueError, match="number the values first"):
        GroupIndex([np.array([1, 2**40])]).lookup([np.array([1])])
