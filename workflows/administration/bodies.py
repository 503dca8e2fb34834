"""How many members a committee has, by day: what a vote of that body is counted against."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update

from engine.errors import InvalidAnswers, NotFound, Text
from engine.transactions import Transaction
from workflows.administration.log import note
from workflows.admission.records import body
from workflows.organisations.kinds import BASE_COMMITTEES, COMMITTEES, YOUTH_UNION_BASE
from workflows.organisations.queries import tree_of
from workflows.organisations.records import organisation

# Kind of organisation → the bodies that vote there.
BODIES_OF: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(COMMITTEES | BASE_COMMITTEES, ("plenum", "standing")),
    YOUTH_UNION_BASE: ("union_exec",),
}


def bodies_of(kind: str) -> tuple[str, ...]:
    """A cell votes with its roll; organs and class unions have no size to keep."""
    return BODIES_OF.get(kind, ())


def sizes(tx: Transaction, organisation_id: int) -> list[Any]:
    """Every size with its days, the latest first."""
    c = body.c
    query = select(body).where(c.organisation_id == organisation_id)
    return list(tx.execute(query.order_by(c.kind, c.valid_from.desc())).all())


def set_size(
    tx: Transaction,
    organisation_id: int,
    kind: str,
    members: int,
    *,
    since: date,
    by: int,
    on: date,
    now: datetime,
) -> None:
    """From that day on the body has so many members; the size before ends. No past size changes."""
    tx.execute(select(organisation.c.id).where(organisation.c.id == organisation_id).with_for_update())
    node = tree_of(tx).nodes.get(organisation_id)
    if node is None:
        raise NotFound
    if kind not in bodies_of(node.kind):
        raise _wrong("body", "Tổ chức này không có cơ quan ấy.")
    if members < 1:
        raise _wrong("members", "Số ủy viên phải lớn hơn 0.")
    if not node.stands_on(since):
        raise _wrong("since", "{name} không hoạt động vào ngày này.", name=node.name)
    c = body.c
    last = tx.execute(
        select(body)
        .where(c.organisation_id == organisation_id, c.kind == kind)
        .order_by(c.valid_from.desc())
        .limit(1)
    ).first()
    if last is not None and since < last.valid_from:
        raise _wrong(
            "since", "Ngày này phải sau lần thay đổi gần nhất ({day}).", day=f"{last.valid_from:%d/%m/%Y}"
        )
    if last is not None and last.valid_to is None and last.members == members:
        raise _wrong("members", "Số ủy viên đang là {members}.", members=members)
    if last is not None and since == last.valid_from:
        tx.execute(update(body).where(c.id == last.id).values(members=members, valid_to=None))
    else:
        if last is not None:
            still = (c.valid_to.is_(None)) | (c.valid_to > since)
            tx.execute(update(body).where(c.id == last.id, still).values(valid_to=since))
        row = {"organisation_id": organisation_id, "kind": kind, "members": members, "valid_from": since}
        tx.insert(body, row)
    note(
        tx,
        "body_sized",
        organisation_id=organisation_id,
        on=on,
        by=by,
        now=now,
        body=kind,
        members=members,
        since=since,
    )


def _wrong(field: str, message: str, **params: object) -> InvalidAnswers:
    return InvalidAnswers({field: [Text(message, **params)]})
