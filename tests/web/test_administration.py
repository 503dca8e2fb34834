"""Organisations, accounts, deputies and the log through a browser without scripts."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from engine.transactions import Store
from tests.web.conftest import HASH, Person, hidden
from tests.workflows.builders import BEGINNING, World, build
from workflows.access import acting_for
from workflows.organisations.queries import tree_of
from workflows.organisations.records import organisation_change
from workflows.people.records import position, user_account
from workflows.people.users import add_position, add_user

Ask = Callable[[str], Person]


@pytest.fixture
def world(store: Store) -> World:
    made = build(store)
    with store.transaction() as tx:
        roots = tree_of(tx).children_on(None, made.today)
        for name, place in (("admin", roots[0]), ("ward", made.commune), ("schooladmin", made.school)):
            made.users[name] = add_user(tx, name, f"Quản Trị {name}")
            add_position(tx, made.users[name], place, "administrator", since=BEGINNING)
        tx.execute(update(user_account).values(password=HASH))
    return made


def test_an_account_is_opened_from_an_organisation_and_its_slip_signs_in_once_shown(
    app: Flask, world: World, person: Ask
) -> None:
    admin = person("schooladmin")
    path = f"/organisations/{world.cell}/users/new"
    admin.get(path)
    key = hidden(admin.page, "request_key")
    sent = {
        "request_key": key,
        "name": "Lê Thị Hồng Gấm",
        "position": "committee_member",
        "since": "18/08/2025",
    }
    answer = admin.post(path, sent | {"username": "CELL1"})
    assert answer.status_code == 422
    assert "đã có người dùng" in admin.page
    assert 'value="Lê Thị Hồng Gấm"' in admin.page
    answer = admin.post(path, sent, follow=False)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    word = re.search(r"<dt>Mật khẩu</dt><dd[^>]*>([a-z0-9-]{19})<", admin.page)
    assert word is not None
    assert "gam.lth" in admin.page
    again = admin.post(path, sent, follow=False)  # the same form once more makes no second account
    assert again.status_code == 303
    admin.get(again.location)
    assert word[1] not in admin.page
    newcomer = Person(app).sign_in("gam.lth", word[1])
    assert "Mật khẩu mới" in newcomer.get("/account/password").get_data(as_text=True)


def test_an_account_with_a_seat_above_is_seen_and_given_seats_but_not_managed(
    world: World, person: Ask
) -> None:
    user = world.users["other2"]
    with world.store.transaction() as tx:
        add_position(tx, user, world.commune, "officer", since=BEGINNING)
    low = person("schooladmin")
    assert low.get(f"/users/{user}").status_code == 200
    assert "chỉ quản trị viên cấp trên" in low.page
    for path, sent in ((f"/users/{user}/slip", {"mark": "x"}), (f"/users/{user}/active", {"active": "no"})):
        assert low.post(path, sent).status_code == 404
    giving = {"_form": "giving", "position": "officer", "since": "18/08/2025"}
    assert low.post(f"/users/{user}/seats", giving | {"organisation": "chi bo 1"}).status_code == 200
    assert low.post(f"/users/{user}/seats", giving | {"organisation": "dang uy phuong"}).status_code == 422
    with world.store.transaction(writing=False) as tx:
        held = {seat.organisation_id for seat in acting_for(tx, user, world.today)}
        above = tx.execute(
            select(position.c.id).where(
                position.c.user_id == user, position.c.organisation_id == world.commune
            )
        ).scalar_one()
    assert held == {world.other_cell, world.commune, world.cell}
    ending = {"_form": "ending", "seat": above, "until": "19/08/2025"}
    assert low.post(f"/users/{user}/seats/end", ending).status_code == 404
    assert low.get(f"/users/{world.users['commune1']}").status_code == 404
    assert "commune1" not in low.get("/users?q=commune").get_data(as_text=True).split("</form>")[-1]


def test_a_word_that_fits_several_asks_which(world: World, person: Ask) -> None:
    admin, user = person("admin"), world.users["cell2"]
    giving = {"_form": "giving", "organisation": "chi bo", "position": "officer", "since": "18/08/2025"}
    answer = admin.post(f"/users/{user}/seats", giving)
    assert answer.status_code == 422
    assert "Có 2 mục khớp" in admin.page
    assert f'<option value="{world.other_cell}"' in admin.page
    answer = admin.post(f"/users/{user}/seats", giving | {"organisation_chosen": str(world.other_cell)})
    assert answer.status_code == 200
    with world.store.transaction(writing=False) as tx:
        assert world.other_cell in {one.organisation_id for one in acting_for(tx, user, world.today)}


def test_a_change_of_the_tree_is_shown_first_keeps_nothing_and_is_done_by_the_second_step(
    world: World, person: Ask
) -> None:
    admin = person("admin")
    path = f"/organisations/{world.cell}/move"
    admin.get(path)
    sent = {
        "version": hidden(admin.page, "version"),
        "parent": "dang uy phuong thu nghiem",
        "on": "01/09/2025",
    }
    changes = select(func.count()).select_from(organisation_change)
    before = world.rows(changes)[0][0]
    admin.post(path, sent | {"_step": "look"})
    assert "Chưa ghi gì" in admin.page
    assert world.rows(changes)[0][0] == before
    admin.post(path, sent | {"_step": "edit"})
    assert 'value="dang uy phuong thu nghiem"' in admin.page
    answer = admin.post(path, sent | {"_step": "do"}, follow=False)
    assert answer.status_code == 303
    assert world.rows(changes)[0][0] == before + 1
    assert admin.post(path, sent | {"_step": "do"}).status_code == 409  # sent twice
    assert admin.get("/administration/log?organisation=chi+bo").status_code == 200
    assert "về trực thuộc Đảng ủy phường Thử Nghiệm" in admin.page
    low = person("schooladmin")
    low.get(f"/organisations/{world.other_cell}/move")
    assert low.post(f"/organisations/{world.other_cell}/move", sent | {"_step": "do"}).status_code == 422


def test_ending_with_members_says_the_way_out_and_offers_no_button(world: World, person: Ask) -> None:
    admin = person("admin")
    path = f"/organisations/{world.cell}/end"
    admin.get(path)
    admin.post(path, {"version": hidden(admin.page, "version"), "on": "01/09/2025", "_step": "look"})
    assert "hãy chuyển đảng viên đến chi bộ khác trước" in admin.page
    assert 'value="do"' not in admin.page


def test_an_organisation_shows_its_people_its_roll_of_any_day_and_nothing_to_a_sibling(
    world: World, person: Ask
) -> None:
    own, sibling = person("cell1"), person("other1")
    page = f"/organisations/{world.cell}"
    assert own.get(page).status_code == 200
    assert "cell 1" in own.page
    roll = own.get(f"{page}/members?day=01/06/2020").get_data(as_text=True)
    assert "9 người" in roll
    assert "Sinh hoạt tạm thời nơi khác" not in roll
    assert "Sinh hoạt tạm thời nơi khác" in own.get(f"{page}/members").get_data(as_text=True)
    assert [sibling.get(path).status_code for path in (page, f"{page}/members")] == [404, 404]
    assert own.get(f"{page}?day=31/31/2025").status_code == 200
    assert person("school1").get(page).status_code == 200
    admin = person("admin")
    assert admin.get(page).status_code == 200
    assert admin.get(f"{page}/members").status_code == 404


def test_the_roll_is_changed_by_who_signs_there_and_moved_only_within_reach(
    world: World, person: Ask
) -> None:
    own, above = person("cell1"), person("school1")
    path = f"/organisations/{world.cell}/members/{world.members[0]}"
    moving = {"status": "official", "since": "18/08/2025", "cell": "chi bo 2"}
    own.get(path)
    assert own.post(path, moving).status_code == 422
    above.get(path)
    assert above.post(path, moving).status_code == 200
    assert own.get(path).status_code == 404  # no longer on this roll
    new = f"/organisations/{world.cell}/members/new"
    answer = own.post(new, {"name": "Hà Văn Mới", "status": "probationary", "since": "01/08/2025"})
    assert answer.status_code == 200
    assert "Hà Văn Mới" in own.page


def test_a_holder_names_an_own_deputy_and_ends_it_and_nobody_elses(world: World, person: Ask) -> None:
    own = person("cell1")
    with world.store.transaction(writing=False) as tx:
        seats = {
            name: tx.execute(
                select(position.c.id).where(position.c.user_id == world.users[name])
            ).scalar_one()
            for name in ("cell1", "other1")
        }
    sent: dict[str, Any] = {
        "deputy": str(world.users["cell2"]), "since": "18/08/2025", "last": "25/08/2025", "reason": "đi học",
    }  # fmt: skip
    own.get("/deputies")
    assert own.post("/deputies", sent | {"seat": str(seats["other1"])}).status_code == 422
    assert own.post("/deputies", sent | {"seat": str(seats["cell1"]), "last": "1/1/2020"}).status_code == 422
    assert 'value="đi học"' in own.page
    assert own.post("/deputies", sent | {"seat": str(seats["cell1"])}).status_code == 200
    assert own.post("/deputies", sent | {"seat": str(seats["cell1"])}).status_code == 422
    number = hidden(person("cell1").get("/deputies").get_data(as_text=True), "ending")
    other = person("other1")
    other.get("/deputies")
    assert other.post("/deputies/end", {"ending": number}).status_code == 422
    assert own.post("/deputies/end", {"ending": number}).status_code == 200
    assert "Hiện không ai thay đồng chí." in own.page
    log = person("ward").get("/administration/log").get_data(as_text=True)
    assert "Đồng chí cell 2 thay đồng chí cell 1 (Bí thư) từ 18/08/2025 đến hết 25/08/2025." in log
    assert "đi học" in log


def test_a_school_is_added_and_its_links_edited_within_reach(world: World, person: Ask) -> None:
    ward = person("ward")
    ward.get("/institutions/new")
    sent = {"name": "Trường THPT Mới", "kind": "high_school", "party_organisation": "chi bo 2"}
    assert ward.post("/institutions/new", sent).status_code == 200
    assert "Trường THPT Mới" in ward.page
    assert ward.post("/institutions/new", sent).status_code == 422
    path = f"/institutions/{world.institution}"
    assert ward.get(path).status_code == 200
    assert (
        ward.post(path, sent | {"name": "Trường THPT Thử", "union_organisation": "chi bo 1"}).status_code
        == 422
    )
    assert ward.post(path, sent | {"name": "Trường THPT Thử", "cell": "chi bo 2"}).status_code == 200
    assert "Trường THPT Thử" in ward.page


def test_odd_addresses_and_odd_words_break_nothing(world: World, person: Ask) -> None:
    admin = person("admin")
    odd = ("%00", "%25_%5C", "x" * 300, "'%22;--", "%F0%9F%98%80", "9" * 30)
    pages = (
        "/organisations?q={0}&kind={0}&day={0}&page={0}",
        f"/organisations/{world.cell}?day={{0}}&page={{0}}",
        "/users?q={0}&position={0}&state={0}&organisation={0}&after={0}",
        "/institutions?q={0}&kind={0}&page={0}",
        "/administration/log?person={0}&organisation={0}&since={0}&until={0}&after={0}",
    )
    answers = {page.format(word): admin.get(page.format(word)).status_code for page in pages for word in odd}
    assert set(answers.values()) <= {200, 400}, answers
    sent = {"_form": "standing", "seat": "1", "deputy": "không có", "since": "1/1/9999", "last": "31/12/9999"}
    assert admin.post(f"/users/{world.users['cell1']}/deputies", sent | {"reason": "x"}).status_code == 422
