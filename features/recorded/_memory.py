"""Reading a ledger's arrays from compiled code by their address."""

from __future__ import annotations

from typing import Any

from numba import types
from numba.core import cgutils
from numba.extending import intrinsic


@intrinsic
def _pointer(typing_context: Any, address: Any) -> Any:
    def made(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], cgutils.voidptr_t)

    return types.voidptr(address), made


pointer: Any = _pointer
"""An address (whole number) as a pointer, for `numba.carray`. The caller keeps the array alive meanwhile."""
