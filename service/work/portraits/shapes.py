"""What a portrait is made of. Money in fen, moments with an offset; texts as (Chinese, English) pairs.

`key` names a thing within one portrait and holds nothing personal: an id that is none of somebody's numbers, or the
first characters of a keyed hash. `shown` is what stands on a screen: names and numbers are masked already.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

NodeKind = Literal["household", "person", "card", "phone", "device", "outlet", "official", "village", "collector"]
"""`collector`: the card or account money was swept to."""

TieKind = Literal[
    "belongs_to",  # person - household
    "lives_in",  # household - village
    "holds",  # person - card
    "paid_to",  # person - card: payments of the case or of the period
    "bound_to",  # card - phone, device; person - phone
    "drawn_at",  # card - outlet
    "swept_to",  # card - collector
    "prepared",  # official - person: lists prepared
    "entered",  # official - person: applications entered
    "decided",  # official - person: stages decided
    "opened_for",  # official, person or outlet - card: opened by proxy, or there
    "acts_for",  # official or person - card: it was handed to them
    "kin_of",  # person or official - person
    "serves_in",  # official - village
    "serves_as",  # official - person: the person behind the post
]


@dataclass(frozen=True, slots=True)
class Node:
    """One thing of the graph.

    * `shown`: its label; `note`: one more line (a post, a bank, "78 岁"), both languages
    * `is_hub`: the case is about it; `is_member`: a payment of the case touches it
    * `look_up`: path of its own page where whoever asks may open it, empty otherwise
    """

    key: str
    kind: NodeKind
    shown: tuple[str, str]
    note: tuple[str, str] = ("", "")
    is_hub: bool = False
    is_member: bool = False
    look_up: str = ""


@dataclass(frozen=True, slots=True)
class Tie:
    """A tie of two nodes, as known at the moment asked for.

    * `first_on`, `last_on`: when it was first and last seen; None where it has no date (kin)
    * `count`: payments, withdrawals or decisions behind it; `amount_fen` where it is money
    * `matters`: it lies on the path the case is about
    """

    one: str
    other: str
    kind: TieKind
    first_on: dt.date | None = None
    last_on: dt.date | None = None
    count: int = 1
    amount_fen: int | None = None
    matters: bool = False


@dataclass(frozen=True, slots=True)
class Graph:
    """The ego view of a case or a thing: the most telling nodes first, at most as many as asked for.

    `left_out`: how many nodes of each kind were left out; `elsewhere`: how many lie outside the asker's divisions and
    are not shown.
    """

    nodes: tuple[Node, ...]
    ties: tuple[Tie, ...]
    left_out: tuple[tuple[NodeKind, int], ...] = ()
    elsewhere: int = 0


EventKind = Literal[
    "applied", "decided", "posted", "submitted", "paid", "returned", "withdrawn", "swept", "card_opened",
    "card_changed", "card_closed", "phone_bound",
    "died", "moved", "on_record", "post_began", "post_ended", "reported", "scored",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened (`on_record`: any other fact of civil life). `text` says it in a few words; `known_at`
    when it was on record, where that is later than a day after it happened. `about` is a node's key; `in_case`: of a
    payment of the case."""

    at: dt.datetime
    kind: EventKind
    text: tuple[str, str]
    amount_fen: int | None = None
    known_at: dt.datetime | None = None
    about: str = ""
    disbursement_id: str = ""
    in_case: bool = False


@dataclass(frozen=True, slots=True)
class Peers:
    """One value against those it is compared with.

    * `measure`: what is compared, with its unit; `group`: who the peers are
    * `edges`, `counts`: a histogram, `len(edges) == len(counts) + 1`; `value`: where this one lies
    * `rank`: share of peers at or below `value`, 0 to 1; `peers`: how many there are
    * `median`: of the peers
    """

    measure: tuple[str, str]
    group: tuple[str, str]
    edges: tuple[float, ...]
    counts: tuple[int, ...]
    value: float
    median: float
    rank: float
    peers: int


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """A row a reason rests on. `key` as the reason names it (`table:key`, whole numbers of anybody cut), `columns`
    (name, what is shown) in Chinese, `columns_en` the same in English."""

    key: str
    table: tuple[str, str]
    columns: tuple[tuple[str, str], ...]
    columns_en: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """A payment in a list: `state` is paid, returned, waiting ...; `score` and `recommendation` where it was scored."""

    disbursement_id: str
    program_id: str
    item: str
    period: str
    amount_fen: int
    submitted_at: dt.datetime
    state: str
    payee: str
    card_last_four: str
    village: str
    score: float | None = None
    recommendation: str | None = None
    case_id: str | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is on record, as (Chinese, English): what it is called and what it is."""

    label: tuple[str, str]
    value: tuple[str, str]


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A person of a household, or behind a card or post. `key` is the keyed hash, `note` says what they are there."""

    key: str
    shown: str
    note: tuple[str, str] = ("", "")
    look_up: str = ""


@dataclass(frozen=True, slots=True)
class CardLine:
    """A card. `shown` its last four, `state` open, closed ...; `payments` and `amount_fen` paid to it, `key` the keyed
    hash."""

    key: str
    shown: str
    kind: tuple[str, str]
    state: tuple[str, str]
    holder: str = ""
    opened_on: dt.date | None = None
    closed_on: dt.date | None = None
    payments: int = 0
    amount_fen: int = 0
    look_up: str = ""


@dataclass(frozen=True, slots=True)
class PostLine:
    """A post an official holds or held: `place` the division's name; None where it is open."""

    official_id: str
    shown: str
    post: tuple[str, str]
    place: str
    from_on: dt.date | None = None
    to_on: dt.date | None = None
    look_up: str = ""


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case whoever asks may see. `outcome` of a closed one as people found it, None while it is open."""

    case_id: str
    desk: str
    typology: str
    state: str
    is_open: bool
    amount_fen: int
    member_count: int
    opened_at: dt.datetime
    closed_at: dt.datetime | None
    summary: tuple[str, str]
    outcome: str | None = None


@dataclass(frozen=True, slots=True)
class Sum:
    """Payments added up: `label` a year, a month or an item; `key` the same for programs (`2019`, `2019-07`, an id)."""

    key: str
    label: tuple[str, str]
    payments: int
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Portrait:
    """A household, person, card, official, village or program as far as whoever asks may see it.

    * `kind`, `key`: what it is and how its page is called (an id of ours or a keyed hash); `title` its heading
    * `facts`: what is on record; `rule` of a program: its rule in one sentence
    * `people`, `cards`, `posts`: those that belong to it; empty where that means nothing
    * `payments`: one page of them, newest first; `after` is handed in for the next, None at the end
    * `by_year`, `by_month` (oldest first), `by_item` (largest first): sums of all of them
    * `graph`, `events`: its ties and what happened, newest facts included; None and empty while the scorer is away
    * `peers`: its values against those of others
    * `cases`: open first, then closed, newest first: those whoever asks may see
    * `away`: why what the history would tell is missing, None when nothing is
    """

    kind: Literal["household", "person", "card", "official", "village", "program"]
    key: str
    title: tuple[str, str]
    facts: tuple[Fact, ...] = ()
    rule: tuple[str, str] = ("", "")
    people: tuple[PersonLine, ...] = ()
    cards: tuple[CardLine, ...] = ()
    posts: tuple[PostLine, ...] = ()
    payments: tuple[PaymentLine, ...] = ()
    after: str | None = None
    by_year: tuple[Sum, ...] = ()
    by_month: tuple[Sum, ...] = ()
    by_item: tuple[Sum, ...] = ()
    graph: Graph | None = None
    events: tuple[Event, ...] = ()
    peers: tuple[Peers, ...] = ()
    cases: tuple[CaseLine, ...] = ()
    away: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a payment was asked about, with the rows it rests on.

    * `code`: rule or model part; `kind`: rule, model or graph; `text`: the sentence; `weight` 0 to 1
    * `payments`: of how many payments of the case it was said (1 for one payment)
    * `disbursement_id`: a payment it was said of most strongly: ask `evidence` for its rows
    * `rows`: the rows; empty until asked for. `left_out`: how many more there are
    """

    code: str
    kind: str
    text: tuple[str, str]
    weight: float
    payments: int = 1
    disbursement_id: str = ""
    rows: tuple[EvidenceRow, ...] = ()
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Alike:
    """An innocent situation a rule looks for where its condition holds. Of how many payments it was `found` (the rule
    then does not ask), `not_found`, and of how many what is on record `cannot_tell`."""

    code: str
    text: tuple[str, str]
    found: int
    not_found: int
    cannot_tell: int


@dataclass(frozen=True, slots=True)
class Precedent:
    """A closed case that was like this one. `likeness` 0 to 1; `alike` says in what; `explained`: the look-alike people
    found where it was explained, empty otherwise."""

    case: CaseLine
    likeness: float
    alike: tuple[tuple[str, str], ...]
    explained: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Found:
    """What a search leads to: `path` of its page, `kind` and `shown` for a list where several fit."""

    kind: str
    shown: tuple[str, str]
    path: str
