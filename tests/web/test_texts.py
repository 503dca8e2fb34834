"""Sealed texts through the pages: who needs them reads them, for a purpose that is written down."""

from collections.abc import Callable

import pytest
from sqlalchemy import JSON, String, select

from engine.records import metadata, read_log
from engine.secrets import erase_subject
from tests.web.conftest import Person
from tests.workflows.builders import World, noon

MISSING = "Bản sao giấy khai sinh có chứng thực, bản cũ mờ số"
ADVERSE = "Chưa rõ quá trình công tác của cha từ năm 1988"
REASON = "Chưa thống nhất vì còn chờ ý kiến ông bà nội"


@pytest.fixture
def case_id(world: World) -> int:
    return world.nominate()


@pytest.fixture
def returned(world: World, case_id: int) -> int:
    """The committee returned the file: the cell must supply what is missing."""
    world.until(case_id, "committee_precheck")
    items = [{"document_type": "application_letter", "wanted": MISSING}]
    world.do(case_id, "committee_precheck", "returned", items=items, note=REASON)
    return case_id


def readings(world: World) -> list[read_log]:  # type: ignore[valid-type]
    """Readings on these pages; a confirmed vote is read back too."""
    rows = world.rows(select(read_log).order_by(read_log.c.id))
    return [row for row in rows if row.purpose != "xác nhận biểu quyết"]


def test_the_list_of_a_return_reaches_the_one_who_must_supply_it(
    world: World, returned: int, person: Callable[[str], Person]
) -> None:
    task = world.task(returned, "supplement_file")
    user = person("cell1")
    user.get(f"/tasks/{task.id}")
    assert "Nội dung cần bổ sung" in user.page
    assert f'href="/tasks/{task.id}/texts"' in user.page
    assert MISSING not in user.page
    path = f"/tasks/{task.id}/texts"
    user.get(path)
    assert "Đơn xin vào Đảng" in user.page
    assert "Làm bước: Khai lại, bổ sung hồ sơ" in user.page
    assert MISSING not in user.page
    assert readings(world) == []
    answer = user.post(path, {})
    assert answer.status_code == 422
    assert "Hãy chọn hoặc ghi mục đích" in user.page
    assert user.post(path, {"step": "committee_precheck"}).status_code == 422  # not this step
    assert MISSING not in user.page
    assert readings(world) == []
    answer = user.post(path, {"step": "supplement_file", "other": "gọi cho học sinh"})
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert MISSING in user.page
    assert REASON not in user.page  # the step needs the list, not the remarks
    (row,) = readings(world)
    assert row.by == world.users["cell1"]
    assert row.subject_id == world.students[0]
    assert row.purpose == "Làm bước: Khai lại, bổ sung hồ sơ; gọi cho học sinh"
    assert len(row.fields) == 1 and row.fields[0].startswith("item.")


def test_what_was_accepted_is_asked_for_no_more(
    world: World, returned: int, person: Callable[[str], Person]
) -> None:
    world.do(returned, "supplement_file")
    user = person("cell1")
    task = world.task(returned, "file_precheck")
    user.get(f"/tasks/{task.id}")
    assert "Nội dung cần bổ sung" in user.page
    world.do(returned, "file_precheck", "sealed")
    user = person("school1")
    task = world.task(returned, "committee_precheck")
    user.get(f"/tasks/{task.id}")
    assert "Nội dung cần bổ sung" not in user.page
    user.get(f"/tasks/{task.id}/texts")
    assert "Chưa có nội dung nào được mã hóa" in user.page
    user.post(f"/tasks/{task.id}/texts", {"step": "committee_precheck"})
    assert readings(world) == []  # nothing was read


def test_a_superior_reads_the_remarks_of_the_case_and_the_union_does_not(
    world: World, returned: int, person: Callable[[str], Person]
) -> None:
    path = f"/cases/{returned}/texts"
    user = person("board1")
    user.get(f"/cases/{returned}")
    assert f'href="{path}"' in user.page
    user.get(path)
    assert REASON not in user.page
    user.post(path, {"step": "check"})
    assert REASON in user.page and MISSING in user.page
    assert "withdrawn" not in user.page
    (row,) = readings(world)
    assert (row.by, row.purpose) == (world.users["board1"], "Kiểm tra hồ sơ")
    for name in ("union1", "other1"):
        user = person(name)
        user.get(f"/cases/{returned}")
        assert f'href="{path}"' not in user.page
        assert user.get(path).status_code == 404
        assert user.post(path, {"step": "check"}).status_code == 404
    assert len(readings(world)) == 1


def test_who_weighs_an_answer_reads_what_was_answered_and_about_whom(
    world: World, case_id: int, person: Callable[[str], Person]
) -> None:
    world.until(case_id, "send_verifications")
    world.do(case_id, "send_verifications", note=REASON)
    world.do(case_id, "verification_reply", answer="adverse", content=ADVERSE)
    world.do(case_id, "verification_reply", answer="clear", content="Rõ ràng, không có gì")
    task = world.task(case_id, "weigh_adverse")
    user = person("school1")
    user.post(f"/tasks/{task.id}/texts", {"step": "weigh_adverse"})
    assert ADVERSE in user.page
    assert "Nguyễn Thị Thử" in user.page  # the person who was asked about
    assert "Đảng ủy xã Thử Nghiệm, tỉnh khác" in user.page  # who was asked
    assert REASON not in user.page


def test_the_addressee_learns_about_whom_it_is_asked_and_no_more(
    world: World, case_id: int, person: Callable[[str], Person]
) -> None:
    world.until(case_id, "send_verifications")
    world.do(case_id, "send_verifications", note=REASON)
    task = world.task(case_id, "verification_reply")
    user = person("commune1")
    user.get(f"/tasks/{task.id}")
    assert "Người được thẩm tra" in user.page and "Nguyễn Thị Thử" not in user.page
    user.post(f"/tasks/{task.id}/texts", {"step": "verification_reply"})
    assert "Nguyễn Thị Thử" in user.page
    assert REASON not in user.page
    for name in ("union1", "centre1"):
        assert person(name).get(f"/tasks/{task.id}/texts").status_code == 404


def test_the_word_of_an_interruption_is_no_text(
    world: World, returned: int, person: Callable[[str], Person]
) -> None:
    user = person("cell1")
    user.get(f"/cases/{returned}/interrupt")
    sent = {"reason": "withdrawn", "on": f"{world.today:%d/%m/%Y}", "note": "Xin rút để đi học xa"}
    assert user.post(f"/cases/{returned}/interrupt", sent).status_code == 200
    user.post(f"/cases/{returned}/texts", {"step": "check"})
    assert "Xin rút để đi học xa" in user.page
    assert "withdrawn" not in user.page


def test_nothing_is_left_of_somebody_erased(
    world: World, returned: int, person: Callable[[str], Person]
) -> None:
    with world.store.transaction() as tx:
        erase_subject(tx, "student", world.students[0], now=noon(world.today))
    user = person("cell1")
    assert user.get(f"/cases/{returned}/texts").status_code == 200
    assert "Chưa có nội dung nào được mã hóa" in user.page
    user.post(f"/cases/{returned}/texts", {"step": "check"})
    assert MISSING not in user.page and REASON not in user.page
    assert readings(world) == []


def test_readings_are_told_on_the_page_of_the_student(
    world: World, returned: int, person: Callable[[str], Person]
) -> None:
    person("school1").post(f"/cases/{returned}/texts", {"other": "Đối chiếu với bản giấy"})
    user = person("cell1")
    user.get(f"/students/{world.students[0]}")
    assert "Đối chiếu với bản giấy" in user.page
    told = user.page[user.page.index("Những lần đã mở") : user.page.index("Đối chiếu với bản giấy")]
    assert told.count("Nội dung trong hồ sơ") == 1 and "(2)" in told


def test_no_table_holds_the_typed_words_in_clear(
    world: World, returned: int, person: Callable[[str], Person]
) -> None:
    world.do_all(returned, "supplement_file", ("file_precheck", "sealed"), ("committee_precheck", "sealed"))
    world.until(returned, "verification_reply")
    world.do(returned, "verification_reply", answer="unclear", content=ADVERSE)
    user = person("school1")
    user.post(f"/cases/{returned}/texts", {"step": "check"})
    assert MISSING in user.page and ADVERSE in user.page  # they are there, sealed
    clear = []
    for table in metadata.sorted_tables:
        columns = [one for one in table.columns if isinstance(one.type, (String, JSON))]
        for row in world.rows(select(*columns)) if columns else ():
            said = " ".join(str(value) for value in row)
            clear += [(table.name, words) for words in (MISSING, ADVERSE, REASON) if words in said]
    assert clear == []
