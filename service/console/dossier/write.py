"""Write a dossier."""

from __future__ import annotations

import datetime as dt

from service.console.dossier import _cover, _drawn, _record
from service.console.dossier._paper import Paper
from service.console.dossier._telling import Telling
from service.console.dossier.facts import Dossier


def write(of: Dossier, zone: dt.timezone) -> bytes:
    """The Word document (DOCX). `zone`: of its days and moments. The same dossier has the same bytes."""
    say = Telling(zone, cut=of.cut)
    head = of.whole.head
    paper = Paper(
        title=f"{say('doc_title')} {head.case_id}",
        author=say("product"),
        at=of.at,
        head=say("doc_head", case=head.case_id, number=of.number),
        of_pages=(say("doc_page_before"), say("doc_page_between"), say("doc_page_after")),
    )
    _cover.cover(paper, of, say)
    _cover.facts(paper, of, say)
    if of.whole.waiting:
        _cover.waiting(paper, of.whole.waiting, say)
    _cover.asked(paper, of, say)
    if of.whole.reports:
        _record.reports(paper, of, say)
    _record.alikes(paper, of, say)
    if "drawings" in of.parts:
        _drawn.drawings(paper, of, say)
    if "payments" in of.parts:
        _record.payments(paper, of, say)
    if of.whole.precedents:
        _record.precedents(paper, of, say)
    if "notes" in of.parts:
        _record.notes(paper, of, say)
    if "history" in of.parts:
        _record.history(paper, of, say)
    if "off" in of.parts and of.whole.off:
        _record.off(paper, of, say)
    _record.signatures(paper, of, say)
    return paper.content()
