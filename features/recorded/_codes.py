"""Numbers of the machine's steps. An elementwise step is below `FIRST_OTHER`.

Words of the names: `F` reads float64, `I` whole numbers (a condition is 0 or 1). What is not named here cannot be
recorded, and a feature that needs it is computed by numpy.
"""

from __future__ import annotations

NAMES = (
    # Elementwise, two or three values.
    "ADD_F", "SUB_F", "MUL_F", "DIV_F", "MAX_F", "MIN_F", "FMAX", "FMIN",
    "LT_F", "LE_F", "EQ_F", "NE_F",
    "ADD_I", "SUB_I", "MUL_I", "FLOORDIV_I", "MOD_I", "MAX_I", "MIN_I",
    "LT_I", "LE_I", "EQ_I", "NE_I",
    "AND", "OR", "XOR", "SELECT",
    # Elementwise, one value.
    "NOT", "NEG_F", "ABS_F", "FLOOR", "CEIL", "RINT", "ISNAN", "ISINF", "ISFINITE", "NEG_I", "ABS_I",
    "I_TO_F", "F_TO_I", "F_TO_I32", "F_TO_BOOL", "I_TO_BOOL", "SQRT",
    # Taking, placing, counting.
    "TAKE", "LEAF_I4", "LEAF_I8", "LEAF_F8", "LEAF_F4", "LEAF_I1",
    "SIZE", "LEAF_SIZE", "COMPRESS", "WHERE_TRUE", "CONCAT", "FULL", "ARANGE", "REPEAT", "CUMSUM_F", "CUMSUM_I",
    "SORT_F", "SORT_I", "SLICE", "REVERSE", "SCATTER", "PUT_MASK", "ANY", "ALL", "SUM_I", "MIN_AT", "MAX_AT",
    "TALLY", "SEARCH_I8", "SEARCH_F8", "IS_IN", "CELLS", "UNIQUE", "LARGEST_I",
    # What the history knows.
    "KNOWN", "GROUP", "DESCEND", "ARRIVED", "NARROW", "NEWEST", "EXPAND", "COUNT_ROWS", "TOTAL_ROWS", "DISTINCT_ROWS",
    # Pairs to queries.
    "Q_COUNT", "Q_TOTAL", "Q_MEAN", "Q_LARGEST", "Q_SMALLEST", "Q_QUANTILE", "Q_DISTINCT", "Q_PICK", "Q_PICK_BY",
    # Results.
    "OUT_F", "OUT_I",
)  # fmt: skip
CODE = {name: k for k, name in enumerate(NAMES)}
FIRST_OTHER = CODE["TAKE"]
WIDTH = 12
"""Whole numbers a step takes: its code, the value it makes, then what it reads."""
