"""The case page beyond its first lines: deputies, conditions, acts and why not, road, dossier, comments."""

import re
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select, update

from engine.records import read_log
from tests.web.conftest import HASH, Person
from tests.workflows.builders import World
from workflows.people.records import position, user_account
from workflows.people.users import add_position, add_user


def read(user: Person) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", user.page).split())


def test_the_page_tells_a_deputy_the_conditions_the_acts_and_why_others_are_not_mine(
    world: World, person: Callable[[str], Person]
) -> None:
    case_id = world.nominate()
    world.until(case_id, "verification_reply")
    with world.store.transaction() as tx:
        deputy = add_user(tx, "thay1", "Trần Thị Thay")
        held = select(position.c.id).where(
            position.c.user_id == world.users["cell1"], position.c.position == "secretary"
        )
        seat = {"since": world.today, "deputises_id": tx.execute(held).scalar_one()}
        add_position(tx, deputy, world.cell, "secretary", **seat)
        tx.execute(update(user_account).where(user_account.c.id == deputy).values(password=HASH))
    user = person("cell1")
    user.get(f"/cases/{case_id}")
    said = read(user)
    assert "Nơi quản lý: Chi bộ 1 · hôm nay Trần Thị Thay thay cell 1" in said
    assert "Điều kiện để: Chi bộ xét, biểu quyết đề nghị kết nạp" in said
    met = said[said.index("Từng điều kiện và căn cứ") :]
    assert "Giấy chứng nhận học lớp nhận thức về Đảng đạt từ ngày 18/08/2025" in met
    assert "Thẩm tra, kết luận lý lịch chưa đạt Còn 2 yêu cầu thẩm tra" in met
    assert met.count("Căn cứ:") >= 12
    assert "giả định, chờ văn bản" in met
    assert "Vì sao tôi thấy hồ sơ này? Đồng chí là Bí thư, Chi bộ 1." in said
    acts = said[said.index("Tôi làm được gì") : said.index("Con đường đã đi")]
    able, unable = acts.split("Vì sao tôi không làm được việc khác?")
    assert "Rút, đưa ra khỏi danh sách…" in able
    assert "Chuyển đơn vị" in able
    assert "Gia hạn" in unable
    assert "Người làm được:" in unable
    assert "Bắt đầu bằng: Gửi công văn đề nghị thẩm tra lý lịch" in said
    assert "trừ Quốc khánh 01/09–02/09/2025" in said

    world.pass_days(60)
    user.get(f"/cases/{case_id}")
    said = read(user)
    assert "2 nơi quá hạn trả lời" in said
    late = re.search(r"quá hạn (\d+) ngày gửi 18/08/2025 · chưa ghi số công văn · hạn", said)
    assert late
    assert int(late[1]) > 10
    user.post("/language", {"language": "en", "back": "/"})
    user.get(f"/cases/{case_id}")
    assert user.page.count("{") == 0  # no place of a sentence was left open


def test_a_superior_and_a_closed_case_have_their_reasons(
    world: World, person: Callable[[str], Person]
) -> None:
    case_id = world.nominate()
    world.do(case_id, "record_consent")
    board = person("board1")
    board.get(f"/cases/{case_id}")
    said = read(board)
    assert "Chi bộ xác nhận đưa vào nguồn" in said[said.index("Vì sao tôi không làm được việc khác?") :]
    world.do(case_id, "confirm_source", "left")
    user = person("cell1")
    user.get(f"/cases/{case_id}")
    said = read(user)
    assert "Ra khỏi nguồn , từ 18/08/2025" in said
    assert "Hồ sơ đã kết thúc." in said
    assert "Còn thiếu gì" not in said


def test_the_road_says_in_words_and_in_the_picture_what_was_done_how_often_and_how_long(
    world: World, person: Callable[[str], Person]
) -> None:
    case_id = world.nominate()
    world.until(case_id, "file_precheck")
    world.pass_days(5)
    world.do(case_id, "file_precheck", "returned")
    world.pass_days(2)
    world.do(case_id, "supplement_file")
    world.do(case_id, "file_precheck")
    user = person("cell1")
    assert user.get(f"/cases/{case_id}/road").status_code == 200
    said = read(user)
    assert "Chi bộ kiểm tra đơn, lý lịch 2 lần" in said
    assert "5. Lập hồ sơ xin vào Đảng từ 18/08/2025 đến nay 7 ngày 1" in said
    assert "6. Thẩm tra lý lịch, lấy ý kiến chưa đến" in said
    assert "Việc đã chờ ở từng nơi Chi bộ 1 7 ngày" in said
    assert "có thể tiếp theo" in said
    svg = user.get(f"/cases/{case_id}/model.svg?process=file_building").get_data(as_text=True)
    assert f"✓ {world.today:%d/%m/%Y} · 2×" in svg
    assert re.search(r'userTask now" data-element="committee_precheck"', svg)
    overview = user.get(f"/cases/{case_id}/model.svg").get_data(as_text=True)
    assert re.search(r'callActivity done" data-element="candidacy"', overview)
    assert re.search(r'callActivity next" data-element="file_checks"', overview)
    assert user.get(f"/cases/{case_id}/road?process=../x").status_code == 200


def test_the_dossier_has_every_section_and_sealed_texts_only_for_a_purpose_that_is_logged(
    world: World, person: Callable[[str], Person]
) -> None:
    case_id = world.nominate()
    world.until(case_id, "cell_vote")
    world.do(case_id, "cell_vote", "postponed", reason="Bí thư đi công tác xa")
    user = person("cell1")
    assert user.get(f"/cases/{case_id}/dossier").status_code == 200
    said = read(user)
    assert f"Hồ sơ số {case_id} · Nguyễn Văn Thử" in said
    assert f"In lúc {world.today:%d/%m/%Y} 12:00" in said
    contents = re.findall(r'href="#(part-\w+)"', user.page)
    assert len(contents) == 9
    assert all(f'id="{one}"' in user.page for one in contents)
    assert "Bí thư đi công tác xa" not in user.page
    assert "Bản in này không kèm nội dung đã mã hóa" in said
    assert user.post(f"/cases/{case_id}/dossier", {}).status_code == 422
    assert "Hãy chọn hoặc ghi mục đích in kèm." in user.page
    asked = select(read_log.c.purpose).where(read_log.c.by == world.users["cell1"])
    before = len(world.rows(asked))
    user.post(f"/cases/{case_id}/dossier", {"purpose": "meeting"})
    assert "Bí thư đi công tác xa" in user.page
    assert [row.purpose for row in world.rows(asked)[before:]] == ["In hồ sơ: Chuẩn bị cuộc họp"]
    union = person("union1")
    union.get(f"/cases/{case_id}/dossier")
    assert "Mở và in kèm" not in union.page
    assert union.post(f"/cases/{case_id}/dossier", {"purpose": "meeting"}).status_code == 404


def test_colleagues_talk_about_a_case_once_each_and_take_back_only_their_own(
    world: World, person: Callable[[str], Person]
) -> None:
    case_id = world.nominate()
    task = world.task(case_id, "record_consent")
    first, second = person("union1"), person("cell1")
    first.get(f"/tasks/{task.id}/comments")
    sent = {"text": "Đã gọi cho gia đình <b>hôm qua</b>", "request_key": "k1"}
    first.post(f"/tasks/{task.id}/comments", sent)
    first.post(f"/tasks/{task.id}/comments", sent)  # a double click
    assert first.page.count("hôm qua") == 1
    assert "<b>hôm qua</b>" not in first.page
    assert first.post(f"/tasks/{task.id}/comments", {"text": " "}).status_code == 422
    second.get(f"/cases/{case_id}")
    assert "Trao đổi (1)" in read(second)
    second.get(f"/cases/{case_id}/comments")
    assert "hôm qua" in second.page
    assert "Rút lại" not in second.page
    number = re.search(r'id="comment-(\d+)"', second.page)
    assert number
    assert second.post(f"/cases/{case_id}/comments/{number[1]}/withdraw", {}).status_code == 404
    second.get(f"/cases/{case_id}/comments")
    log = select(read_log.c.id).where(
        read_log.c.by == world.users["cell1"], read_log.c.purpose == "Đọc trao đổi về hồ sơ"
    )
    assert len(world.rows(log)) == 1  # once a day, not once a refresh
    first.get(f"/tasks/{task.id}/comments")
    first.post(f"/tasks/{task.id}/comments/{number[1]}/withdraw", {})
    assert "người viết đã rút lại" in first.page
    assert first.post(f"/cases/{case_id + 1}/comments/{number[1]}/withdraw", {}).status_code == 404
    world.today += timedelta(days=1)
    world.do(case_id, "record_consent")
    assert first.get(f"/tasks/{task.id}/comments").status_code == 404
    second.get(f"/cases/{case_id}/comments")
    assert "ở bước: Ghi nhận nguyện vọng" in read(second)
