"""A school on the eve of its graduation: candidates and a member, whose homes are communes of the town."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import update

from engine.secrets import Keys
from engine.transactions import Store
from tests.workflows.builders import BEGINNING, build, noon
from tests.workflows.transfers.town import Town, extend
from workflows.organisations.queries import tree_of
from workflows.organisations.records import commune, organisation
from workflows.people.members import add_member
from workflows.people.records import student
from workflows.people.students import add_student
from workflows.schedules.records import school_period

GRADUATION = date(2026, 5, 31)
HOME = "00001"


@pytest.fixture
def town(store: Store, keys: Keys) -> Town:
    """On each kind of database: a candidate who is helped, and an official member of the school."""
    world = build(store)
    with store.transaction() as tx:
        made = Town(**vars(world), province=tree_of(tx).ancestors_on(world.commune, BEGINNING)[-1])
        extend(tx, made)
    made.case_id = made.nominate()
    made.until(made.case_id, "application")
    with store.transaction() as tx:
        row = {"code": HOME, "name": "Xã Quê", "kind": "commune", "province_code": "01"}
        tx.execute(commune.insert(), row)
        for one in (made.home, made.village, made.street):
            tx.execute(update(organisation).where(organisation.c.id == one).values(commune_code=HOME))
        tx.execute(update(student).where(student.c.id == made.students[0]).values(commune_code=HOME))
        made.extra["member"] = add_student(
            tx, made.institution, "Lê Văn Đảng", date(2007, 1, 5), grade=12, class_name="12A1"
        )
        given = {"cell_id": made.cell, "status": "official", "since": date(2025, 1, 1)}
        add_member(tx, "Lê Văn Đảng", student_id=made.extra["member"], **given)
        period = {"year": 2025, "kind": "graduation", "name": "Tốt nghiệp", "recorded_at": noon(BEGINNING)}
        days = {"first_day": GRADUATION, "last_day": GRADUATION}
        tx.insert(school_period, period | days | {"institution_id": made.institution})
    made.today = GRADUATION - timedelta(days=20)
    return made


@pytest.fixture
def whole(town: Town) -> Callable[[], set[int]]:
    """Everything of the province."""

    def numbers() -> set[int]:
        with town.store.transaction(writing=False) as tx:
            return set(tree_of(tx).nodes)

    return numbers
