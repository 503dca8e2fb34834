"""What nobody needs to read any more is put away: its task or duty is done, its day moved, its person is no
longer followed."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, and_, exists, or_, select, update

from engine.among import among
from engine.jobs import Done
from engine.records import case, clock, outbox, task
from engine.time import day_of
from engine.transactions import Store, Transaction
from workflows.desk.cases import LISTED
from workflows.organisations.queries import tree_of
from workflows.people.records import consent, pool_entry
from workflows.reminders.raising_duties import topics_owed
from workflows.reminders.records import notice
from workflows.reminders.texts import REACHED

AT_ONCE: Final = 200
DUTIES: Final = ("duty_before", "duty_today", "duty_late", "duty_below")


def settle(store: Store, now: datetime) -> Done:
    """Marks as read what is over, some hundred at a time."""
    today = day_of(now)
    with store.transaction(writing=False) as tx:
        moot = select(notice.c.id).where(notice.c.read_at.is_(None), _over(today)).limit(AT_ONCE)
        found = [*tx.execute(moot).scalars(), *_done(tx, today)][:AT_ONCE]
    if not found:
        return Done()
    with store.transaction() as tx:
        unread = update(notice).where(among(notice.c.id, "moot"), notice.c.read_at.is_(None))
        count = tx.execute(unread.values(read_at=now), {"moot": found}).rowcount
    return Done(count, left=int(len(found) == AT_ONCE))


def _over(today: date) -> ColumnElement[bool]:
    """A task that is done, a deadline that no longer runs, or one called over that has moved since; of a
    student who said "not now" nobody may read, of one whom nobody follows there is nothing to do."""
    of_clock = notice.c.clock_id.is_not(None)
    stopped = exists().where(clock.c.id == notice.c.clock_id, clock.c.closed_on.is_not(None))
    return or_(
        exists().where(case.c.id == outbox.c.case_id, outbox.c.id == notice.c.outbox_id, ~LISTED),
        notice.c.task_id.is_not(None) & ~exists().where(task.c.id == notice.c.task_id),
        of_clock & stopped,
        of_clock & _moved_on(today),
        notice.c.student_id.is_not(None) & (~_FOLLOWED | _TAKEN_BACK),
    )


def _moved_on(today: date) -> ColumnElement[bool]:
    """It was told as reached or over, and the deadline lies ahead again."""
    told = (outbox.c.id == notice.c.outbox_id, outbox.c.kind.in_(REACHED))
    ahead = select(clock.c.id).join(outbox, and_(*told)).where(clock.c.id == notice.c.clock_id)
    return ahead.where(clock.c.extended_from.is_not(None), clock.c.due_on > today).exists()


_FOLLOWED: Final = or_(
    exists().where(pool_entry.c.student_id == notice.c.student_id, pool_entry.c.left_on.is_(None)),
    exists().where(case.c.subject_id == notice.c.student_id, case.c.closed_on.is_(None)),
)
_yes = (consent.c.student_id == notice.c.student_id, consent.c.kind == "political")
_TAKEN_BACK: Final = exists().where(*_yes) & ~exists().where(*_yes, consent.c.withdrawn_on.is_(None))


# --- duties


def _done(tx: Transaction, today: date) -> Iterator[int]:
    """Unread notices of duties that nobody owes any more."""
    rows = tx.execute(_OF_DUTIES).all()
    owing = topics_owed(tx, _organisations(tx, rows, today), today) if rows else frozenset()
    yield from (row.id for row in rows if row.topic not in owing)


def _organisations(tx: Transaction, rows: Sequence[Row[Any]], today: date) -> set[int]:
    """Whose duties they are: of gathered ones those right below whom it was told to."""
    own = {row.facts["duty_of"] for row in rows if "duty_of" in row.facts}
    superiors = {row.to_organisation for row in rows if "duty_of" not in row.facts}
    tree = tree_of(tx)
    return own | {below for one in superiors for below in tree.children_on(one, today)}


_OF_DUTIES = (
    select(notice.c.id, notice.c.topic, outbox.c.to_organisation, outbox.c.facts)
    .join(outbox, outbox.c.id == notice.c.outbox_id)
    .where(notice.c.read_at.is_(None), notice.c.topic.is_not(None), outbox.c.kind.in_(DUTIES))
)
