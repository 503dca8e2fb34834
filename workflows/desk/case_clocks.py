"""The legal clocks of a case as its page shows them: each with its sum, its rule, the act that began it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine.clocks import ClockRow
from engine.errors import Text
from engine.transactions import Transaction
from workflows.admission.clocks import LABELS, extended
from workflows.admission.granting import Grant, grants_of
from workflows.rules import deadlines
from workflows.rules.editions import edition_named
from workflows.rules.queries import calendar_of

GRANTED = "cấp trên gia hạn đến {until}, văn bản số {number} ngày {day}"
NOT_OF_THE_RULES = "ngày gia hạn này không phải thời hạn của quy định"


@dataclass(frozen=True)
class ClockShown:
    """One clock. `parts`: the sum, a sentence each; `begun_by`: the step whose act started it."""

    name: str
    label: Text
    about: str | None  # the address that a verification was sent to
    started_on: date
    start: Text | None  # in words: from which day it runs
    due_on: date
    closed_on: date | None
    extended_from: date | None
    parts: list[Text]
    source: str
    rating: str
    begun_by: str | None

    def late(self, today: date) -> int:
        """Days past the due day, by the day it was stopped or today."""
        return max(((self.closed_on or today) - self.due_on).days, 0)


def shown(
    tx: Transaction, clocks: Sequence[Any], begun_by: Mapping[int, str], asked: Mapping[int, str]
) -> list[ClockShown]:
    """`begun_by`: number of a journal entry → its step; `asked`: number of a request → its address."""
    grants = grants_of(tx, [one.id for one in clocks])
    return [_shown(tx, one, grants.get(one.id), begun_by, asked) for one in clocks]


def _shown(
    tx: Transaction, row: Any, grant: Grant | None, begun_by: Mapping[int, str], asked: Mapping[int, str]
) -> ClockShown:
    due = _recounted(tx, row, grant)
    rule = deadlines.RULES.get(row.rule)
    return ClockShown(
        name=row.name,
        label=Text(LABELS.get(row.name, row.name)),
        about=asked.get(row.item or 0) if row.name == "verification" else None,
        started_on=row.started_on,
        start=Text(rule.start) if rule is not None else None,
        due_on=row.due_on,
        closed_on=row.closed_on,
        extended_from=row.extended_from,
        parts=_parts(due, grant, row.note),
        source=due.source if due is not None else "",
        rating=due.rating if due is not None else "verified",
        begun_by=begun_by.get(row.act_seq or 0),
    )


def _parts(due: deadlines.Due | None, grant: Grant | None, note: str | None) -> list[Text]:
    """The sum of the rule, and what the superior gave beyond it; or the sentence that was kept."""
    if due is None:
        return [Text(note)] if note else []
    if grant is None:
        return due.parts()
    given = Text(GRANTED, until=grant.until, number=grant.number, day=grant.on)
    return [*due.parts(), given, Text(NOT_OF_THE_RULES)]


def _recounted(tx: Transaction, row: Any, grant: Grant | None) -> deadlines.Due | None:
    """The sum made again from its data; None where it no longer gives the day that was recorded.

    A closed clock keeps the calendar of its time, so its kept sentence speaks for it then. The day that a
    superior gave is no sum: beside it stands the rule's own, as long as it was made with this calendar.
    """
    rule = deadlines.RULES.get(row.rule)
    if rule is None:
        return None
    kept = ClockRow(**{name: getattr(row, name) for name in ClockRow.__dataclass_fields__})
    longer = rule.extension is not None and extended(tx, kept)
    due = deadlines.due(
        row.rule, row.started_on, edition_named(row.edition), calendar_of(tx), extended=longer
    )
    if grant is not None:
        return due if due.calendar_version == row.calendar_version else None
    return due if due.day == row.due_on else None
