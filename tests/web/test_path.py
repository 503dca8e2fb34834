"""One student's case from the student's page to official membership, through the pages without a script."""

from collections.abc import Callable

import pytest

from tests.web.conftest import Person, as_sent, hidden
from tests.workflows.builders import PREFERRED, World


@pytest.mark.long_walk
def test_a_student_becomes_an_official_member_through_the_pages(
    world: World, person: Callable[[str], Person]
) -> None:
    people: dict[str, Person] = {}

    def at(name: str) -> Person:
        return people.setdefault(name, person(name))

    union = at("union1")
    student = world.students[0]
    answer = union.post(f"/students/{student}/nominate", {"on": world.today.strftime("%d/%m/%Y")})
    assert answer.status_code == 200
    case_id = int(answer.request.path.rsplit("/", 1)[1])
    names = {number: name for name, number in world.users.items()}
    for _ in range(80):
        if world.case(case_id).closed_on is not None:
            break
        open_elements = world.elements(case_id)
        if not open_elements:
            world._wait(case_id)
            continue
        task = world.task(case_id, next(one for one in PREFERRED if one in open_elements))
        clerk = at(names[world.person(task)])
        page = clerk.get(f"/tasks/{task.id}?case={case_id}")
        assert page.status_code == 200, clerk.page
        sent = {
            "request_key": hidden(clerk.page, "request_key") or "",
            "case_version": hidden(clerk.page, "case_version") or "",
            **as_sent(world.answers(task.element)),
        }
        answer = clerk.post(f"/tasks/{task.id}?case={case_id}", sent)
        assert answer.status_code == 200, clerk.page
        if any(one.id == task.id for one in world.tasks(case_id)):
            second = at(names[world.person(task, 2)])
            second.get(f"/tasks/{task.id}?case={case_id}")
            assert "Chờ người thứ hai xác nhận" in second.page
            answer = second.post(
                f"/tasks/{task.id}/confirm?case={case_id}",
                {"request_key": hidden(second.page, "request_key") or ""},
            )
            assert answer.status_code == 200, second.page
    assert world.case(case_id).closed_as == "official_member"
    at("cell1").get(f"/cases/{case_id}")
    assert "Đảng viên chính thức" in people["cell1"].page
