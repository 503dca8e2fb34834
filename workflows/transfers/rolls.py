"""What a handover changes on the rolls: of members, and of the school while the student is still there."""

from sqlalchemy import select, update

from workflows.admission import membership
from workflows.admission.acting import Acting
from workflows.organisations.queries import tree_of
from workflows.organisations.records import institution
from workflows.people.members import end_place, place_member, place_of
from workflows.people.records import student


def move_member(acting: Acting, cell: int) -> None:
    """On the roll of the new cell from the day of the answer, or of the last change of the roll, if later."""
    found = membership.member_with(acting.tx, acting.student_id)
    place = place_of(acting.tx, found, acting.on) if found is not None else None
    if found is not None and place is not None:
        since = max(acting.on, membership.last_change(acting.tx, found) or acting.on)
        place_member(acting.tx, found, cell_id=cell, status=place[1], since=since)


def go_away(acting: Acting) -> None:
    """A temporary transfer: the member stays on the sender's roll, an official one counts as away there."""
    change_status(acting, "official", "away")


def change_status(acting: Acting, before: str, after: str) -> None:
    found = membership.member_with(acting.tx, acting.student_id)
    place = place_of(acting.tx, found, acting.on) if found is not None else None
    if found is not None and place is not None and place[1] == before:
        since = max(acting.on, membership.last_change(acting.tx, found) or acting.on)
        place_member(acting.tx, found, cell_id=place[0], status=after, since=since)


def leave_roll(acting: Acting) -> None:
    found = membership.member_with(acting.tx, acting.student_id)
    if found is not None and place_of(acting.tx, found, acting.on) is not None:
        last = membership.last_change(acting.tx, found)
        end_place(acting.tx, found, on=max(acting.on, membership.day_after(last, acting.on)))


def follow_in_school(acting: Acting, cell: int) -> None:
    """Within the same school the new cell follows the student from now on; who has left it is on no roll of
    the new place, and the school's own sight of the person ends with its cells."""
    school = acting.tx.execute(
        select(institution.c.party_organisation_id)
        .join(student, student.c.institution_id == institution.c.id)
        .where(student.c.id == acting.student_id, student.c.left_on.is_(None))
    ).scalar()
    if school is not None and school in tree_of(acting.tx).ancestors_on(cell, acting.on):
        acting.tx.execute(update(student).where(student.c.id == acting.student_id).values(cell_id=cell))
