"""Where leavers go, written down by the school as far as it is known; and nobody leaves without that.

What stands here binds nobody: the handover itself says where to. It is what the season proposes.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select

from engine.errors import Conflict, InvalidAnswers, Text
from engine.time import day_of
from engine.transactions import Transaction
from workflows import access
from workflows.admission.fields import Sheet, choice, line, one_of
from workflows.admission.side_acts import read_form
from workflows.organisations.queries import tree_of
from workflows.season.leavers import Leaver, leavers
from workflows.season.records import leaver_destination
from workflows.season.words import REASONS
from workflows.transfers.destinations import RECEIVERS

ONE = Text("Hãy ghi một nơi đến, hoặc chọn một lý do chưa có nơi đến, không ghi cả hai.")
NO_PLACE = Text("Không có tổ chức này, hoặc nơi đó không nhận người. Hãy chọn trong danh sách.")
NOT_YET = Text(
    "Người này đang có hồ sơ mở hoặc là đảng viên mà chưa biết đi đâu. Trước khi ghi rời trường, hãy ghi"
    " nơi đến, hoặc lý do chưa có nơi đến, ở mục “Mùa tốt nghiệp”, hoặc chuẩn bị chuyển giao (“Chuyển đơn"
    " vị”), để không ai bị bỏ sót."
)
NOT_HOME = Text("Không tìm thấy nơi cư trú trong cây tổ chức của {count} người: {names}. Hãy bỏ chọn họ.")
NAMED_AT_MOST = 5  # in that refusal


class Destination(Sheet):
    """One of three; nothing at all takes back what was said before."""

    organisation_id = one_of("Nơi đến trong hệ thống", "receivers")
    addressee = line("Hoặc nơi ngoài hệ thống", longest=250)
    reason = choice("Hoặc chưa có nơi đến, vì", REASONS, widget="select")


def record_destination(
    tx: Transaction, student_id: int, answers: Mapping[str, Any], *, by: int, now: datetime
) -> int:
    """What the school knows now; the newest stands. Raises NotFound, NotAllowed, InvalidAnswers."""
    access.require(tx, by, "season.record", access.Student(student_id), day_of(now))
    row = _row(tx, read_form(Destination, answers), by=by, now=now)
    return tx.insert(leaver_destination, {"student_id": student_id, **row})


def record_same(
    tx: Transaction, students: Sequence[int], answers: Mapping[str, Any], *, by: int, now: datetime
) -> int:
    """The same place or reason for several; gives how many. All of them or nobody."""
    _require_all(tx, students, by, day_of(now))
    row = _row(tx, read_form(Destination, answers), by=by, now=now)
    tx.execute(insert(leaver_destination), [{**row, "student_id": one} for one in students])
    return len(students)


def record_homes(tx: Transaction, students: Sequence[int], *, by: int, now: datetime) -> int:
    """Each of them to the place of residence, as the tree has it; gives how many. All of them or nobody.

    Raises InvalidAnswers (`home`) with the names of those whose residence nobody knows.
    """
    _require_all(tx, students, by, day_of(now))
    found = leavers(tx, tree_of(tx).nodes, day_of(now), students=students, leaving_on=day_of(now))
    unknown = [one.row.name for one in found if one.proposed is None]
    if unknown or not found:
        named = ", ".join(unknown[:NAMED_AT_MOST]) + (" …" if len(unknown) > NAMED_AT_MOST else "")
        raise InvalidAnswers({"home": [Text(NOT_HOME.msgid, count=len(unknown), names=named)]})
    nothing = {"addressee": None, "reason": None, "by_user": by, "recorded_at": now}
    rows = [{"student_id": one.row.student_id, "organisation_id": one.proposed, **nothing} for one in found]
    tx.execute(insert(leaver_destination), rows)
    return len(rows)


def _require_all(tx: Transaction, students: Sequence[int], by: int, on: date) -> None:
    for student_id in students:
        access.require(tx, by, "season.record", access.Student(student_id), on)


def _row(tx: Transaction, said: Mapping[str, Any], *, by: int, now: datetime) -> dict[str, Any]:
    values = {name: said.get(name) or None for name in ("organisation_id", "addressee", "reason")}
    if sum(value is not None for value in values.values()) > 1:
        raise InvalidAnswers({"organisation_id": [ONE]})
    node = tree_of(tx).nodes.get(values["organisation_id"] or 0)
    known = node is not None and node.kind in RECEIVERS and node.stands_on(day_of(now))
    if values["organisation_id"] is not None and not known:
        raise InvalidAnswers({"organisation_id": [NO_PLACE]})
    return {**values, "by_user": by, "recorded_at": now}


def destination_of(tx: Transaction, student_id: int) -> Any:
    """The newest word; None where nobody ever said one."""
    query = select(leaver_destination).where(leaver_destination.c.student_id == student_id)
    return tx.execute(query.order_by(leaver_destination.c.id.desc()).limit(1)).first()


def refuse_lost(tx: Transaction, student_id: int, on: date) -> None:
    """Conflict for a leaver of whom neither a place to go to nor a reason is known."""
    found = leaver_of(tx, student_id, on)
    if found is not None and found.lost:
        raise Conflict(NOT_YET)


def leaver_of(tx: Transaction, student_id: int, on: date) -> Leaver | None:
    """One person, as the season sees a leaver; None for somebody who need not be handed on."""
    everywhere = tree_of(tx).nodes
    return next(iter(leavers(tx, everywhere, on, students=[student_id], leaving_on=on)), None)
