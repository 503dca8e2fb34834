"""The changes of 01/07/2025 and of 2026 (regulations §1.3) on the demonstration province: live, and late."""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import or_, select

from engine import cases
from engine.records import case, task
from engine.runs import Hand
from engine.transactions import Store, Transaction
from tests.workflows.builders import noon
from tests.workflows.reorganisation.assistant import assert_whole
from tests.workflows.reorganisation.demonstration import (
    DISTRICTS_END,
    RULE_208,
    Demonstration,
    become_one_cell,
    demonstration,
    end_districts,
    rule_208,
)
from workflows import access
from workflows.access.standing_in import desk_of
from workflows.admission import acts
from workflows.admission.records import act
from workflows.admission.steps import STEPS
from workflows.demo import School
from workflows.demo.road import Walk, answers
from workflows.demo.stories import stories
from workflows.desk import inbox
from workflows.desk.inbox_groups import BEHALF, OURS
from workflows.documents.registers import next_number
from workflows.jobs import JOBS
from workflows.meetings.records import planned_meeting
from workflows.organisations.kinds import COMMUNE_COMMITTEE, KINDS, UNION_BRANCH
from workflows.organisations.queries import tree_of
from workflows.organisations.records import institution
from workflows.people.records import member_place, pool_entry, position, student
from workflows.people.users import holders_on, positions_on
from workflows.reorganisation import queries
from workflows.reorganisation.carrying import carry_due
from workflows.reorganisation.cases import REARRANGED
from workflows.reorganisation.plans import find
from workflows.sandbox import asking, moving
from workflows.sandbox.clock import clock_of
from workflows.transfers import verbs
from workflows.transfers.records import custody, handover

WALL = datetime(2026, 11, 29, 3, 0, tzinfo=UTC)


@dataclass
class Told:
    """What stood before the plan, to be compared with what came of it."""

    tasks: dict[int, int | None]  # open task → who owed it
    acts: dict[int, int | None]  # act → in whose name it stands
    custodians: set[int]  # people for whom somebody answered


def told(store: Store) -> Told:
    with store.transaction(writing=False) as tx:
        owed = tx.execute(select(task.c.id, task.c.organisation_id)).all()
        done = tx.execute(select(act.c.id, act.c.organisation_id)).all()
        people = tx.execute(select(custody.c.student_id).distinct()).scalars()
        return Told({row[0]: row[1] for row in owed}, {row[0]: row[1] for row in done}, set(people))


def handed_to(of: Demonstration, receiver_id: int, on: date) -> int:
    """Somebody on the way to that organisation: the letter is out."""
    world, store = of.world, of.assistant.store
    for case_id in reversed(world.cases):
        with store.transaction(writing=False) as tx:
            row = cases.get_case(tx, case_id)
            under_way = select(handover.c.case_id).where(handover.c.student_id == row.subject_id)
            if row.closed_on is not None or tx.execute(under_way).first() is not None:
                continue
        if row.stage not in ("candidacy", "file_building", "file_checks"):
            continue
        with store.transaction() as tx:
            given = {"on": on.isoformat(), "moved_on": on.isoformat(), "moved_because": "study"}
            by = world.user(row.custodian_id)
            made = verbs.prepare(
                tx, row.subject_id, {**given, "receiver_id": receiver_id}, by=by, now=noon(on)
            )
            (one,) = cases.open_tasks(tx, made.case.id)
            letter = {"on": on.isoformat(), "take_number": True}
            verbs.offer(tx, made.case.id, letter, by=world.user(one.organisation_id or 0), now=noon(on))
        return int(made.case.id)
    raise AssertionError("nobody to hand on")


def assert_nothing_stays_behind(store: Store, since: date, on: date) -> None:
    """No row that is in force names an organisation that the plan ended."""
    with store.transaction(writing=False) as tx:
        nodes = tree_of(tx).nodes
        ended = {node.id for node in nodes.values() if node.valid_to == since}
        assert ended
        m, p = member_place.c, position.c
        standing = or_(m.valid_to.is_(None), m.valid_to > on)
        for query in (
            select(task.c.organisation_id),
            select(case.c.custodian_id).where(case.c.closed_on.is_(None)),
            select(m.cell_id).where(standing),
            select(p.organisation_id).where(or_(p.valid_to.is_(None), p.valid_to > on)),
            select(student.c.cell_id).where(student.c.left_on.is_(None)),
            select(pool_entry.c.cell_id).where(pool_entry.c.left_on.is_(None)),
            select(institution.c.party_organisation_id),
            select(institution.c.union_organisation_id),
            select(institution.c.cell_id),
            select(planned_meeting.c.organisation_id).where(
                planned_meeting.c.on_day >= on, planned_meeting.c.status == "planned"
            ),
            select(handover.c.receiver_id)
            .join(case, case.c.id == handover.c.case_id)
            .where(case.c.closed_on.is_(None)),
        ):
            assert not ended & set(tx.execute(query).scalars()), str(query)


def assert_somebody_answers(store: Store, before: Told, on: date) -> None:
    """Everybody for whom one answered has one that stands, or is outside of the system."""
    with store.transaction(writing=False) as tx:
        nodes = tree_of(tx).nodes
        steps = tx.execute(select(custody).order_by(custody.c.student_id, custody.c.seq)).all()
        last = {row.student_id: row.organisation_id for row in steps}
        assert last.keys() >= before.custodians
        assert all(nodes[one].stands_on(on) for one in last.values() if one is not None)


def assert_inboxes_follow(store: Store, before: Told, on: date) -> None:
    """What changed hands lies in the inbox of somebody at the new desk, and of nobody who sat at the old one
    only; the second person's right follows too."""
    with store.transaction(writing=False) as tx:
        rows = tx.execute(select(task.c.id, task.c.organisation_id)).all()
        moved = {
            row.id: row.organisation_id for row in rows if before.tasks.get(row.id) != row.organisation_id
        }
        assert moved
        for owing in set(moved.values()):
            desk = desk_of(tx, owing, on)
            assert desk is not None
            seen: set[int] = set()
            for one in holders_on(tx, desk, on):
                seen |= listed(tx, one.user_id, OURS if desk == owing else BEHALF, on)
            assert {number for number, place in moved.items() if place == owing} <= seen, (owing, desk)
        for number, place in moved.items():
            left = before.tasks.get(number)
            holders = holders_on(tx, left, on - timedelta(days=1)) if left is not None else []
            for one in holders:
                here = {held.organisation_id for held in positions_on(tx, one.user_id, on)}
                above = {place, *tree_of(tx).ancestors_on(place or 0, on)}
                if not here & above:
                    assert not access.may(tx, one.user_id, "task.see", access.Task(number), on)


def listed(tx: Transaction, user_id: int, whose: str, on: date) -> set[int]:
    seats = access.acting_for(tx, user_id, on)
    wanted = inbox.Wanted(whose=whose)
    return {line.id for line in inbox.all_lines(tx, seats, wanted, on)}


def assert_as_foreseen(store: Store, plan: int, foreseen: Any, before: Told) -> None:
    """The report says what the preview said; each dropped step ended by an act with the plan's paper, and the
    case goes on where the preview said; acts that were done keep their name."""
    with store.transaction(writing=False) as tx:
        done = {one.case_id: one for one in queries.cases_done(tx, plan)}
        assert done.keys() == {one.case_id for one in foreseen.cases if one.listed}
        ended = tx.execute(
            select(act.c.case_id, act.c.outcome, act.c.number).where(act.c.element == REARRANGED)
        )
        said = {(one.case_id, one.dropped, find(tx, plan).number) for one in foreseen.dropped}
        assert {tuple(row) for row in ended} == said
        for one in foreseen.dropped:
            assert done[one.case_id].dropped == one.dropped
            assert [row.element for row in cases.open_tasks(tx, one.case_id)] == [one.leads_to]
        kept = {row.id: row.organisation_id for row in tx.execute(select(act.c.id, act.c.organisation_id))}
        assert kept.items() >= before.acts.items()


def assert_all_follows(of: Demonstration, plan: int, foreseen: Any, before: Told, on: date) -> None:
    store = of.assistant.store
    assert_whole(store, on)
    with store.transaction(writing=False) as tx:
        since = find(tx, plan).on_day
    assert_nothing_stays_behind(store, since, on)
    assert_somebody_answers(store, before, on)
    assert_inboxes_follow(store, before, on)
    assert_as_foreseen(store, plan, foreseen, before)


def goes_on(of: Demonstration, case_id: int, on: date) -> None:
    """The open step of the case is done by whoever sits at its desk now."""
    world, store = of.world, of.assistant.store
    with store.transaction() as tx:
        row = cases.get_case(tx, case_id)
        (one, *_) = cases.open_tasks(tx, case_id)
        desk = desk_of(tx, one.organisation_id or 0, on)
        school = school_of(of, case_id)
        walk = Walk(
            world, school, row.subject_id, stories()[0], random.Random(1), on, case_id, row.custodian_id
        )
        held, step = holders_on(tx, desk or 0, on), STEPS[one.element]
        by = next(able.user_id for able in held if able.position in step.prepare)
        done = acts.complete(tx, one.id, answers(tx, walk, one, on), by=by, now=noon(on))
        if done.seq == 0:
            others = (able.user_id for able in held if able.position in step.confirm and able.user_id != by)
            acts.confirm(tx, one.id, by=next(others, by), now=noon(on))
    with store.transaction(writing=False) as tx:
        assert one.id not in {later.id for later in cases.open_tasks(tx, case_id)}


def school_of(of: Demonstration, case_id: int) -> School:
    with of.assistant.store.transaction(writing=False) as tx:
        cell = cases.get_case(tx, case_id).custodian_id
    return next(school for school in of.world.schools if cell in school.cells)


def at_step(store: Store, element: str) -> int:
    with store.transaction(writing=False) as tx:
        return int(tx.execute(select(task.c.case_id).where(task.c.element == element)).scalars().first() or 0)


def lived(store: Store, to: date) -> None:
    """Every job of the worker, day after day."""
    with store.transaction() as tx:
        asking.ask(tx, to, by=None, now=WALL)
    moving.go_on(store, moving.Mover(JOBS, Hand(), wall=lambda: WALL), seconds=3600)


@pytest.mark.thorough
def test_districts_end_live_while_the_day_of_a_sandbox_moves_over_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.sweeping.Turn.REST", 0)
    begun = date(2025, 6, 27)
    with store.transaction() as tx:
        asking.make(tx, begun, now=WALL)
    store.clock = clock_of(store, wall=lambda: WALL)
    of = demonstration(store, begun, districts=True)
    letter = handed_to(of, next(iter(of.world.districts.values())), begun)
    with store.transaction(writing=False) as tx:
        assert {node.kind for node in tree_of(tx).nodes.values()} == set(KINDS) - {
            COMMUNE_COMMITTEE,
            UNION_BRANCH,
        }
    plan, refs = end_districts(of)
    resolving = at_step(store, "committee_resolution")
    school = school_of(of, resolving)
    become_one_cell(of, plan, school, refs[school.commune_code])
    of.assistant.approve(plan)
    before = told(store)
    lived(store, DISTRICTS_END - timedelta(days=1))
    with store.transaction(writing=False) as tx:
        assert find(tx, plan).state == "approved"
        assert all(
            tree_of(tx).nodes[one].stands_on(of.assistant.today) for one in of.world.districts.values()
        )
    foreseen = of.assistant.foresee(plan)
    dropped = {(one.case_id, one.dropped, one.leads_to) for one in foreseen.dropped}
    assert (resolving, "committee_resolution", "board_appraisal") in dropped
    lived(store, DISTRICTS_END)
    with store.transaction(writing=False) as tx:
        assert find(tx, plan).state == "done", find(tx, plan).stopped_because
        tree = tree_of(tx)
        assert tree.children_on(None, DISTRICTS_END) == [of.world.province_id]
        codes = {one.institution_id: one.commune_code for one in of.world.schools}
        made = {of.assistant.made(plan, ref) for ref in refs.values()}
        for own in tree.schools:
            commune = of.assistant.made(plan, refs[codes[own.id]])
            assert tree.parent_on(own.party_organisation_id or 0, DISTRICTS_END) == commune
        asked = tx.execute(select(handover.c.receiver_id).where(handover.c.case_id == letter)).scalar()
        assert asked in made
    assert_all_follows(of, plan, foreseen, before, DISTRICTS_END)
    goes_on(of, resolving, DISTRICTS_END)


@pytest.mark.thorough
def test_districts_end_is_recorded_six_weeks_late(store: Store) -> None:
    today = date(2025, 8, 11)
    of = demonstration(store, today, districts=True)
    before = told(store)
    plan, _refs = end_districts(of)
    foreseen = of.assistant.foresee(plan)
    assert foreseen.fine
    assert foreseen.later_acts > 0  # nobody had told the program: they stand in the name of the districts
    of.assistant.approve(plan)
    assert carry_due(store, noon(today)).items == 1
    assert_all_follows(of, plan, foreseen, before, today)
    goes_on(of, at_step(store, "admission_decision"), today)


@pytest.mark.thorough
@pytest.mark.parametrize("today", [RULE_208, date(2026, 9, 15)], ids=["on its day", "seven weeks late"])
def test_rule_208_on_the_whole_province(store: Store, today: date) -> None:
    of = demonstration(store, today, districts=False)
    world, a = of.world, of.assistant
    school = next(one for one in world.schools if one.higher and one.committee_id)
    with store.transaction() as tx:
        last = next_number(
            tx, school.committee_id or 0, None, "NQ", on=today, by=None, now=noon(today)
        ).number
    before = told(store)
    plan = rule_208(of)
    foreseen = a.foresee(plan)
    assert foreseen.fine
    assert {one.dropped for one in foreseen.dropped} == {"section_appraisal"}
    a.approve(plan)
    assert carry_due(store, noon(today)).items == 1
    assert_all_follows(of, plan, foreseen, before, today)
    with store.transaction() as tx:
        (heir,) = tree_of(tx).successors_of(school.committee_id or 0)
        held = {one.position for one in holders_on(tx, heir, today)}
        assert {"secretary", "deputy_secretary"} <= held
        assert next_number(tx, heir, None, "NQ", on=today, by=None, now=noon(today)).number == last + 1
    goes_on(of, foreseen.dropped[0].case_id, today)
