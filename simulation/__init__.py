"""The invented county: people, programs, officials, money, and what goes wrong, in the contract's tables.

Everything is made up. Identity numbers lie in the unassigned prefecture 5199, phones in a range no operator has.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa

from simulation import (
    _county,
    _handover,
    _money_tables,
    _scheme,
    _tables,
    _traits,
    activity,
    bank,
    cards,
    chain,
    complaints,
    department_lists,
    entitlements,
    findings,
    holdings,
    kinship,
    officials,
    people,
    places,
    programs,
    runs,
    vital,
)
from simulation._clock import month_number
from simulation._county import County
from simulation._items import Program
from simulation._labels import CODES, has
from simulation._streams import Streams
from simulation._traits import PROFILES, Traits
from simulation._writer import Writer

__all__ = ["PROFILES", "SimulationReport", "simulate"]

COUNTY_HOUSEHOLDS = 13_000
"""Largest county; more households make more counties, so that memory stays that of one."""
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class SimulationReport:
    """What was written: rows by table, and what the truth file says about the payments."""

    folder: Path
    truth: Path
    matches: Path
    profile: str
    counties: int
    rows: dict[str, int] = field(default_factory=dict)
    irregular: int = 0
    look_alikes: int = 0
    data_errors: int = 0
    rings: int = 0
    by_typology: dict[str, int] = field(default_factory=dict)
    by_look_alike: dict[str, int] = field(default_factory=dict)


def simulate(
    out: Path,
    *,
    households: int,
    seed: int,
    months: int = 36,
    start: date = date(2017, 1, 1),
    profile: str = "standard",
    progress: Callable[[int, int], None] | None = None,
) -> SimulationReport:
    """Invent counties with `households` households (200 to 1,000,000) and write their tables into `out`.

    `truth.parquet` and `truth-matches.parquet` are written beside the folder `out`, replacing older ones there: give
    every county a parent folder of its own. `start` must be the first of a month. The same arguments give the same
    bytes. `progress` is called with (counties done, counties in all). Raises ValueError on arguments out of range.
    """
    if not 200 <= households <= 1_000_000:
        raise ValueError(f"households must be 200 to 1,000,000, not {households}")
    if not 3 <= months <= 120:
        raise ValueError(f"months must be 3 to 120, not {months}")
    if start.day != 1:
        raise ValueError(f"start must be the first day of a month, not {start}")
    traits = _traits.draw(seed, profile)
    items = programs.catalogue(seed, traits, months)
    counties = -(-households // COUNTY_HOUSEHOLDS)
    sizes = [households // counties + (1 if i < households % counties else 0) for i in range(counties)]
    out = Path(out)
    for name in ("truth.parquet", "truth-matches.parquet"):
        if (out.parent / name).exists():
            _log.warning("%s is replaced by the truth of %s", out.parent / name, out.name)
    report = SimulationReport(
        out, out.parent / "truth.parquet", out.parent / "truth-matches.parquet", profile, counties
    )
    handover = _handover.draw(seed, profile)
    typologies: Counter[str] = Counter()
    looks: Counter[str] = Counter()
    taken: set[int] = set()
    with Writer(out) as tables, Writer(out.parent) as beside:
        _hand_over(tables, handover, "programs", _tables.program_table(items))
        for number, size in enumerate(sizes):
            county = _invent(seed, traits, items, number, size, month_number(start), months, taken)
            _write(county, tables, beside, handover, number == 0)
            _count(county, report, typologies, looks)
            if progress is not None:
                progress(number + 1, counties)
    report.rows = tables.rows
    report.by_typology, report.by_look_alike = dict(sorted(typologies.items())), dict(sorted(looks.items()))
    return report


def _invent(
    seed: int,
    traits: Traits,
    items: tuple[Program, ...],
    number: int,
    size: int,
    start: int,
    months: int,
    taken: set[int],
) -> County:
    """One county from its places to its findings."""
    streams = Streams(seed, number)
    where = places.build(streams, traits, size, number, start, months)
    who = people.build(streams, traits, where, size, start, months, taken)
    posts = officials.build(streams, traits, where, who, start, months)
    ties = kinship.build(streams, traits, who, posts, start)
    events = vital.build(streams, traits, where, who, start, months)
    land = holdings.build(streams, traits, where, who, start, months)
    stable = np.flatnonzero(where.town_after == where.town_code)
    stable = stable[~np.isin(where.town_code[stable], where.town_after[where.town_after != where.town_code])]
    county = County(
        streams=streams,
        traits=traits,
        number=number,
        households=size,
        start=start,
        months=months,
        programs=items,
        places=where,
        people=who,
        officials=posts,
        events=events,
        kinship=ties,
        holdings=land,
        cards=cards.start(streams, traits, where, posts, start, months),
        rates=programs.rates(streams, items, stable, where.towns, months),
        authorizations=entitlements.authorization_frame(),
        certificates=entitlements.certificate_frame(),
        enrolments=_county.enrolment_frame(),
        runs=_county.run_frame(),
        payments=_county.payment_frame(),
        applications=_county.application_frame(),
        approvals=_county.run_frame(),
        settlements=bank.frame(),
        transactions=activity.frame(),
        complaints=complaints.frame(),
    )
    units = _scheme.catalogue()
    entitlements.build(county)
    _scheme.run(county, "plan", units)
    cards.issue(streams, traits, where, who, posts, county.cards, runs.needy(county), start, months)
    county.cards.resize(len(who.persons))
    runs.build(county)
    runs.assign_cards(county)
    _scheme.run(county, "pay", units)
    runs.assign_cards(county)
    chain.build(county)
    _scheme.run(county, "process", units)
    bank.settle(county)
    _scheme.run(county, "bank", units)
    _scheme.run(county, "act", units)
    activity.spend(county)
    complaints.speak(county)
    return county


def _write(county: County, tables: Writer, beside: Writer, handover: _handover.Handover, first: bool) -> None:
    lists, found = department_lists.build(county), findings.conclude(county)
    numbering = _money_tables.Numbering(county)
    written = _tables.people_tables(county) | _money_tables.money_tables(county, lists, found, numbering)
    written["program_rates"] = _tables.rate_table(county, first)
    for name, table in written.items():
        _hand_over(tables, handover, name, table)
    beside.write("truth", _money_tables.truth(county, numbering))
    beside.write("truth-matches", _money_tables.matches(county, lists))


def _hand_over(tables: Writer, handover: _handover.Handover, name: str, table: pa.Table) -> None:
    shared = handover.shared(name, table)
    if shared is None:
        tables.leave_out(name)
    else:
        tables.write(name, shared)


def _count(county: County, report: SimulationReport, typologies: Counter[str], looks: Counter[str]) -> None:
    f = county.payments
    live = ~f["drop"]
    bad = live & (f["typ"] != 0)
    report.irregular += int(bad.sum())
    report.look_alikes += int((live & ~bad & (f["look"] > 0)).sum())
    report.data_errors += int((live & ~bad & (f["role"] == 5)).sum())
    report.rings += len(np.unique(f["ring"][bad]))
    for place, code in enumerate(CODES):
        typologies[code] += int((live & has(f["typ"], code)).sum())
        looks[code] += int((live & ~bad & (f["look"] == place + 1)).sum())
