"""One person's page: outlook, plan, the road after the vote, and to whom the file goes after school."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import or_, select

from engine.transactions import Transaction
from workflows.admission import history
from workflows.admission.steps import STEPS
from workflows.forecast.look import Look, Subject, looks
from workflows.forecast.outlook import Road, road_from
from workflows.organisations.kinds import COMMUNE_COMMITTEE
from workflows.organisations.queries import tree_of
from workflows.organisations.records import organisation
from workflows.organisations.resolution import answering
from workflows.rules.ages import add_months
from workflows.rules.queries import calendar_of
from workflows.schedules.queries import meeting_days_of

MONTHS_TO_CHOOSE: Final = 18


@dataclass(frozen=True)
class Page:
    """`road`: from the vote that is foreseen, or from the one that was held, with the days already known.

    `doers`: step → the organisation that owes it. `destination`: the Party organisation of the commune where
    the student lives; None where it is not known. `meetings`: of the cell, to choose one to plan for.
    """

    look: Look
    cell: str
    road: Road | None
    voted_on: date | None
    decided_on: date | None
    ceremony_on: date | None
    destination: str | None
    doers: Mapping[str, str]
    meetings: list[date]


def page_of(tx: Transaction, one: Subject, on: date, *, vote_on: date | None = None) -> Page:
    (look,) = looks(tx, [one], on, vote_on=vote_on)
    voted_on = decided_on = ceremony_on = None
    road = _road_ahead(look)
    if look.voted and one.case_id is not None:
        voted_on = _day(tx, one.case_id, "cell_vote", "carried")
        decided_on = _day(tx, one.case_id, "admission_decision", "admitted")
        ceremony_on = _day(tx, one.case_id, "admission_ceremony")
        road = None
        if voted_on is not None:
            road = road_from(voted_on, look.seen.calendar, decided_on=decided_on, ceremony_on=ceremony_on)
    return Page(
        look,
        _name(tx, one.cell_id),
        road,
        voted_on,
        decided_on,
        ceremony_on,
        destination_of(tx, one.commune_code, on),
        _doers(tx, look, on),
        _meetings(tx, one, on),
    )


def _road_ahead(look: Look) -> Road | None:
    """From the meeting that is planned for; where there is no plan, from the first lawful one."""
    if look.plan is None:
        return look.seen.road
    return road_from(look.plan.vote_on, look.seen.calendar)


def destination_of(tx: Transaction, commune_code: str | None, on: date) -> str | None:
    """The Party committee of a commune on a day."""
    if commune_code is None:
        return None
    o = organisation.c
    standing = (o.valid_from <= on, or_(o.valid_to.is_(None), o.valid_to > on))
    query = select(o.name).where(o.commune_code == commune_code, o.kind == COMMUNE_COMMITTEE, *standing)
    found: str | None = tx.execute(query.order_by(o.id).limit(1)).scalar()
    return found


def _day(tx: Transaction, case_id: int, element: str, *outcomes: str) -> date | None:
    found = history.latest(tx, case_id, element, outcomes=outcomes)
    return found.on_day if found is not None else None


def _doers(tx: Transaction, look: Look, on: date) -> dict[str, str]:
    """By the tree of today: who would owe each step."""
    if look.plan is None or look.of.cell_id is None:
        return {}
    tree, found = tree_of(tx), {}
    for step in look.plan.steps:
        if not step.lead.waits:
            owing = answering(tree, STEPS[step.lead.element].lane, look.of.cell_id, on)
            found[step.lead.element] = _name(tx, owing)
    return found


def _meetings(tx: Transaction, one: Subject, on: date) -> list[date]:
    if one.cell_id is None:
        return []
    days = meeting_days_of(tx, [one.cell_id], on)[one.cell_id]
    return days.between(on, add_months(on, MONTHS_TO_CHOOSE), calendar_of(tx))


def _name(tx: Transaction, organisation_id: int | None) -> str:
    node = tree_of(tx).nodes.get(organisation_id) if organisation_id is not None else None
    return node.name if node is not None else ""
