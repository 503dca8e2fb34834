"""Vì sao chưa, và khi nào?: what the pages say of a student, a case, to a family, and to whom they say it."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from tests.web.conftest import HASH, Person
from tests.workflows.builders import BEGINNING, World, noon
from workflows.organisations.changes import found
from workflows.people.pool import enter_pool
from workflows.people.records import student
from workflows.people.users import add_user

Sign = Callable[[str], Person]


@pytest.fixture
def sign(app: Flask) -> Sign:
    return lambda name: Person(app).sign_in(name)


def in_pool(world: World, number: int = 1, **columns: object) -> int:
    chosen = world.students[number]
    with world.store.transaction() as tx:
        if columns:
            tx.execute(update(student).where(student.c.id == chosen).values(**columns))
        enter_pool(tx, chosen, "Cô Chủ nhiệm", on=world.today, by=None, now=noon(world.today))
    return chosen


def text_of(person: Person, address: str) -> str:
    answer = person.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.get_data(as_text=True)


def test_a_student_of_the_pool_has_conditions_a_meeting_a_road_and_a_plan(world: World, sign: Sign) -> None:
    number = in_pool(world, birth_date=date(2009, 3, 20), graduation_on=date(2027, 5, 28))
    page = text_of(sign("union1"), f"/students/{number}/outlook")
    assert "từ ngày 20/03/2027" in page
    assert "rơi vào kỳ họp ngày 05/04/2027" in page
    assert "Chưa đủ 18 tuổi" in page
    assert "60 ngày làm việc từ 05/04/2027" in page
    assert "Chi đoàn bình xét" in page and "Bắt đầu chậm nhất" in page
    assert "trước khi ra trường" in page
