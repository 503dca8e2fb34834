"""When a birth date or the calendar changes: waiting timers and open clocks are counted anew.

A new edition moves waiting timers only (clocks keep that of their start): the worker asks them every day.
Closed clocks never change; each change says why in the journal.
"""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, func, select, update

from engine import cases, clocks, journal
from engine.clocks import ClockRow
from engine.records import case, clock
from engine.transactions import Transaction
from workflows.admission import granting
from workflows.admission.clocks import extended
from workflows.rules import deadlines
from workflows.rules.calendar import Calendar
from workflows.rules.editions import edition_named
from workflows.rules.queries import calendar_of


def birth_date_corrected(tx: Transaction, student_id: int, *, on: date, now: datetime) -> list[str]:
    """The day on which the student comes of age moves with the birth date; gives the timers that moved."""
    query = select(case.c.id).where(case.c.subject_id == student_id, case.c.closed_on.is_(None))
    return recalculate(tx, tx.execute(query).scalars().all(), on=on, now=now, why="birth_date")


def counted_otherwise(tx: Transaction, *, beyond: int = 0, limit: int = 200) -> list[int]:
    """Open cases whose running clocks were counted with another calendar than today's, by number."""
    query = select(clock.c.case_id).where(_older(tx), clock.c.case_id > beyond).distinct()
    return list(tx.execute(query.order_by(clock.c.case_id).limit(limit)).scalars())


def left_to_recount(tx: Transaction) -> int:
    """How many clocks still wait to be counted with today's calendar."""
    return int(tx.execute(select(func.count()).select_from(clock).where(_older(tx))).scalar_one())


def recount_case(tx: Transaction, case_id: int, *, on: date, now: datetime) -> list[str]:
    """Count the running clocks of one case with today's calendar; gives the names of what moved."""
    return recalculate(tx, [case_id], on=on, now=now, why="calendar")


def _older(tx: Transaction) -> ColumnElement[bool]:
    return and_(clock.c.closed_on.is_(None), clock.c.calendar_version != calendar_of(tx).version)


def recalculate(tx: Transaction, case_ids: Iterable[int], *, on: date, now: datetime, why: str) -> list[str]:
    """Clocks first, because timers ask them; gives the names of what moved."""
    calendar, moved = calendar_of(tx), []
    for case_id in case_ids:
        changed = _recount_all(tx, case_id, calendar, on=on, now=now, why=why)
        moved += changed + cases.reschedule(tx, case_id, on=on, now=now, why=why)
    return moved


def _recount_all(
    tx: Transaction, case_id: int, calendar: Calendar, *, on: date, now: datetime, why: str
) -> list[str]:
    """The running clocks of a case; a journal entry for each that moved, with both days."""
    running = clocks.open_clocks(tx, case_id)
    grants = granting.grants_of(tx, [one.id for one in running])
    moved = []
    for one in running:
        day = _recount(tx, one, calendar, grants.get(one.id))
        if day != one.due_on:
            days = {"from": one.due_on.isoformat(), "to": day.isoformat()}
            facts = {"why": why, "clocks": [one.name], "item": one.item, **days}
            journal.append(tx, case_id, "recount", on=on, by=None, now=now, facts=facts)
            moved.append(one.name)
    return moved


def _recount(tx: Transaction, running: ClockRow, calendar: Calendar, grant: granting.Grant | None) -> date:
    """The due day under another calendar: same rule, start, edition; the paper of a superior stands."""
    if running.rule == deadlines.NAMED:
        return running.due_on
    edition = edition_named(running.edition)
    due = deadlines.due(running.rule, running.started_on, edition, calendar, extended=extended(tx, running))
    day, note = due.day, due.text()
    if grant is not None:
        day, note = granting.due_of(running, grant, calendar), granting.note_of(due, grant)
    if day != running.due_on:
        clocks.extend_clock(tx, running.case_id, running.name, item=running.item, due_on=day, note=note)
    if running.calendar_version != due.calendar_version:
        counted = {"calendar_version": due.calendar_version, "note": note}
        tx.execute(update(clock).where(clock.c.id == running.id).values(counted))
    return day
