"""An auditor's mandate: a paper that names organisations or single cases, for days that end.

It gives reading and nothing else. Ended or over, the cases are as absent as they were before.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, false, insert, or_, select, update

from engine import journal
from engine.errors import Conflict, InvalidAnswers, Text
from engine.records import case
from engine.time import day_of
from engine.transactions import Transaction
from workflows.access.queries import below
from workflows.access.records import mandate, mandate_scope
from workflows.access.relations import UNSEEN
from workflows.organisations.queries import tree_of
from workflows.organisations.records import organisation
from workflows.people.records import position, user_account
from workflows.people.users import positions_on


def naming(tx: Transaction, auditor_id: int, case_id: int, on: date) -> Any:
    """The auditor's mandate that names the case on the day; None where there is none."""
    found = tx.execute(select(case.c.custodian_id, case.c.parent_id).where(case.c.id == case_id)).first()
    if found is None:
        return None
    for row in in_force(tx, auditor_id, on):
        cases, organisations = scope(tx, row.id)
        named = case_id in cases or found.parent_id in cases
        if named or found.custodian_id in below(tx, organisations, on):
            return row
    return None


def in_force(tx: Transaction, auditor_id: int, on: date) -> list[Any]:
    """The mandates that hold on the day, the newest first."""
    query = select(mandate).where(mandate.c.auditor_id == auditor_id, *_holds(on))
    return list(tx.execute(query.order_by(mandate.c.id.desc())))


def scope(tx: Transaction, mandate_id: int) -> tuple[list[int], list[int]]:
    """(cases, organisations) that a mandate names."""
    rows = tx.execute(select(mandate_scope).where(mandate_scope.c.mandate_id == mandate_id)).all()
    cases = [row.case_id for row in rows if row.case_id is not None]
    return cases, [row.organisation_id for row in rows if row.organisation_id is not None]


def named_cases(tx: Transaction, auditor_id: int, on: date) -> ColumnElement[bool]:
    """The condition: a case that one of the auditor's mandates names on the day."""
    parts: list[ColumnElement[bool]] = []
    for row in in_force(tx, auditor_id, on):
        cases, organisations = scope(tx, row.id)
        parts.append(case.c.id.in_(cases))
        parts.append(case.c.custodian_id.in_(below(tx, organisations, on) if organisations else []))
    return or_(*parts) if parts else false()


def give(
    tx: Transaction,
    organisation_id: int,
    auditor_id: int,
    *,
    number: str,
    paper_on: date,
    since: date,
    until: date,
    organisations: Collection[int] = (),
    cases: Collection[int] = (),
    by: int,
    now: datetime,
) -> int:
    """The committee's paper as a row; `until` is the last day. Raises InvalidAnswers, Conflict (there).

    A committee gives no more than it has: what stands under it, and cases whose custodian does.
    """
    if auditor_id == by:
        raise InvalidAnswers({"auditor_id": [Text("Không ai tự ủy nhiệm cho mình.")]})
    faults = _faults(tx, organisation_id, auditor_id, paper_on, since, until, organisations, cases, now)
    if faults:
        raise InvalidAnswers(faults)
    row = {
        "auditor_id": auditor_id,
        "organisation_id": organisation_id,
        "number": number,
        "paper_on": paper_on,
        "valid_from": since,
        "valid_to": until + timedelta(days=1),
        "given_by": by,
        "given_at": now,
    }
    made = tx.insert_unless_there(mandate, row)
    if made is None:
        raise Conflict(Text("Ủy nhiệm số {number} đã được ghi. Hãy tải lại trang.", number=number))
    named = [{"mandate_id": made, "organisation_id": one, "case_id": None} for one in sorted(organisations)]
    named += [{"mandate_id": made, "organisation_id": None, "case_id": one} for one in sorted(cases)]
    tx.execute(insert(mandate_scope), named)
    facts = {"mandate": made, "auditor": auditor_id, "number": number, "until": until.isoformat()}
    journal.append(tx, None, "mandate_given", on=paper_on, by=by, now=now, facts=facts)
    return made


def end(tx: Transaction, mandate_id: int, *, by: int, now: datetime) -> None:
    """It holds no longer, from this moment. Raises Conflict where it was ended before."""
    ended = tx.execute(
        update(mandate)
        .where(mandate.c.id == mandate_id, mandate.c.ended_at.is_(None))
        .values(ended_by=by, ended_at=now)
    )
    if not ended.rowcount:
        raise Conflict(Text("Ủy nhiệm này đã kết thúc trước đó."))
    journal.append(tx, None, "mandate_ended", on=day_of(now), by=by, now=now, facts={"mandate": mandate_id})


def listed(tx: Transaction, organisation_ids: Sequence[int], on: date) -> list[Any]:
    """Mandates that these organisations gave, or that name one of them or what it stands under."""
    if not organisation_ids:
        return []
    above = _over(tx, organisation_ids, on)
    named = select(mandate_scope.c.mandate_id).where(mandate_scope.c.organisation_id.in_(above))
    of_case = (
        select(mandate_scope.c.mandate_id)
        .join(case, case.c.id == mandate_scope.c.case_id)
        .where(case.c.custodian_id.in_(organisation_ids))
    )
    own = mandate.c.organisation_id.in_(organisation_ids)
    query = (
        select(mandate, user_account.c.name.label("auditor"), organisation.c.name.label("organisation"))
        .join(user_account, user_account.c.id == mandate.c.auditor_id)
        .join(organisation, organisation.c.id == mandate.c.organisation_id)
        .where(or_(own, mandate.c.id.in_(named), mandate.c.id.in_(of_case)))
        .order_by(mandate.c.ended_at.is_not(None), mandate.c.valid_to.desc(), mandate.c.id.desc())
    )
    return list(tx.execute(query.limit(200)))


def scope_in_words(tx: Transaction, mandate_ids: Sequence[int]) -> dict[int, list[Text]]:
    """What each mandate names, organisations by name, cases by number."""
    query = (
        select(mandate_scope.c.mandate_id, mandate_scope.c.case_id, organisation.c.name)
        .outerjoin(organisation, organisation.c.id == mandate_scope.c.organisation_id)
        .where(mandate_scope.c.mandate_id.in_(mandate_ids))
        .order_by(mandate_scope.c.id)
    )
    found: dict[int, list[Text]] = {}
    for row in tx.execute(query):
        text = (
            Text("{organisation} và cấp dưới", organisation=row.name)
            if row.case_id is None
            else Text("hồ sơ số {number}", number=row.case_id)
        )
        found.setdefault(row.mandate_id, []).append(text)
    return found


def auditors(tx: Transaction, organisation_ids: Sequence[int], on: date) -> list[tuple[int, str]]:
    """Who holds the position of an auditor on the day in or under these organisations, by name."""
    query = (
        select(user_account.c.id, user_account.c.name, organisation.c.name.label("place"))
        .join(position, position.c.user_id == user_account.c.id)
        .join(organisation, organisation.c.id == position.c.organisation_id)
        .where(
            position.c.position == "auditor",
            user_account.c.active.is_(True),
            position.c.valid_from <= on,
            or_(position.c.valid_to.is_(None), position.c.valid_to > on),
            position.c.organisation_id.in_(
                {*below(tx, organisation_ids, on), *_over(tx, organisation_ids, on)}
            ),
        )
        .order_by(user_account.c.name, user_account.c.id)
    )
    return [(row.id, f"{row.name}, {row.place}") for row in tx.execute(query)]


def _over(tx: Transaction, organisation_ids: Sequence[int], on: date) -> set[int]:
    tree = tree_of(tx)
    return {*organisation_ids}.union(*(tree.ancestors_on(one, on) for one in organisation_ids))


def _holds(on: date) -> tuple[ColumnElement[bool], ...]:
    days = and_(mandate.c.valid_from <= on, mandate.c.valid_to > on)
    return days, mandate.c.ended_at.is_(None)


def _faults(
    tx: Transaction,
    organisation_id: int,
    auditor_id: int,
    paper_on: date,
    since: date,
    until: date,
    organisations: Collection[int],
    cases: Collection[int],
    now: datetime,
) -> dict[str, list[Text]]:
    today = day_of(now)
    faults: dict[str, list[Text]] = {}
    if not any(held.position == "auditor" for held in positions_on(tx, auditor_id, today)):
        faults["auditor_id"] = [Text("Người này không giữ nhiệm vụ kiểm tra hôm nay.")]
    if paper_on > today:
        faults["paper_on"] = [Text("Ngày {day} ở tương lai.", day=f"{paper_on:%d/%m/%Y}")]
    if since < paper_on:
        faults["since"] = [Text("Ủy nhiệm không thể bắt đầu trước ngày của văn bản.")]
    if until < since or until < today:
        faults["until"] = [Text("Ngày kết thúc phải sau ngày bắt đầu và chưa qua.")]
    reach = below(tx, [organisation_id], today)
    if not organisations and not cases:
        faults["organisations"] = [Text("Hãy nêu ít nhất một tổ chức hoặc một hồ sơ.")]
    elif set(organisations) - reach:
        faults["organisations"] = [Text("Chỉ ủy nhiệm được trong tổ chức mình và cấp dưới.")]
    seen = or_(
        case.c.closed_as.is_(None), case.c.closed_as.not_in(UNSEEN)
    )  # or their numbers could be guessed
    under = select(case.c.id).where(case.c.id.in_(cases), case.c.custodian_id.in_(reach), seen)
    if set(cases) - set(tx.execute(under).scalars()):
        faults["cases"] = [Text("Có số hồ sơ không thuộc tổ chức mình và cấp dưới.")]
    return faults
