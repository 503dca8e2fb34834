"""The verbs on the tree: found, rename, move, end, succeed. All dated; no past day ever changes.

Each leaves a row in `organisation_change`. Recounting open clocks and placing open tasks again after a change
is for whoever calls: a move changes nothing that was done.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, insert, select, update

from engine.errors import InvalidAnswers, NotFound, Text
from workflows.organisations.codes import code14 as kept_code
from workflows.organisations.kinds import KINDS, ORGANS
from workflows.organisations.queries import forget_tree, tree_of
from workflows.organisations.records import (
    former_name,
    organisation,
    organisation_change,
    organisation_place,
    succession,
)
from workflows.people.names import search_key

if TYPE_CHECKING:
    from engine.transactions import Transaction


def found(
    tx: "Transaction",
    *,
    kind: str,
    name: str,
    parent_id: int | None,
    on: date,
    by: int | None,
    now: datetime,
    code14: str | None = None,
    commune_code: str | None = None,
    regime: str | None = None,
    decided_by: str | None = None,
) -> int:
    """A new organisation from a day on; returns its id.

    `decided_by`: standing or plenum, if it decides on admissions.
    """
    if kind not in KINDS:
        raise _wrong("kind", "Loại tổ chức không có trong danh mục.")
    _require_lasting(tx, parent_id, on, "parent_id")
    organisation_id = tx.insert(
        organisation,
        {
            "kind": kind,
            "name": _name(name),
            "name_key": search_key(name),
            "code14": kept_code(code14) if code14 else None,
            "commune_code": commune_code,
            "valid_from": on,
        },
    )
    _place(tx, organisation_id, parent_id, on, regime, decided_by)
    _note(tx, "found", organisation_id, on, by, now, {"kind": kind, "name": name, "parent": parent_id})
    return organisation_id


def rename(
    tx: "Transaction", organisation_id: int, name: str, *, on: date, by: int | None, now: datetime
) -> None:
    """A new name from a day on; the earlier one stays with the days before."""
    row = _standing(tx, organisation_id, on)
    latest = tx.execute(
        select(func.max(former_name.c.valid_to)).where(former_name.c.organisation_id == organisation_id)
    ).scalar()
    if on <= (latest or row.valid_from):
        raise _wrong(
            "on", "Ngày đổi tên phải sau lần đặt tên gần nhất ({day}).", day=_dmy(latest or row.valid_from)
        )
    tx.insert(former_name, {"organisation_id": organisation_id, "name": row.name, "valid_to": on})
    tx.execute(
        update(organisation)
        .where(organisation.c.id == organisation_id)
        .values(name=_name(name), name_key=search_key(name))
    )
    _note(tx, "rename", organisation_id, on, by, now, {"from": row.name, "to": name})


def give_code(
    tx: "Transaction", organisation_id: int, code: str, *, on: date, by: int | None, now: datetime
) -> None:
    """The 14-digit code, or none with an empty one; a code has no days of its own, the change is noted."""
    row = _standing(tx, organisation_id, on)
    code14 = kept_code(code) if code else None
    tx.execute(update(organisation).where(organisation.c.id == organisation_id).values(code14=code14))
    _note(tx, "code", organisation_id, on, by, now, {"from": row.code14, "to": code14})


def move(
    tx: "Transaction",
    organisation_id: int,
    parent_id: int | None,
    *,
    on: date,
    by: int | None,
    now: datetime,
    regime: str | None = None,
    decided_by: str | None = None,
) -> None:
    """A new place, or a new power in the same place, from a day on."""
    row = _standing(tx, organisation_id, on)
    _require_lasting(tx, parent_id, on, "parent_id")
    if parent_id == organisation_id or _below(tx, organisation_id, parent_id, on):
        raise _wrong("parent_id", "Tổ chức không thể trực thuộc chính nó hoặc tổ chức cấp dưới của nó.")
    _leave_place(tx, organisation_id, on)
    _place(tx, organisation_id, parent_id, on, regime, decided_by, row.valid_to)
    _note(tx, "move", organisation_id, on, by, now, {"parent": parent_id, "decided_by": decided_by})


def end(tx: "Transaction", organisation_id: int, *, on: date, by: int | None, now: datetime) -> None:
    """`on` is the first day on which it no longer exists. What stands under it has to be moved before.

    Its superior inherits what is open; an organisation without superior can only be succeeded.
    """
    if tree_of(tx).parent_on(organisation_id, on) is None:
        _standing(tx, organisation_id, on)
        raise _wrong("organisation_id", "Tổ chức này không có cấp trên: hãy chọn tổ chức kế tục.")
    _close(tx, organisation_id, on=on, by=by, now=now)


def _close(tx: "Transaction", organisation_id: int, *, on: date, by: int | None, now: datetime) -> None:
    row = _standing(tx, organisation_id, on)
    if row.valid_to is not None:
        raise _wrong("on", "{name} đã có ngày kết thúc {day}.", name=row.name, day=_dmy(row.valid_to))
    children = tree_of(tx).children_from(organisation_id, on)
    if children:
        raise _wrong(
            "organisation_id",
            "Còn {count} tổ chức trực thuộc: hãy chuyển các tổ chức ấy trước.",
            count=len(children),
        )
    if on <= row.valid_from:
        raise _wrong("on", "Ngày kết thúc phải sau ngày thành lập {day}.", day=_dmy(row.valid_from))
    _leave_place(tx, organisation_id, on)
    tx.execute(update(organisation).where(organisation.c.id == organisation_id).values(valid_to=on))
    _note(tx, "end", organisation_id, on, by, now, {})


def succeed(
    tx: "Transaction",
    predecessor_id: int,
    successor_ids: Sequence[int],
    *,
    on: date,
    by: int | None,
    now: datetime,
) -> None:
    """The predecessor ends on a day; what stood under it moves to the first successor, with its open cases.

    Later successors take over nothing by themselves: what is theirs is moved to them before. Its board and
    its political centre end with it, followed by those of the first successor.
    """
    if not successor_ids or predecessor_id in successor_ids or len(set(successor_ids)) != len(successor_ids):
        raise _wrong(
            "successor_ids", "Hãy chọn tổ chức kế tục khác với tổ chức kết thúc, mỗi tổ chức một lần."
        )
    _standing(tx, predecessor_id, on)
    for successor_id in successor_ids:
        _require_lasting(tx, successor_id, on, "successor_ids")
        kinds = {tree_of(tx).nodes[one].kind for one in (predecessor_id, successor_id)}
        if len(kinds) > 1 and kinds & ORGANS:
            raise _wrong("successor_ids", "Ban, trung tâm của cấp ủy chỉ kế tục tổ chức cùng loại.")
    _hand_down(tx, predecessor_id, successor_ids[0], on=on, by=by, now=now)
    _close(tx, predecessor_id, on=on, by=by, now=now)
    rows = [
        {"predecessor_id": predecessor_id, "successor_id": one, "on_day": on, "rank": rank}
        for rank, one in enumerate(successor_ids, start=1)
    ]
    tx.execute(insert(succession), rows)
    _note(tx, "succeed", predecessor_id, on, by, now, {"successors": list(successor_ids)})


def _hand_down(
    tx: "Transaction", predecessor_id: int, successor_id: int, *, on: date, by: int | None, now: datetime
) -> None:
    """Children go to the successor with the power they have; organs that serve the committee end with it."""
    tree = tree_of(tx)
    theirs = {tree.nodes[one].kind: one for one in tree.children_on(successor_id, on)}
    over = tree.parent_on(predecessor_id, on)
    for child in sorted(tree.children_on(predecessor_id, on), key=lambda one: one != successor_id):
        kind = tree.nodes[child].kind
        ends_with_it = kind in ORGANS and child != successor_id  # a successor lasts, whatever it is
        if ends_with_it and kind in theirs:
            succeed(tx, child, [theirs[kind]], on=on, by=by, now=now)
        elif ends_with_it:
            end(tx, child, on=on, by=by, now=now)
        else:
            place = tree.place_on(child, on)
            decided_by, regime = (place.decided_by, place.regime) if place else (None, None)
            under = (
                over if child == successor_id else successor_id
            )  # a child that succeeds takes the place above
            move(tx, child, under, on=on, by=by, now=now, regime=regime, decided_by=decided_by)


def _place(
    tx: "Transaction",
    organisation_id: int,
    parent_id: int | None,
    on: date,
    regime: str | None,
    decided_by: str | None,
    until: date | None = None,
) -> None:
    tx.insert(
        organisation_place,
        {
            "organisation_id": organisation_id,
            "parent_id": parent_id,
            "regime": regime,
            "may_decide": decided_by is not None,
            "decided_by": decided_by,
            "valid_from": on,
            "valid_to": until,
        },
    )


def _leave_place(tx: "Transaction", organisation_id: int, on: date) -> None:
    """Ends its latest place on a day; one that began on the same day is taken back, it never held."""
    c = organisation_place.c
    row = tx.execute(
        select(c.id, c.valid_from)
        .where(c.organisation_id == organisation_id)
        .order_by(c.valid_from.desc())
        .limit(1)
    ).first()
    if row is None:
        return
    if on < row.valid_from:
        raise _wrong("on", "Ngày này trước lần thay đổi gần nhất ({day}).", day=_dmy(row.valid_from))
    if on == row.valid_from:
        tx.execute(delete(organisation_place).where(c.id == row.id))
    else:
        tx.execute(update(organisation_place).where(c.id == row.id).values(valid_to=on))


def _standing(tx: "Transaction", organisation_id: int, on: date) -> Any:
    row = tx.execute(select(organisation).where(organisation.c.id == organisation_id)).first()
    if row is None:
        raise NotFound()
    if on < row.valid_from or (row.valid_to is not None and on >= row.valid_to):
        raise _wrong("on", "{name} không hoạt động vào ngày {day}.", name=row.name, day=_dmy(on))
    return row


def _require_lasting(tx: "Transaction", organisation_id: int | None, on: date, field: str) -> None:
    """A superior or successor stands on the day, and is not known to end: who joins it would outlive it."""
    if organisation_id is None:
        return
    row = _standing(tx, organisation_id, on)
    if row.valid_to is not None:
        raise _wrong(
            field,
            "{name} kết thúc từ ngày {day}: hãy chọn tổ chức kế tục.",
            name=row.name,
            day=_dmy(row.valid_to),
        )


def _below(tx: "Transaction", organisation_id: int, other_id: int | None, on: date) -> bool:
    """Does the other stand below it on the day, or on a later day that is already known?"""
    if other_id is None:
        return False
    tree = tree_of(tx)
    return any(organisation_id in tree.ancestors_on(other_id, day) for day in tree.days_from(on))


def _note(
    tx: "Transaction",
    verb: str,
    organisation_id: int,
    on: date,
    by: int | None,
    now: datetime,
    facts: Mapping[str, Any],
) -> None:
    tx.insert(
        organisation_change,
        {
            "organisation_id": organisation_id,
            "verb": verb,
            "on_day": on,
            "facts": dict(facts),
            "by_user": by,
            "recorded_at": now,
        },
    )
    forget_tree(tx, organisation_id)


def _name(name: str) -> str:
    kept = " ".join(name.split())
    if not kept:
        raise _wrong("name", "Hãy ghi tên tổ chức.")
    return kept


def _wrong(field: str, message: str, **params: object) -> InvalidAnswers:
    return InvalidAnswers({field: [Text(message, **params)]})


def _dmy(day: date) -> str:
    return f"{day:%d/%m/%Y}"
