"""What the rules of the cell's vote ask of a case, read for one or for a thousand by the same statements.

`files_of` reads, `facts_of` judges: the guard before the vote and the forecast of a province share both.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Protocol

from sqlalchemy import Date, bindparam, func, or_, select

from engine.among import among
from engine.records import case
from engine.transactions import Transaction
from workflows.admission import history
from workflows.admission.choices import NO_UNION
from workflows.admission.records import (
    act,
    ceremony,
    certificate,
    helper_assignment,
    opinion_request,
    verification_request,
)
from workflows.people.records import member, member_place, student
from workflows.rules.eligibility import Facts

ACTS: Final = (
    "send_verifications",
    "conclude_history",
    "union_resolution",
    "summarise_opinions",
    "weigh_opinions",
    "helper_letter",
    history.INTERRUPTION,
)


class Asked(Protocol):
    """Of a case only this is needed."""

    @property
    def id(self) -> int: ...
    @property
    def subject_id(self) -> int: ...
    @property
    def custodian_id(self) -> int: ...


@dataclass(slots=True)
class File:
    """What the tables hold of one case; rows in the order in which they were written."""

    birth_date: date | None = None
    certificate_on: date | None = None
    acts: list[Any] = field(default_factory=list)
    helpers: list[Any] = field(default_factory=list)
    helper_official: bool = False
    verifications: list[Any] = field(default_factory=list)
    opinions: list[Any] = field(default_factory=list)
    roll: Mapping[str, int] = field(default_factory=dict)
    times_admitted: int = 0
    left_party_on: date | None = None

    @property
    def helper(self) -> Any:
        return next((row for row in self.helpers if row.valid_to is None), None)


def facts_of(file: File, on: date) -> Facts:
    """What is known of the person, the file and the cell on a day, as the rules ask for it."""
    rows, helper = file.acts, file.helper
    since = history.round_among(rows, on)
    here = max(since, history.move_among(rows))  # opinions count within one unit
    requests = [row for row in file.verifications if row.act_id > since]
    opinions = [row for row in file.opinions if row.act_id > here]
    certified = history.newest(rows, "conclude_history", outcomes=("certified",))
    resolution = history.newest(rows, "union_resolution", outcomes=("carried", NO_UNION), after=since)
    union_exists = resolution is None or resolution.outcome != NO_UNION
    roll = file.roll
    return Facts(
        birth_date=file.birth_date,
        schooling_met=True,  # students of upper secondary schools, colleges and universities all have it
        certificate_on=file.certificate_on,
        file_completed_on=certified.on_day if certified is not None else None,
        helper_official=helper is not None and file.helper_official,
        shared_from=helper.shared_since if helper is not None else None,
        verification_open=_open_verifications(rows, since, requests),
        verification_adverse=any(row.answer == "adverse" and row.weighed != "accepted" for row in requests),
        history_concluded=history.conclusion_among(rows, on) is not None,
        union_resolution_on=resolution.on_day if resolution is not None and union_exists else None,
        union_exists=union_exists,
        opinions_summarised=_summarised(rows, since),
        opinions_open=sum(row.answered_on is None for row in opinions),
        helper_letter_signed=history.newest(rows, "helper_letter", after=since) is not None,
        official_members=sum(roll.get(status, 0) for status in ("official", "exempt", "away")),
        members_away=roll.get("away", 0),
        members_exempt=roll.get("exempt", 0),
        transferred=helper is not None and bool(helper.after_transfer),
        mentored_from=min((row.valid_from for row in file.helpers), default=None),
        left_party_on=file.left_party_on,
        times_admitted=file.times_admitted,
    )


def _open_verifications(rows: Sequence[Any], since: int, requests: Sequence[Any]) -> int | None:
    if history.newest(rows, "send_verifications", after=since) is None:
        return None
    waiting = [
        row
        for row in requests
        if row.answer is None or (row.answer == "unclear" and row.weighed != "accepted")
    ]
    return len(waiting)


def _summarised(rows: Sequence[Any], since: int) -> bool:
    summary = history.newest(rows, "summarise_opinions", after=since)
    if summary is None or summary.outcome == "favourable":
        return summary is not None
    return history.newest(rows, "weigh_opinions", outcomes=("accepted",), after=summary.id) is not None


def facts_of_many(tx: Transaction, cases: Sequence[Asked], on: date) -> dict[int, Facts]:
    """Case → facts, with a handful of statements for them all."""
    return {number: facts_of(file, on) for number, file in files_of(tx, cases, on).items()}


def files_of(tx: Transaction, cases: Sequence[Asked], on: date) -> dict[int, File]:
    """Case → what its tables hold on the day; some thousand cases at once at most."""
    found = {one.id: File() for one in cases}
    people: dict[int, list[File]] = defaultdict(list)
    for one in cases:
        people[one.subject_id].append(found[one.id])
    for row in tx.execute(_BORN, {"students": people}):
        for file in people[row.id]:
            file.birth_date = row.birth_date
    for row in tx.execute(_CERTIFICATES, {"students": people}):
        for file in people[row.student_id]:
            file.certificate_on = row.issued_on
    for name, statement in _OF_CASE.items():
        for row in tx.execute(statement, {"cases": found}):
            getattr(found[row.case_id], name).append(row)
    rolls = _rolls(tx, {one.custodian_id for one in cases}, on)
    official = _official(tx, (file.helper for file in found.values()), on)
    earlier = _earlier(tx, people)
    for one in cases:
        file = found[one.id]
        file.roll = rolls.get(one.custodian_id, {})
        file.helper_official = file.helper is not None and file.helper.member_id in official
        before = [row for row in earlier.get(one.subject_id, ()) if row.id != one.id]
        if before:
            file.times_admitted, file.left_party_on = len(before), before[0].left_on
    return found


def _rolls(tx: Transaction, cells: Collection[int], on: date) -> dict[int, dict[str, int]]:
    """Cell → status → members on the day."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for row in tx.execute(_ROLLS, {"cells": cells, "day": on}):
        found[row.cell_id][row.status] = row.members
    return found


def _official(tx: Transaction, helpers: Iterable[Any], on: date) -> set[int]:
    """Those helpers who are official members on the day."""
    members = {helper.member_id for helper in helpers if helper is not None}
    return set(tx.execute(_PLACES, {"members": members, "day": on}).scalars()) if members else set()


def _earlier(tx: Transaction, students: Collection[int]) -> dict[int, list[Any]]:
    """Student → cases with an admission that was not annulled, with the day the person left the Party."""
    found: dict[int, list[Any]] = defaultdict(list)
    for row in tx.execute(_EARLIER, {"students": students}):
        found[row.subject_id].append(row)
    return found


_DAY = bindparam("day", type_=Date)
_a, _h, _v, _o = act.c, helper_assignment.c, verification_request.c, opinion_request.c
_p = member_place.c
_ON_DAY = (_p.valid_from <= _DAY, or_(_p.valid_to.is_(None), _p.valid_to > _DAY))
_BORN = select(student.c.id, student.c.birth_date).where(among(student.c.id, "students"))
_CERTIFICATES = (
    select(certificate.c.student_id, certificate.c.issued_on)
    .where(among(certificate.c.student_id, "students"), certificate.c.kind == "awareness")
    .order_by(certificate.c.issued_on, certificate.c.id)  # the last of each stands
)
# Part of a file → its rows.
_OF_CASE: Final = {
    "acts": select(_a.id, _a.case_id, _a.element, _a.outcome, _a.on_day)
    .where(among(_a.case_id, "cases"), _a.element.in_(ACTS))
    .order_by(_a.id),
    "helpers": select(
        _h.case_id, _h.member_id, _h.valid_from, _h.valid_to, _h.shared_since, _h.after_transfer
    )
    .where(among(_h.case_id, "cases"))
    .order_by(_h.id),
    "verifications": select(_v.case_id, _v.act_id, _v.answer, _v.weighed)
    .where(among(_v.case_id, "cases"), _v.replaced_by_id.is_(None))
    .order_by(_v.id),
    "opinions": select(_o.case_id, _o.act_id, _o.answered_on)
    .where(among(_o.case_id, "cases"))
    .order_by(_o.id),
}
_ROLLS = (
    select(_p.cell_id, _p.status, func.count().label("members"))
    .where(among(_p.cell_id, "cells"), *_ON_DAY)
    .group_by(_p.cell_id, _p.status)
)
_PLACES = select(_p.member_id).where(among(_p.member_id, "members"), _p.status == "official", *_ON_DAY)
_LEFT = (
    select(func.max(_p.valid_to))
    .join(member, member.c.id == _p.member_id)
    .where(member.c.student_id == case.c.subject_id)
    .scalar_subquery()
)
_EARLIER = select(case.c.id, case.c.subject_id, _LEFT.label("left_on")).where(
    among(case.c.subject_id, "students"),
    case.c.closed_as != "annulled",
    select(ceremony.c.id).where(ceremony.c.case_id == case.c.id).exists(),
)
