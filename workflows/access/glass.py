"""Break the glass: one case opened in an emergency by its number, with a reason, for some hours.

Custodian and superior are told at once, the case keeps it in its journal, and somebody above reviews it.
Every attempt counts against the limit, and what is absent, forbidden or "not now" is answered alike.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, update

from engine import journal, outbox
from engine.errors import Conflict, InvalidAnswers, NotAllowed, Text
from engine.records import case
from engine.secrets import write_personal
from engine.time import day_of
from engine.transactions import Transaction
from workflows.access.records import glass, glass_attempt
from workflows.organisations.queries import tree_of
from workflows.organisations.records import organisation
from workflows.people.records import student, user_account

HOURS = 4
MOST_A_DAY = 5  # attempts of one person within 24 hours, right and wrong numbers together
MOMENT = "access.moment"  # the note under which a transaction knows the moment of its request

CAUSES: Mapping[str, str] = {
    "deadline": "Sắp quá hạn mà nơi quản lý hồ sơ vắng người",
    "complaint": "Giải quyết đơn thư, khiếu nại",
    "protection": "Bảo vệ quyền lợi của người trong hồ sơ",
    "data": "Khắc phục sai sót dữ liệu",
    "other": "Lý do khác",
}
VERDICTS: Mapping[str, str] = {"justified": "Có căn cứ", "unjustified": "Không có căn cứ"}
HIDDEN = ("not_now",)  # free will: nobody opens what nobody lists
SEALED_FOR_GOOD = ("withdrawn",)


def open_case(
    tx: Transaction, case_id: int, cause: str, words: str, *, by: int, organisation_id: int, now: datetime
) -> int | None:
    """The number of the opening; None where there is no such case to open, with the attempt counted.

    Raises InvalidAnswers for a reason that says nothing, Conflict for one attempt too many.
    """
    if cause not in CAUSES or len(words.strip()) < 10:
        raise InvalidAnswers({"words": [Text("Hãy ghi rõ vì sao phải mở ngay, ít nhất một câu.")]})
    if attempts(tx, by, now) >= MOST_A_DAY:
        raise Conflict(Text("Đã mở khẩn nhiều lần trong ngày. Hãy liên hệ cơ quan quản lý hồ sơ."))
    tx.insert(glass_attempt, {"user_id": by, "at": now})
    row = tx.execute(select(case).where(case.c.id == case_id, case.c.kind == "admission")).first()
    if row is None or row.closed_as in HIDDEN:
        return None
    known = opened(tx, by, case_id, now)
    if known is not None:
        return int(known.id)
    above = tree_of(tx).parent_on(row.custodian_id, day_of(now))
    made = tx.insert(
        glass,
        {
            "case_id": case_id,
            "user_id": by,
            "organisation_id": organisation_id,
            "custodian_id": row.custodian_id,
            "superior_id": above,
            "cause": cause,
            "opened_at": now,
            "until": now + timedelta(hours=HOURS),
        },
    )
    write_personal(tx, "student", row.subject_id, {f"glass.{made}.reason": words.strip()})
    _tell(tx, made, case_id, (row.custodian_id, above), by, now)
    return made


def opened(tx: Transaction, user_id: int, case_id: int, now: datetime) -> Any:
    """The person's opening of the case that still holds; None where none does."""
    mine = (glass.c.user_id == user_id, glass.c.case_id == case_id)
    return tx.execute(select(glass).where(*mine, _holds(now)).order_by(glass.c.id.desc()).limit(1)).first()


def end(tx: Transaction, glass_id: int, *, by: int, now: datetime) -> None:
    """Closed before its time, by the superior or by whoever opened it. Raises Conflict (over already)."""
    ended = tx.execute(
        update(glass).where(glass.c.id == glass_id, _holds(now)).values(ended_by=by, ended_at=now)
    )
    if not ended.rowcount:
        raise Conflict(Text("Lần mở này đã hết hiệu lực."))
    row = glass_row(tx, glass_id)
    journal.append(tx, row.case_id, "glass_ended", on=day_of(now), by=by, now=now, facts={"glass": glass_id})


def review(tx: Transaction, glass_id: int, verdict: str, *, by: int, now: datetime) -> None:
    """Seen afterwards by somebody above: justified or not. Raises NotAllowed, InvalidAnswers, Conflict."""
    if verdict not in VERDICTS:
        raise InvalidAnswers({"verdict": [Text("Hãy chọn một kết luận.")]})
    row = glass_row(tx, glass_id)
    if row.user_id == by:
        raise NotAllowed(Text("Người đã mở không tự kết luận được. Hãy nhờ người khác."))
    if row.ended_at is None and row.until > now:
        raise Conflict(Text("Lần mở này còn hiệu lực. Hãy kết thúc trước, rồi kết luận."))
    done = tx.execute(
        update(glass)
        .where(glass.c.id == glass_id, glass.c.verdict.is_(None))
        .values(verdict=verdict, reviewed_by=by, reviewed_at=now)
    )
    if not done.rowcount:
        raise Conflict(Text("Lần mở này đã có kết luận."))
    facts = {"glass": glass_id, "verdict": verdict}
    journal.append(tx, row.case_id, "glass_reviewed", on=day_of(now), by=by, now=now, facts=facts)


def glass_row(tx: Transaction, glass_id: int) -> Any:
    return tx.execute(select(glass).where(glass.c.id == glass_id)).one_or_none()


def listed(tx: Transaction, user_id: int, organisation_ids: Sequence[int], now: datetime) -> list[Any]:
    """Openings of mine, and those that my organisations were told of; what waits for a review first."""
    opener, seat = user_account.alias("opener"), organisation.alias("seat")
    told = or_(glass.c.custodian_id.in_(organisation_ids), glass.c.superior_id.in_(organisation_ids))
    query = (
        select(
            glass,
            opener.c.name.label("opener"),
            seat.c.name.label("place"),
            organisation.c.name.label("custodian"),
            *(student.c[name] for name in ("family_name", "middle_name", "given_name")),
        )
        .join(opener, opener.c.id == glass.c.user_id)
        .join(seat, seat.c.id == glass.c.organisation_id)
        .join(organisation, organisation.c.id == glass.c.custodian_id)
        .join(case, case.c.id == glass.c.case_id)
        .join(student, student.c.id == case.c.subject_id)
        .where(or_(glass.c.user_id == user_id, told))
        .order_by(glass.c.verdict.is_not(None), glass.c.id.desc())
    )
    return list(tx.execute(query.limit(100)))


def attempts(tx: Transaction, user_id: int, now: datetime) -> int:
    """How often the person tried within the last 24 hours."""
    recent = (glass_attempt.c.user_id == user_id, glass_attempt.c.at > now - timedelta(days=1))
    return int(tx.execute(select(func.count()).select_from(glass_attempt).where(*recent)).scalar_one())


def holds(row: Any, now: datetime) -> bool:
    return row.ended_at is None and bool(row.until > now)


def _holds(now: datetime) -> ColumnElement[bool]:
    return and_(glass.c.ended_at.is_(None), glass.c.until > now)


def _tell(
    tx: Transaction, made: int, case_id: int, told: Sequence[int | None], by: int, now: datetime
) -> None:
    on: date = day_of(now)
    facts = {"glass": made, "until": (now + timedelta(hours=HOURS)).isoformat()}
    journal.append(tx, case_id, "glass_opened", on=on, by=by, now=now, facts=facts)
    for one in told:
        if one is not None:
            key = f"glass:{made}:{one}"
            outbox.tell(
                tx, key, "glass_opened", to_organisation=one, case_id=case_id, facts={"glass": made}, now=now
            )
