"""The look-ups behind rights: seats of a person, places in the tree, who answers for what."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import cache, wraps
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Date,
    Select,
    Table,
    and_,
    bindparam,
    exists,
    func,
    or_,
    select,
)

from engine.cases import find_case
from engine.records import case, journal, metadata, task
from engine.stepping import find_task
from engine.transactions import Transaction
from workflows.access.records import upload
from workflows.access.standing_in import desk_of as desk_of
from workflows.access.standing_in import on_day as on_day
from workflows.admission.records import helper_assignment, meeting, vote
from workflows.meetings.records import planned_meeting
from workflows.organisations.kinds import PARTY_BUILDING_BOARD
from workflows.organisations.queries import tree_of as tree_of
from workflows.organisations.records import institution, organisation, organisation_place, succession
from workflows.organisations.resolution import answering as answering_for
from workflows.people.records import member, member_place, position, student, user_account

Answer = TypeVar("Answer")

# A board speaks for the committee it hangs under, and so looks down from where that committee stands.
BOARDS = (PARTY_BUILDING_BOARD,)
TREE = (organisation, organisation_place, succession)  # what the tree is read from


def once(*of: Table) -> Callable[[Callable[..., Answer]], Callable[..., Answer]]:
    """A look-up that a page asks for each of many seats and things, made once in a transaction; `of`: the
    tables that it reads, where they can be named here."""

    def made(ask: Callable[..., Answer]) -> Callable[..., Answer]:
        @wraps(ask)
        def asked(tx: Transaction, *about: Any) -> Answer:
            return tx.once((ask.__name__, *about), lambda: ask(tx, *about), *of)

        return asked

    return made


def seats_on(tx: Transaction, user_id: int, on: date) -> list[tuple[Any, ...]]:
    """(organisation, position, user stood in for, name of the organisation, that user's name, of a school?).

    A deputy sits in the very seat stood in for, and only while both rows hold; a deputy has no deputy, and
    who helps a candidate is a named member: nobody stands in for a helper.
    """
    return [tuple(row) for row in tx.execute(_SEATS, {"user": user_id, "day": on})]


def _may_be_deputised(original: Any, user_id: Any) -> ColumnElement[bool]:
    return and_(
        original.c.deputises_id.is_(None), original.c.position != "helper", original.c.user_id != user_id
    )


def _of_school(organisation_id: Any) -> ColumnElement[bool]:
    """The organisation is one of an institution, or the cell that some students are followed by."""
    i = institution.c
    of_one = or_(
        i.party_organisation_id == organisation_id,
        i.union_organisation_id == organisation_id,
        i.cell_id == organisation_id,
    )
    return or_(exists().where(of_one), exists().where(student.c.cell_id == organisation_id))


def _seats() -> Select[Any]:
    """Built once: every request asks it."""
    original, other = position.alias("original"), user_account.alias("other")
    own = position.c.deputises_id.is_(None)
    seat = func.coalesce(original.c.organisation_id, position.c.organisation_id)
    user: BindParameter[int] = bindparam("user")
    day = bindparam("day", type_=Date)
    return (
        select(
            seat,
            func.coalesce(original.c.position, position.c.position),
            original.c.user_id,
            organisation.c.name,
            other.c.name,
            _of_school(organisation.c.id),
        )
        .select_from(position)
        .join(user_account, user_account.c.id == position.c.user_id)
        .outerjoin(original, original.c.id == position.c.deputises_id)
        .outerjoin(other, other.c.id == original.c.user_id)
        .join(organisation, organisation.c.id == seat)
        .where(position.c.user_id == user, user_account.c.active.is_(True), on_day(position, day))
        .where(or_(own, on_day(original, day) & _may_be_deputised(original, user)))
        .order_by(own.desc(), position.c.id)
    )


_SEATS = _seats()
SEATED = (position, user_account, organisation, institution, student)  # what that is read from


@once(case)
def case_row(tx: Transaction, case_id: int) -> Any:
    return tx.execute(
        select(case.c.id, case.c.subject_id, case.c.custodian_id, case.c.closed_as).where(
            case.c.id == case_id
        )
    ).one_or_none()


class TaskLine(NamedTuple):
    """An open task with the custodian of its case."""

    id: int
    case_id: int
    lane: str
    organisation_id: int | None
    custodian_id: int


_TASK = (
    select(task.c.id, task.c.case_id, task.c.lane, task.c.organisation_id, case.c.custodian_id)
    .join(case, case.c.id == task.c.case_id)
    .where(task.c.id == bindparam("task"))
)


@once(case, task)
def task_row(tx: Transaction, task_id: int) -> TaskLine | None:
    """The line of an open task; of a case that is held, from what is known of it."""
    if tx.held:
        found = find_task(tx, task_id)
        held = find_case(tx, found.case_id) if found is not None else None
        if found is None or held is None:
            return None
        return TaskLine(found.id, found.case_id, found.lane, found.organisation_id, held.custodian_id)
    row = tx.execute(_TASK, {"task": task_id}).first()
    return TaskLine(*tuple(row)) if row else None


@once(vote, meeting)
def vote_row(tx: Transaction, vote_id: int) -> Any:
    """A recorded vote: its case, the organisation whose body voted, who wrote it, whether it stands."""
    return tx.execute(
        select(vote.c.id, vote.c.case_id, vote.c.proposed_by, vote.c.status, meeting.c.organisation_id)
        .join(meeting, meeting.c.id == vote.c.meeting_id)
        .where(vote.c.id == vote_id)
    ).one_or_none()


@once(planned_meeting)
def meeting_row(tx: Transaction, meeting_id: int) -> Any:
    """A planned meeting: whose body meets."""
    return tx.execute(
        select(planned_meeting.c.id, planned_meeting.c.organisation_id).where(
            planned_meeting.c.id == meeting_id
        )
    ).one_or_none()


@once(task, helper_assignment, user_account)
def helps(tx: Transaction, user_id: int, task_id: int) -> bool:
    """The user is the member who helps the candidate of the task now, and the task is a helper's."""
    found = exists().where(
        task.c.id == task_id,
        task.c.lane == "helper",
        helper_assignment.c.case_id == task.c.case_id,
        helper_assignment.c.valid_to.is_(None),
        helper_assignment.c.member_id == user_account.c.member_id,
        user_account.c.id == user_id,
    )
    return bool(tx.execute(select(found)).scalar())


@once(student)
def student_exists(tx: Transaction, student_id: int) -> bool:
    return bool(tx.execute(select(exists().where(student.c.id == student_id))).scalar())


@once(*TREE)
def above(tx: Transaction, organisation_id: int, on: date) -> set[int]:
    """Organisations above this one on the day, with the boards that work for them."""
    tree = tree_of(tx)
    higher = tree.ancestors_on(organisation_id, on)
    boards = {
        child
        for one in higher
        for child in tree.children_on(one, on)
        if child in tree.nodes and tree.nodes[child].kind in BOARDS
    }
    return {*higher, *boards} - {organisation_id}


@once(*TREE)
def committees_above(tx: Transaction, organisation_id: int, on: date) -> set[int]:
    """Organisations above this one on the day, without the boards."""
    return set(tree_of(tx).ancestors_on(organisation_id, on))


@once(*TREE)
def deciding(tx: Transaction, custodian_id: int, on: date) -> set[int]:
    """Who decides on a case of this custodian: the committee, the board that works for it, those above."""
    tree = tree_of(tx)
    committee = answering_for(tree, "deciding_committee", custodian_id, on)
    if committee is None or committee == custodian_id:
        return set()
    board = answering_for(tree, "party_building_board", custodian_id, on)
    return {committee, *above(tx, committee, on)} | ({board} if board is not None else set())


def below(tx: Transaction, organisation_ids: Sequence[int], on: date) -> set[int]:
    """These and what stands under them on the day; a board looks down from the committee it works for."""
    tree = tree_of(tx)
    heads = set(organisation_ids)
    for one in organisation_ids:
        node, committee = tree.nodes.get(one), tree.parent_on(one, on)
        if node is not None and node.kind in BOARDS and committee is not None:
            heads.add(committee)
    return heads.union(*(tree.descendants_on(one, on) for one in heads))


@once(task)
def answering(tx: Transaction, case_id: int) -> set[int]:
    """Organisations that owe an open task of the case."""
    rows = tx.execute(
        select(task.c.organisation_id).where(task.c.case_id == case_id, task.c.organisation_id.is_not(None))
    )
    return {row.organisation_id for row in rows}


@once(user_account, position, student, institution, *TREE)
def places_of_account(tx: Transaction, account_id: int, on: date) -> set[int] | None:
    """Where the account sits today or later; else where it last sat, else its student's, else the roots."""
    account = tx.execute(
        select(user_account.c.id, user_account.c.student_id).where(user_account.c.id == account_id)
    ).one_or_none()
    if account is None:
        return None
    p = position.c
    rows = tx.execute(
        select(p.organisation_id, p.valid_to).where(p.user_id == account_id, p.deputises_id.is_(None))
    ).all()
    now = {row.organisation_id for row in rows if row.valid_to is None or row.valid_to > on}
    last = max((row.valid_to for row in rows if row.valid_to is not None), default=None)
    before = {row.organisation_id for row in rows if row.valid_to == last}
    return now or before or _cell_of(tx, account.student_id) or set(tree_of(tx).children_on(None, on))


def _cell_of(tx: Transaction, student_id: int | None) -> set[int]:
    """The cell that follows a student, else the Party organisation of the school."""
    s, i = student.c, institution.c
    found = tx.execute(
        select(func.coalesce(s.cell_id, i.cell_id, i.party_organisation_id))
        .join(institution, i.id == s.institution_id)
        .where(s.id == student_id)
    ).scalar()
    return set() if found is None else {int(found)}


def places_of_institution(tx: Transaction, institution_id: int, on: date) -> set[int] | None:
    """Its organisations; the roots for one that has none yet."""
    i = institution.c
    row = tx.execute(
        select(i.party_organisation_id, i.union_organisation_id, i.cell_id).where(i.id == institution_id)
    ).one_or_none()
    if row is None:
        return None
    own = {one for one in tuple(row) if one is not None}
    return own or set(tree_of(tx).children_on(None, on))


@once(student, institution)
def school_of(tx: Transaction, student_id: int) -> set[int]:
    """Party and union organisations of the student's institution, and the cell that follows the student."""
    row = tx.execute(
        select(
            student.c.cell_id,
            institution.c.cell_id,
            institution.c.party_organisation_id,
            institution.c.union_organisation_id,
        )
        .join(institution, institution.c.id == student.c.institution_id)
        .where(student.c.id == student_id)
    ).one_or_none()
    if row is None:
        return set()
    own_cell, default_cell, party, union = tuple(row)
    cell = own_cell if own_cell is not None else default_cell
    return {one for one in (cell, party, union) if one is not None}


@once(upload, institution)
def schools_of_upload(tx: Transaction, upload_id: int) -> set[int] | None:
    """Organisations of the institution that a list was uploaded for; None when it is gone."""
    row = tx.execute(
        select(
            institution.c.cell_id, institution.c.party_organisation_id, institution.c.union_organisation_id
        )
        .join(upload, upload.c.institution_id == institution.c.id)
        .where(upload.c.id == upload_id)
    ).one_or_none()
    return None if row is None else {one for one in row if one is not None}


@cache
def _custodian() -> Select[Any]:
    steps = metadata.tables["custody"].c
    newest = select(steps.organisation_id).where(steps.student_id == bindparam("student"))
    return newest.order_by(steps.seq.desc()).limit(1)


@once()
def custodian_of(tx: Transaction, student_id: int) -> int | None:
    """The organisation that answers for a person by the last step of the stair, else the cell on whose roll
    the person is as a member; None: nobody of ours does.

    The stair is of a room that builds on this one: so by name.
    """
    found: int | None = tx.execute(_custodian(), {"student": student_id}).scalar()
    return found if found is not None else tx.execute(_CELL_OF_MEMBER, {"student": student_id}).scalar()


def keepers_of(tx: Transaction, student_id: int, on: date) -> set[int]:
    """The school's organisations as long as one of them, or one under them, answers for the person; then who
    took over, with the desk that stands in."""
    school, holder = school_of(tx, student_id), custodian_of(tx, student_id)
    if holder is None:
        return school
    tree = tree_of(tx)
    standing = tree.standing(holder, on)
    if school.isdisjoint((standing, *tree.ancestors_on(standing, on))):
        return {standing, desk_of(tx, standing, on) or standing}
    return school


_CELL_OF_MEMBER = (
    select(member_place.c.cell_id)
    .join(member, member.c.id == member_place.c.member_id)
    .where(member.c.student_id == bindparam("student"), member_place.c.valid_to.is_(None))
)


class Sides(NamedTuple):
    """Of a handover: who hands on, who was asked to take over or did, and whether somebody took over."""

    senders: set[int]
    receivers: set[int]
    taken_over: bool


SPENT = ("recalled", "called_off", "returned")  # letters that are nobody's concern; the newest still tells so


@once()
def handover_row(tx: Transaction, handover_id: int) -> Sides | None:
    h, o = metadata.tables["handover"].c, metadata.tables["handover_offer"].c
    row = tx.execute(select(h.from_id, h.cell_id).where(h.case_id == handover_id)).first()
    if row is None:
        return None
    letters = select(o.sender_id, o.receiver_id, o.answer).where(o.handover_id == handover_id)
    offers = list(tx.execute(letters.order_by(o.id)))
    standing = [one for one in offers if one.answer not in SPENT or one is offers[-1]]
    asked = {one.receiver_id for one in standing} | {row.cell_id}
    over = row.cell_id is not None or any(one.answer == "taken_away" for one in offers)
    return Sides({row.from_id, *(one.sender_id for one in offers)} - {None}, asked - {None}, over)


@once(journal)
def former_custodians(tx: Transaction, case_id: int) -> set[int]:
    """Custodians before the present one, as the journal wrote them down."""
    rows = tx.execute(
        select(journal.c.facts).where(journal.c.case_id == case_id, journal.c.kind == "custodian")
    )
    return {int(row.facts["from"]) for row in rows if "from" in (row.facts or {})}


def receivers(tx: Transaction, task_line: Any, on: date) -> set[int]:
    """Who may type the paper of an organisation without an account: the custodian, the one above it, and the
    nearest superior of the owing organisation that has one.

    A reply to a request may always be typed: it may come on paper even where the giver has an account.
    """
    return tx.once(("receivers", task_line.id, on), lambda: _receivers(tx, task_line, on))


def _receivers(tx: Transaction, task_line: Any, on: date) -> set[int]:
    owing = task_line.organisation_id
    desk = desk_of(tx, owing, on) if owing is not None else None
    if desk is not None and desk == owing and task_line.lane not in BY_PAPER:
        return set()
    committee = tree_of(tx).parent_on(task_line.custodian_id, on)
    return {one for one in (task_line.custodian_id, committee, desk) if one is not None} - {owing}


BY_PAPER = frozenset({"addressee", "opinion_giver", "candidate", "helper", "union_branch"})
