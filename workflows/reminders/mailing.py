"""E-mail: how many notices and tasks wait, and a link. Nothing else ever leaves the program.

A mail is a row of the outbox like any message: written once by its key, sent by the worker outside of any
transaction, kept and tried again later and later where the mail server refuses it. Nothing is written or
sent unless the administrator has declared a network and opened the channel (`channels.py`).
"""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from functools import partial
from typing import Any, Final, NamedTuple

from sqlalchemy import Row, Select, and_, func, or_, select, update

from engine.errors import Undelivered
from engine.jobs import Done
from engine.outbox import deliver, ready, tell
from engine.records import outbox
from engine.sweeping import sweep
from engine.time import day_of
from engine.transactions import Store, Transaction
from workflows.access.seats import acting_for
from workflows.desk.inbox import waiting_counts
from workflows.people.records import user_account
from workflows.reminders.channels import AT_ONCE, DIGEST, MAIL, OFF, mail_is_open
from workflows.reminders.records import channel, notice
from workflows.reminders.texts import KINDS

SECONDS: Final = 5.0  # of one tick; the worker's other jobs wait meanwhile
URGENT: Final = tuple(word for word, kind in KINDS.items() if kind.at_once)


class Mail(NamedTuple):
    """All that a mail may say: to which address, in which language, and figures."""

    address: str
    language: str
    notices: int
    tasks: int
    late: int


class LineDown(Undelivered):
    """The mail server does not answer, or refuses this program: whatever else waits will not get through
    either. `told`: why, for the operator, without an address."""

    def __init__(self, why: str, told: str | None = None) -> None:
        super().__init__(why)
        self.told = told or f"LineDown: {why}"


Send = Callable[[Mail], None]
OpenLine = Callable[[], AbstractContextManager[Send]]  # a connection to the mail server


def write_digests(store: Store, now: datetime) -> Done:
    """One mail for everybody who has something new since the last one."""
    return _write(store, _addressees(), now, job="digest")


def write_urgent(store: Store, now: datetime) -> Done:
    """At once what cannot wait, and everything for those who want it so."""
    urgent = or_(channel.c.mail == AT_ONCE, outbox.c.kind.in_(URGENT))
    query = _addressees().join(outbox, outbox.c.id == notice.c.outbox_id).where(urgent)
    return _write(store, query, now, job="urgent_mail")


def post(store: Store, now: datetime, open_line: OpenLine) -> Done:
    """Sends what waits, for a few seconds; LineDown where the server does not answer."""
    if not _anything(store, now):
        return Done()
    done, end, down = Done(), time.monotonic() + SECONDS, False
    with open_line() as send:

        def send_one(row: Row[Any]) -> None:
            nonlocal down
            try:
                _post(store, row, send)
            except LineDown:
                down = True
                raise

        while not down and time.monotonic() < end:
            one = Done(*deliver(store, send_one, now=now, limit=1, kinds=(MAIL,)))
            done += one
            if one.items + one.failed == 0:
                return done
    return done._replace(left=int(not down))


def _addressees() -> Select[Any]:
    """Users with something new and unread, who have an address and have not switched mail off."""
    wanted = func.coalesce(channel.c.mail, DIGEST) != OFF
    return (
        select(notice.c.user_id)
        .join(user_account, user_account.c.id == notice.c.user_id)
        .outerjoin(channel, channel.c.user_id == notice.c.user_id)
        .where(*_NEW, wanted, user_account.c.email.is_not(None), user_account.c.active.is_(True))
        .distinct()
        .order_by(notice.c.user_id)
    )


_NEW = (notice.c.read_at.is_(None), notice.c.mailed_at.is_(None))


def _write(store: Store, addressees: Select[Any], now: datetime, *, job: str) -> Done:
    with store.transaction(writing=False) as tx:
        users = list(tx.execute(addressees).scalars()) if mail_is_open(tx) else []
    return sweep(store, users, partial(_write_one, now=now), job=job, now=now, cases=False)


def _write_one(tx: Transaction, user_id: int, *, now: datetime) -> bool:
    """Counts and marks in one transaction: a notice is counted as new in one mail only."""
    new = and_(notice.c.user_id == user_id, *_NEW)
    last, count = tuple(tx.execute(select(func.max(notice.c.id), func.count()).where(new)).one())
    if not count:
        return False
    today = day_of(now)
    tasks, late = waiting_counts(tx, acting_for(tx, user_id, today), today)
    facts = {"notices": count, "tasks": tasks, "late": late}
    tell(tx, f"mail:{user_id}:{last}", MAIL, to_user=user_id, facts=facts, now=now)
    tx.execute(update(notice).where(new, notice.c.id <= last).values(mailed_at=now))
    return True


def _anything(store: Store, now: datetime) -> bool:
    waiting = select(outbox.c.id).where(*ready(now), outbox.c.kind == MAIL).limit(1)
    with store.transaction(writing=False) as tx:
        return mail_is_open(tx) and tx.execute(waiting).first() is not None


def _post(store: Store, row: Row[Any], send: Send) -> None:
    """To the address as it is now; who has none any more, or wants none, gets none."""
    with store.transaction(writing=False) as tx:
        to = tx.execute(
            select(user_account.c.email, user_account.c.language)
            .outerjoin(channel, channel.c.user_id == user_account.c.id)
            .where(user_account.c.id == row.to_user, user_account.c.active.is_(True))
            .where(func.coalesce(channel.c.mail, DIGEST) != OFF, user_account.c.email.is_not(None))
        ).one_or_none()
        if to is None or not mail_is_open(tx):
            return
    send(Mail(to.email, to.language, **{name: row.facts[name] for name in ("notices", "tasks", "late")}))
