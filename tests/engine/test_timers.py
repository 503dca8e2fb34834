"""The sweep: every due timer once, the oldest first, and a broken case stops nobody else."""

from datetime import timedelta

from sqlalchemy import select

from engine.incidents import incidents
from engine.records import journal, timer
from engine.timers import TELL_AFTER, fire_due
from tests.engine.library import NOW, Library

LATER = NOW + timedelta(days=400)


def waiting_loans(library: Library, count: int) -> list[int]:
    library.facts.services["shelf_state"] = "taken"
    ids = [library.lend(reader).id for reader in range(count)]
    for case_id in ids:
        library.walk(case_id)
    return ids


def test_all_due_timers_fire_once_and_none_before_its_day(library: Library) -> None:
    ids = waiting_loans(library, 4)
    assert fire_due(library.store, NOW).fired == 0
    assert fire_due(library.store, LATER).fired == 4
    assert fire_due(library.store, LATER).fired == 0
    assert all(library.task(case_id, "sign_card") for case_id in ids)
    with library.tx(writing=False) as tx:
        assert len(tx.execute(select(journal).where(journal.c.kind == "timer")).all()) == 4


def test_a_sweep_keeps_to_its_limit_and_says_that_more_is_due(library: Library) -> None:
    waiting_loans(library, 3)
    swept = fire_due(library.store, LATER, limit=2)
    assert (swept.fired, swept.left) == (2, True)
    assert fire_due(library.store, LATER, budget_s=-1).left
    swept = fire_due(library.store, LATER, limit=2)
    assert (swept.fired, swept.left) == (1, False)


def test_a_broken_case_does_not_stop_the_sweep_waits_longer_each_time_and_is_told(library: Library) -> None:
    broken, sound = waiting_loans(library, 2)
    services = library.facts.services
    services["list_experts"] = ValueError("no list")
    with library.tx(writing=False) as tx:
        [row] = tx.execute(select(timer).where(timer.c.case_id == broken)).all()
    swept = fire_due(library.store, LATER)
    assert (swept.fired, swept.failed) == (0, 2)
    services["list_experts"] = []
    with library.tx() as tx:  # the second one is well again and need not wait
        tx.execute(timer.update().where(timer.c.case_id == sound).values(retry_at=None))
    services["list_experts"] = []
    assert fire_due(library.store, LATER).fired == 1
    assert library.task(sound, "sign_card")

    services["list_experts"] = ValueError("no list")
    now, waits = LATER, []
    for attempt in range(2, TELL_AFTER + 1):
        with library.tx(writing=False) as tx:
            retry_at = tx.execute(select(timer.c.retry_at).where(timer.c.id == row.id)).scalar_one()
        waits.append(retry_at - now)
        assert fire_due(library.store, retry_at - timedelta(seconds=1)).failed == 0
        now = retry_at
        assert fire_due(library.store, now).failed == 1, attempt
    assert waits == sorted(set(waits))
    with library.tx(writing=False) as tx:
        found = tx.execute(select(timer).where(timer.c.id == row.id)).one()
        kinds = {one.kind: one.cause for one in incidents(tx, case_id=broken)}
    assert found.attempts == TELL_AFTER and "no list" in found.last_error
    assert "no list" in kinds["timer"] and "no list" in kinds["model"]
    services["list_experts"] = []
    assert fire_due(library.store, LATER + timedelta(days=2)).fired == 1


def test_rescheduling_gives_a_failed_timer_a_fresh_start(library: Library) -> None:
    from engine import cases

    [case_id] = waiting_loans(library, 1)
    library.facts.services["list_experts"] = ValueError("no list")
    assert fire_due(library.store, LATER).failed == 1
    library.facts.services["list_experts"] = []
    library.facts.days["book_free"] += timedelta(days=1)
    with library.tx() as tx:
        cases.reschedule(tx, case_id, on=NOW.date(), now=NOW, why="sách về muộn")
    assert fire_due(library.store, LATER).fired == 1
