"""Faults are tested over the fixtures of the service: the same context, databases and application."""

from __future__ import annotations

from tests.serving.conftest import *  # noqa: F403
