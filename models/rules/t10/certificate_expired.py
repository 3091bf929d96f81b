"""The certificate the item asks for ended long ago and no newer one is on record."""

from __future__ import annotations

from features._world import world
from features.person.days_certificate_expired import days_certificate_expired
from models.rules._expression import col, setting
from models.rules._rule import Rule, fires, quiet

ended = world().add("certificates", person_id="P3", valid_to="2018-12-31")

RULE = Rule(
    code="T10.certificate_expired",
    title=("Certificate expired", "证件过期仍发放"),
    severity="middle",
    desk="department",
    suspect_role="household",
    when=col(days_certificate_expired) > setting("T10.days_to_renew"),
    because=(
        "The certificate ended {days_certificate_expired} days before the period",
        "证件在所属期前{days_certificate_expired}天到期",
    ),
    blind_to="renewals the register has not heard of",
    next_steps=(
        ("Ask the issuing body whether a renewal is under way", "向发证部门核实是否在办理换证"),
        ("Read the certificate", "核对证件原件"),
    ),
    cases=(
        fires("ended half a year ago", ended.paid("P3", "DISABLED", period="2019-07", at="2019-07-20")),
        quiet("a gap of a month at renewal", ended.paid("P3", "DISABLED", period="2019-02", at="2019-02-20")),
        quiet(
            "renewed",
            ended.add("certificates", person_id="P3", valid_from="2019-01-01", recorded_at="2019-02-01").paid(
                "P3", "DISABLED", period="2019-07", at="2019-07-20"
            ),
        ),
    ),
)
