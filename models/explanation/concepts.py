"""What people call the things a score is made of: every rule and every feature belongs to one concept.

A rule belongs to the concept of its typology. A feature named here belongs to the concept that names it; any other to
the concept whose rules read it most (ties: the earlier concept), else to that of its folder. So a new feature has a
concept at once, and a sum over concepts leaves nothing out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from features.catalogue import FOLDERS, all_features, feature_files
from models.rules.catalogue import all_rules


@dataclass(frozen=True, slots=True)
class Concept:
    """One kind of reason. `title` is (English, Chinese); `typologies` whose rules and `features` that are its own."""

    code: str
    title: tuple[str, str]
    typologies: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()


CONCEPTS: tuple[Concept, ...] = (
    Concept(
        "history",
        ("Earlier findings", "既往核查结论"),
        features=(
            "count_cleared_for_person",
            "count_cleared_on_card",
            "count_confirmed_in_household",
            "count_confirmed_in_village",
            "count_confirmed_on_card",
            "count_confirmed_prepared_by",
        ),
    ),
    Concept("status", ("Death, prison and leaving", "死亡、服刑与迁出"), ("T01", "T08"), ("days_moved_out",)),
    Concept(
        "identity",
        ("Identity number", "身份号码"),
        ("T02",),
        ("is_identity_slip_of_member", "is_second_number_of_person", "count_payments_to_other_number"),
    ),
    Concept(
        "twice",
        ("Paid twice or beside another item", "重复与互斥发放"),
        ("T03", "T04", "T20"),
        (
            "share_run_paid_before",
            "is_once_per_household",
            "ratio_amount_of_period_to_rate",
            "count_lines_on_application",
        ),
    ),
    Concept("two_places", ("Two places, one person", "两地享受"), ("T05",)),
    Concept(
        "means",
        ("Means test and public payroll", "家庭经济状况与财政供养"),
        ("T06", "T07"),
        (
            "is_household_documented_poor",
            "is_means_tested",
            "is_means_tested_allowance_of_household",
            "share_recipients_in_category_365d",
            "days_since_company_acquired",
        ),
    ),
    Concept("gates", ("Age and certificates", "年龄与证件"), ("T09", "T10"), ("is_disability_in_household",)),
    Concept(
        "household",
        ("Household registration", "户籍登记与分户"),
        ("T11",),
        ("count_household_members", "is_alone_in_household"),
        folders=("household",),
    ),
    Concept(
        "footprint",
        ("Traces of life besides payments", "补贴以外的生活痕迹"),
        ("T12",),
        ("count_traces", "days_on_register", "days_registered", "days_since_first_of_item"),
        folders=("person",),
    ),
    Concept(
        "quantity",
        ("Quantity against holdings", "申领数量与登记面积"),
        ("T13", "T14", "T15", "T17", "T19"),
        (
            "is_machine_item",
            "ratio_quantity_to_period_before",
            "ratio_village_quantity_to_period_before",
            "count_parcels_held_jointly",
            "count_lines_of_same_quantity",
        ),
    ),
    Concept(
        "rates",
        ("Amount, rates and limits", "金额、标准与限额"),
        ("T18", "T21"),
        (
            "yuan_off_rate",
            "yuan_off_rate_with_other_lines",
            "ratio_amount_to_rate",
            "is_whole_multiple_of_rate",
            "is_top_grade_rate",
            "ratio_preparer_over_rate_to_county_365d",
        ),
        folders=("disbursement",),
    ),
    Concept(
        "card_holder",
        ("Whose card is paid", "收款卡归属"),
        ("T22", "T23"),
        (
            "is_card_holder_in_household",
            "is_card_holder_stranger",
            "is_card_holder_authorised",
            "is_paid_to_proxy_institution",
            "is_card_unregistered",
            "share_card_kind_in_program_365d",
        ),
    ),
    Concept(
        "card_switching",
        ("Cards switched around a run", "批次前后换卡"),
        ("T24",),
        (
            "count_payments_to_this_card",
            "days_since_payee_registered",
            "is_card_changed_for_item",
            "is_card_migrated",
            "is_previous_card_closed",
            "share_village_changed_card_90d",
        ),
    ),
    Concept(
        "card_opening",
        ("How cards were opened", "开卡情况"),
        ("T29",),
        (
            "days_since_card_opened",
            "days_known_before_card_opened",
            "is_card_opened_by_another",
            "share_newcomers_in_opening_batch",
            "share_lone_newcomers_in_opening_batch",
            "count_own_cards_paid_90d",
        ),
    ),
    Concept(
        "custody",
        ("Cards kept and drawn by others", "卡片代持与集中支取"),
        ("T25",),
        (
            "is_card_never_activated",
            "count_days_drawn_with_family",
            "count_drawn_together_helped",
            "days_since_drawn_together",
        ),
        folders=("card", "outlet"),
    ),
    Concept(
        "rest",
        ("Long rest, then emptied", "长期未动后一次取空"),
        ("T30",),
        ("days_since_card_activity", "days_drawn_after_death", "is_pile_taken_around_new_year"),
    ),
    Concept("swept", ("Money swept on to one card", "入账后归集转出"), ("T26",), folders=("graph",)),
    Concept(
        "phones",
        ("Phones and devices bound to cards", "绑定的手机号与设备"),
        ("T27", "T28"),
        ("is_phone_moved",),
        folders=("phone", "device"),
    ),
    Concept(
        "kin",
        ("Kin of those who decide", "经办人员亲属关系"),
        ("T31", "T32", "T35"),
        (
            "is_tied_to_chain_official",
            "is_tied_to_peer_official",
            "is_deciding_kin_declared",
            "is_recusal_of_kin_recorded",
        ),
    ),
    Concept(
        "chain",
        ("Stages, hands and posts", "审核环节与经办人"),
        ("T33", "T36"),
        (
            "seconds_from_assessment_to_review",
            "count_lines_of_run_handed_in_3d",
            "count_reviewer_approvals_around",
        ),
        folders=("official",),
    ),
    Concept(
        "lists",
        ("Lists and public notice", "名单与公示"),
        ("T34", "T37"),
        ("count_lines_in_last_run", "days_reviewed_before_notice_ended"),
        folders=("division",),
    ),
    Concept(
        "credited",
        ("Credited less than paid out", "到账少于应发"),
        ("T38", "T41"),
        (
            "share_item_credits_short_100d",
            "share_credited_short_beside",
            "ratio_credited_to_planned",
            "count_payee_credited_short_800d",
        ),
    ),
    Concept(
        "timing",
        ("Time from funds to payment", "资金到位至发放的时间"),
        ("T39",),
        ("days_from_period_to_payment", "days_from_funds_to_payday"),
        folders=("run",),
    ),
    Concept("returned", ("Returned and sent again", "退回与补发"), ("T40",)),
    Concept("back_payment", ("Back payments", "集中补发"), ("T43",)),
    Concept("rotation", ("Places that go round", "轮流享受"), ("T42",)),
    Concept("owed", ("Paid too little or left out", "少发与漏发"), ("T45",), ("share_list_under_rate",)),
    Concept("item", ("Kind of item", "项目性质"), features=("is_counted_in_months",), folders=("program",)),
)


@cache
def concepts() -> Mapping[str, Concept]:
    """Every concept by its code, in the order declared."""
    return {concept.code: concept for concept in CONCEPTS}


@cache
def concept_of_typology() -> Mapping[str, str]:
    """The concept of each typology."""
    return {typology: concept.code for concept in CONCEPTS for typology in concept.typologies}


@cache
def concept_of_feature() -> Mapping[str, str]:
    """The concept of every feature of the catalogue, whether or not a model may read it."""
    named = {name: concept.code for concept in CONCEPTS for name in concept.features}
    by_folder = {folder: concept.code for concept in CONCEPTS for folder in concept.folders}
    order = {concept.code: k for k, concept in enumerate(CONCEPTS)}
    read: dict[str, Counter[str]] = {}
    for rule in all_rules():
        concept_code = concept_of_typology()[rule.typology]
        for feature in rule.when.features:
            read.setdefault(feature.name, Counter())[concept_code] += 1
    folder_of = {path.stem: path.parent.name for path in feature_files() if path.parent.name in FOLDERS}
    found = {}
    for feature in all_features():
        readers = read.get(feature.name)
        most = min(readers, key=lambda code: (-readers[code], order[code])) if readers else None
        found[feature.name] = named.get(feature.name) or most or by_folder[folder_of[feature.name]]
    return found
