"""Start light: what scoring does not need is not loaded."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from types import ModuleType

HEAVY = "pandas"


class _Absent(MetaPathFinder):
    """Answers for one package as if it were not installed."""

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> None:
        """Raises ModuleNotFoundError for the package, and leaves all others to the next finder."""
        if fullname == HEAVY:
            raise ModuleNotFoundError(f"{HEAVY} is left out here", name=HEAVY)


def leave_pandas_out() -> None:
    """Let pyarrow go on without pandas in this process.

    pyarrow imports pandas, if it is installed, at the first value it converts, to see whether that is a Series. None
    ever is here, and the import costs more than the rest of the start. Does nothing where pandas is loaded already.
    """
    if HEAVY in sys.modules:
        return
    import pyarrow as pa

    absent = _Absent()
    sys.meta_path.insert(0, absent)
    try:
        pa.scalar("")  # pyarrow asks once and remembers the answer
    finally:
        sys.meta_path.remove(absent)
