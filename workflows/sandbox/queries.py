"""Where a sandbox stands: its day, the move under way, and whether this database is one at all."""

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import func, select

from engine.errors import Conflict, Text
from engine.records import journal, outbox
from engine.transactions import Transaction
from workflows.people.records import user_account
from workflows.sandbox.records import sandbox, sandbox_move

NO_SANDBOX = (
    "Cơ sở dữ liệu này không phải hộp cát: ngày ở đây là ngày thật. Hộp cát được tạo riêng, "
    "bằng lệnh “ketnap demo --sandbox” trên máy chủ."
)
NOTHING_REAL = (
    "Đây là hộp cát để tập, không giữ dữ liệu thật: danh sách từ tệp chỉ đọc thử, không ghi. Dữ liệu thật "
    "cần cơ sở dữ liệu riêng, tạo bằng “ketnap db upgrade”."
)


class Move(NamedTuple):
    """A move of the day; open as long as `done_at` is None."""

    id: int
    from_day: date
    to_day: date
    reached: date
    by: int | None
    asked_at: datetime
    stopped: bool
    done_at: datetime | None
    who: str | None  # by name; None: the command on the server

    @property
    def days(self) -> int:
        return (self.to_day - self.from_day).days

    @property
    def passed(self) -> int:
        return (self.reached - self.from_day).days


class Marks(NamedTuple):
    """The last journal entry and the last message that were there."""

    journal: int
    outbox: int


_MOVES = select(
    *(sandbox_move.c[name] for name in Move._fields if name != "who"), user_account.c.name
).outerjoin(user_account, user_account.c.id == sandbox_move.c.by)


def find_day(tx: Transaction) -> date | None:
    """Today in the sandbox; None where the database is none."""
    found: date | None = tx.execute(select(sandbox.c.day)).scalar()
    return found


def standing(tx: Transaction) -> tuple[date, datetime]:
    """Today in the sandbox, and since when by the clock on the wall it has come there or is on the way."""
    last = select(func.coalesce(sandbox_move.c.done_at, sandbox_move.c.asked_at))
    last = last.order_by(sandbox_move.c.id.desc()).limit(1)
    since = func.coalesce(last.scalar_subquery(), sandbox.c.made_at, type_=sandbox.c.made_at.type)
    return tuple(tx.execute(select(sandbox.c.day, since)).one())


def refuse_real_data(tx: Transaction) -> None:
    """Conflict in a sandbox: its passwords are printed and its days are not those of any case."""
    if find_day(tx) is not None:
        raise Conflict(Text(NOTHING_REAL))


def day_now(tx: Transaction) -> date:
    """Today in the sandbox; Conflict where the database is none."""
    found = find_day(tx)
    if found is None:
        raise Conflict(Text(NO_SANDBOX))
    return found


def open_move(tx: Transaction, *, hold: bool = False) -> Move | None:
    """The move under way; `hold`: nobody else changes it until the transaction ends."""
    query = _MOVES.where(sandbox_move.c.done_at.is_(None))
    row = tx.execute(query.with_for_update(of=sandbox_move) if hold else query).one_or_none()
    return Move(*tuple(row)) if row else None


def moves(tx: Transaction) -> list[Move]:
    """All moves, the latest first."""
    return [Move(*tuple(row)) for row in tx.execute(_MOVES.order_by(sandbox_move.c.id.desc()))]


def marks(tx: Transaction) -> Marks:
    """How far journal and outbox reach now."""
    last = [select(func.coalesce(func.max(table.c.id), 0)).scalar_subquery() for table in (journal, outbox)]
    return Marks(*tuple(tx.execute(select(*last)).one()))
