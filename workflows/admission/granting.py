"""More time given by the superior, on paper, to a clock whose rule knows no extension.

The new day is named, not counted, and is marked as not from the rules. Only another such act changes it, also
back to the day of the rule. What the rules themselves ask (months of a certificate, of a file, of probation)
stays as it is: such a clock only reminds later.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import select

from engine import cases, clocks, journal
from engine.among import among
from engine.clocks import ClockRow
from engine.errors import Conflict, InvalidAnswers, Text
from engine.transactions import Transaction
from workflows.admission.acting import Acting, record_act
from workflows.admission.records import act, clock_grant
from workflows.admission.side_acts import side_act
from workflows.rules import deadlines
from workflows.rules.calendar import Calendar
from workflows.rules.editions import edition_named

ELEMENT = "time_granted"
OF_THE_RULES = "Thời hạn này quy định đã có cách gia hạn: hãy dùng “Gia hạn”."
NOT_RUNNING = "Thời hạn này không còn đang tính. Hãy tải lại trang."


class Grant(NamedTuple):
    """The paper that stands for a clock."""

    clock_id: int
    until: date
    number: str
    on: date


_GRANTS = (
    select(clock_grant.c.clock_id, clock_grant.c.until_day, act.c.number, act.c.on_day)
    .join(act, act.c.id == clock_grant.c.act_id)
    .where(among(clock_grant.c.clock_id, "clocks"))
    .order_by(clock_grant.c.id)
)


def grants_of(tx: Transaction, clock_ids: Collection[int]) -> Mapping[int, Grant]:
    """The newest grant of each of these clocks that has one."""
    if not clock_ids:
        return {}
    return {row[0]: Grant(*tuple(row)) for row in tx.execute(_GRANTS, {"clocks": clock_ids})}


def due_of(running: ClockRow, grant: Grant, calendar: Calendar) -> date:
    """The day that a grant comes to; a day off moves it where the edition of the clock says so."""
    return deadlines.last_day(grant.until, edition_named(running.edition), calendar)


def grantable(tx: Transaction, case_id: int) -> list[ClockRow]:
    """Running clocks to which only the superior can give more time."""
    return [one for one in clocks.open_clocks(tx, case_id) if _by_grant_alone(one)]


def _by_grant_alone(one: ClockRow) -> bool:
    """Counted by a rule without an extension of its own; a day that a paper named is given by none."""
    return one.rule in deadlines.RULES and deadlines.RULES[one.rule].extension is None


def grant(
    tx: Transaction,
    case_id: int,
    answers: Mapping[str, Any],
    *,
    organisation_id: int,
    by: int,
    now: datetime,
    for_user: int | None = None,
) -> date:
    """`answers`: clock, until, number, on, reason (late_reason). Gives the new due day."""
    for field in ("number", "reason"):
        if not str(answers.get(field) or "").strip():
            raise InvalidAnswers({field: [Text("Cần ghi mục này.")]})
    acting = side_act(tx, case_id, ELEMENT, dict(answers), by=by, now=now, for_user=for_user)
    acting.organisation_id = organisation_id
    running = _running(acting, int(answers["clock"]))
    wanted = Grant(running.id, answers["until"], str(answers["number"]), acting.on)
    by_rule = deadlines.due(running.rule, running.started_on, edition_named(running.edition), acting.calendar)
    day = due_of(running, wanted, acting.calendar)
    _check(day, by_rule.day, running.due_on)
    note = note_of(by_rule, wanted)
    clocks.extend_clock(tx, case_id, running.name, due_on=day, note=note, item=running.item)
    acting.outcome, acting.item = running.name, running.item
    record_act(acting)
    tx.insert(clock_grant, {"clock_id": running.id, "act_id": acting.act_id, "until_day": wanted.until})
    facts = {**acting.facts, "clock": running.name, "due": day.isoformat()}
    journal.append(
        tx, case_id, ELEMENT, on=acting.on, by=by, now=now, facts=facts, edition=acting.edition.name
    )
    cases.reschedule(tx, case_id, on=acting.on, now=now, why=ELEMENT)  # a waiting timer may ask this clock
    return day


def _running(acting: Acting, clock_id: int) -> ClockRow:
    for one in clocks.open_clocks(acting.tx, acting.case.id):
        if one.id == clock_id:
            if not _by_grant_alone(one):
                raise Conflict(Text(OF_THE_RULES))
            return one
    raise Conflict(Text(NOT_RUNNING))


def _check(day: date, by_rule: date, present: date) -> None:
    """Nobody is given less than the rule gives, and a paper that changes nothing is a mistake."""
    if day < by_rule:
        least = f"{by_rule:%d/%m/%Y}"
        raise InvalidAnswers({"until": [Text("Không thể sớm hơn hạn theo quy định, {day}.", day=least)]})
    if day == present:
        raise InvalidAnswers({"until": [Text("Hạn đang là ngày này rồi. Hãy ghi ngày khác.")]})


def note_of(by_rule: deadlines.Due, given: Grant) -> str:
    """The sentence that is kept with the clock."""
    return f"{by_rule.text()}; cấp trên gia hạn đến {given.until:%d/%m/%Y} (văn bản số {given.number})"
