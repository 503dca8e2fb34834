"""Somebody arrives from a place outside of the system, with a paper: the receiver writes it down and answers.

The person's school becomes one without organisations of ours, and the person has left it. Where the road goes
on from then is said by the papers: the case is adopted (`admission.adoption`) at the step they show.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from engine.documents import add_document
from engine.errors import InvalidAnswers, Text
from engine.records import document
from engine.rows import CaseRow
from engine.time import day_of
from engine.transactions import Transaction
from workflows import access
from workflows.admission.adoption import PaperAct, refuse_unsound, replay_papers, settle
from workflows.admission.fields import Sheet, choice, day, line
from workflows.admission.side_acts import open_admission, read_form
from workflows.documents.catalogue import papers
from workflows.organisations.kinds import INSTITUTIONS, PARTY_CELL
from workflows.organisations.queries import tree_of
from workflows.people.members import add_member
from workflows.people.names import search_key
from workflows.people.records import student
from workflows.people.students import add_student, student_left
from workflows.transfers import custody
from workflows.transfers.letters import LETTERS
from workflows.transfers.persons import outside_school
from workflows.transfers.words import VARIANTS

# What may come from there: nothing within one organisation of ours, and nobody who stays on another's roll.
FROM_OUTSIDE = ("a", "b1", "b2", "c", "formal")
OF_MEMBERS = frozenset({"formal"})


class Arrival(Sheet):
    """What the paper says of somebody who comes from outside of the system."""

    full_name = line("Họ và tên", required=True, longest=160)
    birth_date = day("Ngày sinh", required=True)
    school = line("Trường đã học", required=True, longest=200)
    school_kind = choice("Loại trường", tuple(INSTITUTIONS.items()), required=True, widget="select")
    left_on = day("Rời trường ngày", required=True)
    sender = line("Nơi giới thiệu", required=True, longest=250)
    variant = choice(
        "Hình thức giới thiệu",
        tuple((word, VARIANTS[word]) for word in FROM_OUTSIDE),
        required=True,
        widget="select",
        help="Đảng viên đến tạm thời vẫn ở danh sách nơi gửi: không ghi ở đây.",
    )
    number = line("Số, ký hiệu giấy giới thiệu", required=True, longest=40)
    on = day("Ngày ghi trên giấy giới thiệu", required=True)


def take_in(
    tx: Transaction,
    cell_id: int,
    answers: Mapping[str, Any],
    *,
    by: int,
    now: datetime,
    done: Sequence[PaperAct] = (),
) -> tuple[int, CaseRow | None]:
    """The person, and the admission at the step that the papers `done` show; None for an official member,
    whose letter of transfer is enough. Raises NotFound, NotAllowed, InvalidAnswers (`0.on` … of the papers).
    """
    today = day_of(now)
    seat = access.require(tx, by, "transfer.arrival", access.Organisation(cell_id), today)
    read = read_form(Arrival, answers)
    official = read["variant"] in OF_MEMBERS and not done
    _check(tx, cell_id, read, today)
    if not official:
        refuse_unsound(done, today)
    student_id = _person(tx, cell_id, read)
    _letter(tx, student_id, read, by, now)
    custody.hand(tx, student_id, None, on=read["left_on"], by=by, now=now)  # outside, until this letter
    if official:
        _member(tx, student_id, cell_id, read)
        custody.hand(tx, student_id, cell_id, on=read["on"], by=by, now=now)
        return student_id, None
    opened = open_admission(
        tx,
        student_id,
        by=by,
        on=done[0].on,
        now=now,
        cell_id=cell_id,
        before_system=True,
        for_user=seat.deputises,
    )
    replay_papers(tx, opened.id, done, by=by, now=now)
    return student_id, settle(tx, opened.id, len(done), by=by, now=now)


def _check(tx: Transaction, cell_id: int, read: Mapping[str, Any], today: date) -> None:
    for name in ("on", "left_on"):
        if read[name] > today:
            raise InvalidAnswers({name: [Text("Ngày {day} ở tương lai.", day=f"{read[name]:%d/%m/%Y}")]})
    node = tree_of(tx).nodes.get(cell_id)
    if node is None or node.kind != PARTY_CELL or not node.stands_on(today):
        raise InvalidAnswers({"cell": [Text("Nơi tiếp nhận phải là một chi bộ đang hoạt động.")]})
    if _known(tx, read):
        raise InvalidAnswers({"number": [Text("Người này đã được tiếp nhận theo giấy giới thiệu này.")]})


def _known(tx: Transaction, read: Mapping[str, Any]) -> bool:
    """Whether the same person came with the same paper before: a form sent twice makes nobody twice."""
    d, s = document.c, student.c
    query = (
        select(d.id)
        .join(student, s.id == d.subject_id)
        .where(d.case_id.is_(None), d.type == LETTERS[read["variant"]], d.number == read["number"])
        .where(d.on == read["on"], s.birth_date == read["birth_date"])
        .where(s.search_key == search_key(read["full_name"]))
    )
    return tx.execute(query.limit(1)).first() is not None


def _person(tx: Transaction, cell_id: int, read: Mapping[str, Any]) -> int:
    """On no roll of ours: the school is known by name alone, and has been left."""
    school = outside_school(tx, read["school"], read["school_kind"])
    found = add_student(tx, school, read["full_name"], read["birth_date"], cell_id=cell_id)
    student_left(tx, found, on=read["left_on"], reason="graduated")
    return found


def _letter(tx: Transaction, student_id: int, read: Mapping[str, Any], by: int, now: datetime) -> None:
    kind = LETTERS[read["variant"]]
    add_document(
        tx,
        case_id=None,
        subject_id=student_id,
        type=kind,
        number=read["number"],
        on=read["on"],
        organisation_id=None,
        title=f"{papers()[kind].title} ({read['sender']})",
        original=True,
        place=None,
        by=by,
        now=now,
        before_system=True,
    )


def _member(tx: Transaction, student_id: int, cell_id: int, read: Mapping[str, Any]) -> None:
    add_member(
        tx,
        read["full_name"],
        cell_id=cell_id,
        status="official",
        since=read["on"],
        birth_date=read["birth_date"],
        student_id=student_id,
    )
