"""What the nights on the way brought, for trainers: timers, tasks and messages by day and school.

Read from the journal and the outbox between the marks of each day. Numbers of cases and organisations only:
who is behind a number is shown by the page of the case, to whoever may open it.
"""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, func, or_, select

from engine.among import among
from engine.records import case, incident, journal, outbox
from engine.time import start_of
from engine.transactions import Transaction
from workflows.organisations.queries import tree_of
from workflows.organisations.records import institution, organisation
from workflows.people.records import position, user_account
from workflows.reminders.channels import MAIL
from workflows.sandbox.records import sandbox_day

MOST = 200  # lines of one day on the page; the figures say when there are more
OPENED, TOLD, MAILED = "opened", "told", "mailed"
_OPENS = outbox.c.key.like("task:%")  # the notice of an open task, one each
_MAIL = outbox.c.kind == MAIL
_KINDS: Mapping[str, ColumnElement[bool]] = {OPENED: _OPENS, TOLD: ~_OPENS & ~_MAIL, MAILED: _MAIL}
_FIRED = (journal.c.kind == "timer", journal.c.by.is_(None))


class Count(NamedTuple):
    """How much one day brought."""

    day: date
    timers: int
    opened: int
    told: int
    mailed: int


class Timer(NamedTuple):
    """A timer that fired."""

    case_id: int
    element: str
    organisation_id: int
    organisation: str


class Message(NamedTuple):
    """A message for an organisation or for one account."""

    kind: str
    facts: Mapping[str, Any]
    case_id: int | None
    organisation_id: int | None
    organisation: str | None
    username: str | None


def schools(tx: Transaction) -> list[tuple[int, str]]:
    """The schools of the sandbox, by name."""
    rows = tx.execute(select(institution.c.id, institution.c.name).order_by(institution.c.name_key))
    return [(row.id, row.name) for row in rows]


def of_school(tx: Transaction, institution_id: int, on: date) -> Collection[int]:
    """The organisations of a school and what hangs below them; none where there is no such school."""
    own = select(institution.c.party_organisation_id, institution.c.union_organisation_id)
    row = tx.execute(own.where(institution.c.id == institution_id)).one_or_none()
    tops = {top for top in tuple(row or ()) if top is not None}
    tree = tree_of(tx)
    return tops.union(*(tree.descendants_on(top, on) for top in tops))


def days(tx: Transaction, organisations: Collection[int] | None) -> list[Count]:
    """The days that brought anything, the latest first; for these organisations, or for all (None)."""
    timers = select(sandbox_day.c.day, func.count().label("fired")).join(
        journal, _between(journal.c.id, "journal")
    )
    timers = timers.where(*_FIRED).group_by(sandbox_day.c.day)
    kinds = [func.count().filter(kind).label(name) for name, kind in _KINDS.items()]
    told = (
        select(sandbox_day.c.day, *kinds)
        .join(outbox, _between(outbox.c.id, "outbox"))
        .group_by(sandbox_day.c.day)
    )
    if organisations is not None:
        timers = _for_cases(timers)
        told = _for_receivers(told)
    fired = {row.day: row.fired for row in tx.execute(timers, _given(organisations))}
    said = {row.day: tuple(row)[1:] for row in tx.execute(told, _given(organisations))}
    return [
        Count(day, fired.get(day, 0), *said.get(day, (0, 0, 0)))
        for day in sorted({*fired, *said}, reverse=True)
    ]


def timers_of(tx: Transaction, day: date, organisations: Collection[int] | None) -> list[Timer]:
    """The timers that fired on a day."""
    query = (
        select(journal.c.case_id, journal.c.element, organisation.c.id, organisation.c.name)
        .join(sandbox_day, _between(journal.c.id, "journal"))
        .join(case, case.c.id == journal.c.case_id)
        .join(organisation, organisation.c.id == case.c.custodian_id)
        .where(sandbox_day.c.day == day, *_FIRED)
    )
    if organisations is not None:
        query = query.where(among(case.c.custodian_id, "wanted"))
    return [
        Timer(*tuple(row))
        for row in tx.execute(query.order_by(journal.c.id).limit(MOST), _given(organisations))
    ]


def messages_of(
    tx: Transaction, day: date, organisations: Collection[int] | None, what: str
) -> list[Message]:
    """The messages of a day, in the order in which they were told: of what opened, mails, or the others."""
    query = (
        select(outbox.c.kind, outbox.c.facts, outbox.c.case_id)
        .add_columns(organisation.c.id, organisation.c.name, user_account.c.username)
        .join(sandbox_day, _between(outbox.c.id, "outbox"))
        .outerjoin(organisation, organisation.c.id == outbox.c.to_organisation)
        .outerjoin(user_account, user_account.c.id == outbox.c.to_user)
        .where(sandbox_day.c.day == day, _KINDS[what])
    )
    if organisations is not None:
        query = _for_receivers(query)
    return [
        Message(*tuple(row))
        for row in tx.execute(query.order_by(outbox.c.id).limit(MOST), _given(organisations))
    ]


def troubles_of(tx: Transaction, day: date) -> int:
    """How many incidents a day brought or saw again."""
    first, next_day = start_of(day), start_of(day + timedelta(days=1))
    query = select(func.count()).where(incident.c.last_at >= first, incident.c.last_at < next_day)
    return int(tx.execute(query.select_from(incident)).scalar_one())


def was_lived(tx: Transaction, day: date) -> bool:
    """Did the sandbox pass this day on its way?"""
    return tx.execute(select(sandbox_day.c.day).where(sandbox_day.c.day == day)).first() is not None


def _given(organisations: Collection[int] | None) -> dict[str, Collection[int]]:
    return {} if organisations is None else {"wanted": organisations}


def _between(number: ColumnElement[int], table: str) -> ColumnElement[bool]:
    """The row was written while the day was lived; a day under way has no end yet."""
    since, until = sandbox_day.c[f"{table}_from"], sandbox_day.c[f"{table}_to"]
    return (number > since) & or_(until.is_(None), number <= until)


def _for_cases(query: Select[Any]) -> Select[Any]:
    return query.join(case, case.c.id == journal.c.case_id).where(among(case.c.custodian_id, "wanted"))


def _for_receivers(query: Select[Any]) -> Select[Any]:
    """Told to one of the organisations, or to somebody who sits in one."""
    sits = select(position.c.user_id).where(among(position.c.organisation_id, "wanted"))
    return query.where(or_(among(outbox.c.to_organisation, "wanted"), outbox.c.to_user.in_(sits)))
