"""A late-birthday pupil is handed on when school ends: to a cell at home without an account, later with one.

There the road goes on: a helper, the vote on coming of age, the ceremony, the recognition. The days are those
of the sandbox; what the handover itself asks is done in the browser, by everybody who has a part in it.
"""

import re
from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from engine.records import timer
from engine.time import day_of
from engine.transactions import Store
from tests.journeys.conftest import desks, fill, press, serving
from tests.journeys.steps import Desk, do_step, open_task
from tests.journeys.test_two_years import OF_AGE, Stay, settle_in
from tests.web.conftest import AT_EASE, HASH
from tests.web.mail_sink import Sink, listening
from tests.workflows.builders import BEGINNING, noon
from web.application import create_app
from web.mail import Post
from workflows.organisations.changes import found
from workflows.organisations.queries import tree_of
from workflows.people.members import add_member
from workflows.people.users import add_position, add_user
from workflows.transfers import custody

pytestmark = [pytest.mark.usefixtures("smtp"), pytest.mark.thorough]
LEAVES, ACCOUNT = date(2025, 5, 30), date(2025, 9, 1)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No rests between the days: nobody else wants to write then."""
    monkeypatch.setattr("engine.turns.Turn.REST", 0)


@pytest.fixture
def stay(store: Store) -> Iterator[Stay]:
    with listening(Sink()) as port:
        line = Post("127.0.0.1", port, "ketnap@tinh.vn", "https://ketnap.tinh.vn", starttls=False)
        yield settle_in(store, line, date(2025, 3, 3), grade=12)


@pytest.fixture
def desk(browser: Browser, stay: Stay) -> Iterator[Desk]:
    app = create_app(stay.world.store, config={**AT_EASE, "TESTING": True, "SESSION_COOKIE_SECURE": False})
    with serving(app) as address:
        yield from desks(browser, address)


def settle_home(stay: Stay) -> tuple[int, int, int, list[int]]:
    """The commune where the pupil lives, its union, its cell without an account, the members of that cell."""
    world, on = stay.world, {"on": BEGINNING, "by": None, "now": noon(BEGINNING)}
    with world.store.transaction() as tx:
        root = tree_of(tx).ancestors_on(world.commune, BEGINNING)[-1]
        home = found(
            tx, kind="commune_committee", name="Đảng ủy xã Quê", parent_id=root, decided_by="standing",
            **on,  # type: ignore[arg-type]
        )  # fmt: skip
        village = found(tx, kind="party_cell", name="Chi bộ thôn Thượng", parent_id=home, **on)  # type: ignore[arg-type]
        union = found(tx, kind="youth_union_base", name="Đoàn xã Quê", parent_id=home, **on)  # type: ignore[arg-type]
        for name, place, word in (
            ("home1", home, "secretary"),
            ("home2", home, "deputy_secretary"),
            ("young1", union, "union_secretary"),
            ("young2", union, "union_secretary"),
        ):
            world.users[name] = add_user(tx, name, name, password=HASH)
            add_position(tx, world.users[name], place, word, since=BEGINNING)
        members = [
            add_member(tx, f"Đảng Viên Quê {letter}", cell_id=village, status="official", since=BEGINNING)
            for letter in "ABCDEFGH"
        ]
    return home, union, village, members


def open_village(stay: Stay, village: int) -> None:
    """From now on the cell has accounts of its own."""
    world = stay.world
    with world.store.transaction() as tx:
        for number in (1, 2):
            word = "secretary" if number == 1 else "deputy_secretary"
            name = f"village{number}"
            world.users[name] = add_user(tx, name, f"Chi ủy thôn {number}", password=HASH)
            add_position(tx, world.users[name], village, word, since=world.today)
    world.seats[village] = "village"


def holder(stay: Stay) -> int | None:
    with stay.world.store.transaction(writing=False) as tx:
        number: int | None = custody.last_step(tx, stay.world.students[0]).organisation_id
    return number


def work_off(stay: Stay) -> None:
    """Everything that is open now, by the people whose it is; until only the days are awaited."""
    while tasks := stay.world.tasks(stay.case_id):
        stay.world.step(stay.case_id, tasks)


def wait_on(stay: Stay) -> None:
    """To the next day on which the road goes on by itself."""
    due = select(timer.c.due_at).where(timer.c.case_id == stay.case_id).order_by(timer.c.due_at)
    stay.go(day_of(stay.world.rows(due)[0].due_at))


def prepare(page: Page, stay: Stay) -> str:
    """From the page of the case; gives the address of the handover."""
    page.goto(f"/cases/{stay.case_id}")
    page.get_by_role("link", name="Chuyển đơn vị").click()
    day = stay.world.today.isoformat()
    fill(page, {"moved_because": "graduated", "moved_on": day, "receiver": "thon thuong", "on": day})
    press(page, "Ghi chuẩn bị")
    expect(page.get_by_role("status").first).to_contain_text("Đã chuẩn bị")
    return re.sub(r"^.*?(/transfers/\d+)$", r"\1", page.url)


def do(page: Page, handover: str, label: str, **answers: str) -> None:
    """One act, from the page of the handover."""
    page.goto(handover)
    page.get_by_role("link", name=label, exact=True).click()
    fill(page, answers)
    press(page, label)
    expect(page.get_by_role("status").first).to_be_visible()


def test_a_pupil_too_young_to_be_voted_on_becomes_a_member_at_home(stay: Stay, desk: Desk) -> None:
    world, case_id = stay.world, stay.case_id
    home, union, village, villagers = settle_home(stay)
    do_step(world, desk, case_id, "record_consent")
    do_step(world, desk, case_id, "confirm_source")
    work_off(stay)  # all but the vote: seventeen years old
    assert world.elements(case_id) == []

    # school is over: the cell hands the pupil on, the school's committee writes the letter and prints it
    stay.go(LEAVES)
    cell, school, commune = desk("cell1"), desk("school1"), desk("home1")
    handover = prepare(cell, stay)
    number = int(handover.rpartition("/")[2])
    open_task(school, world.task(number, "offer_handover").id)
    school.get_by_role("link", name="Xem cả lần chuyển giao").click()
    expect(school.locator("#preview")).to_contain_text("Chi bộ mới phân công một đảng viên chính thức.")
    do(school, handover, "Ghi giấy giới thiệu đã gửi", number="07-GCN/ĐU")
    school.get_by_role("link", name="In giấy giới thiệu").click()
    expect(school.locator(".paper")).to_contain_text("LÊ THỊ MUỘN")
    expect(school.locator(".code-drawn")).to_be_visible()
    assert holder(stay) == world.cell, "until somebody accepts the school's cell answers"

    # the village has no account: the commune's desk types its answers
    stay.go(date(2025, 6, 6))
    commune.goto("/tasks")
    open_task(commune, world.task(number, "answer_handover").id)
    commune.goto(handover)  # what the code on the letter opens
    expect(commune.locator("main")).to_contain_text("chưa có tài khoản; Đảng ủy xã Quê làm thay")
    do(commune, handover, "Tiếp nhận", number="03-CV/CB")
    assert holder(stay) == village == world.case(case_id).custodian_id
    do(commune, handover, "Ghi người và giấy tờ đã đến", number="04-CV/CB")
    cell.goto(handover)
    expect(cell.locator("main")).to_contain_text("Chi bộ thôn Thượng")
    answer = cell.goto(f"/cases/{case_id}")
    assert answer is not None and answer.status == 404, "the file went along"
    world.members, world.commune, world.union = villagers, home, union
    world.seats = {village: "home", home: "home", union: "young"}
    commune.goto(handover)
    commune.get_by_role("link", name="Phân công người giúp đỡ").click()
    fill(commune, world.answers("assign_helper"))
    press(commune, "Ghi")
    commune.goto(handover)
    expect(commune.locator("main")).to_contain_text("Đã chuyển giao xong")

    # the cell gets its account, and with it its own tasks
    stay.go(ACCOUNT)
    open_village(stay, village)
    secretary = desk("village1")
    secretary.goto(f"/cases/{case_id}")
    expect(secretary.get_by_role("heading", level=1)).to_have_text("Lê Thị Muộn")
    work_off(stay)  # what is asked anew at home
    stay.go(OF_AGE)
    reach(stay, "cell_vote")
    do_step(world, desk, case_id, "cell_vote")
    reach(stay, "admission_ceremony")
    do_step(world, desk, case_id, "admission_ceremony")
    reach(stay, "recognition_decision")
    do_step(world, desk, case_id, "recognition_decision")
    assert world.case(case_id).closed_as == "official_member"
    secretary.goto(f"/cases/{case_id}")
    expect(secretary.locator("main")).to_contain_text("Đảng viên chính thức")
    assert holder(stay) == village


def reach(stay: Stay, element: str) -> None:
    """Until that step is open, day by day where the road waits."""
    for _ in range(60):
        tasks = stay.world.tasks(stay.case_id)
        if any(task.element == element for task in tasks):
            return
        if tasks:
            stay.world.step(stay.case_id, tasks)
        else:
            wait_on(stay)
    raise AssertionError(f"{element} was never reached: {stay.world.elements(stay.case_id)}")
