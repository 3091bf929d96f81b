"""The first pages of a dossier: what it is about, the facts, what is asked and why."""

from __future__ import annotations

from typing import Final

from service.console.dossier._paper import Paper
from service.console.dossier._telling import Telling
from service.console.dossier.facts import PARTS, Behind, Dossier
from service.console.formats import day, moment, number, percent, score, yuan
from service.console.pages._case_shapes import Head, ReasonShown, WaitingShown

MOST_ROWS: Final = 12
"""Rows behind one reason that are written down."""


def cover(paper: Paper, of: Dossier, say: Telling) -> None:
    """The first page."""
    head = of.whole.head
    paper.text("", size=30)
    paper.text(say("doc_title"), centre=True, bold=True, size=26)
    paper.text(say.asks(head), centre=True, size=16)
    paper.text("", size=18)
    paper.facts(
        [
            (say("doc_case"), head.case_id),
            (say("doc_number"), of.number),
            (say("desk"), say(f"desk_{head.desk}")),
            (say("state"), say.named("state_word", head.state)),
            (say("division"), " ".join(one for one in (head.place, head.division_code) if one) or say("unknown")),
            (say("count_payments"), number(head.payments)),
            (say("amount"), yuan(head.amount_fen)),
            (say("assignee"), head.assignee or say("nobody_yet")),
            (say("doc_made_by"), f"{of.who}（{_roles(of, say)}）"),
            (say("doc_made_at"), moment(of.at, say.zone)),
        ],
        roomy=True,
    )
    paper.text(say("doc_question"), bold=True)
    paper.text(say("doc_care"), small=True)
    paper.text(say("doc_masked_cut" if of.cut else "doc_masked"), small=True)
    paper.text(say("doc_logged"), small=True)
    if of.away[0]:
        paper.text(say("doc_away", why=of.away[0]), small=True)
    if missing := [one for one in PARTS if one not in of.parts]:
        paper.text(say("doc_left_out", what=say("and_also").join(say(f"part_{one}") for one in missing)), small=True)
    paper.page()


def _roles(of: Dossier, say: Telling) -> str:
    return say("and_also").join(say(f"staff_{one}") if say.t.has(f"staff_{one}") else one for one in of.roles)


def facts(paper: Paper, of: Dossier, say: Telling) -> None:
    """What happened in two sentences, and the facts."""
    head = of.whole.head
    paper.heading(say("doc_what"))
    paper.text(say.of(head.summary))
    paper.facts(_facts(head, say))
    if of.whole.found:
        found = [f"{say.named('finding', name)} {number(n)}" for name, n in of.whole.found]
        paper.text(f"{say('found_so')} {say('and_also').join(found)}")
    if of.whole.links:
        paper.heading(say("toc_links"), 2)
        rows = [
            (
                say(f"link_{one.kind}"),
                one.case_id,
                say.of(one.summary),
                say.named("state_word", one.state),
                yuan(one.amount_fen),
            )
            for one in of.whole.links
        ]
        heads = (say("doc_link"), say("case"), say("doc_what"), say("state"), say("amount"))
        paper.table(heads, rows, (1.2, 1.5, 4, 1.3, 1.3), right=frozenset({4}))


def _facts(head: Head, say: Telling) -> list[tuple[str, str]]:
    since = f"{say.named('state_word', head.state)}（{say('since', at=day(head.state_since, say.zone))}）"
    kind = f"{head.typology} {say.named('typology', head.typology)}" if head.typology else say("none")
    last = (
        (say("deadline"), moment(head.due_at, say.zone))
        if head.is_open
        else (say("closed_on"), moment(head.closed_at, say.zone))
    )
    return [
        (say("state"), since),
        last,
        (say("hub"), f"{say.named('hub', head.hub_kind)} {head.hub}"),
        (say("whom"), say("to_be_checked", role=say.named("role", head.suspect_role))),
        (say("typology"), kind),
        (say("selected_by"), say(f"selected_{head.selected_by}")),
        (say("opened_on"), moment(head.opened_at, say.zone)),
        (say("loss"), f"{yuan(head.loss_fen)}（{say('loss_note')}）"),
        (say("mean_score"), score(head.score)),
    ]


def asked(paper: Paper, of: Dossier, say: Telling) -> None:
    """What is asked and why, strongest first, with the rows it rests on."""
    paper.heading(say("doc_asked"))
    if not of.whole.reasons:
        paper.text(say("no_reasons"))
    behind = {one.code: one for one in of.behind}
    for n, one in enumerate(of.whole.reasons, 1):
        _reason(paper, n, one, behind.get(one.code), say)
    if of.whole.next_steps:
        paper.heading(say("next_steps"), 2)
        paper.items((say.of(one) for one in of.whole.next_steps), numbered=True)


def _reason(paper: Paper, n: int, one: ReasonShown, behind: Behind | None, say: Telling) -> None:
    paper.heading(f"{n}. {say.of(one.title)}", 2)
    paper.text(say.of(one.text))
    whom = say("to_be_checked", role=say.named("role", one.role)) if one.role else say("from_model")
    share = percent(one.payments / one.of) if one.of else ""
    told = [say("n_of_m", n=number(one.payments), m=number(one.of)), share, whom, one.code]
    paper.text(" · ".join(part for part in told if part), small=True)
    if say.of(one.blind_to):
        paper.text(f"{say('blind_to')}：{say.of(one.blind_to)}", small=True)
    if behind is None or not behind.rows:
        return
    paper.text(say("doc_rows", payment=behind.payment), small=True)
    rows = [
        (row.table[0], "；".join(f"{name} {value}" for name, value in row.columns), row.key)
        for row in behind.rows[:MOST_ROWS]
    ]
    paper.table((say("doc_table"), say("doc_row"), say("doc_key")), rows, (1.2, 4.2, 2))
    more = behind.left_out + max(len(behind.rows) - MOST_ROWS, 0)
    if more:
        paper.text(say("doc_more_rows", n=more), small=True)


def waiting(paper: Paper, one: WaitingShown, say: Telling) -> None:
    """The closing that waits for a second person."""
    paper.heading(say("waits_print"))
    pairs = [
        (say("finding"), say.named("state_word", one.outcome)),
        (say("typology"), say.named("typology", one.typology)),
        (say("whom"), say.named("role", one.suspect_role)),
        (say("reason"), say.written(one.reason)),
        (say("differing"), "；".join(f"{number} {say.named('finding', what)}" for number, what in one.differing)),
        (say("explained"), say.written(one.explained_why)),
        (say("proposed_by"), f"{one.proposer} {moment(one.at, say.zone)}"),
    ]
    paper.facts((name, value) for name, value in pairs if value)
