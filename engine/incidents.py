"""What went wrong inside a step, a timer or a job, kept for an operator until somebody closes it."""

import traceback
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from engine.errors import ModelError, Undelivered
from engine.records import incident
from engine.transactions import Transaction

HOUSE = Path(__file__).parents[1]


def open_incident(
    tx: Transaction, kind: str, *, case_id: int | None, element: str | None, cause: str, now: datetime
) -> int:
    """Keeps an incident (kind: model, timer, job, outbox). The same one again only counts up."""
    same = select(incident.c.id).where(
        incident.c.case_id.is_not_distinct_from(case_id),
        incident.c.kind == kind,
        incident.c.element.is_not_distinct_from(element),
        incident.c.closed_at.is_(None),
    )
    known = tx.execute(same).scalar()
    if known is not None:
        again = {"times": incident.c.times + 1, "last_at": now, "cause": cause}
        tx.execute(update(incident).where(incident.c.id == known).values(again))
        return int(known)
    row = {"kind": kind, "case_id": case_id, "element": element, "cause": cause}
    return tx.insert(incident, {**row, "opened_at": now, "last_at": now})


def words_of(error: BaseException) -> str:
    """What may be kept of an error that will come again: the words of those made for it, else its cause."""
    if isinstance(error, ModelError | Undelivered):
        return f"{type(error).__name__}: {error}"
    return cause_of(error)


def cause_of(error: BaseException) -> str:
    """The class of an error and the line it comes from: its message may hold what a person typed.

    What an error says in `told` is the program's own word to an operator.
    """
    told: str | None = getattr(error, "told", None)
    if told:
        return told
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(HOUSE)] or frames
    if not ours:
        return type(error).__name__
    place = "/".join(Path(ours[-1].filename).parts[-3:])
    return f"{type(error).__name__} ({place}:{ours[-1].lineno})"


def trace_of(error: BaseException) -> str:
    """Where an error comes from, for a log: the lines of the program, not what was in its hands."""
    return f"{type(error).__name__}\n" + "".join(traceback.format_tb(error.__traceback__))


def close_incident(tx: Transaction, incident_id: int, *, by: int, now: datetime, note: str) -> bool:
    """Closes an incident with what was done about it; False if it is closed already."""
    closing = update(incident).where(incident.c.id == incident_id, incident.c.closed_at.is_(None))
    return bool(tx.execute(closing.values(closed_at=now, closed_by=by, note=note)).rowcount)


def incidents(tx: Transaction, *, case_id: int | None = None, open_only: bool = True) -> list[Any]:
    """The incidents of a case, or of all, newest first."""
    query = select(incident).order_by(incident.c.id.desc())
    if case_id is not None:
        query = query.where(incident.c.case_id == case_id)
    if open_only:
        query = query.where(incident.c.closed_at.is_(None))
    return list(tx.execute(query).all())
