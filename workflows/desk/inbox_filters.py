"""What the inbox may be narrowed to and ordered by: conditions, words and keys of pages.

Everything here stands in the address of the page, so a word that nobody knows is as good as none.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, String, and_, cast, exists, func, literal, or_, select
from sqlalchemy import case as when

from engine.records import case, task
from workflows.admission.records import opinion_request, verification_request
from workflows.desk.finding import case_matches, folded
from workflows.desk.inbox_groups import OURS
from workflows.meetings.records import agenda_item
from workflows.people.records import student

SOON = timedelta(days=7)
NO_DAY = date(9999, 12, 31)
LATE, SOON_DUE, ON_TIME, NO_DUE, PAPER = "late", "soon", "ontime", "none", "paper"
DUE_WORDS: Final = (LATE, SOON_DUE, ON_TIME, PAPER, NO_DUE)
FOLLOW_WORDS: Final = ("now", "later", "no")
HAND_WORDS: Final = ("me", "others", "nobody")
BY_DUE, BY_NAME = "due", "name"
REPLIES: Final = (
    ("verification_reply", verification_request),
    ("opinion_reply", opinion_request),
)


@dataclass(frozen=True)
class Wanted:
    """What the address asks for; `after` and `before` are keys of lines at the edges of a page."""

    whose: str = OURS
    step: str | None = None
    stage: str | None = None
    school: int | None = None
    due: str | None = None
    meeting: int | None = None
    follow: str | None = None
    hand: str | None = None
    words: str = ""
    sort: str = BY_DUE
    after: str | None = None
    before: str | None = None

    @property
    def narrowed(self) -> bool:
        """Does anything but the group and the order leave lines out?"""
        asked = (self.step, self.stage, self.school, self.due, self.meeting, self.follow, self.hand)
        return any(asked) or bool(self.words.strip())


def waits_for_paper() -> ColumnElement[bool]:
    """A reply that comes on paper, from somewhere that has no place in our tree."""
    outside = [
        and_(
            task.c.element == element,
            exists().where(table.c.id == task.c.item, table.c.organisation_id.is_(None)),
        )
        for element, table in REPLIES
    ]
    return or_(*outside)


def due_state(on: date) -> ColumnElement[str]:
    """One word for each task; what is late is late, whoever it waits for."""
    due = task.c.due_on
    return when(
        (due < on, LATE),
        (waits_for_paper(), PAPER),
        (due <= on + SOON, SOON_DUE),
        (due.is_not(None), ON_TIME),
        else_=NO_DUE,
    )


def follow_state(on: date) -> ColumnElement[str]:
    day = task.c.follow_up_on
    return when((day <= on, "now"), (day > on, "later"), else_="no")


def hand_state(user_id: int) -> ColumnElement[str]:
    holder = task.c.assignee_id
    return when((holder == user_id, "me"), (holder.is_not(None), "others"), else_="nobody")


def filters(wanted: Wanted, user_id: int, on: date) -> list[ColumnElement[bool]]:
    """The conditions over task, case and student that the address asks for."""
    states = (
        (wanted.due, DUE_WORDS, due_state(on)),
        (wanted.follow, FOLLOW_WORDS, follow_state(on)),
        (wanted.hand, HAND_WORDS, hand_state(user_id)),
    )
    found = [state == word for word, known, state in states if word in known]
    same = (
        (wanted.step, task.c.element),
        (wanted.stage, case.c.stage),
        (wanted.school, student.c.institution_id),
    )
    found += [column == value for value, column in same if value]
    if wanted.meeting:
        found.append(on_agenda(wanted.meeting))
    if folded(wanted.words):
        found.append(case_matches(wanted.words))
    return found


def on_agenda(meeting_id: int) -> ColumnElement[bool]:
    """The step of the case stands on the agenda of that planned meeting."""
    return exists().where(
        agenda_item.c.planned_meeting_id == meeting_id,
        agenda_item.c.case_id == task.c.case_id,
        agenda_item.c.element == task.c.element,
    )


def due_order() -> ColumnElement[date]:
    """Those without a day come last."""
    return func.coalesce(task.c.due_on, NO_DAY)


def key_of(line: Any, sort: str) -> str:
    """The key of a line: what it is sorted by, and its number."""
    first = line.sort_key.hex() if sort == BY_NAME else (line.due_on or NO_DAY).isoformat()
    return f"{first}_{line.id}"


def beyond(key: str | None, sort: str, *, back: bool = False) -> list[ColumnElement[bool]]:
    """What follows a key in the order, or stands before it; a key that cannot be read is none."""
    try:
        text, _, number = (key or "").partition("_")
        value: Any = bytes.fromhex(text) if sort == BY_NAME else date.fromisoformat(text)
        last = int(number[:18])
    except ValueError:
        return []
    order: Any = student.c.sort_key if sort == BY_NAME else due_order()
    if back:
        return [or_(order < value, and_(order == value, task.c.id < last))]
    return [or_(order > value, and_(order == value, task.c.id > last))]


def as_text(column: Any) -> ColumnElement[str]:
    return cast(column, String)


def counted_by(name: str, word: Any, label: Any = None) -> Any:
    """One part of the statement that counts: (kind, word, label, how many)."""
    shown = literal("") if label is None else as_text(label)
    return select(
        literal(name).label("kind"),
        as_text(word).label("word"),
        shown.label("label"),
        func.count().label("n"),
    )
