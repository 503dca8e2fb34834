"""An auditor reads what the mandate names, for its days; an emergency opens one case and tells everybody."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from engine.records import journal, outbox, read_log
from tests.web.conftest import HASH, Person
from tests.workflows.builders import BEGINNING, World
from workflows.access.records import glass, mandate
from workflows.people.users import add_position, add_user


@pytest.fixture
def case_id(world: World) -> int:
    number = world.nominate()
    world.do(number, "record_consent", "agreed")
    with world.store.transaction() as tx:
        for name, place, word in (
            ("auditor", world.commune, "auditor"),
            ("idle", world.commune, "auditor"),
        ):
            world.users[name] = add_user(tx, name, f"Kiểm tra {name}", password=HASH)
            add_position(tx, world.users[name], place, word, since=BEGINNING)
    return number


def give(world: World, person: Person, **changed: str) -> int:
    person.get("/mandates/new")
    days = world.today, world.today + timedelta(days=5)
    typed = {
        "giver": str(world.commune),
        "auditor_id": str(world.users["auditor"]),
        "number": "07-QĐ/UBKT",
        "paper_on": f"{days[0]:%d/%m/%Y}",
        "since": f"{days[0]:%d/%m/%Y}",
        "until": f"{days[1]:%d/%m/%Y}",
        "organisation": str(world.school),
    }
    return person.post("/mandates/new", typed | changed).status_code


def test_an_auditor_reads_by_mandate_only_and_each_day_of_reading_is_kept(
    world: World, app: Flask, case_id: int
) -> None:
    secretary, auditor, idle = (Person(app).sign_in(name) for name in ("commune1", "auditor", "idle"))
    assert auditor.get(f"/cases/{case_id}").status_code == 404
    assert "không có ủy nhiệm nào" in auditor.get("/mandates").get_data(as_text=True)

    # a paper that says too much or too little is refused, and what was typed stays
    assert give(world, secretary, until="01/01/2020") == 422
    assert "07-QĐ/UBKT" in secretary.page
    assert give(world, secretary, organisation="") == 422
    assert give(world, secretary, organisation="", cases="một") == 422
    assert give(world, secretary, auditor_id=str(world.users["cell1"])) == 422
    assert give(world, secretary) == 200
    assert give(world, secretary) == 409  # sent twice, kept once
    assert len(world.rows(select(mandate))) == 1

    assert "Chi bộ 1" in auditor.get("/mandates/cases").get_data(as_text=True)
    for _ in range(2):
        assert auditor.get(f"/cases/{case_id}").status_code == 200
    kept = world.rows(select(read_log).where(read_log.c.by == world.users["auditor"]))
    assert [(row.fields, row.purpose) for row in kept] == [(["case"], "Kiểm tra theo ủy nhiệm số 07-QĐ/UBKT")]
    # reading only, and nothing for the one whom no mandate names
    task_id = world.tasks(case_id)[0].id
    for path in (f"/cases/{case_id}/interrupt", f"/tasks/{task_id}", f"/students/{world.students[0]}"):
        assert auditor.get(path).status_code == 404, path
    assert idle.get(f"/cases/{case_id}").status_code == 404
    # the audited cell sees the mandate and the reading
    cell = Person(app).sign_in("cell1")
    assert "07-QĐ/UBKT" in cell.get("/mandates").get_data(as_text=True)
    log = cell.get(f"/cases/{case_id}/readings").get_data(as_text=True)
    assert "Kiểm tra auditor" in log and "07-QĐ/UBKT" in log

    # the day after the last, and after an early end, there is nothing
    beginning, number = world.today, world.rows(select(mandate.c.id))[0].id
    world.today = beginning + timedelta(days=6)
    assert auditor.get(f"/cases/{case_id}").status_code == 404
    world.today = beginning + timedelta(days=5)
    assert auditor.get(f"/cases/{case_id}").status_code == 200
    assert cell.post(f"/mandates/{number}/end", {}).status_code == 404
    secretary.get("/mandates")
    assert secretary.post(f"/mandates/{number}/end", {}).status_code == 200
    assert auditor.get(f"/cases/{case_id}").status_code == 404
    assert secretary.post(f"/mandates/{number}/end", {}).status_code == 409


def test_a_mandate_names_a_single_case_and_reaches_no_other(world: World, app: Flask, case_id: int) -> None:
    other = world.nominate(1)
    secretary, auditor = Person(app).sign_in("commune1"), Person(app).sign_in("auditor")
    assert give(world, secretary, organisation="", cases=f"{case_id}, 987654") == 422
    assert give(world, secretary, organisation="", cases=str(case_id)) == 200
    assert auditor.get(f"/cases/{case_id}").status_code == 200
    assert auditor.get(f"/cases/{other}").status_code == 404


def emergency(person: Person, number: int | str, words: str = "Bí thư chi bộ nằm viện, mai hết hạn.") -> int:
    person.get("/glass/open")
    return person.post(
        "/glass/open", {"number": str(number), "cause": "deadline", "words": words}, follow=False
    ).status_code


def test_an_emergency_opens_one_case_for_some_hours_and_everybody_is_told(
    world: World, app: Flask, case_id: int
) -> None:
    stranger, superior, cell = (Person(app).sign_in(name) for name in ("other1", "school1", "cell1"))
    assert stranger.get(f"/cases/{case_id}").status_code == 404
    assert emergency(stranger, case_id, "vì") == 422  # no reason, no attempt
    assert emergency(stranger, 987654) == 422
    absent = re.sub(r'value="[^"]*"', "", stranger.page)
    hidden = world.nominate(1)
    world.do(hidden, "record_consent", "not_now")
    assert emergency(stranger, hidden) == 422
    assert re.sub(r'value="[^"]*"', "", stranger.page) == absent
    assert emergency(stranger, case_id) == 303
    assert emergency(cell, case_id) == 303 and len(world.rows(select(glass))) == 1  # who sees it needs none

    assert stranger.get(f"/cases/{case_id}").status_code == 200
    assert stranger.get(f"/cases/{case_id}/interrupt").status_code == 404
    told = world.rows(select(outbox.c.to_organisation).where(outbox.c.kind == "glass_opened"))
    assert {row.to_organisation for row in told} == {world.cell, world.school}
    kinds = world.rows(select(journal.c.kind).where(journal.c.case_id == case_id))
    assert "glass_opened" in {row.kind for row in kinds}
    row = world.rows(select(glass))[0]
    assert "other 1" in cell.get("/glass").get_data(as_text=True)

    # the reason stands sealed, is read once asked for, and the superior ends and judges
    superior.get(f"/glass/{row.id}")
    assert "nằm viện" not in superior.page
    assert "nằm viện" in superior.post(f"/glass/{row.id}/reason", {}).get_data(as_text=True)
    assert superior.post(f"/glass/{row.id}/review", {"verdict": "justified"}).status_code == 409
    assert cell.post(f"/glass/{row.id}/end", {}).status_code == 404
    assert superior.post(f"/glass/{row.id}/end", {}).status_code == 200
    assert stranger.get(f"/cases/{case_id}").status_code == 404
    assert stranger.post(f"/glass/{row.id}/review", {"verdict": "justified"}).status_code == 404
    assert superior.post(f"/glass/{row.id}/review", {"verdict": "justified"}).status_code == 200

    # again: it ends by itself; and the sixth attempt of a day is refused whatever the number
    assert emergency(stranger, case_id) == 303
    assert stranger.get(f"/cases/{case_id}").status_code == 200
    assert emergency(stranger, 987655) == 422
    assert emergency(stranger, 987656) == 409
    world.today += timedelta(days=1)
    assert stranger.get(f"/cases/{case_id}").status_code == 404


def test_the_words_of_who_withdrew_stay_sealed_in_an_emergency(
    world: World, app: Flask, case_id: int
) -> None:
    cell, stranger = Person(app).sign_in("cell1"), Person(app).sign_in("other1")
    cell.get(f"/cases/{case_id}/interrupt")
    sent = {"reason": "withdrawn", "on": f"{world.today:%d/%m/%Y}", "note": "Muốn tập trung học."}
    assert cell.post(f"/cases/{case_id}/interrupt", sent).status_code == 200
    assert emergency(stranger, case_id) == 303
    assert stranger.get(f"/cases/{case_id}").status_code == 200
    assert stranger.get(f"/cases/{case_id}/texts").status_code == 404
