"""Positions of an organisation that ends or is split: they go on at its heir, step back, or end, by date."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import or_, select

from engine.transactions import Transaction
from workflows.administration.last import require_another_administrator
from workflows.administration.positions import SINGLE, cut
from workflows.founding.seats import ONLY_IN, UNIONS
from workflows.organisations.queries import tree_of
from workflows.people.records import position
from workflows.people.users import add_position
from workflows.reorganisation.going import Going
from workflows.reorganisation.words import FOLLOW, STEP_BACK

_P = position.c
STEPPED = {"secretary": "committee_member", "deputy_secretary": "committee_member"}


@dataclass(frozen=True)
class Passing:
    """One position: where it goes on and as what; None: it ends."""

    row: Any
    to: int | None
    word: str


def follow_seats(tx: Transaction, going: Going, today: date) -> dict[str, int]:
    """Positions end on the day and go on at the heir from it; deputies go with whom they stand in for."""
    passing = passing_of(tx, going)
    stays = [one for one in passing if one.to is None and not going.ends]
    for one in passing:
        if one.to is None and going.ends and one.row.position == "administrator":
            require_another_administrator(tx, going.organisation_id, on=today, without_position=one.row.id)
    counted: Counter[str] = Counter()
    for one in passing:
        if one not in stays:
            _pass_on(tx, one, going.on)
            counted["seats_ended" if one.to is None else _counted(one)] += 1
    return dict(counted)


def _counted(one: Passing) -> str:
    return "seats" if one.word == one.row.position else "seats_stepped"


def passing_of(tx: Transaction, going: Going) -> list[Passing]:
    """What becomes of every position that is held on the day or later, those of deputies aside."""
    query = select(position).where(
        _P.organisation_id == going.organisation_id,
        _P.deputises_id.is_(None),
        or_(_P.valid_to.is_(None), _P.valid_to > going.on),
    )
    found = []
    taken: set[tuple[int, str]] = set()
    for row in tx.execute(query.order_by(_P.valid_from, _P.id)):
        to = going.positions.get(row.id, going.rest if going.seats in (FOLLOW, STEP_BACK) else None)
        word = STEPPED.get(row.position, row.position) if going.seats == STEP_BACK else row.position
        if to is not None:
            word, to = _fitting(tx, row, word, to, going.on, taken)
        found.append(Passing(row, to, word))
    return found


def _fitting(
    tx: Transaction, row: Any, word: str, to: int, on: date, taken: set[tuple[int, str]]
) -> tuple[str, int | None]:
    """A post that only one holds is not held twice; what does not exist at the heir ends."""
    kind = tree_of(tx).nodes[to].kind
    if word in SINGLE and ((to, word) in taken or _held(tx, to, word, on)):
        word = "officer" if kind in UNIONS else "committee_member"
    wanted = ONLY_IN.get(word)
    if (wanted and kind not in wanted) or _held(tx, to, word, on, by=row.user_id):
        return word, None
    if word in SINGLE:
        taken.add((to, word))
    return word, to


def _held(tx: Transaction, organisation_id: int, word: str, on: date, by: int | None = None) -> bool:
    query = select(_P.id).where(
        _P.organisation_id == organisation_id,
        _P.position == word,
        _P.deputises_id.is_(None),
        or_(_P.valid_to.is_(None), _P.valid_to > on),
    )
    if by is not None:
        query = query.where(_P.user_id == by)
    return tx.execute(query.limit(1)).first() is not None


def _pass_on(tx: Transaction, one: Passing, on: date) -> None:
    row = one.row
    deputies = tx.execute(
        select(position).where(_P.deputises_id == row.id, or_(_P.valid_to.is_(None), _P.valid_to > on))
    ).all()
    cut(tx, _P.deputises_id == row.id, on)
    cut(tx, _P.id == row.id, on)
    if one.to is None:
        return
    since = max(on, row.valid_from)
    made = add_position(tx, row.user_id, one.to, one.word, since=since, until=row.valid_to)
    for deputy in deputies:
        tx.insert(
            position,
            {
                "user_id": deputy.user_id,
                "organisation_id": one.to,
                "position": one.word,
                "valid_from": max(on, deputy.valid_from),
                "valid_to": deputy.valid_to,
                "deputises_id": made,
                "reason": deputy.reason,
            },
        )
