"""Which cases a list shows: those one answers for, narrowed by its filters, never the answer "not now"."""

from datetime import date, timedelta

import pytest
from sqlalchemy import event

from engine.transactions import Store
from tests.workflows.builders import World, build
from workflows.access import acting_for
from workflows.admission.registry import build_registry
from workflows.desk import cases
from workflows.desk.cases import COLUMNS, CaseList, Wanted, case_list
from workflows.desk.labels import labels
from workflows.desk.people import cases_of
from workflows.people.students import add_student


@pytest.fixture
def world(store: Store) -> World:
    return build(store)


def found(world: World, by: str = "cell1", **wanted: object) -> CaseList:
    with world.store.transaction(writing=False) as tx:
        seats = acting_for(tx, world.users[by], world.today)
        return case_list(tx, seats, Wanted(**wanted), world.today)  # type: ignore[arg-type]


def listed(world: World, state: str) -> list[int]:
    return [line.id for line in found(world, state=state).lines]


def test_an_open_and_a_closed_case_are_listed(world: World) -> None:
    case_id = world.nominate()
    assert listed(world, "open") == [case_id]
    world.do(case_id, "record_consent")
    world.do(case_id, "confirm_source", "left")
    assert listed(world, "open") == []
    assert listed(world, "closed") == [case_id]


def test_not_now_is_an_answer_that_no_list_and_no_count_shows(world: World) -> None:
    case_id = world.nominate()
    world.do(case_id, "record_consent", "not_now")
    assert world.case(case_id).closed_as == "not_now"
    assert listed(world, "closed") == []
    with world.store.transaction(writing=False) as tx:
        assert cases_of(tx, world.students[0]) == []


def test_filters_narrow_the_list_the_pages_go_on_by_key_and_the_sheet_has_all(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world.store.transaction() as tx:
        for name in ("Trần Thị Ánh", "Lê Văn Ân", "Đỗ Thị Dung", "Vũ Đức Đạt"):
            born = date(2007, 5, 10)
            world.students.append(add_student(tx, world.institution, name, born, grade=12))
    opened = [world.nominate(number) for number in range(2, 6)]
    waiting = world.nominate(0)
    world.until(waiting, "verification_reply")
    in_order = [line.name for line in found(world).lines]
    assert in_order == ["Trần Thị Ánh", "Lê Văn Ân", "Đỗ Thị Dung", "Vũ Đức Đạt", "Nguyễn Văn Thử"]
    whole = found(world)
    assert (whole.count, whole.next) == (5, None)
    assert whole.stages == {"source_building": 4, "file_checks": 1}
    assert whole.custodians == [(world.cell, "Chi bộ 1", 5)]
    assert whole.schools == [(world.institution, "Trường THPT Thử Nghiệm", 5)]

    assert [line.id for line in found(world, stage="file_checks").lines] == [waiting]
    assert [line.name for line in found(world, words="dat").lines] == ["Vũ Đức Đạt"]
    assert [line.id for line in found(world, words=str(opened[0])).lines] == [opened[0]]
    assert found(world, school=world.institution).count == 5
    assert found(world, custodian=world.other_cell).count == 0
    assert found(world, by="other1").count == 0
    assert [line.id for line in found(world, due="ontime").lines] == [waiting]
    assert found(world, due="none").count == 4
    world.pass_days(80)
    assert [line.id for line in found(world, due="late").lines] == [waiting]
    assert found(world, due="ontime").count == 0

    monkeypatch.setattr(cases, "PAGE", 2)
    names, after = [], None
    for _page in range(3):
        page = found(world, after=after)
        assert page.count == 5
        names += [line.name for line in page.lines]
        after = page.next
    assert names == in_order
    assert after is None
    assert found(world, after="zz").lines == found(world).lines  # a broken key begins anew

    with world.store.transaction(writing=False) as tx:
        seats, names_of = acting_for(tx, world.users["cell1"], world.today), labels(build_registry())
        rows = list(cases.sheet_rows(tx, seats, Wanted(), world.today, names_of, {}, str))
    assert [row[1] for row in rows] == in_order
    assert all(len(row) == len(COLUMNS) for row in rows)
    assert rows[-1][5] == "Thẩm tra lý lịch, lấy ý kiến"


def test_an_address_is_read_forgivingly_and_given_back() -> None:
    sent = {"q": " an ", "stage": "probation", "school": "7", "custodian": "x", "due": "?", "state": "all"}
    wanted = Wanted.read(sent)
    assert wanted == Wanted(words="an", stage="probation", school=7, state="all")
    assert wanted.address() == {"q": "an", "stage": "probation", "school": 7, "state": "all"}
    assert wanted.narrowed
    assert not Wanted.read({"state": "x", "after": "1"}).narrowed


def test_the_list_asks_at_most_three_questions_of_its_own(world: World) -> None:
    world.nominate()
    found(world)  # the tree is known from here on
    asked: list[str] = []

    def count(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            asked.append(statement)

    with world.store.transaction(writing=False) as tx:
        seats = acting_for(tx, world.users["cell1"], world.today)
        event.listen(world.store.engine, "before_cursor_execute", count)
        try:
            case_list(tx, seats, Wanted(words="thu", due="none"), world.today + timedelta(days=1))
        finally:
            event.remove(world.store.engine, "before_cursor_execute", count)
    assert len(asked) <= 3, asked
