"""Deputies: somebody stands in for the holder of a position, from a day to a day, for a reason.

A deputy works in the same organisation or in the office of its superior, is somebody else, holds a position
through the whole time, and is not away at that time: a chain of deputies ends nowhere. Nobody stands in for
a helper (the right rests on being that member) nor for an auditor (on a mandate).
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, or_, select

from engine.errors import Conflict, InvalidAnswers, NotFound, Text
from engine.transactions import Transaction
from workflows.administration.accounts import hold_account
from workflows.administration.log import note
from workflows.administration.positions import cut, overlapping
from workflows.organisations.kinds import PARTY_BUILDING_BOARD
from workflows.organisations.queries import tree_of
from workflows.organisations.records import organisation
from workflows.people.records import position, user_account

UNDEPUTISED = frozenset({"helper", "auditor"})
A_DAY = timedelta(days=1)
LONGEST = 10  # years; a slip of the keyboard, not a rule


class Deputy(NamedTuple):
    """Who stands in for whom; `valid_to` is the first day no longer."""

    id: int
    user_id: int
    name: str
    for_user: int
    for_name: str
    position: str
    organisation_id: int
    organisation: str
    valid_from: date
    valid_to: date | None
    reason: str | None

    @property
    def last(self) -> date | None:
        return self.valid_to - A_DAY if self.valid_to else None


class Possible(NamedTuple):
    """Somebody who could stand in."""

    id: int
    name: str
    position: str
    organisation: str


def name_deputy(
    tx: Transaction,
    position_id: int,
    account_id: int,
    *,
    since: date,
    last: date,
    reason: str,
    by: int,
    on: date,
    now: datetime,
) -> int:
    """`last` is the last day of standing in."""
    held = tx.execute(select(position).where(position.c.id == position_id).with_for_update()).first()
    if held is None or held.deputises_id is not None or held.position in UNDEPUTISED:
        raise NotFound
    if account_id == by:
        raise _wrong("deputy", "Không ai tự cử mình đi thay. Hãy nhờ quản trị viên khác.")
    if last.year - on.year > LONGEST:
        raise _wrong("last", "Ngày này cách hôm nay quá xa. Hãy xem lại năm.")
    until = last + A_DAY
    _require_days(held, since, until, on)
    for number in sorted({held.user_id, account_id}):  # in one order, so that two at once never deadlock
        deputy = hold_account(tx, number)
    deputy = tx.execute(select(user_account).where(user_account.c.id == account_id)).one()
    _require_person(tx, held, deputy, since, until)
    _require_free(tx, held, deputy, since, until)
    row = {
        "user_id": account_id,
        "organisation_id": held.organisation_id,
        "position": held.position,
        "valid_from": since,
        "valid_to": until,
        "deputises_id": position_id,
        "reason": reason,
    }
    found = tx.insert(position, row)
    facts = {"position": held.position, "since": since, "last": last, "reason": reason}
    note(
        tx,
        "deputy_named",
        organisation_id=held.organisation_id,
        user_id=account_id,
        on=on,
        by=by,
        now=now,
        for_user=held.user_id,
        **facts,
    )
    return found


def _require_days(held: Any, since: date, until: date, on: date) -> None:
    if since < on:
        raise _wrong("since", "Việc thay bắt đầu từ hôm nay hoặc muộn hơn.")
    if until <= since:
        raise _wrong("last", "Ngày cuối phải từ ngày bắt đầu trở đi.")
    if since < held.valid_from:
        raise _wrong("since", "Chức vụ này chỉ bắt đầu từ {day}.", day=_dmy(held.valid_from))
    if held.valid_to is not None and until > held.valid_to:
        raise _wrong("last", "Chức vụ này chỉ giữ đến hết {day}.", day=_dmy(held.valid_to - A_DAY))


def _require_person(tx: Transaction, held: Any, deputy: Any, since: date, until: date) -> None:
    if deputy.id == held.user_id:
        raise _wrong("deputy", "Không ai tự thay cho mình. Hãy chọn người khác.")
    if not deputy.active:
        raise _wrong("deputy", "Tài khoản của đồng chí {name} đang khóa.", name=deputy.name)
    p = position.c
    through = and_(p.valid_from <= since, or_(p.valid_to.is_(None), p.valid_to >= until))
    offices = offices_of(tx, held.organisation_id, since)
    works = select(p.id).where(
        p.user_id == deputy.id, p.deputises_id.is_(None), p.organisation_id.in_(offices), through
    )
    if tx.execute(works.limit(1)).first() is None:
        raise _wrong(
            "deputy",
            "Người thay phải giữ chức vụ ở chính tổ chức này hoặc ở cấp trên trực tiếp "
            "trong cả thời gian thay.",
        )


def _require_free(tx: Transaction, held: Any, deputy: Any, since: date, until: date) -> None:
    """One deputy at a time; who stands in is not away, who is away stands in for nobody."""
    share = overlapping(since, until)
    checks = (
        (position.c.deputises_id == held.id, "since", "Trong thời gian này đã có đồng chí {name} thay."),
        (
            position.c.deputises_id.in_(select(_own.c.id).where(_own.c.user_id == deputy.id)),
            "deputy",
            "Trong thời gian này chính đồng chí ấy cũng có người thay ({name}).",
        ),
        (
            and_(position.c.user_id == held.user_id, position.c.deputises_id.is_not(None)),
            "since",
            "Trong thời gian này đồng chí {name} đang thay cho người khác: hãy kết thúc việc thay ấy trước.",
        ),
    )
    for rows, field, message in checks:
        query = select(user_account.c.name).join(position, position.c.user_id == user_account.c.id)
        found = tx.execute(query.where(rows, share).limit(1)).scalar()
        if found is not None:
            raise _wrong(field, message, name=found)


_own = position.alias("own")


def end_deputy(
    tx: Transaction, deputy_id: int, *, by: int, on: date, now: datetime, holder: int | None = None
) -> None:
    """No longer from today; one not begun is taken back. `holder`: only of that person's positions."""
    found = [one for one in _deputies(tx, position.c.id == deputy_id) if holder in (None, one.for_user)]
    if not found:
        raise NotFound
    row = found[0]
    if row.valid_to is not None and row.valid_to <= on:
        raise Conflict(Text("Việc thay này đã kết thúc. Hãy tải lại trang để xem."))
    cut(tx, position.c.id == deputy_id, max(on, row.valid_from))
    note(
        tx,
        "deputy_ended",
        organisation_id=row.organisation_id,
        user_id=row.user_id,
        on=on,
        by=by,
        now=now,
        for_user=row.for_user,
        position=row.position,
        until=max(on, row.valid_from),
    )


def offices_of(tx: Transaction, organisation_id: int, on: date) -> list[int]:
    """Where a deputy may come from: the organisation itself, its superior and that one's board."""
    tree = tree_of(tx)
    above = tree.parent_on(organisation_id, on)
    if above is None:
        return [organisation_id]
    boards = [one for one in tree.children_on(above, on) if tree.nodes[one].kind == PARTY_BUILDING_BOARD]
    return [organisation_id, above, *boards]


def possible_deputies(tx: Transaction, organisation_id: int, without: int, on: date) -> list[Possible]:
    """Active holders of positions in these offices today, those of the organisation itself first."""
    offices = offices_of(tx, organisation_id, on)
    p, a, o = position.c, user_account.c, organisation.c
    rows = tx.execute(
        select(a.id, a.name, p.position, o.name.label("organisation"), p.organisation_id)
        .join(position, p.user_id == a.id)
        .join(organisation, o.id == p.organisation_id)
        .where(p.organisation_id.in_(offices), p.deputises_id.is_(None), a.id != without, a.active.is_(True))
        .where(p.valid_from <= on, or_(p.valid_to.is_(None), p.valid_to > on))
        .order_by((p.organisation_id != organisation_id), a.sort_key, a.id, p.id)
    ).all()
    first = {row.id: row for row in reversed(rows)}
    return [
        Possible(row.id, row.name, row.position, row.organisation) for row in rows if first[row.id] is row
    ]


def deputies_for(tx: Transaction, account_id: int, on: date) -> list[Deputy]:
    """Who stands in for this person, now or later."""
    return _deputies(tx, _own_holder(account_id), position.c.valid_to > on)


def standing_in_for(tx: Transaction, account_id: int, on: date) -> list[Deputy]:
    """For whom this person stands in, now or later."""
    return _deputies(tx, position.c.user_id == account_id, position.c.valid_to > on)


def deputies_in(tx: Transaction, organisation_id: int, on: date) -> list[Deputy]:
    """Who stands in for somebody of an organisation on that day or later."""
    return _deputies(tx, position.c.organisation_id == organisation_id, position.c.valid_to > on)


def _own_holder(account_id: int) -> ColumnElement[bool]:
    return position.c.deputises_id.in_(select(_own.c.id).where(_own.c.user_id == account_id))


def _deputies(tx: Transaction, *where: ColumnElement[bool]) -> list[Deputy]:
    rows: Sequence[Any] = tx.execute(
        _query().where(*where).order_by(position.c.valid_from, position.c.id)
    ).all()
    return [Deputy(*tuple(row)) for row in rows]


def _query() -> Select[Any]:
    p, a, o = position.c, user_account.c, organisation.c
    held, holder = position.alias("held"), user_account.alias("holder")
    return (
        select(
            p.id, a.id, a.name, held.c.user_id, holder.c.name, held.c.position,
            o.id, o.name, p.valid_from, p.valid_to, p.reason,
        )
        .select_from(position)
        .join(user_account, a.id == p.user_id)
        .join(held, held.c.id == p.deputises_id)
        .join(holder, holder.c.id == held.c.user_id)
        .join(organisation, o.id == held.c.organisation_id)
    )  # fmt: skip


def _wrong(field: str, message: str, **params: object) -> InvalidAnswers:
    return InvalidAnswers({field: [Text(message, **params)]})


def _dmy(day: date) -> str:
    return f"{day:%d/%m/%Y}"
