"""A plan through a browser without scripts: written, tried, approved by another, carried out, reported."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from engine.transactions import Store
from tests.web.conftest import HASH, Person, hidden
from tests.workflows.builders import BEGINNING, World, build
from workflows.organisations.queries import tree_of
from workflows.people.records import user_account
from workflows.people.users import add_position, add_user
from workflows.reorganisation.records import reorganisation, reorganisation_change

Ask = Callable[[str], Person]


@pytest.fixture
def world(store: Store) -> World:
    made = build(store)
    with store.transaction() as tx:
        (root,) = tree_of(tx).children_on(None, made.today)
        for name, place in (("admin1", root), ("admin2", root), ("ward", made.commune)):
            made.users[name] = add_user(tx, name, f"Quản Trị {name}")
            add_position(tx, made.users[name], place, "administrator", since=BEGINNING)
        tx.execute(update(user_account).values(password=HASH))
    return made


def head(world: World, **more: Any) -> dict[str, Any]:
    with world.store.transaction(writing=False) as tx:
        (root,) = tree_of(tx).children_on(None, world.today)
    day = f"{world.today:%d/%m/%Y}"
    given = {"head": root, "title": "Sắp xếp chi bộ trường", "number": "12-QĐ/TU", "issuer": "Tỉnh ủy"}
    return given | {"paper_on": day, "on_day": day} | more


def plan_of(admin: Person, world: World, **more: Any) -> str:
    answer = admin.post("/reorganisations/new", head(world, **more), follow=False)
    assert answer.status_code == 303
    return str(answer.location)


MERGE = {"organisations": "chi bo 1", "into": "chi bo 2", "seats": "follow", "registers": "new"}


def test_a_plan_is_written_tried_approved_by_another_carried_out_and_reported(
    world: World, person: Ask
) -> None:
    case_id = world.nominate()
    world.until(case_id, "cell_vote")
    first = person("admin1")
    plan = plan_of(first, world)
    assert first.post(f"{plan}/add/merge", MERGE).status_code == 200
    first.get(f"{plan}/preview")
    assert "Đã thử cả phương án: làm được." in first.page
    assert f"{case_id}" in first.page
    assert "Nguyễn Văn Thử" not in first.page  # an administrator sees numbers of cases, nothing else
    first.post(f"{plan}/submit", {"revision": hidden(first.page, "revision")})
    assert "1 người duyệt được" in first.page
    first.get("/reorganisations?state=submitted")
    assert "Sắp xếp chi bộ trường" in first.page
    first.get("/reorganisations?state=done")
    assert "Không có phương án nào ở trạng thái này" in first.page
    assert first.post(f"{plan}/approve", {"revision": 1}).status_code == 409
    second = person("admin2")
    second.get(plan)
    second.post(f"{plan}/approve", {"revision": hidden(second.page, "revision")})
    assert second.post(f"{plan}/carry", {}).status_code == 200
    assert "Đã xong" in second.page
    second.get(f"{plan}/report")
    assert "Chi bộ 1 nhập vào Chi bộ 2" in second.page
    assert "1 hồ sơ" in second.page
    assert world.case(case_id).custodian_id == world.other_cell


def test_what_the_tree_would_refuse_is_said_at_its_change_and_cannot_be_handed_in(
    world: World, person: Ask
) -> None:
    admin = person("admin1")
    plan = plan_of(admin, world)
    admin.post(f"{plan}/add/end", {"organisation": "chi bo 1"})
    admin.get(f"{plan}/preview")
    assert "Chưa làm được." in admin.page
    assert "đảng viên trong danh sách" in admin.page
    assert "Trình duyệt" not in admin.page


WRONG = [
    ("merge", {"organisations": "khong co", "into": "chi bo 2"}, "không thấy trong phạm vi"),
    ("merge", {"organisations": "chi bo", "into": "chi bo 2"}, "tổ chức khớp, hãy ghi mã"),
    ("merge", {"organisations": "chi bo 2", "into": "chi bo 2"}, "khác với tổ chức tiếp nhận"),
    ("split", {"organisation": "chi bo 1", "into": "chi bo 2"}, "Hãy nêu các tổ chức tiếp nhận"),
    ("found", {"name": "Chi bộ 9", "kind": "party_cell", "decided_by": "none", "regime": "of_the_day"},
     "Hãy chọn cấp trên"),
]  # fmt: skip


@pytest.mark.parametrize(("verb", "answers", "said"), WRONG)
def test_what_was_typed_wrongly_comes_back_with_what_is_wrong(
    world: World, person: Ask, verb: str, answers: dict[str, str], said: str
) -> None:
    admin = person("admin1")
    plan = plan_of(admin, world)
    given = {"seats": "follow", "registers": "new"} if verb in ("merge", "split") else {}
    assert admin.post(f"{plan}/add/{verb}", given | answers).status_code == 422
    assert said in admin.page
    assert world.rows(select(reorganisation_change.c.id)) == []


def test_a_cell_is_split_by_lists_into_organisations_that_the_plan_founds(world: World, person: Ask) -> None:
    case_id = world.nominate()
    admin = person("admin1")
    plan = plan_of(admin, world)
    common = {"kind": "party_cell", "decided_by": "none", "regime": "of_the_day"}
    for name in ("Chi bộ Tự nhiên", "Chi bộ Xã hội"):
        admin.post(f"{plan}/add/found", common | {"name": name, "parent": "dang uy truong"})
    sent = {
        "organisation": "Chi bộ 1",
        "into": "chi bo tu nhien\nchi bo xa hoi",
        **dict(list(MERGE.items())[2:]),
    }
    answer = admin.post(f"{plan}/add/split", sent, follow=False)
    lists = str(answer.location).removesuffix("below")
    admin.get(f"{lists}case")
    assert f"Hồ sơ số {case_id}" in admin.page
    to = world.rows(select(reorganisation_change.c.id).order_by(reorganisation_change.c.rank))[1].id
    admin.post(f"{lists}case", {"thing": case_id, "to": -to})
    admin.get(f"{lists}member")
    admin.post(f"{lists}member", {"thing": [*world.members[:3], "không số", "²", "9" * 30], "to": -to})
    assert "Chi bộ Xã hội" in admin.page
    admin.get(f"{plan}/preview")
    assert "Đã thử cả phương án: làm được." in admin.page
    assert "1 hồ sơ: Chi bộ 1 → Chi bộ Xã hội" in admin.page


def test_a_plan_is_nobody_elses_and_one_of_a_ward_is_approved_from_above(world: World, person: Ask) -> None:
    ward, admin = person("ward"), person("admin1")
    plan = plan_of(admin, world)
    assert ward.get(plan).status_code == 404
    assert person("cell1").get("/reorganisations").status_code == 404
    own = plan_of(ward, world, head=world.commune)
    ward.post(f"{own}/add/rename", {"organisation": "chi bo 2", "name": "Chi bộ Hai"})
    ward.get(f"{own}/preview")
    ward.post(f"{own}/submit", {"revision": hidden(ward.page, "revision")})
    admin.get(own)
    admin.post(f"{own}/return", {"reason": "Thiếu mã"})
    ward.get(own)
    assert "Thiếu mã" in ward.page
    ward.post(f"{own}/submit", {"revision": hidden(ward.page, "revision")})
    admin.get(own)
    admin.post(f"{own}/approve", {"revision": hidden(admin.page, "revision")})
    assert "Quản trị viên cấp trên duyệt" in admin.page


def test_a_plan_for_a_day_to_come_waits_and_can_be_taken_back(world: World, person: Ask) -> None:
    admin, second = person("admin1"), person("admin2")
    ahead = f"{world.today + timedelta(days=9):%d/%m/%Y}"
    plan = plan_of(admin, world, on_day=ahead)
    admin.post(f"{plan}/add/rename", {"organisation": "chi bo 2", "name": "Chi bộ Hai"})
    admin.get(f"{plan}/preview")
    admin.post(f"{plan}/submit", {"revision": hidden(admin.page, "revision")})
    second.get(plan)
    second.post(f"{plan}/approve", {"revision": hidden(second.page, "revision")})
    assert f"tự thực hiện vào ngày {ahead}" in second.page
    second.post(f"{plan}/carry", {})
    assert world.rows(select(reorganisation.c.state))[0].state == "approved"
    second.post(f"{plan}/return", {"reason": "Đổi ngày"})
    assert world.rows(select(reorganisation.c.state, reorganisation.c.approved_by)) == [("draft", None)]
