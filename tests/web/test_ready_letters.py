"""Letters drawn by the worker, through the pages: opened as one stack, marked as printed, not for others."""

from sqlalchemy import select

from tests.web.test_season import Ask, app, ask, database_url, world  # noqa: F401
from tests.workflows.season.conftest import town  # noqa: F401
from tests.workflows.transfers.town import Town
from web.letters import draw_letters
from workflows.season.records import ready_letter


def test_a_stack_is_opened_printed_and_marked_by_who_wrote_it_alone(world: Town, ask: Ask) -> None:  # noqa: F811
    world.offered(world.home)
    assert draw_letters(world.store, world.now()).items == 1
    row = world.rows(select(ready_letter))[0]
    names = ("cell1", "school1")
    own = next(name for name in names if "list-stack" in ask(name).get("/letters").text)
    other = "home1"
    page = ask(own).get("/letters")
    assert "Mở cả 1 giấy chưa in thành một tập" in page.text
    stack = ask(own).post("/letters/print", {"all": "1"})
    assert stack.status_code == 200 and "paper-stacked" in stack.text
    assert "NGUYỄN VĂN THỬ" in stack.text and "code-drawn" in stack.text
    assert ask(other).post("/letters/print", {"letter": str(row.offer_id)}).status_code == 404
    nothing = ask(own).post("/letters/print", {})
    assert nothing.status_code == 409 and "Chưa chọn giấy nào" in nothing.text
    marked = ask(own).post("/letters/printed", {"letter": str(row.offer_id)})
    assert marked.status_code == 200 and "Không có giấy nào chờ in" in marked.text
    assert "Nguyễn Văn Thử" in ask(own).get("/letters?state=printed").text
