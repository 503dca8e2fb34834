"""A leaver whom nobody knows a place for rises: the school before the day, those above from the day on."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engine.records import outbox
from tests.workflows.builders import noon
from tests.workflows.season.conftest import GRADUATION
from tests.workflows.transfers.town import Town
from workflows.season.destinations import record_destination
from workflows.season.rising import raise_leavers
from workflows.season.rungs import PROVINCE, SCHOOL, SUPERIOR, rungs


def told(town: Town, days_after: int) -> list[tuple[str, int, int]]:
    """(kind, to whom, how many) of what the job leaves on that day."""
    day = GRADUATION + timedelta(days=days_after)
    known = {row.key for row in town.rows(select(outbox.c.key))}
    raise_leavers(town.store, noon(day))
    rows = town.rows(select(outbox).where(outbox.c.kind.startswith("leavers_")).order_by(outbox.c.id))
    return [(row.kind, row.to_organisation, row.facts["count"]) for row in rows if row.key not in known]


def test_it_rises_from_the_school_to_the_superior_to_the_province(town: Town) -> None:
    assert told(town, -20) == [("leavers_before", town.school, 2)]
    assert told(town, -20) == []  # once
    assert told(town, -8) == [("leavers_before", town.school, 2)]
    assert told(town, 0) == [("leavers_due", town.school, 2), ("leavers_above", town.commune, 2)]
    with town.store.transaction() as tx:
        given = {"by": town.users["cell1"], "now": town.now()}
        record_destination(tx, town.extra["member"], {"reason": "abroad"}, **given)
    assert told(town, 14) == [
        ("leavers_due", town.school, 1),
        ("leavers_above", town.commune, 1),
        ("leavers_above", town.province, 1),
    ]
    with town.store.transaction() as tx:
        record_destination(tx, town.students[0], {"addressee": "Đại học X"}, **given)
    assert told(town, 30) == []


@pytest.mark.parametrize(
    ("who", "left", "rung"),
    [
        (SCHOOL, 61, None),
        (SCHOOL, 60, 60),
        (SCHOOL, 20, 30),
        (SCHOOL, -13, 0),
        (SCHOOL, -14, -14),  # comes back
        (SUPERIOR, 1, None),
        (SUPERIOR, 0, 0),
        (SUPERIOR, -30, -28),
        (PROVINCE, -13, None),
        (PROVINCE, -14, -14),
        (PROVINCE, -60, -58),
    ],
)
def test_the_latest_rung_that_has_come_counts(who: str, left: int, rung: int | None) -> None:
    assert rungs().reached(who, GRADUATION, GRADUATION - timedelta(days=left)) == rung
