"""A small county, made once for all tests here."""

from __future__ import annotations

import pytest

from tests.county import County, invent


@pytest.fixture(scope="session")
def county(tmp_path_factory: pytest.TempPathFactory) -> County:
    """A county of 200 households and a year."""
    return invent(tmp_path_factory.mktemp("portrait"), households=200, seed=5, months=12)
