"""What an admission changes on the roll of members: admitted, recognised, struck off, restored, moved."""

from datetime import date

from sqlalchemy import bindparam, func, select, update

from engine.transactions import Transaction
from workflows.admission.acting import Acting
from workflows.people.members import add_member, end_place, place_member, place_of
from workflows.people.records import member, member_place, student

PROBATIONARY, OFFICIAL = "probationary", "official"


def admit(acting: Acting, *, decided_on: date) -> None:
    """A probationary member of the cell from the ceremony on; party age counts from the decision."""
    found = member_of(acting)
    cell = acting.organisation_id or acting.case.custodian_id
    if found is not None:
        place_member(acting.tx, found, cell_id=cell, status=PROBATIONARY, since=acting.on)
        return
    person = acting.tx.execute(select(student).where(student.c.id == acting.student_id)).one()
    names = (person.family_name, person.middle_name, person.given_name)
    found = add_member(
        acting.tx,
        " ".join(name for name in names if name),
        cell_id=cell,
        status=PROBATIONARY,
        since=acting.on,
        birth_date=person.birth_date,
        admitted_on=decided_on,
        student_id=acting.student_id,
    )
    acting.facts |= {"member": found}


def recognise(acting: Acting, complete: date) -> None:
    """Official from the day on which probation was complete, or from the last change of cell, if later."""
    found = member_of(acting)
    if found is None:
        return
    acting.tx.execute(update(member).where(member.c.id == found).values(official_on=complete))
    place_member(
        acting.tx,
        found,
        cell_id=acting.case.custodian_id,
        status=OFFICIAL,
        since=max(complete, last_change(acting.tx, found) or complete),
    )


def leave(acting: Acting) -> None:
    """Off every roll from the day of the act."""
    found = member_of(acting)
    if found is not None and place_of(acting.tx, found, acting.on) is not None:
        end_place(acting.tx, found, on=max(acting.on, day_after(last_change(acting.tx, found), acting.on)))


def restore(acting: Acting) -> None:
    """The striking off was overturned: the place on the roll goes on as if it had never ended."""
    found = member_of(acting)
    if found is None:
        return
    last = select(func.max(member_place.c.id)).where(member_place.c.member_id == found).scalar_subquery()
    acting.tx.execute(update(member_place).where(member_place.c.id == last).values(valid_to=None))
    move(acting, acting.case.custodian_id)


def move(acting: Acting, cell_id: int) -> None:
    """A probationer stands on the new cell's roll."""
    found = member_of(acting)
    place = place_of(acting.tx, found, acting.on) if found is not None else None
    if found is not None and place is not None and place[0] != cell_id:
        place_member(acting.tx, found, cell_id=cell_id, status=place[1], since=acting.on)


def member_of(acting: Acting) -> int | None:
    """The member that this student became; None before the ceremony."""
    return member_with(acting.tx, acting.student_id)


_WITH = select(member.c.id).where(member.c.student_id == bindparam("student"))


def member_with(tx: Transaction, student_id: int) -> int | None:
    found: int | None = tx.once(
        ("member", student_id), lambda: tx.execute(_WITH, {"student": student_id}).scalar(), member
    )
    return found


def last_change(tx: Transaction, member_id: int) -> date | None:
    day: date | None = tx.execute(
        select(func.max(member_place.c.valid_from)).where(member_place.c.member_id == member_id)
    ).scalar()
    return day


def day_after(day: date | None, otherwise: date) -> date:
    """A place lasts a day at least, also for who is struck off on the day of a change."""
    return date.fromordinal(day.toordinal() + 1) if day is not None else otherwise
