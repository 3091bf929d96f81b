"""What the pages of a case show. Money in fen, moments with an offset; texts as (Chinese, English) pairs."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from service.work.queue.choices import Choices

Text = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above every page of a case.

    * `asks`: what is asked, in a few words; `summary` in two sentences
    * `hub_kind`, `hub`: what its payments have in common, and how it is shown; `hub_path` of its own page, or empty
    * `place`: of its division, with the code
    * `late`: its deadline has passed; `soon`: within three days
    * `two_people`: closing it takes a second person
    """

    case_id: str
    version: int
    desk: str
    state: str
    is_open: bool
    asks: Text
    summary: Text
    hub_kind: str
    hub: str
    hub_path: str
    typology: str
    suspect_role: str
    selected_by: str
    offered_as: str
    score: float
    amount_fen: int
    loss_fen: int
    payments: int
    place: str
    division_code: str
    assignee: str
    mine: bool
    opened_at: dt.datetime
    state_since: dt.datetime
    due_at: dt.datetime | None
    closed_at: dt.datetime | None
    late: bool
    soon: bool
    two_people: bool
    held_from: str = ""


@dataclass(frozen=True, slots=True)
class ReasonShown:
    """Why payments of the case are asked about.

    * `code`, `kind` (rule, model, graph), `title`; `text`: as said of the payment it was said of most strongly
    * `payments` of `of`: for how many it was said; `share` of the strongest reason's weight, 0 to 1
    * `path`: of the page with the rows it rests on
    * `role`: whom it asks about; `blind_to`, `next_steps` and `alikes`, the innocent situations it looked for and found
      no record of: of its rule, empty for a part of the model
    """

    code: str
    kind: str
    title: Text
    text: Text
    payments: int
    of: int
    share: float
    path: str
    role: str = ""
    rule_path: str = ""
    blind_to: Text = ("", "")
    next_steps: tuple[Text, ...] = ()
    alikes: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class MemberShown:
    """A payment of the case. `marks`: places, from 1, of the reasons shown with it that were said of it; `asks`: titles
    of other rules that asked; `outcome` once it was found; `active`: in the open case still; `path` and
    `household_path` of their own pages, or empty."""

    disbursement_id: str
    item: str
    household_id: str
    place: str
    card: str
    amount_fen: int
    score: float
    asks: tuple[Text, ...]
    active: bool
    outcome: str = ""
    path: str = ""
    household_path: str = ""
    marks: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class StepShown:
    """Something that happened to the case: `action`, `details` its sentence needs, `reason` in people's words."""

    at: dt.datetime
    who: str
    action: str
    from_state: str
    to_state: str
    version: int
    reason: str = ""
    details: tuple[tuple[str, str], ...] = ()

    def detail(self, name: str) -> str:
        """One of the details, empty where it has none."""
        return dict(self.details).get(name, "")


@dataclass(frozen=True, slots=True)
class NoteShown:
    """A note somebody wrote."""

    at: dt.datetime
    who: str
    text: str


@dataclass(frozen=True, slots=True)
class FileShown:
    """An attachment: `size` in bytes."""

    attachment_id: int
    name: str
    kind: str
    size: int
    who: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class LinkShown:
    """Another case this one is linked with: `kind` as read from this one (`part_of`, `has_part` ...); `undo` the kind
    that takes it away, from the case `first`."""

    case_id: str
    kind: str
    summary: Text
    state: str
    desk: str
    amount_fen: int
    first: str
    undo: str


@dataclass(frozen=True, slots=True)
class WaitingShown:
    """A closing that waits for a second person: how it would be closed, and what would be remembered."""

    outcome: str
    typology: str
    suspect_role: str
    differing: tuple[tuple[str, str], ...]
    explained_about: str
    explained_why: str
    files: tuple[str, ...]
    reason: str
    proposer: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class RememberedShown:
    """An explanation the closing remembered, until when."""

    about: str
    why: str
    made_by: str
    expires_at: dt.datetime
    ended: bool


@dataclass(frozen=True, slots=True)
class OffShown:
    """Rules that could say nothing of the case's payments for one cause: (`cause`, what is missing), their titles."""

    cause: str
    tables: tuple[str, ...]
    said: str
    titles: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class PrecedentShown:
    """A closed case like this one: what was found, when, of how much; `alike`: in what; `explained`: by which
    look-alike."""

    case_id: str
    outcome: str
    summary: Text
    amount_fen: int
    payments: int
    closed_at: dt.datetime | None
    likeness: float
    alike: tuple[Text, ...] = ()
    explained: Text = ("", "")


@dataclass(frozen=True, slots=True)
class ReportShown:
    """A recipient's report the case was opened on: what it is about in words, when it was made, whether it was
    answered; `path` of its page, empty for somebody who does not answer reports."""

    number: str
    kind: Text
    made_at: dt.datetime
    answered: bool
    path: str


@dataclass(frozen=True, slots=True)
class Doing(Choices):
    """What whoever looks may do with the case, and what the forms for it offer.

    * `unmasks`: see somebody's number, name or phone whole
    * `people`: whom it can be given to; `attachment_mb`: the largest file; `hold_until`: a day proposed for holding it
    """

    unmasks: bool = False
    people: tuple[tuple[int, str], ...] = ()
    attachment_mb: int = 20
    hold_until: dt.date | None = None

    @property
    def any(self) -> bool:
        """Whether there is anything to do."""
        return self.works or self.signs or self.unmasks


@dataclass(frozen=True, slots=True)
class Unmasked:
    """A whole value somebody asked for, shown once."""

    payment: str
    field: str
    value: str
    today: int
    above: int


@dataclass(frozen=True, slots=True)
class Whole:
    """Everything about the case that is not drawn: shared by the page and its print."""

    head: Head
    reasons: tuple[ReasonShown, ...] = ()
    next_steps: tuple[Text, ...] = ()
    precedents: tuple[PrecedentShown, ...] = ()
    members: tuple[MemberShown, ...] = ()
    more_members: str = ""
    found: tuple[tuple[str, int], ...] = ()
    notes: tuple[NoteShown, ...] = ()
    earlier_notes: int = 0
    files: tuple[FileShown, ...] = ()
    links: tuple[LinkShown, ...] = ()
    waiting: WaitingShown | None = None
    remembered: tuple[RememberedShown, ...] = ()
    history: tuple[StepShown, ...] = ()
    earlier: int = 0
    off: tuple[OffShown, ...] = ()
    models: tuple[str, ...] = ()
    doing: Doing = field(default_factory=Doing)
    meanwhile: tuple[StepShown, ...] = ()
    reports: tuple[ReportShown, ...] = ()

    @property
    def unanswered(self) -> int:
        """Reports whose makers still wait for an answer."""
        return sum(not one.answered for one in self.reports)
