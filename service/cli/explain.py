"""`mingbai explain`: why one payment was scored as it was, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from service.cli._console import loading, masked, working
from service.cli._light import leave_pandas_out
from service.cli._options import HOME, Data, Home, Model, PolicyFile
from service.cli._told import tell_load, tell_model

if TYPE_CHECKING:
    from models.explanation.explanation import Explanation, Text

SHOWN_REASONS = 6
SHOWN_FACTS = 4
SHOWN_GAPS = 5
SHOWN_KEYS = 3


def explain(
    data: Data,
    disbursement_id: Annotated[str, typer.Argument(metavar="DISBURSEMENT_ID", help="The payment.")],
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of", metavar="T", help="With all that was known by T. Default: as of the payment's own submission."
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of words.")] = False,
    model: Model = None,
    policy: PolicyFile = None,
    home: Home = HOME,
) -> None:
    """Explain one payment's score: reasons, peers, precedents, what was not known. 单笔解释。

    Contributions are exact: the base and all reasons add up to the log-odds of the score. Each reason stands beside
    what is usual among payments of the same item nearby; findings are only those known at the moment.

    \b
    Examples:
      mingbai explain county/ D00012345
      mingbai explain county/ D00012345 --as-of 2020-01-01 --json
    """
    leave_pandas_out()
    from service.work.choose_model import check_model, choose_model
    from service.work.explain_payment import explain_payment
    from service.work.moments import moment_of
    from service.work.open_data import open_data
    from service.work.read_policy import read_policy

    rules = read_policy(policy)
    at = None if as_of is None else moment_of(as_of, rules.utc_offset_hours)
    check_model(model)
    with working() as step:
        opened = open_data(data, home, rules, loading(step))
        chosen = choose_model(model, opened.ledger)
        step("explaining", 0.0)
        found = explain_payment(opened.ledger, chosen.bundle, rules, disbursement_id, at)
    tell_load(opened.report)
    tell_model(chosen, opened.ledger, 2**62)
    if json:
        print(found.to_json())
        return
    for line in _lines(found):
        print(masked(line))


def _lines(found: Explanation) -> list[str]:
    """The explanation as lines for a person, English and Chinese."""
    out = [
        f"{found.disbursement_id}, as of 截至 {found.as_of}, model 模型 {found.model_version}",
        f"score 评分 {found.probability:.1%}: {found.recommendation}"
        + (f", {found.typology}, desk {found.desk}, role {found.suspect_role}" if found.typology else ""),
        f"compared with 比较对象: {found.peers.text[0]} / {found.peers.text[1]}",
        "",
        f"Reasons 原因 (log-odds; base 基准 {found.base:+.2f}, together 合计 {found.log_odds:+.2f})",
    ]
    for reason in found.reasons[:SHOWN_REASONS]:
        out.append(f"  {reason.contribution:+.2f}  {reason.title[0]} {reason.title[1]}")
        for fact in reason.facts[:SHOWN_FACTS]:
            # A rule whose typology spoke already adds nothing, and is no less true.
            out += _both(f"      {f'{fact.removal:+.2f}' if fact.removal else ' also'}  ", fact.text)
            if fact.kind == "rule":
                for comparison in fact.comparisons:
                    out += _both("               ", comparison.text)
            if fact.evidence:
                out.append(f"             evidence 依据: {', '.join(fact.evidence[:SHOWN_KEYS])}")
    if rest := found.reasons[SHOWN_REASONS:]:
        out.append(f"  {sum(reason.contribution for reason in rest):+.2f}  {len(rest)} others 其他{len(rest)}项")
    if found.counterfactual is not None:
        out += ["", "What would change it 何以改变", *_both("  ", found.counterfactual.text)]
    out += ["", f"Precedents 先例 (of {found.precedents.known} findings, {found.precedents.tied} of the same matter)"]
    precedents = [*found.precedents.confirmed, *found.precedents.cleared]
    for precedent in precedents:
        out += _both(f"  {precedent.disbursement_id}  ", precedent.text)
    if not precedents:
        out.append("  none is alike 无相似先例")
    if found.look_alikes:
        out += ["", "Innocent explanations asked about 已核对的合规情形"]
        for look_alike in found.look_alikes:
            out += _both("  ", look_alike.text)
    if found.gaps:
        out += ["", "What is not known 尚不清楚"]
        for gap in found.gaps[:SHOWN_GAPS]:
            out += _both("  ", gap.text)
    return [*out, "", "A score is a question, not a finding. 评分只是提示核查，不是结论。"]


def _both(indent: str, text: Text) -> list[str]:
    """A text in English, and in Chinese under it."""
    return [f"{indent}{text[0]}", f"{' ' * len(indent)}{text[1]}"]
