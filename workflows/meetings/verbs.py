"""Plan a meeting, change it, cancel it, set its agenda, hold it: attendance once, one number for the minutes.

Nothing here votes: each vote is an act of its own (voting.py), under the day and the attendance kept here.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, insert, select, update

from engine import journal
from engine.errors import Conflict, InvalidAnswers, NotFound, Text
from engine.time import day_of
from engine.transactions import Transaction
from workflows.admission.dates import check_late
from workflows.admission.meetings import roll_on as seats_on
from workflows.documents.registers import next_number
from workflows.meetings import queries, results
from workflows.meetings.bodies import CELL, UNION_BRANCH, bodies_of, minutes_type
from workflows.meetings.queries import Planned
from workflows.meetings.records import agenda_item, meeting_attendance, planned_meeting
from workflows.meetings.rules import Room, may_come, ordered, room
from workflows.organisations.queries import organisation_row
from workflows.people.members import roll_on
from workflows.rules.editions import edition_on
from workflows.rules.queries import calendar_of

AHEAD: Final = timedelta(days=400)
BACK: Final = timedelta(days=400)
MOST_ITEMS: Final = 500
TOO_FAR = "Ngày họp phải trong khoảng một năm trước hoặc sau hôm nay."
HELD_ALREADY = "Cuộc họp này đã ghi kết quả, không đổi được nữa."


def plan(
    tx: Transaction,
    organisation_id: int,
    body: str,
    on_day: date,
    *,
    by: int,
    now: datetime,
    kind: str = "regular",
    branch: str | None = None,
    place: str | None = None,
    starts_at: str | None = None,
    request_key: str | None = None,
) -> int:
    """A meeting of a body on a day, to come or to be written down afterwards; a repeat gives the same one.

    Raises NotFound, InvalidAnswers, Conflict (the body meets on that day already).
    """
    again = _planned_before(tx, request_key)
    if again is not None:
        return again
    _check_body(tx, organisation_id, body, branch, on_day)
    _check_day(on_day, day_of(now))
    row = {
        "organisation_id": organisation_id,
        "body": body,
        "branch": branch or "",
        "kind": kind,
        "on_day": on_day,
        "starts_at": starts_at,
        "place": place,
        "status": "planned",
        "by": by,
        "recorded_at": now,
        "request_key": request_key,
    }
    number = tx.insert_unless_there(planned_meeting, row)
    if number is None:
        raise Conflict(_met_already(on_day))
    _note(tx, "meeting_planned", number, by, now, on_day)
    return number


def change(
    tx: Transaction,
    meeting_id: int,
    on_day: date,
    *,
    by: int,
    now: datetime,
    kind: str,
    place: str | None,
    starts_at: str | None,
) -> None:
    """Another day, place or hour, while nothing was recorded. Raises InvalidAnswers, Conflict, NotFound."""
    of = still_planned(tx, meeting_id)
    _check_body(tx, of.organisation_id, of.body, of.branch or None, on_day)
    _check_day(on_day, day_of(now))
    same = select(planned_meeting.c.id).where(
        planned_meeting.c.organisation_id == of.organisation_id,
        planned_meeting.c.body == of.body,
        planned_meeting.c.branch == of.branch,
        planned_meeting.c.on_day == on_day,
        planned_meeting.c.status != "cancelled",
        planned_meeting.c.id != of.id,
    )
    if tx.execute(same).first() is not None:
        raise InvalidAnswers({"on_day": [_met_already(on_day)]})
    values = {"on_day": on_day, "kind": kind, "place": place, "starts_at": starts_at}
    _update(tx, of.id, values)
    _note(tx, "meeting_changed", of.id, by, now, on_day)


def cancel(tx: Transaction, meeting_id: int, reason: str, *, by: int, now: datetime) -> None:
    """The meeting does not take place; its agenda is kept with it. A second time changes nothing."""
    of = _find(tx, meeting_id)
    if of.status == "cancelled":
        return
    still_planned(tx, meeting_id)
    _update(tx, of.id, {"status": "cancelled", "cancelled_because": reason})
    _note(tx, "meeting_cancelled", of.id, by, now, of.on_day)


def set_agenda(
    tx: Transaction,
    meeting_id: int,
    chosen: Sequence[tuple[int, str]],
    ranks: Mapping[tuple[int, str], int],
    *,
    by: int,
    now: datetime,
) -> int:
    """Who is voted on, in the order that the cell sets; says how many. `chosen` comes by name."""
    of = _find(tx, meeting_id)
    if of.status == "cancelled":
        raise Conflict(Text("Cuộc họp này đã hủy."))
    if len(chosen) > MOST_ITEMS:
        raise InvalidAnswers({"on": [Text("Nhiều quá {most} người trong một cuộc họp.", most=MOST_ITEMS)]})
    tx.execute(delete(agenda_item).where(agenda_item.c.planned_meeting_id == of.id))
    rows = [
        {"planned_meeting_id": of.id, "case_id": case_id, "element": element, "rank": rank}
        for rank, (case_id, element) in enumerate(ordered(chosen, ranks), start=1)
    ]
    if rows:
        tx.execute(insert(agenda_item), rows)
    return len(rows)


def hold(
    tx: Transaction,
    meeting_id: int,
    came: Mapping[int, str],
    figures: Room | None,
    *,
    by: int,
    now: datetime,
    chaired_by: str | None = None,
    written_by: str | None = None,
    minutes_number: str | None = None,
    take_number: bool = False,
    late_reason: str | None = None,
) -> Room:
    """The meeting took place: who came (or how many, where there is no roll), and the number of its minutes.

    `came`: member → word of rules.may_come; who is left out came as usual. Kept once: what was recorded
    before must agree, since votes rest on it. Raises InvalidAnswers, Conflict, NotFound.
    """
    of = _find(tx, meeting_id)
    if of.status == "cancelled":
        raise Conflict(Text("Cuộc họp này đã hủy."))
    today = day_of(now)
    if of.on_day > today:
        raise InvalidAnswers({"on_day": [Text("Cuộc họp ngày {day} chưa diễn ra.", day=_dmy(of.on_day))]})
    check_late(of.on_day, today, late_reason, edition_on(of.on_day), calendar_of(tx), before_system=False)
    if of.status == "held":
        return _agree(tx, of, came, figures)
    lines = lines_of(tx, of, came)
    seats = room((status, word) for _member, status, word in lines) if of.body == CELL else _given(figures)
    _check_room(tx, of, seats)
    _keep_attendance(tx, of, lines)
    values = {
        "status": "held",
        "chaired_by": chaired_by,
        "written_by": written_by,
        "minutes_number": _number(tx, of, minutes_number, take_number, by=by, now=now),
        "held_by": by,
        **vars(seats),
    }
    _update(tx, of.id, values)
    _note(tx, "meeting_held", of.id, by, now, of.on_day)
    return seats


def lines_of(tx: Transaction, of: Planned, came: Mapping[int, str]) -> list[tuple[int, str, str]]:
    """(member, status, came) for the roll of the day."""
    lines = []
    for line in roll_on(tx, of.organisation_id, of.on_day).lines if of.body == CELL else ():
        words = may_come(line.status)
        word = came.get(line.member_id) or next(iter(words))
        if word not in words:
            raise InvalidAnswers({f"came-{line.member_id}": [Text("Hãy chọn một mục trong danh sách.")]})
        lines.append((line.member_id, line.status, word))
    return lines


def _agree(tx: Transaction, of: Planned, came: Mapping[int, str], figures: Room | None) -> Room:
    """The attendance that was kept; somebody who typed another one meanwhile is told."""
    kept = kept_room(of)
    known = {one.member_id: one.came for one in results.attendance_of(tx, of.id)}
    other = any(known.get(member, word) != word for member, word in came.items())
    if kept is None or other or figures not in (None, kept):
        told = "Điểm danh của cuộc họp vừa được người khác ghi, khác với điểm danh vừa gửi. Hãy xem lại."
        raise InvalidAnswers({"present": [Text(told)]})
    return kept


def _given(figures: Room | None) -> Room:
    if figures is None:
        raise InvalidAnswers({"present": [Text("Hãy ghi số người có mặt.")]})
    return figures


def _check_room(tx: Transaction, of: Planned, seats: Room) -> None:
    """The figures are possible, agree with the roll or the seats of the body, and with what votes rest on."""
    if seats.members == 0:
        empty = "Danh sách ngày {day} chưa có ai có quyền biểu quyết. Hãy cập nhật danh sách trước."
        raise InvalidAnswers({"members": [Text(empty, day=_dmy(of.on_day))]})
    if seats.present > seats.counted:
        wrong = Text("Có mặt {present} nhiều hơn {most} người.", present=seats.present, most=seats.counted)
        raise InvalidAnswers({"present": [wrong]})
    known = seats_on(tx, of.organisation_id, of.body, of.on_day)
    if of.body != CELL and known.known and seats.members != known.members:
        wrong = Text("Ngày họp có {roll} ủy viên, biểu ghi {given}.", roll=known.members, given=seats.members)
        raise InvalidAnswers({"members": [wrong]})
    there = results.recorded(tx, of)
    if there is None or Room(there.members, there.exempt_absent, there.away, there.present) == seats:
        return
    told = Text(
        "Đã có biểu quyết của cuộc họp này ghi: tổng số {members}, được miễn vắng {exempt}, công tác xa "
        "{away}, có mặt {present}. Điểm danh phải khớp như vậy.",
        members=there.members,
        exempt=there.exempt_absent,
        away=there.away,
        present=there.present,
    )
    raise InvalidAnswers({"present": [told]})


def kept_room(of: Planned) -> Room | None:
    """The figures as they were kept; None while the meeting is only planned."""
    if of.present is None:
        return None
    return Room(of.members or 0, of.exempt_absent or 0, of.away or 0, of.present)


def _keep_attendance(tx: Transaction, of: Planned, lines: Sequence[tuple[int, str, str]]) -> None:
    rows = [
        {"planned_meeting_id": of.id, "member_id": member, "status": status, "came": word}
        for member, status, word in lines
    ]
    if rows:
        tx.execute(insert(meeting_attendance), rows)


def _number(
    tx: Transaction, of: Planned, typed: str | None, take: bool, *, by: int, now: datetime
) -> str | None:
    """The number of the minutes: the one on the paper, or the next of the register; None: not yet."""
    if not typed and not take:
        return None
    try:
        found = next_number(
            tx, of.organisation_id, None, minutes_type(of.body), on=of.on_day, by=by, now=now, wanted=typed
        )
    except InvalidAnswers as wrong:
        raise InvalidAnswers({"minutes_number": wrong.fields["number"]}) from None
    except Conflict as taken:
        raise InvalidAnswers({"minutes_number": [taken.text]}) from None
    return found.text


def still_planned(tx: Transaction, meeting_id: int) -> Planned:
    of = _find(tx, meeting_id)
    if of.status != "planned":
        raise Conflict(Text(HELD_ALREADY if of.status == "held" else "Cuộc họp này đã hủy."))
    return of


def _find(tx: Transaction, meeting_id: int) -> Planned:
    """The meeting; a writing transaction holds its row, so that two people take turns."""
    if tx.writing:
        tx.execute(select(planned_meeting.c.id).where(planned_meeting.c.id == meeting_id).with_for_update())
    of = queries.find(tx, meeting_id)
    if of is None:
        raise NotFound
    return of


def _planned_before(tx: Transaction, request_key: str | None) -> int | None:
    if not request_key:
        return None
    query = select(planned_meeting.c.id).where(planned_meeting.c.request_key == request_key)
    return tx.execute(query).scalar()


def _check_body(tx: Transaction, organisation_id: int, body: str, branch: str | None, on_day: date) -> None:
    row = organisation_row(tx, organisation_id)
    if row is None:
        raise NotFound
    if body not in bodies_of(row.kind):
        raise InvalidAnswers({"body": [Text("Tổ chức này không có hội nghị như vậy.")]})
    if (body == UNION_BRANCH) != bool(branch):
        raise InvalidAnswers({"branch": [Text("Hãy chọn chi đoàn, nếu là hội nghị chi đoàn.")]})
    if on_day < row.valid_from or (row.valid_to is not None and on_day >= row.valid_to):
        raise InvalidAnswers({"on_day": [Text("Ngày này tổ chức chưa có, hoặc không còn nữa.")]})


def _check_day(on_day: date, today: date) -> None:
    if not today - BACK <= on_day <= today + AHEAD:
        raise InvalidAnswers({"on_day": [Text(TOO_FAR)]})


def _met_already(on_day: date) -> Text:
    return Text("Đã có cuộc họp ngày {day} trong danh sách. Hãy mở cuộc họp đó.", day=_dmy(on_day))


def _update(tx: Transaction, meeting_id: int, values: Mapping[str, Any]) -> None:
    tx.execute(update(planned_meeting).where(planned_meeting.c.id == meeting_id).values(**values))


def _note(tx: Transaction, kind: str, meeting_id: int, by: int, now: datetime, on_day: date) -> None:
    facts = {"meeting": meeting_id, "day": on_day.isoformat()}
    journal.append(tx, None, kind, on=day_of(now), by=by, now=now, facts=facts)


def _dmy(day: date) -> str:
    return f"{day:%d/%m/%Y}"
