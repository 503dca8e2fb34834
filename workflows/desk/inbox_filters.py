"""What the inbox may be narrowed to and ordered by: conditions, words and keys of pages.

Everything here stands in the address of the page, so a word that nobody knows is as good as none.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Date, String, and_, bindparam, cast, exists, func, or_, select
from sqlalchemy import case as when

from engine.records import Id, case, task
from workflows.admission.records import opinion_request, verification_request
from workflows.desk.constants import constant
from workflows.desk.finding import Shape, case_matches, folded, shape_of, values_of
from workflows.desk.inbox_groups import GROUPS, ME, ON, OURS
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


class Asked(NamedTuple):
    """The shape of a list, without the values: lists of one shape are one statement."""

    whose: str
    by_name: bool
    fields: tuple[str, ...]  # which of step, stage, school, due, meeting, follow, hand are asked for
    words: Shape | None
    edge: str  # "after", "before" or ""

    @property
    def of_case(self) -> bool:
        """Does the list depend on anything beyond the rows of the tasks?"""
        return self.by_name or self.words is not None or bool({"stage", "school"} & set(self.fields))


def asked_by(wanted: Wanted) -> Asked:
    """The shape of what is wanted; what nobody knows is left out."""
    words = shape_of(wanted.words) if folded(wanted.words) else None
    edge = "before" if wanted.before else "after" if wanted.after else ""
    by_name = wanted.sort == BY_NAME
    if edge and _edge(wanted.before or wanted.after or "", by_name) is None:
        edge = ""
    fields = tuple(name for name in FIELDS if _known(name, getattr(wanted, name)))
    whose = wanted.whose if wanted.whose in GROUPS else OURS
    return Asked(whose, by_name, fields, words, edge)


def values(wanted: Wanted, on: date) -> dict[str, Any]:
    """The values of the filters' conditions."""
    found: dict[str, Any] = {name: getattr(wanted, name) for name in FIELDS}
    edge = _edge(wanted.before or wanted.after or "", wanted.sort == BY_NAME)
    if edge is not None:
        found |= {"edge": edge[0], "edge_number": edge[1]}
    return found | (values_of(wanted.words) if folded(wanted.words) else {}) | {"soon_until": on + SOON}


def _known(name: str, value: Any) -> bool:
    return value in WORDS[name] if name in WORDS else bool(value)


def _edge(key: str, by_name: bool) -> tuple[Any, int] | None:
    """The key of a line, read; None where it is none."""
    try:
        text, _, number = key.partition("_")
        value: Any = bytes.fromhex(text) if by_name else date.fromisoformat(text)
        return value, int(number[:18])
    except ValueError:
        return None


def _waits_for_paper() -> ColumnElement[bool]:
    """A reply that comes on paper, from somewhere that has no place in our tree.

    Looked up row by row, and only for replies: an EXISTS would read the whole table of requests.
    """
    outside = [
        and_(
            task.c.element == constant(element),
            select(table.c.organisation_id.is_(None))
            .where(table.c.id == task.c.item)
            .scalar_subquery()
            .is_(True),
        )
        for element, table in REPLIES
    ]
    return or_(*outside)


_due, _day, _holder = task.c.due_on, task.c.follow_up_on, task.c.assignee_id
# One word for each task; what is late is late, whoever it waits for.
DUE_STATE: Final = when(
    (_due < ON, constant(LATE)),
    (_waits_for_paper(), constant(PAPER)),
    (_due <= bindparam("soon_until", type_=Date), constant(SOON_DUE)),
    (_due.is_not(None), constant(ON_TIME)),
    else_=constant(NO_DUE),
)
FOLLOW_STATE: Final = when(
    (_day <= ON, constant("now")), (_day > ON, constant("later")), else_=constant("no")
)
HAND_STATE: Final = when(
    (_holder == ME, constant("me")), (_holder.is_not(None), constant("others")), else_=constant("nobody")
)
# Filter → what of a line it compares with the word asked for.
FIELDS: Final[dict[str, Any]] = {
    "step": task.c.element,
    "stage": case.c.stage,
    "school": student.c.institution_id,
    "due": DUE_STATE,
    "follow": FOLLOW_STATE,
    "hand": HAND_STATE,
    "meeting": None,
}
WORDS: Final = {"due": DUE_WORDS, "follow": FOLLOW_WORDS, "hand": HAND_WORDS}


def filters(asked: Asked) -> list[ColumnElement[bool]]:
    """The conditions over task, case and student."""
    found = [FIELDS[name] == bindparam(name) for name in asked.fields if name != "meeting"]
    if "meeting" in asked.fields:
        found.append(_on_agenda())
    if asked.words is not None:
        found.append(case_matches(asked.words))
    return found


def _on_agenda() -> ColumnElement[bool]:
    """The step of the case stands on the agenda of that planned meeting."""
    return exists().where(
        agenda_item.c.planned_meeting_id == bindparam("meeting"),
        agenda_item.c.case_id == task.c.case_id,
        agenda_item.c.element == task.c.element,
    )


def order_of(asked: Asked) -> ColumnElement[Any]:
    """What the list is ordered by, before the number; those without a day come last."""
    return student.c.sort_key if asked.by_name else func.coalesce(task.c.due_on, _NO_DAY)


_NO_DAY = bindparam("no_day", NO_DAY, type_=Date)


def beyond(asked: Asked) -> list[ColumnElement[bool]]:
    """What follows the key in the order, or stands before it."""
    order, number = order_of(asked), bindparam("edge_number", type_=Id)
    edge: Any = bindparam("edge", type_=order.type)
    if asked.edge == "before":
        return [or_(order < edge, and_(order == edge, task.c.id < number))]
    return [or_(order > edge, and_(order == edge, task.c.id > number))] if asked.edge else []


def key_of(line: Any, by_name: bool) -> str:
    """The key of a line: what it is sorted by, and its number."""
    first = line.sort_key.hex() if by_name else (line.due_on or NO_DAY).isoformat()
    return f"{first}_{line.id}"


def counted_by(name: str, word: Any, label: Any = None) -> Any:
    """One part of the statement that counts: (kind, word, label, how many)."""
    shown = constant("") if label is None else cast(label, String)
    return select(
        constant(name).label("kind"),
        cast(word, String).label("word"),
        shown.label("label"),
        func.count().label("n"),
    )
