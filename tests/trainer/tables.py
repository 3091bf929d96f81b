"""Tables of invented rows for the trainer: nothing in them is a payment."""

from __future__ import annotations

import numpy as np
import pyarrow as pa


def claims(seed: int, rows: int = 3000, *, pairs: bool = False, unlabelled: float = 0.1) -> pa.Table:
    """Claims over two years: numbers, words with few and many values, dates, missing values, labels that come late.

    With `pairs` what matters is how two columns go together; else each column speaks for itself.
    """
    rng = np.random.default_rng(seed)
    day = np.sort(rng.uniform(0, 730, rows))
    x = rng.normal(size=(rows, 5))
    shop = rng.zipf(1.7, rows) % 120
    bad_shop = (rng.random(120) < 0.2) * 2.0
    kind = rng.choice(["car", "home", "pet"], rows, p=[0.6, 0.3, 0.1])
    log_odds = -2.6 + bad_shop[shop] + (kind == "pet") * 1.2
    log_odds += 1.8 * x[:, 0] * x[:, 1] if pairs else 1.1 * x[:, 0] + np.abs(x[:, 1])
    answer = (rng.random(rows) < 1 / (1 + np.exp(-log_odds))).astype(np.int64)
    x[rng.random(x.shape) < 0.05] = np.nan
    epoch = np.datetime64("2018-01-01T00:00:00", "us")
    moments = epoch + (day * 86_400_000_000).astype("timedelta64[us]")
    delay = rng.exponential(20.0, rows)
    known = rng.random(rows) >= unlabelled
    columns: dict[str, object] = {f"x{k}": x[:, k] for k in range(5)}
    columns |= {
        "at": moments,
        "closed": moments + (delay * 86_400_000_000).astype("timedelta64[us]"),
        "since": (moments - rng.integers(1, 4000, rows).astype("timedelta64[D]")).astype("datetime64[D]"),
        "shop": [None if q < 0.02 else f"shop {s}" for q, s in zip(rng.random(rows), shop, strict=True)],
        "kind": kind,
        "online": rng.random(rows) < 0.5,
        "fraud": [int(a) if k else None for a, k in zip(answer, known, strict=True)],
    }
    return pa.table(columns)
