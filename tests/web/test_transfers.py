"""Handing a person on through the pages: both sides, what is refused, the papers, a receiver without one.

A receiver without an account: the desk above it types the answer of the paper. Everything on the embedded
database but the walk of both sides; the verbs themselves are tried on both (tests/workflows/transfers).
"""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from engine.records import read_log
from engine.secrets import write_personal
from engine.transactions import Store
from tests.conftest import KEYS
from tests.web.conftest import HASH, Person, make_app
from tests.workflows.builders import BEGINNING, build
from tests.workflows.transfers.town import Town, Towns, extend
from web.codes import code
from workflows.admission.records import act
from workflows.organisations.changes import succeed
from workflows.organisations.queries import tree_of
from workflows.organisations.records import commune, organisation
from workflows.people.identity import KIND
from workflows.people.members import add_member
from workflows.people.records import student, user_account
from workflows.people.users import add_position, add_user
from workflows.reminders.distributing import distribute
from workflows.transfers import custody
from workflows.transfers.records import handover_offer

Ask = Callable[[str], Person]


@pytest.fixture(scope="session")
def towns(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Towns:
    return Towns(sqlite_template, KEYS, tmp_path_factory.mktemp("towns"))


@pytest.fixture
def world(towns: Towns, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Town]:
    """The town where the person is helped, or at the stop that the test names."""
    town = towns.at(getattr(request, "param", "helped"), tmp_path)
    _open_accounts(town)
    yield town
    towns.close()


def _open_accounts(town: Town) -> None:
    with town.store.transaction() as tx:
        for name, place, word in (
            ("home2", town.home, "deputy_secretary"),
            ("admin", town.province, "administrator"),
        ):
            town.users[name] = add_user(tx, name, name)
            add_position(tx, town.users[name], place, word, since=BEGINNING)
        tx.execute(update(user_account).values(password=HASH))


def at(stop: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("world", [stop], indirect=True)


class Hand:
    """What people send on the pages of one handover."""

    def __init__(self, town: Town, person: Ask) -> None:
        self.town, self.person, self.keys = town, person, 0
        self.day = f"{town.today:%d/%m/%Y}"

    def begin(self, receiver: str | None, who: str = "cell1", **more: Any) -> str:
        """Prepared; gives the address of its page."""
        clerk = self.person(who)
        answer = clerk.post(
            f"/students/{self.town.students[0]}/transfer", self.prepared(receiver, **more), follow=False
        )
        assert answer.status_code == 303, clerk.page
        return str(answer.location)

    def prepared(self, receiver: str | None, **more: Any) -> dict[str, Any]:
        given = {
            "moved_because": "graduated",
            "moved_on": self.day,
            "on": self.day,
            "request_key": self.key(),
        }
        return given | ({"receiver": receiver} if receiver else {}) | more

    def key(self) -> str:
        self.keys += 1
        return f"key-{self.keys}"

    def offered(self, receiver: str | None, writer: str = "school1", **more: Any) -> str:
        page = self.begin(receiver, **more)
        assert self.do(writer, page, "offer", number="12-CV/ĐU").status_code == 200
        return page

    def do(self, who: str, page: str, deed: str, **more: Any) -> Any:
        clerk = self.person(who)
        self.last = clerk
        return clerk.post(f"{page}/{deed}", {"on": self.day, "request_key": self.key(), **more})

    def holder(self) -> int | None:
        with self.town.store.transaction(writing=False) as tx:
            found: int | None = custody.last_step(tx, self.town.students[0]).organisation_id
        return found


@pytest.fixture
def hand(world: Town, person: Ask) -> Hand:
    """People stay signed in between what they do."""
    known: dict[str, Person] = {}
    return Hand(world, lambda name: known.setdefault(name, person(name)))


def answers(town: Town) -> list[str | None]:
    return [row.answer for row in town.rows(select(handover_offer).order_by(handover_offer.c.id))]


# --- both sides


@pytest.fixture
def everywhere(store: Store) -> Town:
    """The town on each kind of database, at the helper's work."""
    world = build(store)
    with store.transaction() as tx:
        made = Town(**vars(world), province=tree_of(tx).ancestors_on(world.commune, BEGINNING)[-1])
        extend(tx, made)
    made.case_id = made.nominate()
    made.until(made.case_id, "application")
    _open_accounts(made)
    return made


def test_a_person_goes_from_one_side_to_the_other_and_both_keep_sight_of_it(everywhere: Town) -> None:
    app, known = make_app(everywhere), dict[str, Person]()
    hand = Hand(everywhere, lambda name: known.setdefault(name, Person(app).sign_in(name)))
    town = hand.town
    page = hand.offered("dang uy truong dai hoc thu")  # written without marks
    receiver = hand.person("campus1")
    receiver.get("/transfers?side=in")
    assert "Nguyễn Văn Thử" in receiver.page
    receiver.get(f"{page}/accept")
    for told in (
        "Giấy chứng nhận lớp nhận thức về Đảng",
        "Dùng tiếp",
        "Làm lại ở nơi mới",
        "không rút lại được",
    ):
        assert told in receiver.page
    assert hand.holder() == town.cell
    hand.do("campus1", page, "accept")
    assert hand.holder() == town.faculty
    assert "Từ lúc này nơi nhận chịu trách nhiệm" in receiver.page
    hand.do("campus1", page, "arrive", number="4-CV/ĐU")
    assert "Phân công người giúp đỡ" in receiver.page
    sender = hand.person("cell1")
    sender.get(page)
    for told in ("Chi bộ Khoa Thử", "Đã đến, chờ phân công người giúp đỡ", "Tiếp nhận người chuyển đến"):
        assert told in sender.page
    assert f'href="/cases/{town.case_id}"' not in sender.page, "the file is the receiver's now"
    assert sender.get(f"/cases/{town.case_id}").status_code == 404
    distribute(town.store, town.now())
    sender.get("/notices?state=all")
    number = re.search(r"/notices/(\d+)/open(?:(?!/open).)*Chi bộ Khoa Thử đã tiếp nhận", sender.page, re.S)
    assert number is not None
    answer = sender.post(f"/notices/{number[1]}/open", {}, follow=False)
    assert answer.location == page


def test_lists_hold_what_one_hands_on_or_was_asked_to_take_with_filters_and_a_sheet(hand: Hand) -> None:
    page = hand.offered("Đảng ủy xã Quê")
    sender, other = hand.person("cell1"), hand.person("campus1")
    sender.get("/transfers")
    assert 'Chuyển đi <span class="num">(1)' in sender.page
    assert f'href="{page}"' in sender.page
    sender.get("/transfers?late=1")
    assert "không khớp" in sender.page.lower() or "khớp với bộ lọc" in sender.page
    sender.get("/transfers?q=nguyen+van+thu&state=answer_handover")
    assert f'href="{page}"' in sender.page
    sheet = sender.get("/transfers/export.xlsx?state=closed")
    assert sheet.mimetype.endswith("sheet") and sheet.get_data()[:2] == b"PK"
    other.get("/transfers?side=in")
    assert "Nguyễn Văn Thử" not in other.page, "need to know"
    assert other.get(page).status_code == 404


def test_the_case_and_the_student_lead_to_the_handover_and_back_again(hand: Hand) -> None:
    clerk, town = hand.person("cell1"), hand.town
    begin = f'href="/students/{town.students[0]}/transfer"'
    clerk.get(f"/cases/{town.case_id}")
    assert begin in clerk.page
    clerk.get(f"/students/{town.students[0]}")
    assert begin in clerk.page
    page = hand.offered("Đảng ủy xã Quê")
    clerk.get(f"/students/{town.students[0]}/transfer")
    assert "mỗi người một lần chuyển giao một lúc" in clerk.page
    assert clerk.get(page).status_code == 200


def test_the_commune_where_somebody_lives_is_proposed_through_the_tree(hand: Hand) -> None:
    town = hand.town
    with town.store.transaction() as tx:
        tx.insert(commune, {"code": "09999", "name": "Xã Quê", "kind": "commune", "province_code": "24"})
        tx.execute(update(organisation).where(organisation.c.id == town.village).values(commune_code="09999"))
        tx.execute(update(student).where(student.c.id == town.students[0]).values(commune_code="09999"))
    clerk = hand.person("cell1")
    clerk.get(f"/students/{town.students[0]}/transfer")
    assert f'<option value="{town.home}" selected>Đảng ủy xã Quê' in clerk.page
    assert f'<option value="{town.village}">Chi bộ thôn Thượng' in clerk.page
    page = hand.begin(None, proposed=town.village)
    clerk.get(page)
    assert "Chi bộ thôn Thượng" in clerk.page
    both = clerk.post(
        f"/students/{town.students[0]}/transfer", hand.prepared("Đảng ủy xã Quê", proposed=town.home)
    )
    assert both.status_code == 422


# --- clear answers


def test_the_wrong_organisation_sends_it_on_to_the_right_one(hand: Hand) -> None:
    page = hand.offered("Đảng ủy xã Quê")
    assert hand.do("home1", page, "forward", receiver="khong co noi nay").status_code == 422
    assert "Không có tổ chức đảng nào như vậy" in hand.last.page
    assert hand.do("home1", page, "forward", receiver="chi bo thon").status_code == 422
    assert "Có 2 mục khớp" in hand.last.page and "Chi bộ thôn Hạ" in hand.last.page
    assert hand.do("home1", page, "forward", receiver="truong dai hoc").status_code == 200
    assert "Nơi gửi vẫn chịu trách nhiệm" in hand.last.page
    hand.do("campus1", page, "accept")
    assert (answers(hand.town), hand.holder()) == (["forwarded", "accepted"], hand.town.faculty)


def test_a_second_acceptance_is_told_of_the_first_and_changes_nothing(hand: Hand) -> None:
    page = hand.offered("Đảng ủy xã Quê")
    hand.person("home2").get(f"{page}/accept")  # both have the form open
    assert hand.do("home1", page, "accept", cell_id=hand.town.village).status_code == 200
    assert hand.do("home2", page, "accept", cell_id=hand.town.street).status_code == 409
    assert "Đã tiếp nhận ngày" in hand.last.page
    assert hand.holder() == hand.town.village
    assert answers(hand.town) == ["accepted"]


def test_who_accepts_during_a_recall_or_recalls_what_was_accepted_is_told_so(hand: Hand) -> None:
    page = hand.offered("Đảng ủy Trường Đại học Thử")
    assert hand.do("cell1", page, "recall").status_code == 422, "a recall needs its reason"
    assert hand.do("cell1", page, "recall", reason="Gửi nhầm nơi").status_code == 200
    assert hand.do("campus1", page, "accept").status_code == 409
    assert "Nơi gửi thu hồi ngày" in hand.last.page
    assert hand.holder() == hand.town.cell
    hand.begin("Đảng ủy Trường Đại học Thử")
    hand.do("school1", page, "offer", number="13-CV/ĐU")
    hand.do("campus1", page, "accept")
    assert hand.do("cell1", page, "recall", reason="Muộn mất rồi").status_code == 409
    assert "Đã tiếp nhận ngày" in hand.last.page


def test_a_return_needs_its_reason_which_the_sender_can_open(hand: Hand) -> None:
    page = hand.offered("Đảng ủy Trường Đại học Thử")
    assert hand.do("campus1", page, "return").status_code == 422
    assert "Cần ghi mục này" in hand.last.page
    assert answers(hand.town) == [None]
    assert hand.do("campus1", page, "return", reason="Không học ở đây").status_code == 200
    sender = hand.person("cell1")
    sender.get(page)
    assert "Không học ở đây" not in sender.page and "được mã hóa" in sender.page
    assert "Chuẩn bị lại" in sender.page


def test_a_letter_to_a_place_that_ended_yesterday_goes_to_its_successor(hand: Hand) -> None:
    town = hand.town
    page = hand.begin("Chi bộ thôn Thượng")
    with town.store.transaction() as tx:
        given = {"on": town.today, "by": None, "now": town.now()}
        succeed(tx, town.village, [town.street], **given)  # type: ignore[arg-type]
    town.today += timedelta(days=1)
    hand.day = f"{town.today:%d/%m/%Y}"
    writer = hand.person("school1")
    writer.get(f"{page}/offer")
    assert "giấy giới thiệu gửi đến Chi bộ thôn Hạ" in writer.page
    hand.do("school1", page, "offer", number="12-CV/ĐU")
    assert town.rows(select(handover_offer.c.receiver_id))[0].receiver_id == town.street
    hand.do("cell1", page, "recall", reason="Chọn lại")
    wrong = hand.person("cell1").post(
        f"/students/{town.students[0]}/transfer", hand.prepared("chi bo thon thuong")
    )
    assert wrong.status_code == 422
    assert "kế tục là Chi bộ thôn Hạ" in hand.person("cell1").page


def test_a_form_sent_twice_does_its_act_once(hand: Hand) -> None:
    town, clerk = hand.town, hand.person("cell1")
    given = hand.prepared("Đảng ủy Trường Đại học Thử")
    where = f"/students/{town.students[0]}/transfer"
    page, again = (str(clerk.post(where, given, follow=False).location) for _ in range(2))
    assert page == again
    for who, deed, more in (
        ("school1", "offer", {"number": "12-CV/ĐU"}),
        ("cell1", "recall", {"reason": "Gửi nhầm"}),
    ):
        same = {"request_key": hand.key(), **more}
        assert [hand.do(who, page, deed, **same).status_code for _ in range(2)] == [200, 200]
    hand.begin("Đảng ủy Trường Đại học Thử")
    for who, deed in (("school1", "offer"), ("campus1", "accept"), ("campus1", "arrive")):
        same = {"request_key": hand.key(), "number": "5-CV/ĐU"}
        assert [hand.do(who, page, deed, **same).status_code for _ in range(2)] == [200, 200]
    number = int(page.rpartition("/")[2])
    done = [
        row.element
        for row in town.rows(select(act.c.element).where(act.c.case_id == number).order_by(act.c.id))
    ]
    first = ["prepare_handover", "offer_handover"]
    assert done == [*first, "handover_recall", *first, "answer_handover", "confirm_arrival"]


def test_going_back_to_the_form_of_a_step_that_is_done_leads_to_where_it_stands(hand: Hand) -> None:
    page = hand.offered("Đảng ủy Trường Đại học Thử")
    writer = hand.person("school1")
    answer = writer.get(f"{page}/offer")
    assert answer.request.path == page
    assert "Bước này không còn mở. Hiện nay: Chờ nơi nhận trả lời" in writer.page
    assert hand.do("school1", page, "offer", number="99-CV/ĐU").status_code == 409
    assert len(answers(hand.town)) == 1


def test_what_one_cannot_do_is_listed_with_its_reason(hand: Hand) -> None:
    page = hand.offered("Đảng ủy xã Quê")
    sender = hand.person("cell1")
    sender.get(page)
    assert "Vì sao tôi không làm được việc khác?" in sender.page
    assert "Việc này do Đảng ủy xã Quê làm" in sender.page
    sender.get(f"{page}/accept")
    assert '<form class="sheet"' not in sender.page
    assert hand.do("cell1", page, "accept", cell_id=hand.town.village).status_code == 404
    assert hand.holder() == hand.town.cell


# --- a receiver without an account, and one outside of the system


def test_the_superiors_desk_types_the_answer_of_a_receiver_without_an_account(hand: Hand) -> None:
    page = hand.offered("Chi bộ thôn Thượng")
    desk = hand.person("home1")
    desk.get(page)
    assert "chưa có tài khoản; Đảng ủy xã Quê làm thay" in desk.page
    desk.get(f"{page}/accept")
    assert "việc này của Chi bộ thôn Thượng" in desk.page and "take_number" not in desk.page
    assert hand.do("home1", page, "accept").status_code == 422
    assert hand.do("home1", page, "accept", number="3-CV/CB").status_code == 200
    assert "làm thay" in desk.page and "3-CV/CB" in desk.page
    assert hand.holder() == hand.town.village


def test_a_place_outside_of_the_system_answers_on_paper(hand: Hand) -> None:
    page = hand.offered(None, addressee="Đảng ủy xã ở tỉnh khác")
    writer = hand.person("school1")
    writer.get(page)
    assert "ngoài hệ thống" in writer.page
    assert hand.do("school1", page, "let_go").status_code == 422
    assert hand.do("school1", page, "let_go", number="7-CV/ĐU").status_code == 200
    assert "Nơi ngoài hệ thống đã tiếp nhận" in writer.page
    assert hand.holder() is None


@at("official")
def test_a_member_goes_for_a_time_and_comes_back(hand: Hand) -> None:
    until = f"{hand.town.today + timedelta(days=200):%d/%m/%Y}"
    wrong = hand.person("cell1").post(
        f"/students/{hand.town.students[0]}/transfer", hand.prepared("truong dai hoc", term="temporary")
    )
    assert wrong.status_code == 422 and "Cần ghi ngày dự kiến trở về" in hand.person("cell1").page
    page = hand.offered("truong dai hoc", writer="province1", term="temporary", until_on=until)
    hand.do("campus1", page, "accept")
    hand.do("cell1", page, "arrive", number="8-CV/ĐU")
    assert hand.holder() == hand.town.cell, "the sender's roll keeps who comes back"
    assert hand.do("cell1", page, "come_back").status_code == 200
    assert "Đã chuyển giao xong" in hand.last.page


# --- papers


def test_a_letter_bears_what_is_known_dotted_lines_and_a_code_with_nothing_but_the_address(
    hand: Hand,
) -> None:
    town, page = hand.town, hand.begin("Đảng ủy xã Quê")
    writer = hand.person("school1")
    writer.get(f"{page}/letter")
    assert "Bản nháp" in writer.page
    hand.do("school1", page, "offer", number="12-CV/ĐU")
    writer.get(f"{page}/letter")
    assert "Bản nháp" not in writer.page
    for told in (
        "NGUYỄN VĂN THỬ",
        "12-GCN/ĐU",
        "Kính gửi: Đảng ủy xã Quê",
        "paper-blank",
        "Đơn xin vào Đảng",
    ):
        assert told in writer.page, told
    address = f"https://localhost{page}"
    assert str(code(address, "Mã mở trang của lần chuyển giao này")) in writer.page
    with town.store.transaction() as tx:
        write_personal(tx, KIND, town.students[0], {"identity_number": "024207001234"})
    writer.get(f"{page}/letter")
    assert "024207001234" not in writer.page
    writer.post(f"{page}/letter", {})
    assert "024207001234" in writer.page
    read = town.rows(select(read_log.c.purpose).where(read_log.c.by == town.users["school1"]))
    assert [row.purpose for row in read] == ["Soạn văn bản của hồ sơ"]
    receiver = hand.person("home1")
    assert receiver.get(f"{page}/letter").status_code == 200
    assert receiver.post(f"{page}/letter", {}).status_code == 404
    assert hand.person("campus1").get(f"{page}/letter").status_code == 404


LETTERS = [
    ("filed", "Người vào Đảng đang trong thời gian được tổ chức đảng giúp đỡ", "school1"),
    ("voted", "đề nghị kết nạp; hồ sơ chưa gửi lên", "school1"),
    ("submitted", "chưa có quyết định.", "commune1"),
    ("decided", "Đã có quyết định kết nạp đảng viên", "commune1"),
    ("probationary", "GIẤY GIỚI THIỆU SINH HOẠT ĐẢNG CHÍNH THỨC", "commune1"),
    ("official", "Bản tự kiểm điểm tại thời điểm chuyển sinh hoạt đảng", "province1"),
]


@pytest.mark.parametrize(("world", "told", "writer"), LETTERS, indirect=["world"])
def test_each_standing_has_its_own_letter(hand: Hand, told: str, writer: str) -> None:
    page = hand.offered("Đảng ủy xã Quê", writer=writer)
    clerk = hand.person(writer)
    clerk.get(f"{page}/letter")
    assert told in clerk.page
    member = "SINH HOẠT" in clerk.page
    assert ('class="box"' in clerk.page) == member


@at("official")
def test_a_members_paper_letter_has_its_boxes_and_the_place_of_arrival_sends_a_notice(hand: Hand) -> None:
    page = hand.offered("Chi bộ thôn Thượng", writer="province1")
    clerk = hand.person("province1")
    clerk.get(f"{page}/letter")
    chain = [part.partition("<")[0] for part in clerk.page.split("Nơi chuyển: ")[1:]]
    assert chain[0] == "Chi bộ 1"
    between = [part.partition("<")[0] for part in clerk.page.split("giới thiệu tiếp: ")[1:]]
    assert len(between) == 1 and between[0].startswith("Tỉnh ủy"), "right above the commune's organisation"
    assert clerk.page.count('class="box"') >= 4
    assert clerk.get(f"{page}/notice").request.path == page, "nobody has arrived yet"
    hand.do("home1", page, "accept", number="3-CV/CB")
    hand.do("home1", page, "arrive", number="4-PB/CB")
    desk = hand.person("home1")
    desk.get(f"{page}/notice")
    assert "PHIẾU BÁO" in desk.page and "4-PB/CB" in desk.page and "12-GGT/TU" in desk.page


@at("official")
def test_where_the_partys_portal_is_in_force_there_is_a_sheet_to_type_from_and_no_box(hand: Hand) -> None:
    town, admin = hand.town, hand.person("admin")
    given = {"variant": "formal", "since": hand.day, "paper": "21-HD/BTCTW"}
    assert admin.post(f"/organisations/{town.province}/portal", given).status_code == 200
    admin.get("/administration/log")
    assert "Ghi thủ tục làm trên Cổng dịch vụ của Đảng ở" in admin.page
    admin.get(f"/organisations/{town.cell}/portal")
    assert "21-HD/BTCTW" in admin.page, "what is declared above holds below"
    page = hand.begin("Chi bộ thôn Thượng")
    assert hand.do("province1", page, "offer", number="12-GGT/ĐU").status_code == 422
    assert "hãy ghi số thủ tục" in hand.last.page
    hand.do("province1", page, "offer", number="12-GGT/ĐU", portal_number="H05-12")
    hand.last.get(f"{page}/letter")
    assert "DỮ LIỆU LÀM THỦ TỤC" in hand.last.page and "H05-12" in hand.last.page
    assert 'class="box"' not in hand.last.page


# --- somebody from outside


def test_somebody_arrives_with_the_paper_of_a_place_outside_and_the_road_goes_on(hand: Hand) -> None:
    town, desk = hand.town, hand.person("home1")
    where = f"/organisations/{town.village}/arrival"
    left, sent, recognised = (f"{town.today - timedelta(days=ago):%d/%m/%Y}" for ago in (20, 10, 60))
    assert desk.get(where).status_code == 200
    given = {
        "full_name": "Trần Thị Đến", "birth_date": "10/05/2007", "school": "Trường THPT Nơi Khác",
        "school_kind": "high_school", "left_on": left, "sender": "Đảng ủy Trường THPT Nơi Khác",
        "variant": "a", "number": "9-GCN/ĐU", "on": sent,
        "done-0-element": "cell_recognition", "done-0-on": recognised, "done-0-number": "5-NQ/CB",
    }  # fmt: skip
    late = f"{town.today + timedelta(days=3):%d/%m/%Y}"
    assert desk.post(where, given | {"done-0-on": late}).status_code == 422
    assert desk.post(where, given).status_code == 200
    assert "Từ lúc này chi bộ chịu trách nhiệm" in desk.page and "Trần Thị Đến" in desk.page
    assert desk.post(where, given).status_code == 422
    assert "đã được tiếp nhận theo giấy giới thiệu này" in desk.page
    member = {name: value for name, value in given.items() if not name.startswith("done")}
    assert desk.post(where, member | {"full_name": "Lê Văn Đến", "variant": "formal"}).status_code == 200
    assert "Lê Văn Đến" in desk.page
    assert hand.person("campus1").get(where).status_code == 404


# --- a member who was written into the roll by hand


def test_of_a_member_written_by_hand_it_is_said_first_which_student_that_is(hand: Hand) -> None:
    town, clerk = hand.town, hand.person("cell1")
    (pupil,) = town.rows(select(student).where(student.c.id == town.students[1]))
    with town.store.transaction() as tx:
        name = " ".join(one for one in (pupil.family_name, pupil.middle_name, pupil.given_name) if one)
        member = add_member(tx, name, cell_id=town.cell, status="official", since=BEGINNING)
    where = f"/organisations/{town.cell}/members/{member}/person"
    clerk.get(f"/organisations/{town.cell}/members")
    assert where in clerk.page
    clerk.get(where)
    assert f"sinh {pupil.birth_date:%d/%m/%Y}" in clerk.page
    answer = clerk.post(where, {"_form": "chosen", "student_id": str(pupil.id)}, follow=False)
    assert answer.location == f"/students/{pupil.id}/transfer"
    clerk.get(answer.location)
    assert "Đảng viên chính thức" in clerk.page and "Thời hạn" in clerk.page
    assert clerk.get(where, follow=False).location == f"/students/{pupil.id}/transfer", "said once"
