"""The uses of bulk work, from the ticks of the inbox to the report, by people without scripts."""

import re
from collections.abc import Callable

from sqlalchemy import select

from tests.web.bulk.conftest import Batches
from tests.web.conftest import Person
from tests.workflows.builders import World
from workflows.admission.records import act, certificate

Signed = Callable[[str], Person]


def today(world: World) -> str:
    return f"{world.today:%d/%m/%Y}"


def numbers(world: World, element: str) -> list[str | None]:
    query = select(act.c.number).where(act.c.element == element).order_by(act.c.id)
    return [row.number for row in world.rows(query)]


def test_class_results_are_written_for_all_with_certificates_counted_up(
    world: World, batches: Batches, person: Signed
) -> None:
    tasks = batches.open(4, "class_result")
    centre = person("centre1")
    number = batches.choose(centre, task=tasks)
    shared = {"on": today(world), "outcome": "passed", "numbering": "each"}
    batches.fill(centre, number, shared, n2={"outcome": "absent"}, n4={"number": "12"})
    assert "làm được 4" in centre.page and "Vắng, chưa học đủ" in centre.page
    assert "Số 01-" in centre.page and "Số 02-" in centre.page and "(dự kiến)" in centre.page
    assert world.rows(select(certificate)) == []  # only tried
    batches.confirm(centre, number)
    assert "đã ghi 4" in centre.page and batches.states(number) == ["done"] * 4
    found = numbers(world, "class_result")
    assert [text and re.search(r"\d+", text)[0] for text in found] == ["01", None, "02", "12"]  # type: ignore[index]
    assert len(world.rows(select(certificate))) == 3
