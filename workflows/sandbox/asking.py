"""What people do to a sandbox: make one, ask for another day, stop on the way. Nothing is moved here."""

from datetime import date, datetime, timedelta

from sqlalchemy import insert, select, update

from engine.errors import Conflict, InvalidAnswers, Text
from engine.transactions import Transaction
from workflows.sandbox.queries import day_now, find_day, open_move
from workflows.sandbox.records import REAL_DATA, THE_ONE, sandbox, sandbox_move
from workflows.tables import TABLES

FURTHEST = timedelta(days=5 * 366)  # at once; a student's road from the pool to recognition takes less
NOT_EMPTY = (
    "Cơ sở dữ liệu này đã có dữ liệu nên không thể thành hộp cát. Hộp cát chỉ được tạo trong cơ sở dữ liệu "
    "mới, bằng lệnh “ketnap demo --sandbox”."
)
ALREADY = "Cơ sở dữ liệu này đã là hộp cát."
NOT_BACK = "Ngày trong hộp cát chỉ đi tới: hôm nay ở đây là {today}. Muốn về trước, hãy tạo hộp cát mới."
TOO_FAR = "Mỗi lần chuyển được nhiều nhất đến {last}. Hãy chuyển làm nhiều lần."
UNDER_WAY = "Hộp cát đang chuyển đến {day}. Hãy chờ xong, hoặc dừng lần chuyển ấy trước."
NOTHING = "Hộp cát không chuyển ngày lúc này nên không có gì để dừng."


def make(tx: Transaction, day: date, *, now: datetime) -> None:
    """Marks an empty database as a sandbox that begins on a day; Conflict where anything real could be in it.

    `now`, here and below, is the moment on the wall.
    """
    if find_day(tx) is not None:
        raise Conflict(Text(ALREADY))
    if any(tx.execute(select(TABLES[name].c.id).limit(1)).first() for name in REAL_DATA):
        raise Conflict(Text(NOT_EMPTY))
    tx.execute(insert(sandbox), {"id": THE_ONE, "began_on": day, "day": day, "made_at": now})


def ask(tx: Transaction, to_day: date, *, by: int | None, now: datetime) -> int:
    """Asks for another day; whoever runs the jobs takes it there. `by`: None from the server itself."""
    today, under_way = day_now(tx), open_move(tx)
    if under_way is not None:
        raise Conflict(Text(UNDER_WAY, day=under_way.to_day))
    if to_day <= today:
        raise InvalidAnswers({"day": [Text(NOT_BACK, today=today)]})
    if to_day > today + FURTHEST:
        raise InvalidAnswers({"day": [Text(TOO_FAR, last=today + FURTHEST)]})
    row = {"sandbox_id": THE_ONE, "from_day": today, "to_day": to_day, "reached": today}
    return tx.insert(sandbox_move, row | {"by": by, "asked_at": now})


def stop(tx: Transaction, *, now: datetime) -> None:
    """Ends the move under way: now, or once the day that was begun is lived to its end."""
    move = open_move(tx, hold=True)
    if move is None:
        raise Conflict(Text(NOTHING))
    nothing_begun = day_now(tx) == move.reached
    ours = update(sandbox_move).where(sandbox_move.c.id == move.id)
    tx.execute(ours.values(stopped=True, done_at=now if nothing_begun else None))
