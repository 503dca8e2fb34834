"""Need to know: lists no longer than rights, answers that leave no trace, errors without a person in them."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import DBAPIError

from engine import cases
from tests.web.bulk.conftest import Batches
from tests.web.conftest import PASSWORD, Person, hidden
from tests.workflows.builders import BEGINNING, World, noon
from workflows.access.records import session
from workflows.bulk.records import batch
from workflows.meetings.records import planned_meeting
from workflows.organisations.records import institution
from workflows.own_file.records import erasure
from workflows.people.records import member, position, student
from workflows.people.users import add_position
from workflows.transfers.custody import hand

Signed = Callable[[str], Person]
FIRST, SECOND = "Nguyễn Văn Thử", "Trần Thị Nghiệm"


def main(user: Person, path: str) -> str:
    """What stands on the page, without its frame."""
    assert user.get(path).status_code == 200, path
    return user.page.split("<main")[1]


def change(world: World, table: Any, number: int, **values: Any) -> None:
    with world.store.transaction() as tx:
        tx.execute(update(table).where(table.c.id == number).values(values))


def elsewhere(world: World, number: int) -> None:
    """The student is at a school that has nothing to do with the world's."""
    row = {"name": "Trường khác", "name_key": "truong khac", "kind": "university"}
    with world.store.transaction() as tx:
        other = tx.insert(institution, row)
    change(world, student, number, institution_id=other)


def test_an_error_of_the_database_names_nobody(world: World) -> None:
    row = {"family_name": "Họ", "middle_name": "Rất", "given_name": "Riêng", "search_key": "rieng"}
    with pytest.raises(DBAPIError) as found, world.store.transaction() as tx:
        tx.execute(insert(member), row)
    told = f"{found.value} {found.value.orig}"
    assert "member" in told
    assert "Riêng" not in told and "rieng" not in told


def test_a_log_of_something_broken_holds_no_variables(
    app: Flask, person: Signed, capsys: pytest.CaptureFixture[str]
) -> None:
    def breaks(**_numbers: int) -> str:
        whom = "".join(("Riêng", "Tư"))
        raise RuntimeError(whom)

    app.view_functions["rules.index"] = breaks
    assert person("cell1").get("/rules").status_code == 500
    told = "".join(capsys.readouterr())
    assert "RuntimeError" in told and "RiêngTư" not in told


def test_passwords_are_not_carried_through_signing_in(world: World, person: Signed) -> None:
    user = person("cell1")
    user.get("/account/password")
    with world.store.transaction() as tx:
        tx.execute(delete(session))
    user.post("/account/password", {"old": PASSWORD, "new": "mot-cau-that-dai", "again": "mot-cau-that-dai"})
    assert 'name="username"' in user.page and not hidden(user.page, "_kept")


def test_of_a_list_with_answers_not_now_only_the_others_stay(
    world: World, app: Flask, person: Signed
) -> None:
    batches = Batches(world, app)
    tasks = batches.open(2, "record_consent")
    owing = world.task(batches.cases[0], "record_consent").organisation_id
    user = person("union1" if owing == world.union else "cell1")
    number = batches.choose(user, task=tasks)
    shared = {"on": f"{world.today:%d/%m/%Y}", "outcome": "agreed"}
    batches.fill(user, number, shared, n1={"outcome": "not_now"})
    assert "Chưa, để sau" in user.page  # shown once, before it is kept
    batches.confirm(user, number)
    ends = [world.case(case_id).closed_as for case_id in batches.cases]
    assert sorted(map(str, ends)) == ["None", "not_now"]
    hidden = (FIRST, SECOND)[ends.index("not_now")]
    report = main(user, f"/bulk/{number}")
    assert "không liệt kê và không đếm" in report
    assert "Chưa, để sau" not in report and hidden not in report
    assert batches.states(number) == ["done"]


def test_a_batch_is_its_makers_only_while_the_seat_is(world: World, person: Signed) -> None:
    now = noon(world.today)
    made = {"kind": "nominate", "by": world.users["cell1"], "state": "done", "created_at": now}
    with world.store.transaction() as tx:
        number = tx.insert(batch, made | {"touched_at": now, "finished_at": now})
        add_position(tx, world.users["cell1"], world.other_cell, "officer", since=world.today + timedelta(1))
    user = person("cell1")
    assert user.get(f"/bulk/{number}").status_code == 200
    world.pass_days(2)
    seat = world.rows(select(position.c.id).where(position.c.user_id == world.users["cell1"]))[0].id
    change(world, position, seat, valid_to=world.today)
    assert user.get(f"/bulk/{number}").status_code == 404


def test_the_cell_of_a_faculty_sees_its_own_students_and_not_the_roll(world: World, person: Signed) -> None:
    change(world, student, world.students[1], cell_id=world.other_cell)
    page = main(person("other1"), "/students")
    assert SECOND in page and FIRST not in page
    whole = main(person("school1"), "/students")
    assert SECOND in whole and FIRST in whole
    assert f'value="{world.institution}"' not in main(person("other1"), "/import")


def test_the_union_lists_no_case_of_a_student_from_elsewhere(world: World, person: Signed) -> None:
    """The school's cell took over a candidate: the cell sees the case, the school's union does not."""
    own, other = world.nominate(0), world.nominate(1)
    elsewhere(world, world.students[1])
    union, cell = person("union1"), person("cell1")
    assert union.get(f"/cases/{own}").status_code == 200
    assert union.get(f"/cases/{other}").status_code == 404
    for path in ("/cases", "/search?q=nghiem"):
        assert SECOND not in main(union, path) and SECOND in main(cell, path)
    assert FIRST in main(union, "/cases") and FIRST in main(cell, "/cases")


def test_the_school_no_longer_follows_a_case_that_another_cell_keeps(world: World, person: Signed) -> None:
    case_id = world.nominate()
    user, student_page = person("union1"), f"/students/{world.students[0]}"
    stage = re.compile(r'đang có hồ sơ</span><span class="sub">[^<]+<')
    assert f"/cases/{case_id}" in main(user, student_page)
    assert stage.search(main(user, "/students"))
    with world.store.transaction() as tx:
        student = cases.get_case(tx, case_id).subject_id
        hand(tx, student, world.other_cell, (case_id,), on=world.today, by=None, now=noon(world.today))
    assert f"/cases/{case_id}" not in main(user, student_page)
    assert "đang có hồ sơ" in main(user, student_page)  # who is asked already is not asked twice
    after = main(user, "/students")
    assert "đang có hồ sơ" in after and not stage.search(after)


def test_what_was_answered_once_stands_in_the_way_of_no_erasing(world: World, person: Signed) -> None:
    """A day until which a closed file is kept would say that there was one."""
    case_id = world.nominate()
    world.do(case_id, "record_consent", "not_now")
    user, path = person("cell1"), f"/students/{world.students[0]}/erase"
    user.get(path)
    user.post(path, {"ground": "no_longer_needed", "paper": "Số 1, 18/08/2025"})
    assert len(world.rows(select(erasure))) == 1


def test_a_mandate_tells_no_numbers_of_answers_not_now(world: World, person: Signed) -> None:
    hidden = world.nominate()
    world.do(hidden, "record_consent", "not_now")
    with world.store.transaction() as tx:
        add_position(tx, world.users["board1"], world.commune, "auditor", since=BEGINNING)
    user = person("commune1")
    user.get("/mandates/new")
    today = f"{world.today:%d/%m/%Y}"
    sent = {"giver": str(world.commune), "auditor_id": str(world.users["board1"]), "number": "1-QĐ"}
    sent |= {"paper_on": today, "since": today, "until": today}
    for number, told in ((hidden, "không thuộc"), (987654, "không thuộc"), ("²", "chỉ gồm chữ số,")):
        assert user.post("/mandates/new", {**sent, "cases": str(number)}).status_code == 422
        assert f"ố hồ sơ {told}" in user.page


def test_a_number_in_raised_digits_is_no_number(world: World, person: Signed) -> None:
    user = person("other1")
    user.get("/glass/open")
    sent = {"number": "1²", "cause": "other", "words": "Cần xem ngay để giải quyết đơn."}
    assert user.post("/glass/open", sent).status_code == 422


@pytest.mark.parametrize("path", ["/tasks?school={}", "/tasks?meeting={}", "/students?school={}"])
def test_numbers_that_no_row_can_have_leave_the_list_as_it_is(person: Signed, path: str) -> None:
    assert [person("cell1").get(path.format(one)).status_code for one in ("9" * 30, "²")] == [200, 200]


def test_a_case_whose_number_no_row_can_have_is_not_there(person: Signed) -> None:
    assert person("cell1").get(f"/tasks/987654?case={'9' * 30}").status_code == 404


def test_erasures_are_listed_for_those_who_may_open_them(world: World, person: Signed) -> None:
    asked = {"student_id": world.students[0], "ground": "own_request", "paper": "Đơn"}
    with world.store.transaction() as tx:
        number = tx.insert(erasure, asked | {"asked_by": world.users["cell1"], "asked_at": noon(world.today)})
    for name, sees in (("cell1", True), ("commune1", True), ("union1", False)):
        assert (FIRST in main(person(name), "/requests")) is sees, name
        assert (person(name).get(f"/erasures/{number}").status_code == 200) is sees, name


def test_meetings_are_listed_where_one_keeps_them_not_where_one_only_helps(
    world: World, person: Signed
) -> None:
    held = {"organisation_id": world.other_cell, "body": "cell", "branch": "", "kind": "regular"}
    held |= {"on_day": world.today, "status": "planned", "recorded_at": noon(world.today)}
    with world.store.transaction() as tx:
        number = tx.insert(planned_meeting, held)
        add_position(tx, world.users["cell1"], world.other_cell, "helper", since=BEGINNING)
    assert f"/meetings/{number}" not in main(person("cell1"), "/meetings")
    assert f"/meetings/{number}" in main(person("other1"), "/meetings")
