"""Who hears of a plan: those who may approve it that it waits, those who made it what became of it.

Messages carry the number of the paper and the day, as public as the paper; why a plan was returned or stopped
stands on its page.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from engine import outbox
from engine.records import outbox as message
from engine.transactions import Transaction
from workflows.reminders.records import notice

WAITS, AGREED, RETURNED = "plan_waits", "plan_approved", "plan_returned"
COMPLETED, STOPPED = "plan_done", "plan_stopped"


def tell(tx: Transaction, plan: Any, kind: str, users: Iterable[int | None], *, now: datetime) -> None:
    """Each of them once; the same is news again after the plan was changed, or later."""
    facts = {"plan": plan.id, "number": plan.number, "on": plan.on_day.isoformat()}
    told = [
        outbox.message(
            f"{kind}:{plan.id}:{plan.revision}:{user}:{now:%Y%m%dT%H%M%S}",
            kind,
            to_user=user,
            facts=facts,
            now=now,
        )
        for user in dict.fromkeys(users)
        if user is not None
    ]
    outbox.tell_all(tx, told)


def tell_makers(tx: Transaction, plan: Any, kind: str, *, now: datetime, by: int | None = None) -> None:
    """Who made it and who handed it in, but not whoever does this very thing."""
    tell(tx, plan, kind, (one for one in (plan.made_by, plan.submitted_by) if one != by), now=now)


def waits_no_more(tx: Transaction, plan: Any, *, now: datetime) -> None:
    """Nobody need read any more that it waits: somebody approved it, sent it back or gave it up."""
    told = select(message.c.id).where(message.c.key.startswith(f"{WAITS}:{plan.id}:", autoescape=True))
    tx.execute(update(message).where(message.c.id.in_(told), message.c.sent_at.is_(None)).values(sent_at=now))
    tx.execute(
        update(notice).where(notice.c.outbox_id.in_(told), notice.c.read_at.is_(None)).values(read_at=now)
    )
