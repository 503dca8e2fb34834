"""What people keep of schedules: the regular day of a body, the periods of a school.

Nothing past changes: a regular day holds from today or later, a period is withdrawn and written anew.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select, update

from engine.errors import Conflict, InvalidAnswers, NotFound, Text
from engine.transactions import Transaction
from workflows.administration.log import note
from workflows.meetings.bodies import bodies_of
from workflows.organisations.queries import tree_of
from workflows.organisations.records import institution
from workflows.schedules.records import meeting_day, school_period
from workflows.schedules.school_days import (
    BREAK,
    EXAM,
    FIRST_MONTH,
    GRADUATION,
    KINDS,
    LAST_GRADE,
    TERM,
    YEAR,
)

BY_NUMBER, BY_WEEKDAY, DEFAULT = "number", "weekday", "default"
WITHOUT_DAY = ("union_branch",)  # classes have no office that would keep one
ONE_AT_A_TIME = (YEAR, TERM)
TAKEN_ALONG = (TERM, EXAM, BREAK)  # several a year, for everybody


def keep_meeting_day(
    tx: Transaction,
    organisation_id: int,
    body: str,
    answers: Mapping[str, Any],
    *,
    by: int,
    on: date,
    now: datetime,
) -> None:
    """`answers`: how (number, weekday, default), day_of_month, weekday, nth, moved, since."""
    node = tree_of(tx).nodes.get(organisation_id)
    if node is None or body not in bodies_of(node.kind) or body in WITHOUT_DAY:
        raise NotFound
    if answers["since"] < on:
        raise _wrong("since", "Chỉ đổi được từ hôm nay trở đi.")
    how = answers["how"]
    row: dict[str, Any] = {"organisation_id": organisation_id, "body": body, "moved": bool(answers["moved"])}
    if how == BY_NUMBER:
        row["day"] = _within("day_of_month", answers.get("day_of_month"), 1, 31)
    elif how == BY_WEEKDAY:
        row |= {"weekday": _within("weekday", answers.get("weekday"), 0, 6), "nth": answers.get("nth")}
        if row["nth"] is None:
            raise _wrong("nth", "Hãy chọn tuần thứ mấy trong tháng.")
    tx.insert(meeting_day, row | {"valid_from": answers["since"], "by_user": by, "recorded_at": now})
    note(
        tx,
        "meeting_day_kept",
        organisation_id=organisation_id,
        on=on,
        by=by,
        now=now,
        name=node.name,
        since=answers["since"],
    )


def _within(field: str, value: int | None, least: int, most: int) -> int:
    if value is None or not least <= value <= most:
        raise _wrong(field, "Hãy ghi một số nguyên từ {least} đến {most}.", least=least, most=most)
    return value


def keep_period(
    tx: Transaction,
    institution_id: int | None,
    answers: Mapping[str, Any],
    *,
    by: int | None,
    on: date,
    now: datetime,
    instead_of: int | None = None,
) -> int:
    """A period of a school year, of one school or of the province; `instead_of`: the row that it replaces.

    The first one of its kind that a school writes takes the province's others along, as rows of its own.
    """
    row: dict[str, Any] = {
        name: answers.get(name) for name in ("year", "kind", "name", "first_day", "last_day")
    }
    row |= {name: answers.get(name) for name in ("grade", "course", "programme")}
    if row["kind"] == GRADUATION:
        row["last_day"] = row["first_day"]
    else:
        row |= {"grade": None, "course": None, "programme": None}
    taken_over = instead_of is not None and _is_common(tx, institution_id, instead_of)
    if institution_id is not None and row["kind"] in TAKEN_ALONG:
        _take_along(tx, institution_id, row["year"], row["kind"], instead_of, by=by, now=now)
    _check(tx, institution_id, row, instead_of)
    if instead_of is not None and not taken_over:
        _withdraw(tx, institution_id, instead_of, by=by, now=now)
    kept = row | {"institution_id": institution_id, "by_user": by, "recorded_at": now}
    number = tx.insert(school_period, kept)
    _note(tx, institution_id, "school_period_kept", answers["name"], on=on, by=by, now=now)
    return number


def _is_common(tx: Transaction, institution_id: int | None, period_id: int) -> bool:
    """A row of the province, seen by a school."""
    p = school_period.c
    query = select(p.id).where(p.id == period_id, p.institution_id.is_(None), p.withdrawn_at.is_(None))
    return institution_id is not None and tx.execute(query).first() is not None


def _take_along(
    tx: Transaction,
    institution_id: int,
    year: int,
    kind: str,
    without: int | None,
    *,
    by: int | None,
    now: datetime,
) -> None:
    """Where a school has no row of the kind yet, the province's become its own, but for the one replaced."""
    p = school_period.c
    of_kind = (p.year == year, p.kind == kind, p.withdrawn_at.is_(None))
    if tx.execute(select(p.id).where(p.institution_id == institution_id, *of_kind)).first() is not None:
        return
    fields = ("year", "kind", "name", "first_day", "last_day")
    common = select(p.id, *(p[name] for name in fields)).where(p.institution_id.is_(None), *of_kind)
    own = {"institution_id": institution_id, "by_user": by, "recorded_at": now}
    rows = [dict(row._mapping) | own for row in tx.execute(common) if row.id != without]
    for row in rows:
        del row["id"]
    if rows:
        tx.execute(insert(school_period), rows)


def withdraw_period(
    tx: Transaction, institution_id: int | None, period_id: int, *, by: int, on: date, now: datetime
) -> None:
    """The row stands no more; the school has the province's again where it wrote nothing else."""
    name = _withdraw(tx, institution_id, period_id, by=by, now=now)
    _note(tx, institution_id, "school_period_withdrawn", name, on=on, by=by, now=now)


def _withdraw(
    tx: Transaction, institution_id: int | None, period_id: int, *, by: int | None, now: datetime
) -> str:
    p = school_period.c
    ours = (p.id == period_id, p.institution_id.is_not_distinct_from(institution_id))
    row = tx.execute(select(p.name, p.withdrawn_at).where(*ours)).one_or_none()
    if row is None:
        raise NotFound
    still = update(school_period).where(*ours, p.withdrawn_at.is_(None))
    if not tx.execute(still.values(withdrawn_by=by, withdrawn_at=now)).rowcount:
        raise Conflict(Text("Dòng này đã được thay hoặc rút. Hãy tải lại trang."))
    return str(row.name)


def _check(
    tx: Transaction, institution_id: int | None, row: Mapping[str, Any], instead_of: int | None
) -> None:
    year, first, last = row["year"], row["first_day"], row["last_day"]
    if row["kind"] not in KINDS:
        raise _wrong("kind", "Hãy chọn một mục trong danh sách.")
    if row["grade"] not in (None, LAST_GRADE):
        raise _wrong("grade", "Học sinh phổ thông ra trường ở lớp {grade}.", grade=LAST_GRADE)
    if last is None or last < first:
        raise _wrong("last_day", "Ngày cuối không thể trước ngày đầu.")
    if not date(year, FIRST_MONTH - 1, 1) <= first <= last <= date(year + 1, FIRST_MONTH + 1, 30):
        raise _wrong("first_day", "Ngày này không thuộc năm học {year}.", year=f"{year}-{year + 1}")
    for other in _others(tx, institution_id, row, instead_of):
        if row["kind"] in ONE_AT_A_TIME and other.first_day <= last and other.last_day >= first:
            raise _wrong("first_day", "Trùng ngày với “{name}”.", name=other.name)
        if row["kind"] == GRADUATION and _same_people(row, other):
            raise _wrong("first_day", "Đã có ngày tốt nghiệp cho những người này: hãy sửa dòng đó.")


def _others(
    tx: Transaction, institution_id: int | None, row: Mapping[str, Any], instead_of: int | None
) -> list[Any]:
    p = school_period.c
    query = select(school_period).where(
        p.institution_id.is_not_distinct_from(institution_id),
        p.kind == row["kind"],
        p.withdrawn_at.is_(None),
    )
    if row["kind"] == GRADUATION:
        query = query.where(p.year == row["year"])
    return [other for other in tx.execute(query) if other.id != instead_of]


def _same_people(row: Mapping[str, Any], other: Any) -> bool:
    return all(row[name] == getattr(other, name) for name in ("grade", "course", "programme"))


def _note(
    tx: Transaction,
    institution_id: int | None,
    kind: str,
    name: str,
    *,
    on: date,
    by: int | None,
    now: datetime,
) -> None:
    i = institution.c
    row = tx.execute(select(i.name, i.party_organisation_id, i.cell_id).where(i.id == institution_id)).first()
    told = {"name": name, "school": row.name} if row is not None else {"name": name}
    if row is None:
        kind += "_for_all"
    place = (row.party_organisation_id or row.cell_id) if row is not None else None
    note(tx, kind, organisation_id=place, on=on, by=by, now=now, institution=institution_id, **told)


def _wrong(field: str, message: str, **params: object) -> InvalidAnswers:
    return InvalidAnswers({field: [Text(message, **params)]})
