"""The doors a champion passes: a proposal and an approval by two people forward, one person back; nothing else.

Each step is written into the book of releases first; pointer and aliases follow it. A crash between the two leaves the
book, which is what scoring reads, and the next step, or `follow`, brings the rest after.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from models.people import same_person
from models.registry import PRIOR, Book, RegistryError, _journal, read_book
from models.registry._place import alone
from models.registry._tracking import adopt_older, follow, follow_pointer
from models.registry.lineage import findings_seen
from models.registry.standing import Standing
from models.release.gate import Findings, GateReport, Named, latest, load, objections
from models.release.people import person, reason
from models.scoring.bundle import digest_of, load_bundle


class ReleaseRefusedError(RegistryError):
    """A step that is not allowed; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Who decides, why, when (a moment with its offset), under which login, and which open items they accept."""

    by: str
    why: str
    at: dt.datetime
    login: str = ""
    accept: tuple[str, ...] = ()

    def told(self) -> dict[str, object]:
        """The decision as the book writes it."""
        accept = sorted(set(self.accept))
        return {"by": person(self.by), "why": reason(self.why), "login": self.login, "accept": accept}

    @property
    def moment(self) -> str:
        """When, as the book writes it."""
        return self.at.isoformat(timespec="seconds")


def propose(number: str, decision: Decision) -> GateReport:
    """Propose to release a model on the newest comparison with the champion in force; returns that report.

    Raises ReleaseRefusedError where the model is not on record, is in force already, was never compared with the
    champion, or the report does not carry a release.
    """
    told = decision.told()
    with alone():
        adopt_older(decision.moment)
        book, standing = _standing_of(number)
        report = latest(number, standing.champion)
        if report is None:
            raise ReleaseRefusedError(
                f"model {number} was never compared with {_in_words(standing.champion)}: "
                f"mingbai release compare DATA {number}"
            )
        _check(report, book, standing, number, decision.accept)
        _journal.append(
            "proposed",
            standing.lineage,
            {**told, "number": number, "champion": standing.champion, "gate": report.digest},
            decision.moment,
        )
    return report


def approve(number: str, decision: Decision, *, aliases: bool = True) -> GateReport:
    """Approve what somebody else proposed: the model is in force from here on. Returns the report it rests on.

    Without `aliases` MLflow is left as it is, and whoever calls sees to it that `follow` is called later.

    Raises ReleaseRefusedError where nobody proposed it, the same person did, the champion changed in between, or the
    report does not carry a release any more.
    """
    told = decision.told()
    with alone():
        adopt_older(decision.moment)
        book, standing = _standing_of(number)
        proposal = standing.proposal
        if proposal is None or proposal.number != number:
            raise ReleaseRefusedError(
                f"nobody proposed model {number}: mingbai release propose {number} --by NAME --why TEXT"
            )
        if same_person(proposal.by, decision.by):
            raise ReleaseRefusedError(f"{proposal.by} proposed model {number}: somebody else must approve it")
        if proposal.champion != standing.champion:
            raise ReleaseRefusedError("another champion came into force since the proposal: compare and propose again")
        report = load(proposal.gate)
        newest = latest(number, standing.champion)
        if newest is not None and newest.digest != report.digest:
            raise ReleaseRefusedError("the two were compared again since the proposal: propose on the newest report")
        both = tuple(name for name in decision.accept if name in proposal.accept)
        _check(report, book, standing, number, both)
        _journal.append(
            "approved",
            standing.lineage,
            {
                **told,
                "number": number,
                "champion": standing.champion,
                "gate": report.digest,
                "proposed_by": proposal.by,
                "proposal": proposal.hash,
                "same_login": bool(decision.login) and decision.login == proposal.login,
            },
            decision.moment,
        )
        _bring_after(aliases=aliases)
    return report


def roll_back(decision: Decision, lineage: str | None = None, *, aliases: bool = True) -> str:
    """Go back to the champion before, or to the shipped model below the first; returns the number now in force.

    One person is enough: going back only ever takes the last release away. `aliases` as for `approve`. Raises
    ReleaseRefusedError where there is nothing to go back from, or several counties are on record and none was named.
    """
    told = decision.told()
    with alone():
        adopt_older(decision.moment)
        book = read_book()
        standing = _one_standing(book, lineage)
        if not standing.pile:
            raise ReleaseRefusedError("the shipped model is in force: there is nothing to go back from")
        before = standing.pile[-2].number if len(standing.pile) > 1 else PRIOR
        if before != PRIOR:
            book.bundle_path(before)
        _journal.append(
            "rolled_back", standing.lineage, {**told, "from": standing.champion, "to": before}, decision.moment
        )
        _bring_after(aliases=aliases)
    return before


def named(book: Book, number: str) -> Named:
    """A model on record, or the shipped one, by number, version and the hash of its files as they are now.

    Raises RegistryError where it is not on record or its files are gone.
    """
    if number == PRIOR:
        prior = load_bundle(None)
        return Named(PRIOR, prior.version, prior.version)
    path = book.bundle_path(number)
    try:
        return Named(number, book.versions[number].version, digest_of(path))
    except OSError as error:
        raise RegistryError(f"the files of model {number} cannot be read: restore the record from a copy") from error


def _bring_after(*, aliases: bool) -> None:
    if aliases:
        follow()
    else:
        follow_pointer()


def _standing_of(number: str) -> tuple[Book, Standing]:
    book = read_book()
    if number not in book.versions:
        raise ReleaseRefusedError(f"no model {number} is on record; `mingbai models` lists them")
    standing = book.standings[book.versions[number].lineage]
    if standing.champion == number:
        raise ReleaseRefusedError(f"model {number} is in force already")
    return book, standing


def _one_standing(book: Book, lineage: str | None) -> Standing:
    if lineage is None and len(book.standings) == 1:
        return next(iter(book.standings.values()))
    if lineage is None or lineage not in book.standings:
        names = ", ".join(name or "-" for name in book.standings) or "none"
        raise ReleaseRefusedError(f"say for which county's data: --lineage, one of {names}")
    return book.standings[lineage]


def _check(report: GateReport, book: Book, standing: Standing, number: str, accept: Sequence[str]) -> None:
    challenger, champion = named(book, number), named(book, standing.champion)
    recorded = book.versions[number].digest
    if recorded and challenger.digest != recorded:
        raise ReleaseRefusedError(f"the files of model {number} were changed since it was trained: train it again")
    seen = Findings(*findings_seen(standing.lineage))
    if found := objections(report, challenger, champion, seen, accept):
        raise ReleaseRefusedError("; ".join(found))


def _in_words(number: str) -> str:
    return "the shipped model" if number == PRIOR else f"the champion, model {number}"
