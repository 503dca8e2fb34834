"""A late-birthday pupil in the sandbox: what the days bring by themselves, in whose inbox and whose mail.

The people of the small world act on the day to which the sandbox was moved; the nights between are the
worker's own jobs, a real mail server takes what they send. In the browser over two years, and without one
over eight weeks.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select, update

from engine.records import journal, outbox
from engine.time import day_of
from engine.transactions import Store
from tests.journeys.conftest import desks, press, serving
from tests.journeys.looking import look
from tests.journeys.steps import Desk, do_step
from tests.web.conftest import AT_EASE, HASH
from tests.web.mail_sink import Sink, listening
from tests.workflows.builders import ABLE, BEGINNING, World, build
from tests.workflows.sandbox.conftest import WALL, Sandbox
from web.application import create_app
from web.mail import Post
from workflows.jobs import JOBS, post_job
from workflows.organisations.queries import tree_of
from workflows.people.pool import enter_pool
from workflows.people.records import user_account
from workflows.people.students import add_student
from workflows.people.users import add_position, add_user
from workflows.reminders import channels
from workflows.reminders.records import notice
from workflows.sandbox import asking, moving
from workflows.sandbox.clock import clock_of

pytestmark = pytest.mark.usefixtures("smtp")
OF_AGE = date(2025, 12, 10)  # a Wednesday
BORN = OF_AGE.replace(year=2007)


@dataclass
class Stay:
    """The pupil's world in a sandbox; `move` is what leads to another day, by command or in the browser."""

    sandbox: Sandbox
    line: Post
    case_id: int = 0
    move: Callable[[date], None] = field(init=False)

    def __post_init__(self) -> None:
        self.move = self.sandbox.ask  # type: ignore[assignment]

    @property
    def world(self) -> World:
        return self.sandbox.world

    def go(self, day: date) -> None:
        """To a day, through every night on the way."""
        self.move(day)
        mover = self.sandbox.mover((*JOBS, post_job(self.line.open_line)))
        moving.go_on(self.sandbox.store, mover, seconds=3600)
        self.world.today = day

    def do(self, *steps: str, **more: Any) -> None:
        for step in steps:
            self.world.do(self.case_id, step, **more)

    def told(self, *kinds: str) -> list[tuple[date, str, str]]:
        """(day, kind, user name) of every notice of these kinds about the pupil, in order."""
        rows = self.world.rows(
            select(outbox.c.created_at, outbox.c.kind, user_account.c.username)
            .select_from(notice)
            .join(outbox, outbox.c.id == notice.c.outbox_id)
            .join(user_account, user_account.c.id == notice.c.user_id)
            .where(outbox.c.kind.in_(kinds), outbox.c.case_id == self.case_id)
            .order_by(outbox.c.created_at, outbox.c.id, user_account.c.username)
        )
        return [(day_of(row.created_at), row.kind, row.username) for row in rows]

    def days(self, kind: str, username: str) -> list[date]:
        return [day for day, _kind, name in self.told(kind) if name == username]

    def mailed(self, username: str) -> list[date]:
        """The days on which a mail to this user left, by the clock of the sandbox."""
        ours = (outbox.c.kind == channels.MAIL, outbox.c.to_user == self.world.users[username])
        return [day_of(row.sent_at) for row in self.world.rows(select(outbox.c.sent_at).where(*ours))]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No rests between the days: nobody else wants to write then."""
    monkeypatch.setattr("engine.turns.Turn.REST", 0)


@pytest.fixture
def sink() -> Sink:
    return Sink()


@pytest.fixture
def line(sink: Sink) -> Iterator[Post]:
    with listening(sink) as port:
        yield Post("127.0.0.1", port, "ketnap@tinh.vn", "https://ketnap.tinh.vn", starttls=False)


def settle_in(store: Store, line: Post, today: date, *, grade: int) -> Stay:
    """The small world and its pupil in a sandbox; everybody has an address, and mail may leave."""
    with store.transaction() as tx:
        asking.make(tx, today, now=WALL)
    store.clock = clock_of(store, wall=lambda: WALL)
    world = build(store)
    world.today = today
    with store.transaction() as tx:
        root = tree_of(tx).ancestors_on(world.commune, BEGINNING)[-1]
        for name, word in (("province1", "secretary"), ("administrator1", "administrator")):
            world.users[name] = add_user(tx, name, name, password=ABLE)
            add_position(tx, world.users[name], root, word, since=BEGINNING)
        tx.execute(update(user_account).values(email=user_account.c.username + "@co-quan.vn", password=HASH))
        entered = date(today.year - 1, 9, 5)
        pupil = add_student(tx, world.institution, "Lê Thị Muộn", BORN, grade=grade, entered_on=entered)
        world.students.insert(0, pupil)
        now = store.clock()
        enter_pool(tx, pupil, "Cô giáo chủ nhiệm", on=today, by=world.users["union1"], now=now)
        channels.declare(tx, channels.CONNECTED, True, by=world.users["administrator1"], now=now)
    stay = Stay(Sandbox(world, store), line)
    stay.case_id = world.nominate()
    return stay


def to_verification(stay: Stay) -> date:
    """From the nomination to the letter that asks the commune; gives the day on which its answer is due."""
    stay.world.until(stay.case_id, "send_verifications")
    asked = {"about": "candidate", "organisation_id": stay.world.commune, "person": "Lê Thị Muộn"}
    stay.do("send_verifications", addresses=[asked])
    due = stay.world.task(stay.case_id, "verification_reply").due_on
    assert due is not None
    return due


def opened_by_age(stay: Stay) -> None:
    """The vote was opened by the birthday alone: by nobody, on that day, told to the cell."""
    rows = stay.world.rows(select(journal).where(journal.c.kind == "timer", journal.c.element == "of_age"))
    assert [(row.on, row.by, row.case_id) for row in rows] == [(OF_AGE, None, stay.case_id)]
    votes = [one for one in stay.told("task") if one[0] == OF_AGE]
    assert [name for _day, _kind, name in votes] == ["cell1", "cell2"]


def test_eight_weeks_bring_what_is_due_to_whoever_must_know(store: Store, line: Post, sink: Sink) -> None:
    stay = settle_in(store, line, date(2025, 10, 15), grade=12)
    due = to_verification(stay)
    assert due == date(2025, 11, 26)  # 30 working days, no holiday between
    stay.do("request_opinions")
    stay.go(date(2025, 12, 1))
    before = [due - timedelta(days=left) for left in (30, 15, 7, 3, 1)]
    late = [due + timedelta(days=gone) for gone in (1, 3)]
    assert stay.days("due_before", "commune1") == before
    assert stay.days("due_before", "commune2") == before[2:]  # from a week before, the whole organisation
    assert stay.days("due_today", "commune2") == [due]
    assert stay.days("due_late", "commune1") == late
    assert stay.days("due_below", "province1") == late[1:]  # the superior, from the third day on
    assert stay.days("age_before", "cell1") == stay.days("age_before", "union1") == [date(2025, 11, 10)]
    assert stay.mailed("province1") == [date(2025, 12, 1)]  # that was a Saturday: mail waits till Monday
    stay.do("verification_reply")
    while tasks := stay.world.tasks(stay.case_id):
        stay.world.step(stay.case_id, tasks)
    stay.go(OF_AGE - timedelta(days=1))
    assert stay.world.elements(stay.case_id) == []
    stay.go(OF_AGE)
    assert stay.world.elements(stay.case_id) == ["cell_vote"]
    opened_by_age(stay)
    assert stay.days("age_reached", "cell1") == [OF_AGE]
    assert stay.mailed("cell1")[-1] == OF_AGE
    assert not [message for message in sink.taken if "Muộn" in str(message)]


@pytest.fixture
def stay(store: Store, line: Post) -> Stay:
    return settle_in(store, line, date(2025, 3, 3), grade=11)


@pytest.fixture
def desk(browser: Browser, stay: Stay) -> Iterator[Desk]:
    app = create_app(stay.world.store, config={**AT_EASE, "TESTING": True, "SESSION_COOKIE_SECURE": False})
    with serving(app) as address:
        yield from desks(browser, address)


def by_page(trainer: Page) -> Callable[[date], None]:
    """The trainer asks for a day on the page; the worker takes it up from there."""

    def move(day: date) -> None:
        trainer.goto("/sandbox")
        trainer.fill("main [name=day]", f"{day:%d/%m/%Y}")
        press(trainer, "Chuyển ngày")
        expect(trainer.get_by_role("heading", name=re.compile("^Đang chuyển từ"))).to_be_visible()

    return move


def reads(page: Page, words: str) -> None:
    """The notice stands in the inbox of notices."""
    page.goto("/notices?state=all")
    expect(page.locator(".notices").get_by_text(re.compile(words)).first).to_be_visible()


@pytest.mark.thorough
def test_two_years_of_a_late_birthday_pupil_from_nomination_to_recognition(
    stay: Stay, desk: Desk, sink: Sink
) -> None:
    world, case_id, trainer = stay.world, stay.case_id, desk("administrator1")
    stay.move = by_page(trainer)
    do_step(world, desk, case_id, "record_consent")
    do_step(world, desk, case_id, "confirm_source")

    # the letter of 03/03/2025 is not answered: 30 working days without 07/04 are over on 15/04
    due = to_verification(stay)
    assert due == date(2025, 4, 15)
    stay.go(date(2025, 4, 21))
    expect(trainer.get_by_role("complementary")).to_contain_text("Hộp cát: hôm nay là 21/04/2025")
    assert stay.days("due_before", "commune1") == [due - timedelta(days=left) for left in (30, 15, 7, 3, 1)]
    assert stay.days("due_below", "province1") == [due + timedelta(days=3)]
    reads(desk("commune1"), r"^Quá hạn 3 ngày \(hạn 15/04/2025\)")
    reads(desk("province1"), r"^Đảng ủy phường Thử Nghiệm quá hạn 3 ngày \(hạn 15/04/2025\)")
    assert stay.mailed("province1") == [date(2025, 4, 18)]
    do_step(world, desk, case_id, "verification_reply")

    # the file goes on slowly; the birthday comes nearer, and each time it is said what should begin
    stay.go(date(2025, 6, 12))
    stay.do("request_opinions")
    stay.go(date(2025, 11, 12))
    approach = [date(2025, 6, 10), date(2025, 9, 10), date(2025, 11, 10)]  # 6, 3 and 1 months before
    assert stay.days("age_before", "cell1") == stay.days("age_before", "union1") == approach
    reads(desk("union1"), "^Còn 1 tháng")
    while tasks := world.tasks(case_id):
        world.step(case_id, tasks)

    stay.go(OF_AGE)
    opened_by_age(stay)
    reads(desk("cell1"), "^Việc mới: Chi bộ")
    assert stay.mailed("cell1")[-1] == OF_AGE
    do_step(world, desk, case_id, "cell_vote")
    for day, step in (
        (date(2025, 12, 18), "committee_resolution"),
        (date(2025, 12, 24), "board_appraisal"),
        (date(2026, 1, 8), "admission_decision"),
        (date(2026, 1, 12), "decision_received"),
    ):
        stay.go(day)
        stay.do(step)
    stay.go(date(2026, 1, 20))
    do_step(world, desk, case_id, "admission_ceremony")
    stay.go(date(2026, 3, 10))
    stay.do("new_member_class")
    stay.go(date(2026, 9, 10))
    stay.do("probation_report")

    # twelve months after the ceremony the recognition begins by itself
    ends = date(2027, 1, 20)
    stay.go(ends)
    assert stay.days("ends_before", "cell1") == [ends - timedelta(days=left) for left in (30, 7, 1)]
    assert world.elements(case_id) == ["self_review"]
    for day, steps in (
        (date(2027, 2, 1), ("self_review", "helper_remark", "probation_opinions")),
        (date(2027, 2, 15), ("cell_review",)),
        (date(2027, 2, 22), ("committee_review", "recognition_appraisal")),
    ):
        stay.go(day)
        stay.do(*steps)
    stay.go(date(2027, 3, 1))
    do_step(world, desk, case_id, "recognition_decision")
    assert world.case(case_id).closed_as == "official_member"
    desk("cell1").goto(f"/cases/{case_id}")
    expect(desk("cell1").locator("main")).to_contain_text("Đảng viên chính thức")

    trainer.goto(f"/sandbox/days/{OF_AGE}")
    expect(trainer.locator("main")).to_contain_text(f"hồ sơ số {case_id}")
    assert len(sink.taken) == len(world.rows(select(outbox.c.id).where(outbox.c.kind == channels.MAIL)))
    said = [part for message in sink.taken for part in (str(message["Subject"]), message.get_content())]
    assert not [one for one in said if "Muộn" in one or "2007" in one]


@pytest.mark.thorough
def test_the_pages_of_a_sandbox_are_free_of_barriers_and_fit_the_screen(stay: Stay, desk: Desk) -> None:
    stay.go(stay.world.today + timedelta(days=2))
    day = max(one for one, _kind, _name in stay.told("task"))
    for width in (1280, 390):
        page = desk("administrator1", width)
        for path in ("/sandbox", f"/sandbox/days/{day}", "/sandbox/days/2031-01-01", "/organisations"):
            assert look(page, path) == []
        assert look(desk("cell1", width), "/tasks") == []
