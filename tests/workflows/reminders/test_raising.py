"""Reminders of clocks and of agreed days: at the right rung, to the right people, each once."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from engine import clocks
from engine.assignment import assign, follow_up
from engine.records import clock, incident, outbox, task
from tests.workflows.builders import World, noon
from tests.workflows.reminders.conftest import Office, verify
from workflows.access.seats import acting_for
from workflows.people.records import user_account
from workflows.reminders import raising
from workflows.reminders.reading import Wanted, notices
from workflows.reminders.settling import settle


def due_of(world: World, case_id: int, name: str = "verification") -> date:
    query = select(clock.c.due_on).where(clock.c.case_id == case_id, clock.c.name == name)
    found: date = world.rows(query.order_by(clock.c.id))[0].due_on
    return found


def test_the_person_is_told_first_then_the_organisation_then_the_one_above(
    world: World, office: Office, verifying: int
) -> None:
    due = due_of(world, verifying)
    for left in (31, 30, 7, 0, -3):
        office.night(due - timedelta(days=left))
    commune = ("commune1", "commune2")
    assert office.heard("due_before") == [
        ("commune1", "due_before"),  # 30 days: who heads the office
        *((one, "due_before") for one in commune),  # 7 days: everybody there
    ]
    assert office.heard("due_today") == [(one, "due_today") for one in commune]
    assert office.heard("due_late") == [(one, "due_late") for one in commune]
    above = office.told("due_below")
    assert len(above) == 1
    assert above[0].facts["organisation"] == world.commune
    assert above[0].facts["days"] == 3


@pytest.mark.long_walk
def test_who_has_the_task_in_hand_is_the_person(world: World, office: Office, verifying: int) -> None:
    held = world.task(verifying, "verification_reply")
    with world.store.transaction() as tx:
        assign(tx, held.id, world.users["commune2"], by=None, on=world.today, now=noon(world.today))
    office.night(due_of(world, verifying) - timedelta(days=30))
    assert office.heard("due_before") == [("commune2", "due_before")]


def test_one_event_is_told_once_however_often_the_night_comes(
    world: World, office: Office, verifying: int
) -> None:
    day = due_of(world, verifying) - timedelta(days=7)
    office.night(day)
    before = len(office.told())
    assert before == 1
    assert office.night(day).items == 0
    office.night(day + timedelta(days=1))
    assert len(office.told()) == before


@pytest.mark.long_walk
def test_a_worker_that_slept_tells_only_the_nearest_rung(
    world: World, office: Office, verifying: int
) -> None:
    office.night(due_of(world, verifying) + timedelta(days=5))
    told = office.told()
    assert {row.facts["rung"] for row in told} == {-3}
    assert sorted(row.kind for row in told) == ["due_below", "due_late"]


def move(world: World, case_id: int, to: date) -> None:
    item = world.task(case_id, "verification_reply").item
    with world.store.transaction() as tx:
        clocks.extend_clock(tx, case_id, "verification", due_on=to, note="", item=item)


def test_a_day_moved_by_a_corrected_calendar_repeats_nothing_and_a_later_one_is_reminded_of_anew(
    world: World, office: Office, verifying: int
) -> None:
    due = due_of(world, verifying)
    office.night(due - timedelta(days=7))
    for days in (1, -1, 2, 0):
        move(world, verifying, due + timedelta(days=days))
        assert office.night().items == 0, days
    later = due + timedelta(days=30)
    move(world, verifying, later)
    assert office.night().items == 0, "37 days are left"
    office.night(later - timedelta(days=15))
    assert [row.facts["due"] for row in office.told()] == [str(due), str(later)]


def test_a_day_that_moved_near_is_told_at_once_and_the_notice_says_the_day_as_it_is_now(
    world: World, office: Office, verifying: int
) -> None:
    due = due_of(world, verifying)
    office.night(due - timedelta(days=15))
    near = due - timedelta(days=12)
    move(world, verifying, near)
    assert office.night().items == 1
    assert [row.facts["rung"] for row in office.told()] == [15, 3]
    move(world, verifying, near + timedelta(days=1))
    assert office.night().items == 0
    with world.store.transaction(writing=False) as tx:
        seats = acting_for(tx, world.users["commune1"], world.today)
        found = notices(tx, world.users["commune1"], seats, Wanted(group="due"), world.today)
    told = [line.text.params for line in found.lines]
    assert [(one["due"], one["days"]) for one in told] == [(near + timedelta(days=1), 4)]


def test_what_was_called_over_is_put_away_once_more_time_is_given(
    world: World, office: Office, verifying: int
) -> None:
    due = due_of(world, verifying)
    office.night(due + timedelta(days=3))
    assert settle(world.store, noon(world.today)).items == 0
    move(world, verifying, due + timedelta(days=30))
    assert settle(world.store, noon(world.today)).items == len(office.heard("due_late", "due_below"))


@pytest.mark.long_walk
def test_a_clock_that_stopped_is_spoken_of_no_more(world: World, office: Office, verifying: int) -> None:
    due = due_of(world, verifying)
    world.do(verifying, "verification_reply")
    office.night(due)
    assert [row for row in office.told() if row.facts["name"] == "verification"] == []


@pytest.mark.long_walk
def test_a_deadline_of_an_office_without_accounts_goes_to_whoever_stands_in(
    world: World, office: Office, verifying: int
) -> None:
    with world.store.transaction() as tx:
        ids = [world.users["commune1"], world.users["commune2"]]
        tx.execute(update(user_account).where(user_account.c.id.in_(ids)).values(password=None))
        # only the board beside it has people, and nobody above it: then nobody is told, and nothing breaks
    office.night(due_of(world, verifying))
    assert office.heard("due_today") == []
    assert len(office.told("due_today")) == 1


@pytest.mark.long_walk
def test_the_stand_in_of_a_cell_is_the_committee_above_it(world: World, office: Office) -> None:
    case_id = world.nominate()
    world.until(case_id, "cell_vote")
    with world.store.transaction() as tx:
        ids = [world.users["cell1"], world.users["cell2"]]
        tx.execute(update(user_account).where(user_account.c.id.in_(ids)).values(password=None))
    office.night(due_of(world, case_id, "file_expiry") - timedelta(days=60))
    assert office.heard("file_before") == [("school1", "file_before"), ("school2", "file_before")]


@pytest.mark.long_walk
def test_certificates_and_files_are_spoken_of_long_before_they_end(world: World, office: Office) -> None:
    case_id = world.nominate()
    world.until(case_id, "cell_vote")
    certificate = due_of(world, case_id, "certificate_expiry")
    office.night(certificate - timedelta(days=15))
    assert office.heard("certificate_before") == [("cell1", "certificate_before")]
    office.night(certificate + timedelta(days=100))
    office.night(certificate + timedelta(days=200))
    assert [row.facts["days"] for row in office.told("certificate_late")] == [100]


def test_an_agreed_day_is_told_to_whoever_has_the_task_else_to_the_organisation(
    world: World, office: Office
) -> None:
    case_id = world.nominate()
    found = world.task(case_id, "record_consent")
    day = world.today + timedelta(days=9)
    with world.store.transaction() as tx:
        follow_up(tx, found.id, day, by=world.users["union1"], on=world.today, now=noon(world.today))
    office.night(day - timedelta(days=1))
    assert office.heard("follow_up") == []
    office.night(day)
    office.night(day + timedelta(days=1))
    assert office.heard("follow_up") == [("union1", "follow_up"), ("union2", "follow_up")]
    with world.store.transaction() as tx:
        assign(tx, found.id, world.users["union2"], by=None, on=day, now=noon(day))
        follow_up(tx, found.id, day + timedelta(days=5), by=None, on=day, now=noon(day))
    office.night(day + timedelta(days=6))
    assert office.heard("follow_up")[2:] == [("union2", "follow_up")]


@pytest.mark.long_walk
def test_a_broken_clock_is_kept_as_an_incident_and_the_others_are_told(
    world: World, office: Office, verifying: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = verify(world, 1)
    broken = world.rows(
        select(clock.c.id).where(clock.c.case_id == verifying, clock.c.name == "verification")
    )
    tell = raising.tell

    def failing(tx: object, key: str, *more: object, **facts: object) -> bool:
        if key.startswith(f"due:{broken[0].id}:"):
            raise ValueError("Nguyễn Văn Thử")
        return tell(tx, key, *more, **facts)  # type: ignore[arg-type]

    monkeypatch.setattr(raising, "tell", failing)
    done = office.night(due_of(world, verifying))
    assert done.failed == 1
    assert {row.case_id for row in office.told("due_today")} == {other}
    causes = world.rows(select(incident.c.cause))
    assert len(causes) == 1
    assert "Nguyễn" not in causes[0].cause


@pytest.mark.long_walk
def test_nothing_personal_lies_in_the_outbox(world: World, office: Office, verifying: int) -> None:
    office.night(due_of(world, verifying) + timedelta(days=3))
    for row in world.rows(select(outbox.c.facts, outbox.c.key)):
        said = f"{row.key} {row.facts}"
        assert "Thử" not in said
        assert "Nguyễn" not in said
        assert "2007" not in said
    assert world.rows(select(task.c.id).where(task.c.case_id == verifying))
