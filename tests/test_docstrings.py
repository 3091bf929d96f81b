"""Every example in a docstring runs and prints what it says."""

from __future__ import annotations

import doctest
import importlib

from tests._source import PACKAGES, python_files


def test_examples_in_docstrings_run() -> None:
    """Modules with a `>>>` are run as written; a failing example is printed with what it gave."""
    failed: list[str] = []
    for source in python_files(*PACKAGES):
        if ">>> " in source.text and doctest.testmod(importlib.import_module(source.module)).failed:
            failed.append(source.name)
    assert not failed, f"examples that do not run, printed above: {failed}"
