"""The graph in the entity model of FollowTheMoney, which tools of investigators read; schemata Person, BankAccount,
Payment, Family, Position, Occupancy, PublicBody of its published model. Ids are keyed hashes; no name, no number."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

Entity = dict[str, Any]


def graph(payments: Iterable[Any], kin: Iterable[Any], posts: Iterable[Any], zone: dt.timezone) -> Iterator[Entity]:
    """Entities of payments, of ties between people, and of posts; each id once.

    `payments` rows have `disbursement_id, person, card, card_last_four, amount_fen, program_id, period, known_at,
    run_id`; `kin` rows `person_hash, relative_hash, relation`; `posts` rows `official_id, person_hash, post,
    division_code, from_on, to_on`.
    """
    seen: set[str] = set()

    def once(entity: Entity) -> Iterator[Entity]:
        # Hashes, so that millions of ids take little memory.
        mark = hashlib.blake2b(entity["id"].encode(), digest_size=8).hexdigest()
        if mark not in seen:
            seen.add(mark)
            yield entity

    for row in payments:
        yield from once(_entity(f"item-{row.program_id}", "PublicBody", name=row.program_id))
        yield from once(_person(row.person))
        yield from once(
            _entity(f"card-{row.card}", "BankAccount", accountNumber=f"····{row.card_last_four}", currency="CNY")
        )
        yield from once(
            _entity(
                f"payment-{row.disbursement_id}",
                "Payment",
                payer=f"item-{row.program_id}",
                beneficiary=f"person-{row.person}",
                beneficiaryAccount=f"card-{row.card}",
                amount=f"{row.amount_fen // 100}.{row.amount_fen % 100:02d}",
                currency="CNY",
                date=row.known_at.astimezone(zone).date().isoformat(),
                programme=row.program_id,
                purpose=row.period,
                recordId=row.disbursement_id,
            )
        )
    for row in kin:
        yield from once(_person(row.person_hash))
        yield from once(_person(row.relative_hash))
        yield from once(
            _entity(
                f"kin-{row.person_hash}-{row.relative_hash}",
                "Family",
                person=f"person-{row.person_hash}",
                relative=f"person-{row.relative_hash}",
                relationship=row.relation,
            )
        )
    for row in posts:
        holder = f"person-{row.person_hash}" if row.person_hash else f"official-{row.official_id}"
        if row.person_hash:
            yield from once(_person(row.person_hash))
        else:
            yield from once(_entity(holder, "Person", name=row.official_id))
        position = f"post-{row.post}-{row.division_code}"
        yield from once(
            _entity(position, "Position", name=row.post.replace("_", " "), subnationalArea=row.division_code)
        )
        yield from once(
            _entity(
                f"held-{row.official_id}-{row.post}-{row.division_code}-{row.from_on}",
                "Occupancy",
                holder=holder,
                post=position,
                startDate=row.from_on or None,
                endDate=row.to_on or None,
            )
        )


def _person(person: str) -> Entity:
    return _entity(f"person-{person}", "Person", name=f"person {person[:8]}")


def _entity(number: str, schema: str, **properties: str | None) -> Entity:
    """An entity as the model writes it: every property a list."""
    return {"id": number, "schema": schema, "properties": {name: [v] for name, v in properties.items() if v}}
