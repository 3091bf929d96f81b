"""Two small counties, told table by table: enough for every kind of tie, event and reason, and for what is not told."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any, Final

from features.contract import TABLES
from service.access import Principal
from service.sealing.column import seal_text
from service.store import scores
from service.store.scores import SCORES
from service.work.context import Context
from service.work.facts.take import Delivery, take
from service.work.queue.open_case import Member, Opened
from tests.serving.queue_world import new_case, opened

COUNTY, TOWNSHIP, VILLAGE, OTHER = "519921000000", "519921100000", "519921100201", "519921100202"
FAR_COUNTY, FAR_TOWNSHIP, FAR = "519931000000", "519931100000", "519931100201"
SYSTEM: Final = Principal(1, "finance", frozenset({"disbursement_system"}), ("*",), "api_key")
HOSTILE: Final = "<script>alert(1)</script>"

PEOPLE: Final = {
    "wang": "519921195001010010",
    "li": "519921194203040022",
    "zhang": "519921196005060034",
    "clerk": "519921197007080046",
    "brother": "519921197209100058",
    "far": "519931195511120060",
    "far_kin": "519931198001010072",
}
CARDS: Final = {
    "wang": "6299011000000000017",
    "li": "6299011000000000025",
    "zhang": "6299011000000000033",
    "brother": "6299011000000000041",
    "far": "6299011000000000058",
}
HOMES: Final = {"H1": VILLAGE, "H2": VILLAGE, "H3": OTHER, "H4": VILLAGE, "H5": VILLAGE, "H9": FAR}
PHONE: Final = "13900010001"
DEVICE: Final = "DEV-77821234"

Rows = dict[str, list[dict[str, str]]]


def _persons() -> list[dict[str, str]]:
    told = [
        ("wang", "王建国", "H1", VILLAGE, "head", "1950-01-01"),
        ("li", "李秀英", "H2", VILLAGE, "head", "1942-03-04"),
        ("zhang", HOSTILE, "H3", OTHER, "head", "1960-05-06"),
        ("clerk", "陈会计", "H4", VILLAGE, "head", "1970-07-08"),
        ("brother", "陈小弟", "H5", VILLAGE, "head", "1972-09-10"),
        ("far", "赵远方", "H9", FAR, "head", "1955-11-12"),
        ("far_kin", "赵亲戚", "H9", FAR, "child", "1980-01-01"),
    ]
    return [
        {
            "person_id": PEOPLE[who], "name": name, "birth_date": born, "household_id": home, "division_code": village,
            "relation_to_head": relation, "phone": PHONE if who in ("clerk", "li") else "", "sex": "M",
            "recorded_at": "2016-01-01T08:00:00+08:00",
        }
        for who, name, home, village, relation, born in told
    ]  # fmt: skip


def _payments() -> list[dict[str, str]]:
    told = [
        # number, who is paid, to whose card, of which household, where, yuan
        ("D1", "wang", "wang", "H1", VILLAGE, "120.00"),
        ("D2", "li", "li", "H2", VILLAGE, "120.00"),
        ("D3", "zhang", "wang", "H3", OTHER, "360.00"),
        ("D4", "brother", "brother", "H5", VILLAGE, "120.00"),
        ("D9", "far", "wang", "H9", FAR, "120.00"),
    ]
    found = []
    for month in (1, 2, 3, 4, 5, 6):
        for number, who, card, home, village, yuan in told:
            found.append(
                {
                    "disbursement_id": f"{number}-{month}", "run_id": f"R{month}", "line_no": "1", "program_id": "LAND",
                    "application_id": f"A-{number}", "period": f"2019-{month:02d}", "person_id": PEOPLE[who],
                    "household_id": home, "payee_name": "", "card_id": CARDS[card], "quantity": "1", "amount": yuan,
                    "division_code": village, "prepared_by": "O1" if village != FAR else "O9",
                    "submitted_at": f"2019-{month:02d}-05T10:00:00+08:00",
                }
            )  # fmt: skip
    return found


def tables() -> Rows:
    """Every table, rows as texts of the contract."""
    payments = _payments()
    applications = sorted({(row["application_id"], row["person_id"], row["division_code"]) for row in payments})
    return {
        "divisions": [
            {"division_code": COUNTY, "name": "河石县", "level": "county"},
            {"division_code": TOWNSHIP, "parent_code": COUNTY, "name": "白斗乡", "level": "township"},
            {"division_code": VILLAGE, "parent_code": TOWNSHIP, "name": "湾松村", "level": "village"},
            {"division_code": OTHER, "parent_code": TOWNSHIP, "name": "坝黄村", "level": "village"},
            {"division_code": FAR_COUNTY, "name": "远方县", "level": "county"},
            {"division_code": FAR_TOWNSHIP, "parent_code": FAR_COUNTY, "name": "远方乡", "level": "township"},
            {"division_code": FAR, "parent_code": FAR_TOWNSHIP, "name": "远方村", "level": "village"},
        ],
        "persons": _persons(),
        "households": [
            {"household_id": home, "division_code": where, "category": "low_income",
             "recorded_at": "2016-01-01T08:00:00+08:00"}
            for home, where in HOMES.items()
        ],
        "officials": [
            {"official_id": "O1", "person_id": PEOPLE["clerk"], "name": "陈会计", "post": "village_accountant",
             "division_code": VILLAGE, "from_date": "2015-01-01"},
            {"official_id": "O2", "name": "包审核", "post": "county_reviewer", "division_code": COUNTY,
             "from_date": "2014-01-01"},
            {"official_id": "O9", "name": "远经办", "post": "village_accountant", "division_code": FAR,
             "from_date": "2014-01-01"},
        ],
        "kinship": [
            {"person_id": PEOPLE["clerk"], "relative_id": PEOPLE["brother"], "relation": "sibling",
             "recorded_at": "2016-02-01T08:00:00+08:00"},
        ],
        "civil_events": [
            {"person_id": PEOPLE["li"], "kind": "death", "effective_on": "2019-02-10", "source": "civil_affairs",
             "recorded_at": "2019-04-20T08:00:00+08:00"},
            {"person_id": PEOPLE["far"], "kind": "death", "effective_on": "2019-02-10", "source": "civil_affairs",
             "recorded_at": "2019-04-20T08:00:00+08:00"},
        ],
        "certificates": [
            {"person_id": PEOPLE["wang"], "kind": "disability", "grade": "2", "valid_from": "2017-01-01",
             "recorded_at": "2017-01-02T08:00:00+08:00"},
        ],
        "holdings": [
            {"holding_id": "L1", "household_id": "H1", "kind": "arable", "quantity": "3.5", "valid_from": "2016-01-01",
             "recorded_at": "2016-01-02T08:00:00+08:00"},
        ],
        "cards": [
            {"card_id": number, "holder_person_id": PEOPLE[who], "kind": "social_security", "bank_code": "RCU",
             "opened_on": "2017-05-01", "outlet_id": "W1", "phone": PHONE if who != "far" else "",
             "opened_by_person_id": PEOPLE["clerk"] if who == "li" else ""}
            for who, number in CARDS.items()
        ],
        "card_events": [
            {"event_id": f"E{n}", "card_id": CARDS[who], "at": f"2018-0{n}-01T09:00:00+08:00", "kind": kind,
             "value": value, "actor_person_id": actor}
            for n, (who, kind, value, actor) in enumerate(
                [("wang", "device_bound", DEVICE, ""), ("li", "device_bound", DEVICE, ""),
                 ("li", "handed_to_proxy", "", PEOPLE["clerk"]), ("zhang", "phone_changed", PHONE, "")], 1)
        ],
        "card_transactions": [
            {"transaction_id": f"T{who}{month}", "card_id": CARDS[who], "at": f"2019-0{month}-08T09:0{n}:00+08:00",
             "kind": "cash_withdrawal", "amount": "100.00", "outlet_id": "W7"}
            for month in (1, 2, 3, 4, 5) for n, who in enumerate(("wang", "li", "far"))
        ] + [
            {"transaction_id": "TX1", "card_id": CARDS["brother"], "at": "2019-03-08T08:00:00+08:00",
             "kind": "transfer_out", "amount": "120.00", "counterparty_card_id": CARDS["far"]},
        ],
        "programs": [
            {"program_id": "LAND", "name": "耕地地力保护补贴", "department": "农业农村局", "category": "land",
             "paid_per": "household", "quantity_unit": "mu", "frequency": "monthly", "holding_kind": "arable"},
        ],
        "program_rates": [
            {"program_id": "LAND", "rate": "96.50", "valid_from": "2016-01-01"},
            {"program_id": "LAND", "division_code": OTHER, "rate": "120.00", "valid_from": "2019-01-01"},
        ],
        "applications": [
            {"application_id": number, "program_id": "LAND", "person_id": person, "period": "2019",
             "division_code": where, "applied_on": "2018-12-01", "entered_by": "O1"}
            for number, person, where in applications
        ],
        "approvals": [
            {"application_id": number, "stage": stage, "official_id": official, "at": f"2018-12-{day}T09:00:00+08:00",
             "result": "passed"}
            for number, _, _ in applications
            for stage, official, day in (("village_assessment", "O1", "05"), ("county_determination", "O2", "20"))
        ],
        "disbursements": payments,
        "settlements": [
            {"disbursement_id": row["disbursement_id"], "status": "paid", "amount": row["amount"],
             "at": row["submitted_at"].replace("-05T10", "-06T10")}
            for row in payments
        ],
        "complaints": [
            {"complaint_id": "P1", "at": "2019-06-20T09:00:00+08:00", "division_code": VILLAGE,
             "official_id": "O1", "text": f"卡被收走了 {PEOPLE['wang']} {HOSTILE}"},
        ],
    }  # fmt: skip


def hand_over(context: Context, folder: Path, found: Rows | None = None) -> None:
    """Send the tables to the service as CSV."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = tables() if found is None else found
    for name, table in TABLES.items():
        if name not in rows:
            continue
        path = folder / f"{name}.csv"
        names = [column.name for column in table.columns if any(column.name in row for row in rows[name])]
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, names, restval="")
            writer.writeheader()
            writer.writerows(rows[name])
        taken = take(context, SYSTEM, Delivery(table, path, "csv", f"{name}-{len(rows[name])}"))
        assert taken.quarantined == 0, (name, taken)


def paid(context: Context, number: str, **more: Any) -> Member:
    """A payment of the world as a member of a case."""
    row = next(one for one in _payments() if one["disbursement_id"] == number)
    values: dict[str, Any] = {
        "disbursement_id": number,
        "amount_fen": round(float(row["amount"]) * 100),
        "score": 0.6,
        "program_id": "LAND",
        "loss_fen": 10_000,
        "household_id": row["household_id"],
        "division_code": row["division_code"],
        "person_hash": context.seal.hash("person", row["person_id"]),
        "card_hash": context.seal.hash("card", row["card_id"]),
        "card_last_four": row["card_id"][-4:],
        "codes": ("T25.emptied_in_series",),
        "officials": frozenset({row["prepared_by"]}),
    }
    return Member(**values | more)


def case_at_phone(context: Context, *numbers: str, **more: Any) -> Opened:
    """A case about the phone many cards are bound to."""
    wanted = numbers or ("D1-6", "D2-6", "D3-6", "D4-6", "D9-6")
    values: dict[str, Any] = {"hub_kind": "phone", "hub_id": PHONE, "typology": "T28", "division_code": None}
    return opened(context, new_case(*(paid(context, one) for one in wanted), **values | more))


def scored(context: Context, number: str, reasons: list[dict[str, Any]], score: float = 0.6) -> None:
    """A score of a payment with reasons."""
    row = next(one for one in _payments() if one["disbursement_id"] == number)
    now = context.clock.now()
    values: dict[str, Any] = {
        "disbursement_id": number, "kind": "before", "made_by": "live", "run_id": row["run_id"], "program_id": "LAND",
        "period": row["period"], "division_code": row["division_code"], "household_id": row["household_id"],
        "prepared_by": row["prepared_by"], "person_hash": context.seal.hash("person", row["person_id"]),
        "card_hash": context.seal.hash("card", row["card_id"]), "card_last_four": row["card_id"][-4:],
        "amount_fen": round(float(row["amount"]) * 100), "submitted_at": now, "score": score, "anomaly": 0.1,
        "recommendation": "review", "deadline": None, "desk": "discipline", "typology": "T28",
        "suspect_role": "official", "reasons": seal_text(context.seal, SCORES.c.reasons, json.dumps(reasons)),
        "not_applicable": scores.text_id("[]"), "model_version": "test", "degraded": False, "as_of": now,
        "scored_at": now, "fact_seq": 1,
    }  # fmt: skip
    with context.database.write() as connection:
        scores.add(connection, [values], ["[]"])


def reason(code: str, *evidence: str, weight: float = 0.5) -> dict[str, Any]:
    """A reason as scores have them."""
    return {
        "code": code, "kind": "rule", "text_zh": f"疑点 {code}", "text_en": f"question {code}", "weight": weight,
        "evidence": list(evidence),
    }  # fmt: skip
