"""What a database needs before the first act: the calendar and the models. Repeating it changes nothing."""

from datetime import datetime

import bpmn
from engine.models.store import deploy
from engine.transactions import Transaction
from workflows.rules.days_off import seed_calendar


def begin(tx: Transaction, *, now: datetime) -> None:
    """Fill an empty calendar, and make this program's models those of new cases; running ones keep theirs."""
    seed_calendar(tx, now=now)
    deploy(tx, bpmn.files())
