"""A duty that came back written down as done, on its paper; or taken back where that was a mistake."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update

from engine.errors import Conflict, InvalidAnswers, NotFound, Text
from engine.transactions import Transaction
from workflows.administration.log import note
from workflows.schedules.duties import DUTIES, POOL_REVIEW
from workflows.schedules.records import duty_done


def record_duty(
    tx: Transaction,
    organisation_id: int,
    duty: str,
    period: str,
    *,
    done_on: date,
    number: str,
    by: int,
    on: date,
    now: datetime,
) -> int:
    """It was done on that day, on that paper; a form sent twice says it once. The review of the pool is kept
    where it is done."""
    if duty not in DUTIES or duty == POOL_REVIEW:
        raise NotFound
    if done_on > on:
        raise InvalidAnswers({"done_on": [Text("Ngày này ở tương lai.")]})
    row = {"organisation_id": organisation_id, "duty": duty, "period": period, "on_day": done_on}
    before = _the_same(tx, row | {"number": number})
    if before is not None:
        return before
    found = tx.insert(duty_done, row | {"number": number, "by_user": by, "recorded_at": now})
    facts: dict[str, Any] = {"duty": duty, "period": period, "number": number}
    note(tx, "duty_done", organisation_id=organisation_id, on=done_on, by=by, now=now, **facts)
    return found


def _the_same(tx: Transaction, row: Mapping[str, Any]) -> int | None:
    """The number of the row that says just this; a duty may be asked for several times, each by its paper."""
    d = duty_done.c
    query = select(d.id).where(*(d[name] == value for name, value in row.items()), d.withdrawn_at.is_(None))
    found: int | None = tx.execute(query.limit(1)).scalar()
    return found


def withdraw_duty(
    tx: Transaction, organisation_id: int, done_id: int, *, by: int, on: date, now: datetime
) -> None:
    """It was written down by mistake."""
    d = duty_done.c
    ours = (d.id == done_id, d.organisation_id == organisation_id)
    row = tx.execute(select(duty_done).where(*ours)).one_or_none()
    if row is None:
        raise NotFound
    still = update(duty_done).where(*ours, d.withdrawn_at.is_(None))
    if not tx.execute(still.values(withdrawn_by=by, withdrawn_at=now)).rowcount:
        raise Conflict(Text("Dòng này đã được thay hoặc rút. Hãy tải lại trang."))
    facts: dict[str, Any] = {"duty": row.duty, "period": row.period, "number": row.number}
    note(tx, "duty_withdrawn", organisation_id=organisation_id, on=on, by=by, now=now, **facts)
