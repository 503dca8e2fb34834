"""Members, students and the pool of a cell that ends or is split: to its heirs, by list, from the day on."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, and_, insert, or_, select, update

from engine.records import case
from engine.transactions import Transaction
from workflows.organisations.records import institution
from workflows.people.records import member_place, pool_entry, student
from workflows.reorganisation.going import Going

_M, _S, _E = member_place.c, student.c, pool_entry.c


def follow_members(tx: Transaction, going: Going) -> dict[str, int]:
    """Places on the roll that reach the day go on at the heir; those that begin later begin there."""
    query = select(member_place).where(
        _M.cell_id == going.organisation_id, or_(_M.valid_to.is_(None), _M.valid_to > going.on)
    )
    fresh, ended, moved = [], [], 0
    for row in tx.execute(query).all():
        heir = going.members.get(row.member_id, going.rest)
        if heir is None:
            continue
        moved += 1
        if row.valid_from >= going.on:
            tx.execute(update(member_place).where(_M.id == row.id).values(cell_id=heir))
            continue
        ended.append(row.id)
        place = {"member_id": row.member_id, "cell_id": heir, "status": row.status}
        fresh.append(place | {"valid_from": going.on, "valid_to": row.valid_to})
    if ended:
        tx.execute(update(member_place).where(_M.id.in_(ended)).values(valid_to=going.on))
        tx.execute(insert(member_place), fresh)
    return {"members": moved} if moved else {}


def follow_students(tx: Transaction, going: Going) -> dict[str, int]:
    """Who is followed by the cell, itself or through the school, and the pool: a case before its class."""
    followed = or_(
        _S.cell_id == going.organisation_id,
        and_(
            _S.cell_id.is_(None),
            _S.institution_id.in_(
                select(institution.c.id).where(institution.c.cell_id == going.organisation_id)
            ),
        ),
    )
    ours = (followed, _S.left_on.is_(None))
    counted = 0
    for heir in going.heirs:
        cases = [number for number, to in going.cases.items() if to == heir]
        classes = [name for name, to in going.classes.items() if to == heir]
        counted += _send(tx, ours, heir, _S.id.in_(_people(cases)))
        counted += _send(tx, ours, heir, _S.class_name.in_(classes))
    if going.rest is not None:
        own = _S.cell_id == going.organisation_id  # through the school: the school's link goes itself
        counted += _send(tx, (own, _S.left_on.is_(None)), going.rest)
    pool = _follow_pool(tx, going)
    return {name: number for name, number in (("students", counted), ("pool", pool)) if number}


def _people(cases: Collection[int]) -> Any:
    return select(case.c.subject_id).where(case.c.id.in_(cases))


def _send(tx: Transaction, ours: Any, heir: int, *wanted: ColumnElement[bool]) -> int:
    return int(tx.execute(update(student).where(*ours, *wanted).values(cell_id=heir)).rowcount)


def _follow_pool(tx: Transaction, going: Going) -> int:
    """Open entries go to the cell that follows the student now, else to the heir."""
    here = (_E.cell_id == going.organisation_id, _E.left_on.is_(None))
    moved = 0
    for heir in going.heirs:
        with_cell = select(_S.id).where(_S.cell_id == heir)
        moving = update(pool_entry).where(*here, _E.student_id.in_(with_cell))
        moved += int(tx.execute(moving.values(cell_id=heir)).rowcount)
    if going.rest is not None:
        moved += int(tx.execute(update(pool_entry).where(*here).values(cell_id=going.rest)).rowcount)
    return moved
