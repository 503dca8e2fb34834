"""A handover through the pages that every step has: prepared, sent, answered, by those who owe the step."""

from collections.abc import Callable

from tests.web.conftest import Person, as_sent, hidden
from tests.workflows.builders import World, noon
from workflows.transfers import verbs


def test_each_step_of_a_handover_is_done_on_its_own_page(
    world: World, person: Callable[[str], Person]
) -> None:
    case_id = world.nominate()
    world.until(case_id, "application")
    with world.store.transaction() as tx:
        now = noon(world.today)
        handover = verbs.open_for(tx, world.students[0], on=world.today, by=None, now=now).id
    steps = (
        ("prepare_handover", "cell1", {}),
        ("offer_handover", "school1", {"number": "3-GCN/ĐU"}),
        ("answer_handover", "other1", {}),
        ("confirm_arrival", "other1", {}),
    )
    for element, who, more in steps:
        task, user = world.task(handover, element), person(who)
        assert user.get(f"/tasks/{task.id}").status_code == 200, element
        secrets = {name: hidden(user.page, name) or "" for name in ("request_key", "case_version")}
        given = world.answers(element, **more)
        answer = user.post(f"/tasks/{task.id}", {**secrets, **as_sent(given)})
        assert answer.status_code == 200, (element, user.page)
        assert element not in world.elements(handover)
    assert world.case(case_id).custodian_id == world.other_cell
    assert person("other1").get(f"/cases/{case_id}").status_code == 200
    assert person("cell1").get(f"/cases/{case_id}").status_code == 404


def test_the_receiver_sees_the_step_and_nothing_of_the_file(
    world: World, person: Callable[[str], Person]
) -> None:
    case_id = world.nominate()
    world.until(case_id, "application")
    handover = world.prepare_handover()
    world.do(handover, "offer_handover")
    task, user = world.task(handover, "answer_handover"), person("other1")
    assert user.get(f"/tasks/{task.id}").status_code == 200
    assert f"/cases/{case_id}" not in user.page
    assert user.get(f"/cases/{case_id}").status_code == 404
