"""The county as the contract's tables: the way of the money, voices and findings; and the truth."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from simulation import _columns as col
from simulation._clock import DAY
from simulation._county import County
from simulation._frame import Array, Frame, Ints
from simulation._labels import CODES, ROLES, look_names, names
from simulation.activity import KINDS as MOVES
from simulation.bank import STATUS, reasons
from simulation.chain import STAGES, period_text
from simulation.complaints import wording
from simulation.findings import OUTCOMES, SELECTED
from simulation.vital import KINDS as EVENT_KINDS


class Numbering:
    """Numbers of the rows that are written: positions in the frames against what the tables call them."""

    def __init__(self, c: County) -> None:
        f, r = c.payments, c.runs
        self.county = f"{c.places.county % 100:02d}"
        self.style = c.traits.tenant // 13 % 3
        live = np.flatnonzero(~f["drop"])
        self.rows: Ints = live[np.lexsort((f["line"][live], f["run"][live], f["at"][live]))]
        self.payment = np.full(len(f), -1)
        self.payment[self.rows] = np.arange(len(self.rows)) + 1
        by_run = np.lexsort((np.arange(len(self.rows)), f["run"][self.rows]))
        ordered = f["run"][self.rows][by_run]
        self.line = np.empty(len(self.rows), dtype=np.int64)
        self.line[by_run] = np.arange(len(ordered)) - np.searchsorted(ordered, ordered) + 1
        self.runs: Ints = np.unique(ordered[ordered >= 0])
        self.runs = self.runs[np.argsort(r["created"][self.runs], kind="stable")]
        self.run = np.full(len(r), -1)
        self.run[self.runs] = np.arange(len(self.runs)) + 1
        a = c.applications
        self.applications: Ints = np.argsort(a["applied"], kind="stable")
        self.application = np.empty(len(a), dtype=np.int64)
        self.application[self.applications] = np.arange(len(a)) + 1

    def payment_ids(self, rows: Ints) -> pa.Array:
        """Ids of payments by position, null where negative."""
        prefix = ("D", "FF-", "")[self.style] + self.county
        return col.serials(prefix, np.where(rows >= 0, self.payment[np.maximum(rows, 0)], -1), 7)

    def run_ids(self, rows: Ints) -> pa.Array:
        """Ids of runs by position, null where negative."""
        return col.serials(
            ("R", "PC", "RUN-")[self.style] + self.county, np.where(rows >= 0, self.run[np.maximum(rows, 0)], -1), 5
        )

    def application_ids(self, rows: Ints) -> pa.Array:
        """Ids of applications by position, null where negative."""
        prefix = ("A", "SB", "APP-")[self.style] + self.county
        return col.serials(prefix, np.where(rows >= 0, self.application[np.maximum(rows, 0)], -1), 7)


def money_tables(c: County, lists: Frame, findings: Frame, n: Numbering) -> dict[str, pa.Table]:
    """Tables about the way of the money and what people said and found."""
    return {
        "department_rows": _lists(c, lists),
        "card_transactions": _transactions(c),
        "applications": _applications(c, n),
        "approvals": _approvals(c, n),
        "notices": _notices(c, n),
        "payment_runs": _runs(c, n),
        "disbursements": _payments(c, n),
        "settlements": _settlements(c, n),
        "complaints": _complaints(c),
        "dispositions": _findings(c, findings, n),
    }


def _periods(c: County, program: Ints, month: Ints) -> pa.Array:
    out = np.empty(len(program), dtype=object)
    for place, item in enumerate(c.programs):
        at = program == place
        out[at] = period_text(item.frequency, month[at])
    return pa.array(out.tolist(), type=pa.string())


def _pids(c: County) -> Array:
    return np.array([p.pid for p in c.programs], dtype=object)


def _lists(c: County, x: Frame) -> pa.Table:
    order = np.argsort(x["recorded"], kind="stable")
    return pa.table(
        {
            "row_id": col.serials(f"DR{c.places.county % 100:02d}", np.arange(len(x)) + 1, 6),
            "source": col.text(x["source"][order]),
            "kind": col.chosen(EVENT_KINDS, x["kind"][order]),
            "name": col.text(x["name"][order]),
            "sex": col.chosen(("M", "F"), x["sex"][order]),
            "birth_date": col.dates(x["birth"][order]),
            "id_number": col.text(x["number"][order]),
            "phone": col.phones(x["phone"][order]),
            "division_code": col.text(_codes(c, x["village"][order], x["recorded"][order] // DAY)),
            "address": col.text(x["address"][order]),
            "effective_on": col.dates(x["day"][order]),
            "recorded_at": col.moments(x["recorded"][order]),
        }
    )


def matches(c: County, x: Frame) -> pa.Table:
    """Who is meant by each row of the departments' lists."""
    order = np.argsort(x["recorded"], kind="stable")
    return pa.table(
        {
            "row_id": col.serials(f"DR{c.places.county % 100:02d}", np.arange(len(x)) + 1, 6),
            "person_id": col.chosen(c.people.persons["pid"], x["person"][order]),
        }
    )


def _codes(c: County, village: Ints, day: Ints) -> Array:
    code = c.places.village_code(np.maximum(village, 0), day)
    out: Array = np.where(village >= 0, code, "")
    return out


def _transactions(c: County) -> pa.Table:
    x = c.transactions
    keep = np.flatnonzero(x["at"] < (c.last + 90) * DAY)
    order = keep[np.argsort(x["at"][keep], kind="stable")]
    number = c.cards.rows["number"]
    return pa.table(
        {
            "transaction_id": col.serials(f"X{c.places.county % 100:02d}", np.arange(len(order)) + 1, 8),
            "card_id": col.chosen(number, x["card"][order]),
            "at": col.moments(x["at"][order]),
            "kind": col.chosen(MOVES, x["kind"][order]),
            "amount": col.money(x["fen"][order]),
            "outlet_id": col.chosen(c.cards.outlets, x["outlet"][order]),
            "counterparty_card_id": col.chosen(number, x["other"][order]),
        }
    )


def _applications(c: County, n: Numbering) -> pa.Table:
    a, order = c.applications, n.applications
    oid = c.officials.rows["oid"]
    return pa.table(
        {
            "application_id": n.application_ids(order),
            "program_id": col.chosen(_pids(c), a["program"][order]),
            "person_id": col.chosen(c.people.persons["pid"], a["person"][order]),
            "household_id": col.chosen(c.people.households["hid"], a["household"][order]),
            "period": pa.array([str(m // 12) for m in a["period"][order].tolist()], type=pa.string()),
            "quantity": pa.array(a["quantity"][order]),
            "division_code": col.text(_codes(c, a["village"][order], a["applied"][order])),
            "applied_on": col.dates(a["applied"][order]),
            "entered_by": col.chosen(oid, a["by"][order]),
        }
    )


def _approvals(c: County, n: Numbering) -> pa.Table:
    a = c.applications
    everyone = np.arange(len(a))
    parts: list[tuple[Ints, int, Ints, Ints, Ints, Ints]] = []
    for stage in range(6):
        rows = everyone[
            ((a["rejected"] < 0) | (a["rejected"] >= stage)) & ((stage != 2) | a["notice"]) & (a[f"by{stage}"] != -2)
        ]
        aside = np.where(a["recused_stage"][rows] == stage, a["recused"][rows], -1)
        result = np.where(a["rejected"][rows] == stage, 2, 0)
        parts.append((rows, stage, a[f"by{stage}"][rows], a[f"at{stage}"][rows], result, aside))
    back = np.flatnonzero(a["again_from"] > 0)
    parts.append(
        (back, 3, a["by3"][back], a["again_from"][back], np.ones(len(back), dtype=np.int64), np.full(len(back), -1))
    )
    row = np.concatenate([p[0] for p in parts])
    stages = np.concatenate([np.full(len(p[0]), p[1]) for p in parts])
    by, at, result, aside = (np.concatenate([p[i] for p in parts]) for i in (2, 3, 4, 5))
    order = np.lexsort((stages, n.application[row], at))
    oid = c.officials.rows["oid"]
    return pa.table(
        {
            "application_id": n.application_ids(row[order]),
            "stage": col.chosen(STAGES, stages[order]),
            "official_id": col.chosen(oid, by[order]),
            "at": col.moments(at[order]),
            "result": col.chosen(("passed", "returned", "rejected"), result[order]),
            "recused_official_id": col.chosen(oid, aside[order]),
        }
    )


def _notices(c: County, n: Numbering) -> pa.Table:
    a = c.applications
    rows = n.applications[a["notice"][n.applications]]
    rows = rows[np.argsort(a["posted_from"][rows], kind="stable")]
    return pa.table(
        {
            "application_id": n.application_ids(rows),
            "posted_from": col.dates(a["posted_from"][rows]),
            "posted_to": col.dates(a["posted_to"][rows]),
            "quantity": pa.array(a["posted_quantity"][rows]),
            "amount": col.money(a["posted_fen"][rows]),
        }
    )


def _runs(c: County, n: Numbering) -> pa.Table:
    r, rows = c.runs, n.runs
    own = ~c.payments["drop"] & (c.payments["reissue"] < 0) & (c.payments["run"] >= 0)
    total = np.bincount(c.payments["run"][own], weights=c.payments["fen"][own], minlength=len(r)).astype(np.int64)
    funds = total[rows] + r["held"][rows]
    up = np.where(r["spread"][rows] > 0, r["spread"][rows] - 1, 0)  # some counties ask for round sums
    funds = np.where(up > 0, -(-funds // 1_000_00) * 1_000_00, funds)
    return pa.table(
        {
            "run_id": n.run_ids(rows),
            "program_id": col.chosen(_pids(c), r["program"][rows]),
            "period": _periods(c, r["program"][rows], r["period"][rows]),
            "division_code": pa.array([c.places.county_code] * len(rows), type=pa.string()),
            "funds_received_on": col.dates(r["received"][rows]),
            "funds_amount": col.money(funds),
            "created_at": col.moments(r["created"][rows]),
            "planned_on": col.dates(r["planned"][rows]),
        }
    )


def _payments(c: County, n: Numbering) -> pa.Table:
    f, rows, p = c.payments, n.rows, c.people.persons
    payee = np.where(f["payee"][rows] < 0, f["person"][rows], f["payee"][rows])
    written = f["written"][rows]
    name = np.where(written == "", p["name"][payee], written)
    return pa.table(
        {
            "disbursement_id": n.payment_ids(rows),
            "run_id": n.run_ids(f["run"][rows]),
            "line_no": pa.array(n.line, type=pa.int32()),
            "program_id": col.chosen(_pids(c), f["program"][rows]),
            "application_id": n.application_ids(f["application"][rows]),
            "period": _periods(c, f["program"][rows], f["period"][rows]),
            "person_id": col.chosen(p["pid"], f["person"][rows]),
            "household_id": col.chosen(c.people.households["hid"], f["household"][rows]),
            "payee_name": col.text(name),
            "card_id": col.chosen(c.cards.rows["number"], f["card"][rows]),
            "quantity": pa.array(f["quantity"][rows]),
            "amount": col.money(f["fen"][rows]),
            "division_code": col.text(c.places.village_code(f["village"][rows], f["at"][rows] // DAY)),
            "prepared_by": col.chosen(c.officials.rows["oid"], f["prepared"][rows]),
            "reissue_of": n.payment_ids(f["reissue"][rows]),
            "submitted_at": col.moments(f["at"][rows]),
        }
    )


def _settlements(c: County, n: Numbering) -> pa.Table:
    s = c.settlements
    rows = np.flatnonzero((n.payment[s["payment"]] > 0) & (s["at"] < (c.last + 90) * DAY) & (s["at"] > 0))
    rows = rows[np.argsort(s["at"][rows], kind="stable")]
    return pa.table(
        {
            "disbursement_id": n.payment_ids(s["payment"][rows]),
            "status": col.chosen(STATUS, s["status"][rows]),
            "amount": col.money(s["fen"][rows]),
            "at": col.moments(s["at"][rows]),
            "reason": col.chosen(reasons(c.traits.profile == "other_country"), s["reason"][rows]),
        }
    )


def _complaints(c: County) -> pa.Table:
    x = c.complaints
    order = np.argsort(x["at"], kind="stable")
    return pa.table(
        {
            "complaint_id": col.serials(f"K{c.places.county % 100:02d}", np.arange(len(x)) + 1, 6),
            "at": col.moments(x["at"][order]),
            "division_code": col.text(_codes(c, x["village"][order], x["at"][order] // DAY)),
            "official_id": col.chosen(c.officials.rows["oid"], x["official"][order]),
            "card_id": col.chosen(c.cards.rows["number"], x["card"][order]),
            "person_id": col.chosen(c.people.persons["pid"], x["person"][order]),
            "program_id": col.chosen(_pids(c), x["program"][order]),
            "text": pa.array(wording(x["text"][order], c.traits.profile == "other_country"), type=pa.string()),
        }
    )


def _findings(c: County, x: Frame, n: Numbering) -> pa.Table:
    order = np.lexsort((n.payment[x["payment"]], x["at"]))
    return pa.table(
        {
            "disbursement_id": n.payment_ids(x["payment"][order]),
            "outcome": col.chosen(OUTCOMES, x["outcome"][order]),
            "typology": col.chosen(("", *CODES), x["typology"][order]),
            "suspect_role": col.chosen(ROLES, x["role"][order]),
            "decided_at": col.moments(x["at"][order]),
            "selected_by": col.chosen(SELECTED, x["selected"][order]),
        }
    )


def truth(c: County, n: Numbering) -> pa.Table:
    """The marks of every payment."""
    f, rows = c.payments, n.rows
    bad = f["typ"][rows] != 0
    return pa.table(
        {
            "disbursement_id": n.payment_ids(rows),
            "irregular": pa.array(bad.astype(np.int64)),
            "typologies": pa.array(names(f["typ"][rows]).tolist(), type=pa.string()),
            "look_alike": pa.array(look_names(np.where(bad, 0, f["look"][rows])).tolist(), type=pa.string()),
            "ring_id": col.serials(
                f"G{c.places.county % 100:02d}", np.where(f["ring"][rows] > 0, f["ring"][rows], -1), 4
            ),
            "actor_official_id": col.chosen(c.officials.rows["oid"], f["actor"][rows]),
            "suspect_role": col.chosen(ROLES, f["role"][rows]),
        }
    )
