"""The day that a new meeting is offered: the body's regular day where it keeps one, else its habit."""

from datetime import date, timedelta

from engine.errors import Text
from engine.transactions import Transaction
from workflows.meetings.queries import past_days
from workflows.meetings.rules import Usual, usual_day
from workflows.rules.queries import calendar_of
from workflows.schedules.queries import meeting_days_of


def usual_of(tx: Transaction, organisation_id: int, body: str, on: date) -> Usual | None:
    """The next such day for which nothing is planned yet; None where there is neither rule nor habit."""
    days = meeting_days_of(tx, [organisation_id], on, body)[organisation_id]
    pattern = days.pattern_on(on)
    if pattern is days.pattern:
        return usual_day(past_days(tx, organisation_id, body), on)
    calendar, found = calendar_of(tx), on
    while (found := days.next_on_or_after(found, calendar)) in days.planned or found in days.beside:
        found += timedelta(days=1)
    return Usual(found, Text("Ngày sinh hoạt định kỳ: {habit}.", habit=pattern.words()))
