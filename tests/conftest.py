"""What every test shares: the checkout, the shared county where it is there, and settings that make runs repeatable."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from tests.county import Trained

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"

# Before anything reads them: two test processes on two cores, and no telemetry.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")

LONG = os.environ.get("MINGBAI_TEST_LONG") == "1"
"""Whether there is time (a night): more examples, more kills, of the same tests."""

# `repeatable` is what counts: the same examples everywhere, no clock. `HYPOTHESIS_PROFILE=explore` looks for new ones.
settings.register_profile(
    "repeatable",
    derandomize=True,
    deadline=None,
    max_examples=600 if LONG else 60,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("explore", deadline=None, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))


def pytest_report_header() -> str:
    """Say at the top whether the shared county is there, since some tests need it."""
    state = "there" if SHARED.is_dir() else "not there, tests on the shared county say so and are left out"
    return f"shared data beside the checkout: {state}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Branches are not counted while a slow test runs, nor one marked `no_cover`: counting makes Python more than half
    as slow again, and quick tests run the same lines. What their fixtures do is counted."""
    for item in items:
        if item.get_closest_marker("slow") is not None:
            item.add_marker(pytest.mark.no_cover)


@pytest.fixture(scope="session")
def repo() -> Path:
    """The root of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared test data beside the checkout; a test that asks for it is left out where there is none."""
    if not SHARED.is_dir():
        pytest.skip("needs the shared data in ../shared, beside the checkout")
    return SHARED


@pytest.fixture(scope="session")
def county_a(shared: Path) -> Path:
    """The shared county's folder of tables."""
    return shared / "data" / "county-a"


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory, so that nothing a command writes by default lands in the checkout."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def trained_county(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """A small invented county with the model trained on its first 60 %; made once, changed by nobody."""
    from tests.county import Trained, eager_policy, invent, learn

    county = invent(tmp_path_factory.mktemp("trained"), households=800, seed=9, months=36)
    policy, as_of = eager_policy(), county.moment(0.6)
    return Trained(county, policy, as_of, learn(county, policy, as_of))
