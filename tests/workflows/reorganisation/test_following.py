"""What goes along with an organisation: seats, deputies, rolls, classes, registers, meetings, mandates."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from engine.errors import Conflict, InvalidAnswers
from engine.records import document
from tests.workflows.builders import World, noon
from tests.workflows.reorganisation.assistant import Assistant, assert_whole
from workflows.access import mandates
from workflows.access.records import mandate_scope
from workflows.admission.records import body
from workflows.documents.records import committee_term
from workflows.documents.registers import next_number
from workflows.documents.terms import open_term
from workflows.meetings import verbs as meetings
from workflows.meetings.records import agenda_item, planned_meeting
from workflows.organisations.queries import tree_of
from workflows.organisations.records import institution
from workflows.people.members import place_of, roll_on
from workflows.people.records import student
from workflows.people.users import add_position, add_user, end_position, holders_on, positions_on
from workflows.reorganisation import drafting
from workflows.reorganisation.plans import changes_of
from workflows.transfers.custody import hand

pytestmark = pytest.mark.long_walk  # both databases do the like in test_merging.py and test_provinces.py


def result(world: World, plan: int) -> dict[str, Any]:
    with world.store.transaction(writing=False) as tx:
        return dict(changes_of(tx, plan)[-1].result or {})


def test_a_committee_that_goes_on_under_another_name_keeps_seats_size_register_and_school(
    world: World, assistant: Assistant
) -> None:
    with world.store.transaction() as tx:
        open_term(tx, world.school, "2025-2030", valid_from=world.today - timedelta(days=60))
        for _ in range(3):
            next_number(tx, world.school, None, "NQ", on=world.today, by=None, now=noon(world.today))
        deputy = add_user(tx, "deputy", "Người Thay", password="x")
        held = positions_on(tx, world.users["school1"], world.today)[0]
        add_position(
            tx, deputy, world.school, "secretary", since=world.today, deputises_id=held.id,
            until=world.today + timedelta(days=20),
        )  # fmt: skip
    plan = assistant.plan()
    fresh = assistant.add(
        plan, "found", name="Đảng ủy trực thuộc Trường", kind="subordinate_committee", parent=world.commune
    )
    assistant.add(plan, "merge", organisations=[world.school], into=fresh, registers="continue")
    assistant.do(plan)
    heir = assistant.made(plan, fresh)
    with world.store.transaction() as tx:
        seats = {(one.user_id, one.position) for one in holders_on(tx, heir, world.today)}
        assert (world.users["school1"], "secretary") in seats
        assert (world.users["school2"], "deputy_secretary") in seats
        (stands_in,) = positions_on(tx, deputy, world.today)
        assert stands_in.deputises_id == positions_on(tx, world.users["school1"], world.today)[0].id
        assert positions_on(tx, deputy, world.today + timedelta(days=20)) == []
        went_on = next_number(tx, heir, None, "NQ", on=world.today, by=None, now=noon(world.today))
        assert went_on.number == 4
        assert tree_of(tx).parent_on(world.cell, world.today) == heir
        assert tx.execute(select(institution.c.party_organisation_id)).scalar() == heir
    (size,) = world.rows(select(body.c.members).where(body.c.organisation_id == heir))
    assert size.members == 9
    (term,) = world.rows(select(committee_term.c.name).where(committee_term.c.organisation_id == heir))
    assert term.name == "2025-2030"
    told = result(world, plan)
    assert (told["seats"], told["sizes"], told["registers"], told["moved"]) == (2, 1, 1, 4)


@pytest.mark.parametrize(
    ("seats", "expected"),
    [
        ("follow", {"committee_member", "deputy_secretary"}),  # the heir has a secretary already
        ("step_back", {"committee_member"}),
        ("end", set()),
    ],
)
def test_seats_go_on_step_back_or_end_as_the_plan_says(
    world: World, assistant: Assistant, seats: str, expected: set[str]
) -> None:
    plan = assistant.plan()
    assistant.add(plan, "merge", organisations=[world.cell], into=world.other_cell, seats=seats)
    assistant.do(plan)
    with world.store.transaction(writing=False) as tx:
        held = [
            one.position
            for name in ("cell1", "cell2")
            for one in positions_on(tx, world.users[name], world.today)
        ]
        before = positions_on(tx, world.users["cell1"], world.today - timedelta(days=1))
    assert set(held) == expected
    assert [one.organisation_id for one in before] == [world.cell]  # no past day changes


def test_a_plan_never_takes_the_last_administrator_away(world: World, assistant: Assistant) -> None:
    with world.store.transaction() as tx:
        admin = add_user(tx, "ward", "Quản Trị Phường", password="x")
        add_position(tx, admin, world.commune, "administrator", since=world.today)
        for name in ("admin1", "admin2"):
            (held,) = positions_on(tx, world.users[name], world.today)
            end_position(tx, held.id, on=world.today + timedelta(days=1))
    plan = assistant.plan()
    fresh = assistant.add(
        plan, "found", name="Đảng ủy phường Mới", kind="commune_committee", parent=assistant.head
    )
    assistant.add(plan, "merge", organisations=[world.commune], into=fresh, seats="end")
    (trial,) = assistant.foresee(plan).trials[1:]
    assert "quản trị viên cuối cùng" in str(trial.faults[0])


def test_a_cell_is_split_by_lists_of_members_classes_and_cases(world: World, assistant: Assistant) -> None:
    first, second = world.nominate(0), world.nominate(1)
    with world.store.transaction() as tx:
        tx.execute(update(student).where(student.c.id == world.students[0]).values(class_name="12A1"))
        tx.execute(update(student).where(student.c.id == world.students[1]).values(class_name="12A2"))
    plan = assistant.plan()
    one, two = (
        assistant.add(plan, "found", name=name, kind="party_cell", parent=world.school)
        for name in ("Chi bộ Tự nhiên", "Chi bộ Xã hội")
    )
    split = assistant.add(plan, "split", organisation=world.cell, into=[one, two])
    assistant.share(plan, split, "member", world.members[:3], two)
    assistant.share(plan, split, "class", ["12A1", "12A2"], two)
    assistant.share(plan, split, "case", [second], one)  # a case is listed before its class
    foreseen = assistant.foresee(plan)
    assert sorted(len(some) for _pair, some in foreseen.moving) == [1, 1]
    assistant.do(plan)
    nature, society = assistant.made(plan, one), assistant.made(plan, two)
    assert world.case(first).custodian_id == society
    assert world.case(second).custodian_id == nature
    cells = dict(world.rows(select(student.c.id, student.c.cell_id)))
    assert (cells[world.students[0]], cells[world.students[1]]) == (society, nature)
    with world.store.transaction(writing=False) as tx:
        assert len(roll_on(tx, society, world.today).lines) == 3
        assert len(roll_on(tx, nature, world.today).lines) == 9 - 3
    assert_whole(world.store, world.today)


def test_part_of_a_cell_is_split_off_and_the_rest_stays(world: World, assistant: Assistant) -> None:
    first, second = world.nominate(0), world.nominate(1)
    plan = assistant.plan()
    split = assistant.add(
        plan, "split", organisation=world.cell, into=[world.other_cell], stays=True, seats="end"
    )
    assistant.share(plan, split, "case", [first], world.other_cell)
    assistant.share(plan, split, "member", world.members[:1], world.other_cell)
    assistant.do(plan)
    assert world.case(first).custodian_id == world.other_cell
    assert world.case(second).custodian_id == world.cell
    with world.store.transaction(writing=False) as tx:
        assert tree_of(tx).nodes[world.cell].stands_on(world.today)
        assert place_of(tx, world.members[0], world.today) == (world.other_cell, "official")
        assert len(positions_on(tx, world.users["cell1"], world.today)) == 1
    assert_whole(world.store, world.today)


def test_planned_meetings_move_or_their_agenda_joins_the_heirs_on_the_same_day(
    world: World, assistant: Assistant
) -> None:
    case_id = world.nominate()
    world.until(case_id, "cell_vote")
    now, soon, later = noon(world.today), *(world.today + timedelta(days=n) for n in (5, 9))
    with world.store.transaction() as tx:
        by = world.users["cell1"]
        both = meetings.plan(tx, world.cell, "cell", soon, by=by, now=now)
        meetings.set_agenda(tx, both, [(case_id, "cell_vote")], {}, by=by, now=now)
        alone = meetings.plan(tx, world.cell, "cell", later, by=by, now=now)
        theirs = meetings.plan(tx, world.other_cell, "cell", soon, by=world.users["other1"], now=now)
    plan = assistant.plan()
    assistant.add(plan, "merge", organisations=[world.cell], into=world.other_cell)
    assistant.do(plan)
    m = planned_meeting.c
    rows = {row.id: row for row in world.rows(select(m.id, m.organisation_id, m.status, m.cancelled_because))}
    assert rows[alone][1:3] == (world.other_cell, "planned")
    assert rows[both][2:] == ("cancelled", "reorganised")
    agenda = world.rows(select(agenda_item.c.case_id).where(agenda_item.c.planned_meeting_id == theirs))
    assert [row.case_id for row in agenda] == [case_id]


def test_a_mandate_in_force_goes_with_its_cases_and_reaches_no_others(
    world: World, assistant: Assistant
) -> None:
    with world.store.transaction() as tx:
        auditor = add_user(tx, "auditor", "Kiểm Tra", password="x")
        add_position(tx, auditor, world.commune, "auditor", since=world.today)
        mandates.give(
            tx, world.commune, auditor, number="1-QĐ", paper_on=world.today, since=world.today,
            until=world.today + timedelta(days=30), organisations=[world.cell],
            by=world.users["commune1"], now=noon(world.today),
        )  # fmt: skip
    case_id, theirs = world.nominate(0), world.nominate(1)
    with world.store.transaction() as tx:
        moved = {"on": world.today, "by": None, "now": noon(world.today)}
        hand(tx, world.students[1], world.other_cell, (theirs,), **moved)  # type: ignore[arg-type]
    plan = assistant.plan()
    assistant.add(plan, "merge", organisations=[world.cell], into=world.other_cell)
    assistant.do(plan)
    named = world.rows(select(mandate_scope.c.organisation_id, mandate_scope.c.case_id))
    assert sorted(named, key=str) == sorted([(world.cell, None), (None, case_id)], key=str)
    with world.store.transaction(writing=False) as tx:
        assert mandates.naming(tx, auditor, case_id, world.today) is not None
        assert mandates.naming(tx, auditor, theirs, world.today) is None


def test_a_closed_case_and_its_papers_are_kept_by_the_heir(world: World, assistant: Assistant) -> None:
    case_id = world.nominate()
    world.walk(case_id)
    assistant.today = world.today
    papers = world.rows(select(document.c.id))
    plan = assistant.plan()
    assistant.add(plan, "merge", organisations=[world.cell], into=world.other_cell)
    assert assistant.foresee(plan).closed == 1
    assistant.do(plan)
    assert world.case(case_id).custodian_id == world.other_cell
    assert world.rows(select(document.c.id)) == papers


def test_an_organisation_ends_only_once_in_a_plan_and_goes_to_one_of_its_kind(
    world: World, assistant: Assistant
) -> None:
    plan = assistant.plan()
    assistant.add(plan, "merge", organisations=[world.cell], into=world.school)
    found = assistant.foresee(plan)
    assert "khác loại" in str(found.trials[0].faults[0])
    with pytest.raises(Conflict), world.store.transaction() as tx:
        drafting.add_change(tx, plan, "end", {"organisation": 987654}, reach={1})
    province = {"kind": "province_committee", "name": "Tỉnh ủy Khác", "parent": None}
    with pytest.raises(InvalidAnswers), world.store.transaction() as tx:  # not by who has only a ward
        drafting.add_change(tx, plan, "found", province, reach={world.commune})
