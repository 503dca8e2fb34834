"""What a database needs before the first act: calendar, school years, models. Repeating changes nothing."""

from datetime import datetime

import bpmn
from engine.models.store import deploy
from engine.transactions import Transaction
from workflows.rules.days_off import seed_calendar
from workflows.schedules.beginning import seed_school_years


def begin(tx: Transaction, *, now: datetime) -> None:
    """Fill an empty calendar and empty school years; this program's models become those of new cases."""
    seed_calendar(tx, now=now)
    seed_school_years(tx, now=now)
    deploy(tx, bpmn.files())
