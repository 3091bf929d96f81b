"""How far a share may be off, given how few rows it comes from."""

from __future__ import annotations

import numpy as np


def wilson(hits: float, rows: float, z: float = 1.96) -> tuple[float, float] | None:
    """Wilson's interval of a share (95 % by default); None without rows. Neither needs to be whole."""
    if rows == 0:
        return None
    share = hits / rows
    spread = 1 + z * z / rows
    centre = share + z * z / (2 * rows)
    half = z * np.sqrt(share * (1 - share) / rows + z * z / (4 * rows * rows))
    return float(max(0, (centre - half) / spread)), float(min(1, (centre + half) / spread))
