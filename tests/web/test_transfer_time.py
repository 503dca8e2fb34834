"""More time for a step of a handover: by the superior, on paper and with a reason; a recount keeps it."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine.records import clock, journal
from tests.web.test_transfers import Ask, towns, world  # noqa: F401  fixtures
from tests.workflows.transfers.town import Town
from workflows.admission.recalculation import recount_case


def running(town: Town, handover: int) -> Any:
    (found,) = town.rows(select(clock).where(clock.c.case_id == handover, clock.c.closed_on.is_(None)))
    return found


def answers(town: Town, until: date, **more: str) -> dict[str, str]:
    given = {"until": f"{until:%d/%m/%Y}", "number": "7-CV/ĐU", "on": f"{town.today:%d/%m/%Y}"}
    return given | {"reason": "Nơi đến đang sắp xếp lại."} | more


@pytest.mark.parametrize("stage", ["prepared", "offered"])
def test_the_superior_gives_a_step_of_a_handover_more_time_by_paper_and_reason(
    world: Town,  # noqa: F811
    person: Ask,
    stage: str,
) -> None:
    handover = world.prepare(world.street) if stage == "prepared" else world.offered(world.street)
    step, path = running(world, handover), f"/transfers/{handover}/grant-time"
    superior = person("commune1")
    superior.get(f"/transfers/{handover}")
    assert path in superior.page
    wanted = step.due_on + timedelta(days=21)
    assert superior.post(path, answers(world, wanted, clock=str(step.id), reason="")).status_code == 422
    assert running(world, handover).due_on == step.due_on
    superior.post(path, answers(world, wanted, clock=str(step.id)))
    given = running(world, handover).due_on
    assert given >= wanted
    assert "cấp trên gia hạn đến" in superior.page and "7-CV/ĐU" in superior.page
    kinds = world.rows(select(journal.c.kind).where(journal.c.case_id == handover))
    assert "time_granted" in [row.kind for row in kinds]
    with world.store.transaction() as tx:
        recount_case(tx, handover, on=world.today, now=world.now())
    assert running(world, handover).due_on == given
    cell = person("cell1")
    cell.get(f"/transfers/{handover}")
    assert path not in cell.page
    assert cell.get(path).status_code == 404


def test_a_case_that_is_no_handover_has_no_such_page(world: Town, person: Ask) -> None:  # noqa: F811
    assert person("commune1").get(f"/transfers/{world.case_id}/grant-time").status_code == 404
