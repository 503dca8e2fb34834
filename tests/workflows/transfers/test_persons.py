"""A member who was written into the roll by hand is handed on too: first it is said which person that is."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from engine.errors import Conflict, InvalidAnswers, NotFound
from tests.workflows.builders import BEGINNING
from tests.workflows.transfers.town import Town
from workflows.administration.rolls import enrol
from workflows.people.members import place_of
from workflows.people.records import student
from workflows.transfers import custody, persons, verbs

At = Callable[[str], Town]
WAS = {
    "birth_date": "2006-05-04",
    "school": "Trường THPT Xa",
    "school_kind": "high_school",
    "left_on": "2024-05-31",
}


def enrolled(town: Town, cell: int, name: str, **more: Any) -> int:
    given = {"birth_date": None, "admitted_on": None, "official_on": None, **more}
    with town.store.transaction() as tx:
        by, now = town.users["cell1"], town.now()
        since = BEGINNING
        return enrol(tx, cell, name, status="official", since=since, by=by, on=town.today, now=now, **given)


def person(town: Town, number: int) -> Any:
    (row,) = town.rows(select(student).where(student.c.id == town.students[number]))
    return row


def named(row: Any) -> str:
    return " ".join(part for part in (row.family_name, row.middle_name, row.given_name) if part)


def looked(town: Town, cell: int, member: int, who: str) -> persons.Behind:
    with town.store.transaction(writing=False) as tx:
        return persons.behind(tx, cell, member, by=town.users[who], on=town.today)


def test_a_member_of_the_schools_roll_is_chosen_and_handed_on_to_the_end(town: Town) -> None:
    pupil = person(town, 1)
    member = enrolled(town, town.cell, named(pupil), birth_date=pupil.birth_date)
    assert pupil.id in {one.id for one in looked(town, town.cell, member, "cell1").alike}
    with town.store.transaction() as tx:
        persons.tie(tx, town.cell, member, pupil.id, by=town.users["cell1"], now=town.now())
    given = {"on": town.today, "moved_because": "graduated", "moved_on": town.today}
    with town.store.transaction() as tx:
        asked = {**given, "receiver_id": town.campus}
        done = verbs.prepare(tx, pupil.id, asked, by=town.users["cell1"], now=town.now())
    handover = done.case.id
    assert town.case(handover).words["variant"] == "formal"
    town.offer(handover)
    town.do_verb(verbs.accept, handover, "campus1")
    with town.store.transaction(writing=False) as tx:
        assert place_of(tx, member, town.today) == (town.faculty, "official")
        assert custody.last_step(tx, pupil.id).organisation_id == town.faculty
    with pytest.raises(NotFound):
        looked(town, town.cell, member, "cell1")


def test_a_roll_of_a_school_is_not_shown_to_those_above_and_nobody_is_made_twice(at: At) -> None:
    town = at("helped")
    pupil = person(town, 1)
    member = enrolled(town, town.cell, named(pupil), birth_date=pupil.birth_date)
    seen = looked(town, town.cell, member, "commune1")
    assert seen.alike == [] and seen.school is not None
    with town.store.transaction() as tx, pytest.raises(InvalidAnswers) as refused:
        read = persons.Was().load({**WAS, "school": seen.school[1], "birth_date": pupil.birth_date})
        persons.enter(tx, town.cell, member, read, by=town.users["commune1"], now=town.now())
    assert "chi bộ của trường" in str(refused.value.fields["birth_date"][0])
    with town.store.transaction() as tx, pytest.raises(InvalidAnswers):
        persons.tie(tx, town.cell, member, pupil.id, by=town.users["commune1"], now=town.now())


def test_somebody_on_the_road_is_nobody_elses_member(at: At) -> None:
    town = at("helped")
    candidate = person(town, 0)
    member = enrolled(town, town.cell, named(candidate), birth_date=candidate.birth_date)
    assert candidate.id not in {one.id for one in looked(town, town.cell, member, "cell1").alike}


def test_who_has_left_another_school_gets_a_row_of_its_own_on_no_roll(at: At) -> None:
    town = at("helped")
    member = enrolled(town, town.village, "Nguyễn Thị Về Quê")
    with town.store.transaction() as tx:
        read = persons.Was().load(WAS)
        made = persons.enter(tx, town.village, member, read, by=town.users["home1"], now=town.now())
    (row,) = town.rows(select(student).where(student.c.id == made))
    assert (row.left_on is not None, row.left_reason) == (True, "graduated")
    with town.store.transaction() as tx:
        given = {
            "on": town.today,
            "moved_because": "work",
            "moved_on": town.today,
            "receiver_id": town.campus,
        }
        done = verbs.prepare(tx, made, given, by=town.users["home1"], now=town.now())
        assert done.case.custodian_id == town.village
        with pytest.raises(Conflict):
            persons._tie(tx, town.village, member, made, by=town.users["home1"], now=town.now())
    with town.store.transaction() as tx, pytest.raises(NotFound):
        persons.enter(tx, town.village, member, read, by=town.users["cell1"], now=town.now())
