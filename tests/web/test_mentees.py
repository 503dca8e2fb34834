"""Who helps whom, through the pages: the helper's own people and tasks, the cell's helpers."""

from collections.abc import Callable

from sqlalchemy import select, update

from tests.web.conftest import HASH, Person
from tests.workflows.builders import BEGINNING, World
from workflows.admission.records import helper_assignment
from workflows.people.records import user_account
from workflows.people.users import add_position, add_user


def test_a_helper_sees_the_own_people_with_the_next_task_and_a_cell_all_of_its_helpers(
    world: World, person: Callable[[str], Person]
) -> None:
    case_id = world.nominate()
    world.until(case_id, "helper_letter")
    assigned = world.rows(select(helper_assignment))[0]
    with world.store.transaction() as tx:
        for name, member_id in (("giupdo", assigned.member_id), ("khac", None)):
            user = add_user(tx, name, name, password=HASH)
            tx.execute(update(user_account).where(user_account.c.id == user).values(member_id=member_id))
            add_position(tx, user, world.cell, "helper", since=BEGINNING)
    task = world.task(case_id, "helper_letter")
    helper = person("giupdo")
    helper.get("/mentees")
    assert f'href="/tasks/{task.id}"' in helper.page
    assert f'href="/cases/{case_id}"' not in helper.page, "a helper has the task, not the whole case"
    other = person("khac")
    other.get("/mentees")
    assert "chưa phân công đồng chí giúp đỡ ai" in other.page
    secretary = person("cell1")
    secretary.get("/mentees")
    assert f'href="/cases/{case_id}"' in secretary.page
    assert person("union1").get("/mentees").status_code == 404
