"""The later pages of a dossier: reports, look-alikes, payments, precedents, notes, history, rules off, signatures."""

from __future__ import annotations

from service.console.dossier._paper import Paper
from service.console.dossier._telling import Telling
from service.console.dossier.facts import Dossier
from service.console.formats import day, moment, number, score, yuan


def alikes(paper: Paper, of: Dossier, say: Telling) -> None:
    """Innocent situations that were looked for, and those people told the service of."""
    found = [(say.of(one.title), say.of(text), say("no_record")) for one in of.whole.reasons for text in one.alikes]
    if found:
        paper.heading(say("doc_alikes"))
        paper.text(say("alikes_lead"))
        paper.table((say("red_flag"), say("look_alike"), say("looked")), found, (2, 4, 1.4))
    if of.whole.remembered:
        paper.heading(say("remembered"), 2)
        rows = [
            (
                say.named("about", one.about), say.written(one.why), one.made_by,
                say("ended") if one.ended else day(one.expires_at, say.zone),
            )
            for one in of.whole.remembered
        ]  # fmt: skip
        paper.table((say("doc_about"), say("doc_why"), say("doc_by"), say("until")), rows, (1, 4, 1.2, 1.2))


def reports(paper: Paper, of: Dossier, say: Telling) -> None:
    """Recipients' reports the case was opened on, without a word of theirs and without who made them."""
    paper.heading(say("toc_reports"))
    paper.text(say("reported_lead"))
    rows = [
        (
            say.of(one.kind), day(one.made_at, say.zone),
            say("reported_answered") if one.answered else say("reported_waits"), one.number,
        )
        for one in of.whole.reports
    ]  # fmt: skip
    heads = (say("reported_what"), say("reported_on"), say("reported_state"), say("reported_number"))
    paper.table(heads, rows, (3, 1.4, 1.4, 2))


def payments(paper: Paper, of: Dossier, say: Telling) -> None:
    """The payments of the case."""
    paper.heading(say("toc_payments"))
    closed = not of.whole.head.is_open
    rows = []
    for one in of.whole.members:
        asks = [say("reason_n", n=n) for n in one.marks] + [say.of(text) for text in one.asks]
        last = say.named("finding", one.outcome) if closed else "" if one.active else say("taken_out")
        rows.append(
            (
                one.disbursement_id, one.item, "\n".join(part for part in (one.household_id, one.place) if part),
                one.card,
                yuan(one.amount_fen), score(one.score), "；".join(asks) or say("from_model"), last,
            )
        )  # fmt: skip
    heads = (
        say("payment"), say("program"), say("household"), say("card"), say("amount"), say("score"), say("asked_about"),
        say("finding") if closed else say("state"),
    )  # fmt: skip
    paper.table(heads, rows, (2.2, 1.8, 2.2, 1.2, 1.4, 0.9, 2.2, 1.1), right=frozenset({4, 5}))
    if of.whole.more_members:
        paper.text(say("more_payments"), small=True)


def precedents(paper: Paper, of: Dossier, say: Telling) -> None:
    """Closed cases like this one."""
    paper.heading(say("toc_precedents"))
    rows = [
        (
            say.named("state_word", one.outcome), one.case_id,
            "\n".join(part for part in (say.of(one.summary), say.of(one.explained)) if part),
            number(one.payments), yuan(one.amount_fen), day(one.closed_at, say.zone),
        )
        for one in of.whole.precedents
    ]  # fmt: skip
    heads = (say("finding"), say("case"), say("doc_what"), say("count_payments"), say("amount"), say("closed_on"))
    paper.table(heads, rows, (1, 1.7, 4, 0.8, 1.4, 1.4), right=frozenset({3, 4}))


def notes(paper: Paper, of: Dossier, say: Telling) -> None:
    """What people wrote, and what they attached."""
    paper.heading(say("toc_notes"))
    if not of.whole.notes:
        paper.text(say("no_notes"))
    for one in of.whole.notes:
        paper.text(f"{one.who}　{moment(one.at, say.zone)}", small=True, bold=True)
        paper.text(say.written(one.text))
    if of.whole.files:
        paper.heading(say("toc_files"), 2)
        rows = [
            (one.name, one.kind.upper(), f"{one.size:,}", one.who, moment(one.at, say.zone)) for one in of.whole.files
        ]
        heads = (say("file"), say("kind"), say("doc_bytes"), say("added_by"), say("added_on"))
        paper.table(heads, rows, (4, 0.8, 1.2, 1.2, 1.8), right=frozenset({2}))


def history(paper: Paper, of: Dossier, say: Telling) -> None:
    """What happened to the case, oldest first."""
    paper.heading(say("toc_history"))
    if of.whole.earlier:
        paper.text(say("doc_earlier", n=of.whole.earlier), small=True)
    rows = [
        (
            moment(one.at, say.zone), say("the_service") if one.who == "service" else one.who, say.did(one),
            say.written(one.reason),
        )
        for one in reversed(of.whole.history)
    ]  # fmt: skip
    paper.table((say("doc_at"), say("doc_by"), say("doc_did"), say("reason")), rows, (1.6, 1.2, 3, 3))


def off(paper: Paper, of: Dossier, say: Telling) -> None:
    """What could not be asked, and why: it was not passed."""
    paper.heading(say("toc_off"))
    paper.text(say("off_lead"))
    rows = [(say.off(one), "；".join(say.of(text) for text in one.titles)) for one in of.whole.off]
    paper.table((say("doc_why"), say("doc_rules")), rows, (2.4, 4))
    if of.whole.models:
        paper.text(f"{say('scored_by')} {'、'.join(of.whole.models)}", small=True)


def signatures(paper: Paper, of: Dossier, say: Telling) -> None:
    """A page for those who answer for it."""
    paper.page()
    paper.heading(say("doc_signatures"))
    paper.text(say("doc_signatures_lead"), small=True)
    paper.table((), [(say("doc_opinion"), "\n" * 12)], (1, 4.2))
    rows = [(say(key), "\n\n", say("doc_date")) for key in ("doc_sign_worker", "doc_sign_second", "doc_sign_head")]
    paper.table((say("doc_sign_as"), say("doc_sign"), say("doc_at")), rows, (1.6, 3, 2))
