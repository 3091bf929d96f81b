"""The service's tables and queries: the only SQL there is. One noun a file; `every_table` loads them all."""

from __future__ import annotations

import importlib
import pkgutil

from sqlalchemy import MetaData

from service.store._columns import METADATA
from service.store.database import Database

__all__ = ["METADATA", "Database", "every_table"]


def every_table() -> MetaData:
    """The metadata with every table of this folder on it."""
    for found in pkgutil.iter_modules(__path__):
        if not found.ispkg:
            importlib.import_module(f"{__name__}.{found.name}")
    return METADATA
