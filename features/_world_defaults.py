"""The base world of unit cases, and what a row holds where a case does not say.

Places: county 519901000000; townships 519901101000 and 519901102000; villages 519901101001 and 519901101002 in the
first, 519901102001 in the second. People: P1 (head, 1945) and P2 (spouse) of H1, P3 (head of H2) and P4 (head of H3),
all in the first village; P5 (head of H5) in the second village, P6 (head of H6) in the third. Each Pn holds card Cn.
Officials O1 (village secretary), O2 (township clerk), O3 (county reviewer), O4 (finance officer), O5 (township leader).
Everything was known in 2015.
"""

from __future__ import annotations

from typing import Any

Row = dict[str, Any]
KNOWN = "2015-01-01T09:00:00"

DEFAULTS: dict[str, Row] = {
    "divisions": {"name": "村{n}", "level": "village", "valid_from": "2000-01-01"},
    "persons": {
        "person_id": "P{n}",
        "name": "某{n}",
        "division_code": "519901101001",
        "household_id": "H{n}",
        "birth_date": "1960-06-15",
        "sex": "M",
        "relation_to_head": "head",
        "phone": "1990000000{n}",
        "recorded_at": KNOWN,
    },
    "households": {
        "household_id": "H{n}",
        "division_code": "519901101001",
        "category": "general",
        "recorded_at": KNOWN,
    },
    "officials": {
        "official_id": "O{n}",
        "name": "官{n}",
        "post": "township_clerk",
        "division_code": "519901101000",
        "from_date": "2015-01-01",
    },
    "kinship": {"relation": "sibling", "declared": False, "recorded_at": KNOWN},
    "authorizations": {"kind": "guardian", "from_date": "2015-01-01", "recorded_at": KNOWN},
    "civil_events": {"kind": "death", "recorded_at": KNOWN},
    "department_rows": {
        "row_id": "R{n}",
        "source": "civil_affairs",
        "kind": "death",
        "effective_on": "2019-01-01",
        "recorded_at": KNOWN,
    },
    "matched_events": {
        "source": "civil_affairs",
        "kind": "death",
        "effective_on": "2019-01-01",
        "basis": "details",
        "log_odds": 9.0,
        "recorded_at": KNOWN,
    },
    "certificates": {"kind": "disability", "grade": 1, "valid_from": "2015-01-01", "recorded_at": KNOWN},
    "holdings": {
        "holding_id": "L{n}",
        "household_id": "H1",
        "kind": "arable",
        "quantity": 10,
        "valid_from": "2015-01-01",
        "recorded_at": KNOWN,
    },
    "cards": {
        "card_id": "C{n}",
        "holder_person_id": "P{n}",
        "kind": "social_security",
        "bank_code": "B1",
        "opened_on": "2015-01-01",
        "outlet_id": "B1001",
        "activated_on": "2015-01-02",
    },
    "card_events": {"event_id": "E{n}", "card_id": "C1", "at": "2018-01-01", "kind": "activated"},
    "card_transactions": {
        "transaction_id": "X{n}",
        "card_id": "C1",
        "at": "2019-01-01",
        "kind": "cash_withdrawal",
        "amount": "100.00",
        "outlet_id": "B1001",
    },
    "programs": {
        "program_id": "PR{n}",
        "name": "项目{n}",
        "paid_per": "person",
        "frequency": "monthly",
        "quantity_unit": "month",
        "means_tested": False,
        "living_only": True,
        "bars_public_payroll": False,
        "once_per_household": False,
    },
    "program_rates": {"rate": "100.00", "tolerance": 0, "valid_from": "2010-01-01"},
    "applications": {
        "application_id": "A{n}",
        "program_id": "PENSION",
        "person_id": "P1",
        "household_id": "H1",
        "period": "2019",
        "quantity": 1,
        "division_code": "519901101001",
        "applied_on": "2019-01-05",
        "entered_by": "O1",
    },
    "approvals": {
        "application_id": "A1",
        "stage": "village_assessment",
        "official_id": "O1",
        "at": "2019-01-10T10:00:00",
        "result": "passed",
    },
    "notices": {"application_id": "A1", "posted_from": "2019-01-11", "posted_to": "2019-01-20"},
    "payment_runs": {
        "run_id": "R{n}",
        "program_id": "PENSION",
        "period": "2019-04",
        "division_code": "519901000000",
        "funds_received_on": "2019-04-05",
        "created_at": "2019-04-06",
        "planned_on": "2019-04-25",
    },
    "disbursements": {
        "disbursement_id": "D{n}",
        "program_id": "PENSION",
        "period": "2019-04",
        "person_id": "P1",
        "household_id": "H1",
        "card_id": "C1",
        "quantity": 1,
        "amount": "100.00",
        "division_code": "519901101001",
        "prepared_by": "O2",
        "line_no": "{n}",
        "submitted_at": "2019-04-20T10:00:00",
    },
    "settlements": {"status": "paid", "amount": "100.00", "at": "2019-04-22"},
    "complaints": {"complaint_id": "K{n}", "at": "2019-01-01", "text": "有问题"},
    "dispositions": {"outcome": "cleared", "decided_at": "2019-05-01", "selected_by": "random"},
}


def base_rows() -> list[tuple[str, Row]]:
    """The rows every case starts from."""
    county, first, second = "519901000000", "519901101000", "519901102000"
    rows: list[tuple[str, Row]] = [
        ("divisions", {"division_code": county, "name": "明县", "level": "county"}),
        ("divisions", {"division_code": first, "parent_code": county, "name": "东乡", "level": "township"}),
        ("divisions", {"division_code": second, "parent_code": county, "name": "西乡", "level": "township"}),
        ("divisions", {"division_code": "519901101001", "parent_code": first}),
        ("divisions", {"division_code": "519901101002", "parent_code": first}),
        ("divisions", {"division_code": "519901102001", "parent_code": second}),
    ]
    programs: list[Row] = [
        {"program_id": "PENSION", "name": "养老补贴"},
        {"program_id": "OLDAGE", "name": "高龄津贴", "frequency": "quarterly", "min_age": 80},
        {"program_id": "DISABLED", "name": "残疾补贴", "certificate_kind": "disability", "max_grade": 2},
        {
            "program_id": "DIBAO",
            "name": "低保",
            "paid_per": "household",
            "quantity_unit": "person",
            "means_tested": True,
            "bars_public_payroll": True,
            "exclusive_with": "TEKUN",
        },
        {
            "program_id": "TEKUN",
            "name": "特困供养",
            "means_tested": True,
            "bars_public_payroll": True,
            "exclusive_with": "DIBAO",
        },
        {
            "program_id": "LAND",
            "name": "耕地补贴",
            "paid_per": "household",
            "quantity_unit": "mu",
            "frequency": "annual",
            "living_only": False,
            "holding_kind": "arable",
            "notice_days": 7,
            "release_limit_days": 30,
        },
        {
            "program_id": "HOUSING",
            "name": "危房改造",
            "paid_per": "household",
            "quantity_unit": "item",
            "frequency": "one_off",
            "living_only": False,
            "means_tested": True,
            "once_per_household": True,
        },
        {
            "program_id": "MACHINE",
            "name": "农机购置",
            "paid_per": "household",
            "quantity_unit": "item",
            "frequency": "one_off",
            "living_only": False,
            "holding_kind": "machine",
        },
        {
            "program_id": "RELIEF",
            "name": "临时救助",
            "paid_per": "household",
            "quantity_unit": "item",
            "frequency": "one_off",
            "living_only": False,
            "means_tested": True,
            "township_limit": "2000.00",
            "notice_days": 3,
            "release_limit_days": 10,
        },
    ]
    rows += [("programs", row) for row in programs]
    rows += [("program_rates", {"program_id": row["program_id"]}) for row in programs]
    people: list[Row] = [
        {"name": "王一", "household_id": "H1", "birth_date": "1945-03-10"},
        {"name": "李二", "household_id": "H1", "birth_date": "1948-07-02", "sex": "F", "relation_to_head": "spouse"},
        {"name": "张三", "household_id": "H2"},
        {"name": "陈四", "household_id": "H3"},
        {"name": "刘五", "household_id": "H5", "division_code": "519901101002"},
        {"name": "周六", "household_id": "H6", "division_code": "519901102001"},
    ]
    rows += [("persons", row) for row in people]
    rows += [
        ("households", {"household_id": "H1"}),
        ("households", {"household_id": "H2"}),
        ("households", {"household_id": "H3"}),
        ("households", {"household_id": "H5", "division_code": "519901101002"}),
        ("households", {"household_id": "H6", "division_code": "519901102001"}),
    ]
    rows += [("cards", {"phone": f"1990000000{n}"}) for n in range(1, 7)]
    rows += [
        ("officials", {"name": "村书记", "post": "village_secretary", "division_code": "519901101001"}),
        ("officials", {"name": "乡办事员", "post": "township_clerk", "division_code": first}),
        ("officials", {"name": "县审核员", "post": "county_reviewer", "division_code": county}),
        ("officials", {"name": "财政员", "post": "finance_officer", "division_code": county}),
        ("officials", {"name": "乡领导", "post": "township_leader", "division_code": first}),
    ]
    return rows
