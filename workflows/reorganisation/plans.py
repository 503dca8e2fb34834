"""A plan as it stands: its row held for a deed, its changes in order, and organisations by reference."""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import delete, select, update

from engine.among import among
from engine.errors import Conflict, NotFound, Text
from engine.transactions import Transaction
from workflows.organisations.queries import tree_of
from workflows.organisations.records import former_name
from workflows.reorganisation.records import reorganisation, reorganisation_change, reorganisation_share
from workflows.reorganisation.words import refs_of

MOVED_ON = Text("Phương án vừa được sửa hoặc đã qua bước khác. Hãy tải lại trang để xem.")


class Change(NamedTuple):
    """One change of a plan. `made_id`: the organisation that it founded, once done."""

    id: int
    plan_id: int
    rank: int
    verb: str
    answers: Mapping[str, Any]
    made_id: int | None
    done: bool
    result: Mapping[str, Any] | None


_CHANGE = reorganisation_change.c


def find(tx: Transaction, plan_id: int) -> Any:
    row = tx.execute(select(reorganisation).where(reorganisation.c.id == plan_id)).first()
    if row is None:
        raise NotFound
    return row


def hold(tx: Transaction, plan_id: int, *states: str, revision: int | None = None) -> Any:
    """The plan, held until the end of the transaction. Conflict where it is in another state by now."""
    query = select(reorganisation).where(reorganisation.c.id == plan_id).with_for_update()
    row = tx.execute(query).first()
    if row is None:
        raise NotFound
    if (states and row.state not in states) or (revision is not None and revision != row.revision):
        raise Conflict(MOVED_ON)
    return row


def put(tx: Transaction, plan_id: int, **values: Any) -> None:
    tx.execute(update(reorganisation).where(reorganisation.c.id == plan_id).values(values))


def changes_of(tx: Transaction, plan_id: int) -> list[Change]:
    query = select(reorganisation_change).where(_CHANGE.plan_id == plan_id).order_by(_CHANGE.rank)
    return [
        Change(
            row.id,
            row.plan_id,
            row.rank,
            row.verb,
            row.answers,
            row.made_id,
            row.done_at is not None,
            row.result,
        )
        for row in tx.execute(query)
    ]


def change_of(tx: Transaction, change_id: int, plan_id: int) -> Change:
    found = [one for one in changes_of(tx, plan_id) if one.id == change_id]
    if not found:
        raise NotFound
    return found[0]


def delete_change(tx: Transaction, change_id: int) -> None:
    """A change that was not done, with its lists."""
    tx.execute(delete(reorganisation_share).where(reorganisation_share.c.change_id == change_id))
    tx.execute(delete(reorganisation_change).where(_CHANGE.id == change_id, _CHANGE.done_at.is_(None)))


def real(changes: list[Change], ref: int) -> int:
    """The organisation behind a reference. Conflict where the change that founds it is not done."""
    if ref > 0:
        return ref
    made = next((one.made_id for one in changes if one.id == -ref), None)
    if made is None:
        raise Conflict(Text("Phương án dùng một tổ chức mới chưa được lập ở thay đổi nào trước đó."))
    return made


def names_of(tx: Transaction, changes: list[Change], on: date) -> dict[int, str]:
    """Reference → name, for every organisation that the changes name or found: as it was before that day."""
    nodes, f = tree_of(tx).nodes, former_name.c
    named = {ref for one in changes for ref in refs_of(one.verb, one.answers) if ref > 0}
    found = {ref: nodes[ref].name for ref in named if ref in nodes}
    earlier = select(f.organisation_id, f.name).where(among(f.organisation_id, "ids"), f.valid_to >= on)
    for row in tx.execute(earlier.order_by(f.valid_to.desc()), {"ids": list(named)}):
        found[row.organisation_id] = row.name
    return found | {-one.id: str(one.answers["name"]) for one in changes if one.verb == "found"}


class Lists(NamedTuple):
    """What the lists of one split say: thing → reference, by kind of thing."""

    below: Mapping[int, int]
    member: Mapping[int, int]
    position: Mapping[int, int]
    of_class: Mapping[str, int]
    case: Mapping[int, int]


def lists_of(tx: Transaction, change_id: int) -> Lists:
    s = reorganisation_share.c
    rows = tx.execute(select(s.kind, s.thing, s.to_ref).where(s.change_id == change_id)).all()

    def of(kind: str) -> dict[int, int]:
        return {int(row.thing): row.to_ref for row in rows if row.kind == kind}

    classes = {row.thing: row.to_ref for row in rows if row.kind == "class"}
    return Lists(of("below"), of("member"), of("position"), classes, of("case"))


def first_day(plan: Any, today: date) -> date:
    """The day by whose tree the plan is looked at: its own while that is ahead, else today."""
    day: date = max(plan.on_day, today)
    return day
