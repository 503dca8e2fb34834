"""From the outbox to people: every message becomes a notice of each person who is to be told.

Messages are taken many at a time in the transaction that makes their notices, so each is distributed once
however many workers there are; one that cannot be is put off by the outbox and never holds up the others.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, Row, Update, bindparam, delete, select, update

from engine.among import among
from engine.errors import Unavailable
from engine.jobs import Done
from engine.outbox import deliver, ready
from engine.records import outbox, task
from engine.time import day_of
from engine.transactions import Store, Transaction
from workflows.organisations.queries import tree_of
from workflows.reminders.channels import MAIL
from workflows.reminders.recipients import people_of, positions_of
from workflows.reminders.records import notice
from workflows.reminders.texts import kind_of

AT_ONCE = 200
KEPT = timedelta(days=400)  # a notice that was read


def distribute(store: Store, now: datetime) -> Done:
    """Makes the notices of messages that nobody has got yet."""
    with store.transaction(writing=False) as tx:
        waiting = tx.execute(_waiting(now).with_only_columns(outbox.c.kind)).scalars().all()
    if not waiting:
        return Done()
    try:
        with store.transaction() as tx:
            rows = tx.execute(_waiting(now).with_for_update(skip_locked=True)).all()
            _distribute(tx, rows, now)
            _mark_sent(tx, rows, now)
            done = Done(len(rows))
    except Unavailable:
        raise
    except Exception:  # one of them cannot be distributed: each by itself
        done = Done(*deliver(store, lambda row: _alone(store, row, now), now=now, kinds=set(waiting)))
    return done._replace(left=int(len(waiting) == AT_ONCE))


def forget_read(store: Store, now: datetime) -> Done:
    """Notices that were read long ago go; what was told stays in the outbox."""
    old = select(notice.c.id).where(notice.c.read_at < now - KEPT).limit(AT_ONCE)
    with store.transaction() as tx:
        found = list(tx.execute(old).scalars())
        tx.execute(delete(notice).where(among(notice.c.id, "old")), {"old": found})
    return Done(len(found), left=int(len(found) == AT_ONCE))


def _waiting(now: datetime) -> Any:
    return select(outbox).where(*ready(now), outbox.c.kind != MAIL).order_by(outbox.c.id).limit(AT_ONCE)


def _still_true(tx: Transaction, rows: Sequence[Row[Any]]) -> list[Row[Any]]:
    """Without those about a task that is done by now."""
    asked = {row.facts["task"] for row in rows if "task" in row.facts}
    query = select(task.c.id).where(among(task.c.id, "asked"))
    still_open = set(tx.execute(query, {"asked": asked}).scalars()) if asked else set()
    return [row for row in rows if row.facts.get("task") in {None, *still_open}]


def _alone(store: Store, row: Row[Any], now: datetime) -> None:
    with store.transaction() as tx:
        _distribute(tx, [row], now)


def _distribute(tx: Transaction, rows: Sequence[Row[Any]], now: datetime) -> None:
    """Who is told is looked up for all of them first: answers are kept until the transaction writes."""
    told = [(row, user) for row in _still_true(tx, rows) for user in _users(tx, row, now)]
    tx.insert_new(notice, [_notice(row, user) for row, user in told])
    for fact, supersede in _SUPERSEDE.items():
        later = [
            {"of_user": user, "about": row.facts[fact], "of_outbox": row.id, "now": now}
            for row, user in told
            if fact in row.facts
        ]
        if later:
            tx.execute(supersede, later)


def _notice(row: Row[Any], user: int) -> dict[str, Any]:
    return {
        "user_id": user,
        "outbox_id": row.id,
        "organisation_id": row.to_organisation,
        "task_id": row.facts.get("task"),
        "clock_id": row.facts.get("clock"),
        "topic": row.facts.get("topic"),
        "student_id": row.facts.get("student"),
        "at": row.created_at,
    }


def _earlier(column: Column[Any]) -> Update:
    return (
        update(notice)
        .where(
            notice.c.user_id == bindparam("of_user"),
            column == bindparam("about"),
            notice.c.outbox_id < bindparam("of_outbox"),
            notice.c.read_at.is_(None),
        )
        .values(read_at=bindparam("now"))
    )


# Fact → what puts away the unread earlier ones of the same.
_SUPERSEDE = {"clock": _earlier(notice.c.clock_id), "topic": _earlier(notice.c.topic)}


def _users(tx: Transaction, row: Row[Any], now: datetime) -> Sequence[int]:
    if row.to_user is not None:
        return [row.to_user]
    told = tree_of(tx).nodes.get(row.to_organisation)
    positions = positions_of(kind_of(row.kind), row.facts.get("element"), told.kind if told else None)
    return people_of(tx, row.to_organisation, positions, row.case_id, day_of(now))


def _mark_sent(tx: Transaction, rows: Sequence[Row[Any]], now: datetime) -> None:
    sent = update(outbox).where(among(outbox.c.id, "these")).values(sent_at=now)
    tx.execute(sent, {"these": [row.id for row in rows]})
