"""A person's notices: a page of them, how many are unread, and marking them as read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, bindparam, func, or_, select, update

from engine.errors import NotFound, Text
from engine.records import Id, case, outbox, task
from engine.transactions import Transaction
from workflows.access.queries import below
from workflows.access.seats import Seat
from workflows.desk.cases import LISTED
from workflows.reminders.records import notice
from workflows.reminders.texts import GROUPS, KINDS, kind_of
from workflows.reminders.wording import Known, known_to, worded

PAGE: Final = 50
OWN, OURS = "own", "ours"
OF_BEFORE: Final = Text("Thông báo của nơi đồng chí không còn công tác")


@dataclass(frozen=True)
class Wanted:
    """What the address asks for; `state`: "" for the unread, "all"; `whose`: to me alone, or through mine."""

    state: str = ""
    group: str | None = None
    whose: str | None = None
    after: int | None = None

    @classmethod
    def read(cls, sent: Mapping[str, str]) -> "Wanted":
        """From an address; what nobody knows is as good as nothing."""
        after = sent.get("after", "")
        return cls(
            state="all" if sent.get("state") == "all" else "",
            group=sent["group"] if sent.get("group") in GROUPS else None,
            whose=sent["whose"] if sent.get("whose") in (OWN, OURS) else None,
            after=int(after) if after.isascii() and after.isdigit() and len(after) < 16 else None,
        )

    @property
    def narrowed(self) -> bool:
        return bool(self.group or self.whose)

    def address(self) -> dict[str, str]:
        """As parameters of an address, without the page."""
        asked = {"state": self.state, "group": self.group, "whose": self.whose}
        return {name: value for name, value in asked.items() if value}


@dataclass(frozen=True)
class Line:
    """One notice in words; `organisation`: through which it came; `done`: its task is no longer open."""

    id: int
    text: Text
    group: str
    at: datetime
    organisation: str | None
    read: bool
    done: bool
    leads: bool


@dataclass(frozen=True)
class Notices:
    """A page, how many lines the filters leave, how many of all are unread, by group."""

    lines: list[Line]
    count: int
    next: int | None
    unread: Mapping[str, int]


def unread_count(tx: Transaction, user_id: int) -> int:
    return int(tx.execute(UNREAD, {"reader": user_id}).scalar_one())


UNREAD = (
    select(func.count())
    .select_from(notice)
    .where(notice.c.user_id == bindparam("reader", type_=Id), notice.c.read_at.is_(None))
)


def notices(tx: Transaction, user_id: int, seats: Sequence[Seat], wanted: Wanted, on: date) -> Notices:
    """The newest first."""
    mine = (notice.c.user_id == user_id, _MENTIONABLE)
    rows = tx.execute(
        _LINES.where(*mine, *_filters(wanted), *_beyond(wanted)).order_by(notice.c.id.desc()).limit(PAGE + 1)
    ).all()
    count = tx.execute(_COUNT.where(*mine, *_filters(wanted))).scalar_one()
    shown = rows[:PAGE]
    known = known_to(tx, seats, shown, on)
    reached = below(tx, sorted({seat.organisation_id for seat in seats}), on)
    through = {row.organisation_id for row in shown} - {None}
    left = {one for one in through if known.tree.standing(one, on) not in reached}
    return Notices(
        lines=[_line(row, known, left=row.organisation_id in left) for row in shown],
        count=int(count),
        next=shown[-1].id if len(rows) > PAGE else None,
        unread=_unread_by_group(tx, mine),
    )


def open_notice(tx: Transaction, user_id: int, notice_id: int, *, now: datetime) -> Any:
    """Marks it as read and gives its row, with `kind`, `facts`, `case_id`; NotFound for somebody else's."""
    mine = (notice.c.id == notice_id, notice.c.user_id == user_id)
    row = tx.execute(_LINES.where(*mine)).one_or_none()
    if row is None:
        raise NotFound
    tx.execute(update(notice).where(*mine, notice.c.read_at.is_(None)).values(read_at=now))
    return row


def read_all(tx: Transaction, user_id: int, wanted: Wanted, *, upto: int, now: datetime) -> int:
    """Marks as read what the filters show, up to the newest line that the page had."""
    theirs = _BARE.where(
        notice.c.user_id == user_id, *_filters(Wanted(group=wanted.group, whose=wanted.whose))
    )
    unread = update(notice).where(notice.c.id.in_(theirs), notice.c.id <= upto)
    return tx.execute(unread.values(read_at=now)).rowcount


# --- statements

# Free will: of a case that ended with "not now" nothing is listed, wherever it was told.
_MENTIONABLE = or_(case.c.id.is_(None), LISTED)
_JOINED = notice.join(outbox, outbox.c.id == notice.c.outbox_id).outerjoin(
    case, case.c.id == outbox.c.case_id
)
_BARE = select(notice.c.id).select_from(_JOINED)
_COUNT = select(func.count()).select_from(_JOINED)
_LINES = select(
    notice.c.id,
    notice.c.at,
    notice.c.read_at,
    notice.c.organisation_id,
    notice.c.task_id,
    select(task.c.id).where(task.c.id == notice.c.task_id).exists().label("open"),
    outbox.c.kind,
    outbox.c.facts,
    outbox.c.case_id,
).select_from(_JOINED)


def _filters(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [notice.c.read_at.is_(None)] if wanted.state != "all" else []
    if wanted.group:
        found.append(outbox.c.kind.in_([word for word, kind in KINDS.items() if kind.group == wanted.group]))
    if wanted.whose:
        own = notice.c.organisation_id.is_(None)
        found.append(own if wanted.whose == OWN else ~own)
    return found


def _beyond(wanted: Wanted) -> list[ColumnElement[bool]]:
    return [notice.c.id < wanted.after] if wanted.after else []


def _unread_by_group(tx: Transaction, mine: tuple[ColumnElement[bool], ...]) -> dict[str, int]:
    counted = (
        select(outbox.c.kind, func.count()).select_from(_JOINED).where(*mine, notice.c.read_at.is_(None))
    )
    found: dict[str, int] = {}
    for word, number in (tuple(row) for row in tx.execute(counted.group_by(outbox.c.kind))):
        group = kind_of(word).group
        found[group] = found.get(group, 0) + number
    return found


def _line(row: Any, known: Known, *, left: bool) -> Line:
    """`left`: it was told to an office where the reader sits no more; what it said is that office's now."""
    kind = kind_of(row.kind)
    return Line(
        id=row.id,
        text=OF_BEFORE if left else worded(row, known),
        group=kind.group,
        at=row.at,
        organisation=known.organisation(row.organisation_id),
        read=row.read_at is not None,
        done=row.task_id is not None and not row.open,
        leads=bool(kind.leads) and not left,
    )
