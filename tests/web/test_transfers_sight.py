"""What a side of a handover still sees when its part is over: its own papers, not the person's later way."""

from datetime import timedelta
from typing import Any

from engine.documents import add_document
from tests.web.conftest import Person
from tests.web.test_transfers import Hand, hand, towns, world  # noqa: F401  (fixtures)
from tests.workflows.builders import noon
from workflows.transfers import custody
from workflows.transfers.following import CASE_CLOSED, say_helper

SECOND = "Chi bộ thôn Hạ"


def page_of(user: Person, path: str) -> str:
    assert user.get(path).status_code == 200, path
    return user.page.split("<main")[1]


def taken_over(sides: Hand) -> str:
    page = sides.offered("Đảng ủy Trường Đại học Thử")
    sides.do("campus1", page, "accept")
    sides.do("campus1", page, "arrive", number="4-CV/ĐU")
    return page


def test_who_handed_a_person_on_no_longer_opens_what_is_sealed(hand: Hand) -> None:  # noqa: F811
    page = hand.offered("Đảng ủy Trường Đại học Thử")
    writer = hand.person("school1")
    assert writer.get(f"{page}/letter").status_code == 200 and "Mở thì ghi lại ai mở" in writer.page
    hand.do("campus1", page, "accept")
    assert writer.get(f"{page}/letter").status_code == 200 and "Mở thì ghi lại ai mở" not in writer.page
    assert writer.post(f"{page}/letter", {}).status_code == 404


def test_papers_of_the_new_place_stand_on_no_letter_of_the_old_one(hand: Hand) -> None:  # noqa: F811
    page, town = taken_over(hand), hand.town
    town.pass_days(3)
    given: dict[str, Any] = {"subject_id": town.students[0], "organisation_id": town.faculty}
    given |= {"original": True, "place": None, "by": None, "now": noon(town.today), "case_id": town.case_id}
    with town.store.transaction() as tx:
        add_document(tx, type="personal_history", number="99-LL", on=town.today, title="Lý lịch", **given)
    letter = page_of(hand.person("school1"), f"{page}/letter")
    assert "99-LL" not in letter and "Lý lịch" in letter


def test_where_a_person_went_later_is_not_told_to_who_handed_the_person_on_before(
    hand: Hand,  # noqa: F811
) -> None:
    page, town = taken_over(hand), hand.town
    with town.store.transaction() as tx:
        say_helper(tx, town.case_id, CASE_CLOSED, on=town.today, by=None, now=town.now())
    town.today += timedelta(days=30)
    hand.day = f"{town.today:%d/%m/%Y}"
    with town.store.transaction() as tx:
        moved = {"on": town.today, "by": None, "now": town.now()}
        custody.hand(tx, town.students[0], town.street, (town.case_id,), **moved)  # type: ignore[arg-type]
    told = page_of(hand.person("cell1"), page)
    assert "Chi bộ Khoa Thử" in told and SECOND not in told
    assert "Người chịu trách nhiệm khi kết thúc:" in told and "đến nay" not in told


def test_a_letter_taken_back_is_forgotten_where_it_went_once_another_is_written(
    hand: Hand,  # noqa: F811
) -> None:
    page = hand.offered("Đảng ủy Trường Đại học Thử")
    hand.do("cell1", page, "recall", reason="Gửi nhầm nơi")
    mistaken = hand.person("campus1")
    assert hand.do("campus1", page, "accept").status_code == 409, "told clearly while it is the newest"
    assert page in page_of(mistaken, "/transfers?side=in")
    hand.begin("Đảng ủy xã Quê")
    hand.do("school1", page, "offer", number="13-CV/ĐU")
    assert mistaken.get(page).status_code == 404
    assert page not in page_of(mistaken, "/transfers?side=in")
    assert hand.person("home1").get(page).status_code == 200


def test_account_and_consents_of_a_person_go_to_who_took_the_person_over(hand: Hand) -> None:  # noqa: F811
    """Else a clerk of the old school could make a new slip, and read the file that is kept elsewhere."""
    town, student = hand.town, hand.town.students[0]
    affairs = [f"/students/{student}/{one}" for one in ("account", "consents")]
    sender, receiver = hand.person("cell1"), hand.person("campus1")
    assert [sender.get(one).status_code for one in affairs] == [200, 200]
    page = hand.offered("Chi bộ thôn Thượng")
    desk = hand.person("home1")
    assert [desk.get(one).status_code for one in affairs] == [404, 404], "not before the answer"
    hand.do("home1", page, "accept", number="3-CV/CB")
    assert [sender.get(one).status_code for one in affairs] == [404, 404]
    assert [receiver.get(one).status_code for one in affairs] == [404, 404]
    case = page_of(desk, f"/cases/{town.case_id}")
    assert all(f'href="{one}"' in case for one in affairs), "the desk that stands in for the new cell"
    assert f'href="/cases/{town.case_id}"' in page_of(desk, affairs[0])
    assert (
        sender.post(f"/students/{student}/reveal", {"wanted": "address", "purpose": "letter"}).status_code
        == 404
    )
    roll = page_of(sender, f"/students/{student}")
    assert not any(f'href="{one}"' in roll for one in affairs) and "/reveal" not in roll
