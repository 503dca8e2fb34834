"""How each person is told beside the notices, and whether anything may leave the program at all."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, select, update

from engine.errors import Conflict, InvalidAnswers, Text
from engine.records import outbox
from engine.transactions import Transaction
from workflows.people.records import user_account
from workflows.reminders.records import channel, network_zone

MAIL: Final = "mail"  # the kind of outbox rows that go out as e-mail
OFF, DIGEST, AT_ONCE = "off", "digest", "at_once"
MAIL_CHOICES: Final[Mapping[str, str]] = {
    OFF: "Không gửi thư điện tử",
    DIGEST: "Một thư gộp lúc 7 giờ sáng ngày làm việc; việc khẩn thì gửi ngay",
    AT_ONCE: "Gửi ngay khi có thông báo mới",
}
ALONE, INTERNAL, CONNECTED = "alone", "internal", "connected"
ZONES: Final[Mapping[str, str]] = {
    ALONE: "Máy đơn lẻ, không nối mạng",
    INTERNAL: "Mạng nội bộ, không ra ngoài",
    CONNECTED: "Có kết nối ra ngoài",
}
GONE = "Thư này vừa được gửi hoặc vừa bị bỏ. Hãy tải lại trang."
NO_NETWORK = "Máy đơn lẻ không gửi được thư. Hãy chọn đúng vùng mạng, hoặc bỏ dấu chọn gửi thư."


def mail_choice(tx: Transaction, user_id: int) -> str:
    found: str | None = tx.execute(select(channel.c.mail).where(channel.c.user_id == user_id)).scalar()
    return found or DIGEST


def choose(tx: Transaction, user_id: int, mail: str, *, now: datetime) -> None:
    """The person's own choice; notices in the program cannot be switched off."""
    if mail not in MAIL_CHOICES:
        raise InvalidAnswers({"mail": [Text("Hãy chọn một trong các cách nhận tin.")]})
    values = {"mail": mail, "set_at": now}
    if not tx.insert_new(channel, [{"user_id": user_id, **values}]):
        tx.execute(update(channel).where(channel.c.user_id == user_id).values(values))


def mail_is_open(tx: Transaction) -> bool:
    """Has an administrator declared a network through which mail may leave?"""
    latest = select(network_zone.c.mail).order_by(network_zone.c.id.desc()).limit(1)
    return bool(tx.execute(latest).scalar())


def declared(tx: Transaction, limit: int = 10) -> list[Any]:
    """The last declarations with who made them, the one in force first."""
    query = select(network_zone, user_account.c.name.label("who"))
    query = query.join(user_account, user_account.c.id == network_zone.c.by)
    return list(tx.execute(query.order_by(network_zone.c.id.desc()).limit(limit)))


def declare(tx: Transaction, zone: str, mail: bool, *, by: int, now: datetime) -> None:
    """Says in what network this program runs and whether mail may leave; mail that waits goes with a "no"."""
    if zone not in ZONES:
        raise InvalidAnswers({"zone": [Text("Hãy chọn vùng mạng.")]})
    if mail and zone == ALONE:
        raise InvalidAnswers({"mail": [Text(NO_NETWORK)]})
    tx.insert(network_zone, {"zone": zone, "mail": mail, "by": by, "at": now})
    if not mail:
        tx.execute(delete(outbox).where(*_UNSENT))


# --- mail that was not sent yet

_UNSENT = (outbox.c.kind == MAIL, outbox.c.sent_at.is_(None))


def unsent(tx: Transaction, limit: int = 200) -> list[Any]:
    """Mail that waits or was refused, with whose it is: those tried most often first."""
    return list(
        tx.execute(
            select(
                outbox.c.id,
                outbox.c.created_at,
                outbox.c.attempts,
                outbox.c.retry_at,
                outbox.c.last_error,
                user_account.c.name,
                user_account.c.username,
            )
            .join(user_account, user_account.c.id == outbox.c.to_user)
            .where(*_UNSENT)
            .order_by(outbox.c.attempts.desc(), outbox.c.id)
            .limit(limit)
        )
    )


def send_again(tx: Transaction, message_id: int) -> None:
    """Its turn comes at once instead of later; Conflict where it has been sent or dropped meanwhile."""
    if not tx.execute(
        update(outbox).where(outbox.c.id == message_id, *_UNSENT).values(retry_at=None)
    ).rowcount:
        raise Conflict(Text(GONE))


def drop(tx: Transaction, message_id: int) -> None:
    """Nobody waits for it any more; its notices stay in the program."""
    if not tx.execute(delete(outbox).where(outbox.c.id == message_id, *_UNSENT)).rowcount:
        raise Conflict(Text(GONE))
