"""Positions given and ended with dates. A position never held twice at once, a secretary never two."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, or_, select, update

from engine.errors import Conflict, InvalidAnswers, NotFound, Text
from engine.transactions import Transaction
from workflows.administration.accounts import hold_account
from workflows.administration.last import require_another_administrator
from workflows.administration.log import note
from workflows.founding.seats import ONLY_IN, UNIONS
from workflows.organisations.kinds import KINDS
from workflows.organisations.queries import tree_of
from workflows.organisations.records import organisation
from workflows.people.records import position, user_account
from workflows.people.users import add_position
from workflows.people.words import POSITIONS

# Held by one person at a time in an organisation.
SINGLE = frozenset({"secretary", "union_secretary"})


def give_position(
    tx: Transaction,
    account_id: int,
    organisation_id: int,
    word: str,
    *,
    since: date,
    until: date | None = None,
    by: int,
    on: date,
    now: datetime,
) -> int:
    """The account holds the position from `since`; `until` is the first day no longer."""
    tx.execute(select(organisation.c.id).where(organisation.c.id == organisation_id).with_for_update())
    account = hold_account(tx, account_id)
    if account_id == by:  # who administers would open the content of cases to oneself
        raise Conflict(Text("Không ai tự giao chức vụ cho mình. Hãy nhờ quản trị viên khác."))
    if not account.active:
        raise Conflict(Text("Tài khoản đang khóa. Hãy mở khóa trước khi giao chức vụ."))
    kind = _kind_standing(tx, organisation_id, since, until)
    word = "union_secretary" if word == "secretary" and kind in UNIONS else word
    _require_fit(account, word, kind)
    if until is not None and until <= since:
        raise _wrong("until", "Ngày thôi giữ chức vụ phải sau ngày bắt đầu.")
    _require_free(tx, account_id, organisation_id, word, since, until)
    found = add_position(tx, account_id, organisation_id, word, since=since, until=until)
    note(
        tx,
        "position_given",
        organisation_id=organisation_id,
        user_id=account_id,
        on=on,
        by=by,
        now=now,
        position=word,
        since=since,
        until=until,
    )
    return found


def _kind_standing(tx: Transaction, organisation_id: int, since: date, until: date | None) -> str:
    node = tree_of(tx).nodes.get(organisation_id)
    if node is None:
        raise NotFound
    if since < node.valid_from:
        raise _wrong("since", "{name} chỉ có từ ngày {day}.", name=node.name, day=_dmy(node.valid_from))
    if node.valid_to is not None and (until is None or until > node.valid_to):
        raise _wrong("since", "{name} kết thúc từ ngày {day}.", name=node.name, day=_dmy(node.valid_to))
    return node.kind


def _require_fit(account: Any, word: str, kind: str) -> None:
    if word not in POSITIONS:
        raise _wrong("position", "Chức vụ không hợp lệ.")
    kinds = ONLY_IN.get(word)
    if kinds and kind not in kinds:
        wanted = "; ".join(label for name, label in KINDS.items() if name in kinds)
        raise _wrong(
            "position", "“{position}” chỉ có ở: {wanted}.", position=Text(POSITIONS[word]), wanted=wanted
        )
    if account.student_id is not None:
        raise _wrong("position", "Tài khoản của học sinh, sinh viên không giữ chức vụ.")
    if word == "helper" and account.member_id is None:
        raise _wrong("position", "Người giúp đỡ phải là đảng viên: hãy nối tài khoản với đảng viên trước.")


def _require_free(
    tx: Transaction, account_id: int, organisation_id: int, word: str, since: date, until: date | None
) -> None:
    p, a = position.c, user_account.c
    who = p.user_id == account_id
    other = tx.execute(
        select(p.user_id, p.valid_from, p.valid_to, a.name)
        .join(a.id.table, a.id == p.user_id)
        .where(p.organisation_id == organisation_id, p.position == word, p.deputises_id.is_(None))
        .where(overlapping(since, until), or_(who, a.active.is_(True)) if word in SINGLE else who)
        .order_by(who.desc(), p.valid_from)
        .limit(1)
    ).first()
    if other is None:
        return
    if other.user_id == account_id:
        raise _wrong(
            "since",
            "Đồng chí {name} đã giữ chức vụ này từ {day}.",
            name=other.name,
            day=_dmy(other.valid_from),
        )
    raise _wrong(
        "since",
        "Đồng chí {name} đang giữ chức vụ này từ {day}. Hãy ghi ngày thôi giữ của đồng chí ấy trước.",
        name=other.name,
        day=_dmy(other.valid_from),
    )


def overlapping(since: date, until: date | None) -> ColumnElement[bool]:
    """Rows of `position` that share a day with [since, until)."""
    begun = position.c.valid_from < until if until is not None else position.c.id.is_not(None)
    return and_(begun, or_(position.c.valid_to.is_(None), position.c.valid_to > since))


def end_position(tx: Transaction, position_id: int, *, until: date, by: int, on: date, now: datetime) -> None:
    """`until` is the first day no longer held; deputies end with it.

    On its first day, if that is not past, the position is taken back as if never given.
    """
    row = _hold_position(tx, position_id)
    if row.deputises_id is not None:
        raise NotFound
    if row.valid_to is not None and row.valid_to <= on:
        raise _wrong("until", "Đồng chí ấy đã thôi chức vụ này từ {day}.", day=_dmy(row.valid_to))
    taken_back = until == row.valid_from >= on
    if until < row.valid_from or (until == row.valid_from and not taken_back):
        raise _wrong("until", "Ngày thôi giữ phải sau ngày bắt đầu {day}.", day=_dmy(row.valid_from))
    if row.position == "administrator":
        require_another_administrator(tx, row.organisation_id, on=on, without_position=position_id)
    cut(tx, position.c.deputises_id == position_id, until)
    cut(tx, position.c.id == position_id, until)
    note(
        tx,
        "position_withdrawn" if taken_back else "position_ended",
        organisation_id=row.organisation_id,
        user_id=row.user_id,
        on=on,
        by=by,
        now=now,
        position=row.position,
        until=until,
    )


def cut(tx: Transaction, rows: ColumnElement[bool], until: date) -> None:
    """Ends rows on a day; those that would begin on it or later were never held and go."""
    p = position.c
    tx.execute(delete(position).where(rows, p.valid_from >= until))
    still = or_(p.valid_to.is_(None), p.valid_to > until)
    tx.execute(update(position).where(rows, still).values(valid_to=until))


def _hold_position(tx: Transaction, position_id: int) -> Any:
    found = tx.execute(select(position).where(position.c.id == position_id).with_for_update()).first()
    if found is None:
        raise Conflict(Text("Chức vụ này vừa được rút. Hãy tải lại trang để xem."))
    return found


def _wrong(field: str, message: str, **params: object) -> InvalidAnswers:
    return InvalidAnswers({field: [Text(message, **params)]})


def _dmy(day: date) -> str:
    return f"{day:%d/%m/%Y}"
