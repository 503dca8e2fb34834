"""What else an organisation has: schools, sizes, registers, meetings, mandates, notices not yet sent."""

from datetime import timedelta
from typing import Any, Final

from sqlalchemy import func, insert, or_, select, update

from engine.records import case, outbox
from engine.transactions import Transaction
from workflows.access.records import mandate, mandate_scope
from workflows.administration.bodies import bodies_of as sizes_of
from workflows.admission.records import body
from workflows.desk.cases import LISTED
from workflows.documents.records import committee_term, number_register, numbering
from workflows.documents.terms import BEFORE_ALL, UNNAMED
from workflows.meetings.bodies import bodies_of
from workflows.meetings.records import agenda_item, planned_meeting
from workflows.organisations.kinds import COMMUNE_COMMITTEE, DISTRICT_COMMITTEE, PROVINCE_COMMITTEE
from workflows.organisations.queries import tree_of
from workflows.organisations.records import institution
from workflows.reorganisation.going import Going
from workflows.reorganisation.words import CONTINUE
from workflows.schedules.records import meeting_day

REORGANISED = "reorganised"
ABOVE_SCHOOLS: Final = frozenset({PROVINCE_COMMITTEE, DISTRICT_COMMITTEE, COMMUNE_COMMITTEE})


def follow_schools(tx: Transaction, going: Going) -> dict[str, int]:
    """The school's links name the heir; past days are read through the succession.

    Where a committee above schools is the heir, the school keeps one of its own: its cell.
    """
    if going.rest is None:
        return {}
    own: Any = going.rest
    if tree_of(tx).nodes[going.rest].kind in ABOVE_SCHOOLS:
        own = func.coalesce(institution.c.cell_id, going.rest)
    changed = 0
    for name, heir in (
        ("party_organisation_id", own),
        ("union_organisation_id", going.rest),
        ("cell_id", going.rest),
    ):
        linked = update(institution).where(institution.c[name] == going.organisation_id)
        changed += int(tx.execute(linked.values({name: heir})).rowcount)
    return {"schools": changed} if changed else {}


def follow_sizes(tx: Transaction, going: Going) -> dict[str, int]:
    """One that goes on as one other keeps the size of its committee; of a merger nobody can know it."""
    if not (going.alone and going.rest is not None):
        return {}
    c, kept = body.c, 0
    held = select(c.kind, c.members).where(
        c.organisation_id == going.organisation_id,
        c.valid_from <= going.on,
        or_(c.valid_to.is_(None), c.valid_to > going.on),
    )
    there = set(tx.execute(select(c.kind).where(c.organisation_id == going.rest)).scalars())
    wanted = sizes_of(tree_of(tx).nodes[going.rest].kind)
    for row in tx.execute(held).all():
        if row.kind in wanted and row.kind not in there:
            size = {"kind": row.kind, "members": row.members, "valid_from": going.on}
            tx.insert(body, {"organisation_id": going.rest, **size})
            kept += 1
    return {"sizes": kept} if kept else {}


def follow_meeting_days(tx: Transaction, going: Going) -> dict[str, int]:
    """The day of the month on which its bodies meet, where it goes on as one other that has named none."""
    if not (going.alone and going.rest is not None):
        return {}
    d, kept = meeting_day.c, 0
    own = select(meeting_day).where(d.organisation_id == going.organisation_id).order_by(d.valid_from, d.id)
    there = set(tx.execute(select(d.body).where(d.organisation_id == going.rest)).scalars())
    latest = {row.body: row for row in tx.execute(own)}
    for name in bodies_of(tree_of(tx).nodes[going.rest].kind):
        row = latest.get(name)
        if row is not None and name not in there:
            same = {key: row._mapping[key] for key in ("body", "day", "weekday", "nth", "moved", "by_user")}
            when = {"valid_from": max(going.on, row.valid_from), "recorded_at": row.recorded_at}
            tx.insert(meeting_day, {"organisation_id": going.rest, **same, **when})
            kept += 1
    return {"days": kept} if kept else {}


def follow_registers(tx: Transaction, going: Going) -> dict[str, int]:
    """Continued: the same term goes on at the heir with its numbers, where the heir has none of its own."""
    if going.registers != CONTINUE or not going.alone or going.rest is None:
        return {}
    t, r = committee_term.c, number_register.c
    if tx.execute(select(r.last).where(r.organisation_id == going.rest).limit(1)).first() is not None:
        return {}
    term = tx.execute(
        select(committee_term)
        .where(t.organisation_id == going.organisation_id, t.valid_from <= going.on)
        .where(or_(t.valid_to.is_(None), t.valid_to > going.on))
    ).first()
    if term is None:
        return {}
    own = _term_of_heir(tx, going.rest, term, going)
    query = select(number_register).where(r.organisation_id == going.organisation_id, r.term_id == term.id)
    series = [
        {"organisation_id": going.rest, "term_id": own, "symbol": row.symbol, "last": row.last}
        for row in tx.execute(query)
    ]
    if series:
        tx.execute(insert(number_register), series)
    sign = tx.execute(select(numbering.c.sign).where(numbering.c.organisation_id == going.organisation_id))
    if (kept := sign.scalar()) is not None:
        tx.insert_new(numbering, [{"organisation_id": going.rest, "sign": kept}])
    return {"registers": len(series)} if series else {}


def _term_of_heir(tx: Transaction, heir: int, term: Any, going: Going) -> int:
    """Its own term of the day; without one, the same term goes on."""
    t = committee_term.c
    found = tx.execute(
        select(t.id)
        .where(t.organisation_id == heir, t.valid_from <= going.on)
        .where(or_(t.valid_to.is_(None), t.valid_to > going.on))
    ).scalar()
    if found is not None:
        return int(found)
    since = term.valid_from if term.name == UNNAMED and term.valid_from == BEFORE_ALL else going.on
    row = {"organisation_id": heir, "name": term.name, "valid_from": since, "valid_to": term.valid_to}
    return tx.insert(committee_term, row)


def follow_meetings(tx: Transaction, going: Going) -> dict[str, int]:
    """Planned for the day or later: they are the heir's; one more of its own on that day takes the agenda."""
    m = planned_meeting.c
    if not going.ends:
        return {}
    query = select(planned_meeting).where(
        m.organisation_id == going.organisation_id, m.status == "planned", m.on_day >= going.on
    )
    moved = cancelled = 0
    for row in tx.execute(query.order_by(m.on_day)).all():
        if going.heir is None or row.body not in bodies_of(tree_of(tx).nodes[going.heir].kind):
            cancelled += _cancel(tx, row.id)
        elif (other := _same_day(tx, going.heir, row)) is not None:
            _join_agenda(tx, row.id, other)
            cancelled += _cancel(tx, row.id)
        else:
            tx.execute(update(planned_meeting).where(m.id == row.id).values(organisation_id=going.heir))
            moved += 1
    counted = (("meetings", moved), ("meetings_cancelled", cancelled))
    return {name: number for name, number in counted if number}


def _same_day(tx: Transaction, heir: int, row: Any) -> int | None:
    m = planned_meeting.c
    same = select(m.id).where(
        m.organisation_id == heir,
        m.body == row.body,
        m.branch == row.branch,
        m.on_day == row.on_day,
        m.status != "cancelled",
    )
    found: int | None = tx.execute(same).scalar()
    return found


def _join_agenda(tx: Transaction, from_id: int, to_id: int) -> None:
    """Its people come after those who stood on the other agenda."""
    a = agenda_item.c
    last = tx.execute(select(func.coalesce(func.max(a.rank), 0)).where(a.planned_meeting_id == to_id))
    after = int(last.scalar_one())
    rows = tx.execute(select(agenda_item).where(a.planned_meeting_id == from_id)).all()
    items = [
        {"planned_meeting_id": to_id, "case_id": r.case_id, "element": r.element, "rank": after + r.rank}
        for r in rows
    ]
    tx.insert_new(agenda_item, items)


def _cancel(tx: Transaction, meeting_id: int) -> int:
    cancelled = {"status": "cancelled", "cancelled_because": REORGANISED}
    tx.execute(update(planned_meeting).where(planned_meeting.c.id == meeting_id).values(cancelled))
    return 1


def follow_mandates(tx: Transaction, going: Going) -> dict[str, int]:
    """A mandate in force that names the organisation reaches what it reached, and nobody else's: an heir that
    is nothing but the same is named, else the cases and the organisations that stood under it, one by one."""
    s, m = mandate_scope.c, mandate.c
    query = (
        select(s.mandate_id)
        .join(mandate, m.id == s.mandate_id)
        .where(s.organisation_id == going.organisation_id, m.ended_at.is_(None), m.valid_to > going.on)
    )
    mandates, added = list(tx.execute(query).scalars()), 0
    organisations, cases = _reached_by_mandate(tx, going) if mandates else ([], [])
    for mandate_id in mandates:
        rows = tx.execute(select(s.organisation_id, s.case_id).where(s.mandate_id == mandate_id)).all()
        named = {tuple(row) for row in rows}
        wanted = [*((one, None) for one in organisations), *((None, one) for one in cases)]
        for organisation_id, case_id in (one for one in wanted if one not in named):
            row = {"mandate_id": mandate_id, "organisation_id": organisation_id, "case_id": case_id}
            tx.insert(mandate_scope, row)
            added += 1
    return {"mandates": added} if added else {}


def _reached_by_mandate(tx: Transaction, going: Going) -> tuple[list[int], list[int]]:
    """(organisations, cases) that go on elsewhere; never a case that ended with "not now"."""
    tree, before = tree_of(tx), going.on - timedelta(days=1)
    if going.alone and going.rest is not None and not tree.nodes[going.rest].stands_on(before):
        return [going.rest], []
    own = select(case.c.id).where(
        case.c.custodian_id == going.organisation_id, case.c.parent_id.is_(None), LISTED
    )
    cases = list(tx.execute(own.order_by(case.c.id)).scalars())
    return sorted(tree.children_on(going.organisation_id, before)), cases


def follow_notices(tx: Transaction, going: Going) -> dict[str, int]:
    """Notices that nobody has delivered yet go to whoever sits there now."""
    if going.rest is None:
        return {}
    c = outbox.c
    waiting = update(outbox).where(c.to_organisation == going.organisation_id, c.sent_at.is_(None))
    sent = int(tx.execute(waiting.values(to_organisation=going.rest)).rowcount)
    return {"notices": sent} if sent else {}
