"""Việc nền: what each job came to, a worker that died, and asking for a job, which the worker then does."""

from datetime import timedelta

from sqlalchemy import insert, select, update

from engine.records import job_state, timer, worker
from engine.scheduler import Done, Job, run_job
from tests.web.conftest import Person
from tests.web.test_rules_and_calendar import keeper
from tests.workflows.builders import World, noon
from workflows.desk import jobs_page
from workflows.jobs import JOBS

__all__ = ["keeper"]


def shown(world: World, name: str) -> jobs_page.Line:
    with world.store.transaction(writing=False) as tx:
        return jobs_page.line(tx, name, now=noon(world.today), wall=noon(world.today))


def test_every_job_says_in_vietnamese_what_it_does() -> None:
    assert [job.name for job in JOBS if not job.label] == []
    assert len({job.name for job in JOBS}) == len({job.label for job in JOBS}) == len(JOBS)


def test_a_job_shows_its_last_run_its_failures_and_when_it_is_next(world: World, keeper: Person) -> None:
    keeper.get("/operations/jobs")
    assert "Chạy mốc thời gian đã đến" in keeper.page and "chưa chạy lần nào" in keeper.page
    now = noon(world.today)
    run_job(world.store, Job("recount_timers", 60, lambda store, at: Done(41, 2), daily=True), lambda: now)
    keeper.get("/operations/jobs")
    assert "41 mục" in keeper.page and "2 mục lỗi" in keeper.page
    tomorrow = world.today + timedelta(days=1)
    assert f"{tomorrow:%d/%m/%Y} 00:00" in keeper.page
    keeper.get("/operations/jobs/recount_timers")
    assert "xong lúc" in keeper.page and "Xem sự cố" in keeper.page
    assert keeper.get("/operations/jobs/khong-co").status_code == 404


def test_a_job_whose_worker_died_shows_so_and_so_does_one_that_failed_or_is_behind(
    world: World, keeper: Person
) -> None:
    now = noon(world.today)
    began = now - timedelta(minutes=5)
    held = {"name": "remind", "worker": "may-chu:41", "began_at": began, "seen_at": began}
    with world.store.transaction() as tx:
        tx.execute(insert(job_state), held)
        tx.execute(insert(worker), {"name": "may-chu:41", "started_at": began, "seen_at": began})
    keeper.get("/operations/jobs")
    assert "tiến trình đã chết" in keeper.page and "may-chu:41" in keeper.page
    assert "Không có tiến trình nền nào đang chạy" in keeper.page
    keeper.get("/operations/jobs/remind")
    assert "dừng đột ngột khi đang làm việc này" in keeper.page
    with world.store.transaction() as tx:
        tx.execute(update(worker).values(seen_at=now))
        tx.execute(update(job_state).values(seen_at=now))
    assert shown(world, "remind").standing == jobs_page.RUNNING
    keeper.get("/operations")
    assert "Không có tiến trình nền" not in keeper.page
    free = {"worker": None, "seen_at": None, "last_at": began, "last_error": "OSError"}
    with world.store.transaction() as tx:
        tx.execute(update(job_state).values(free))
    assert shown(world, "remind").standing == jobs_page.FAILED
    with world.store.transaction() as tx:
        tx.execute(update(job_state).values(last_error=None, next_at=now - timedelta(days=1)))
    assert shown(world, "remind").standing == jobs_page.LATE


def test_what_is_asked_for_is_done_by_the_worker_and_not_by_the_page(world: World, keeper: Person) -> None:
    [sweep] = [job for job in JOBS if job.name == "recount_timers"]
    keeper.get("/operations/jobs/recount_timers")
    keeper.post("/operations/jobs/recount_timers/now", {})
    assert "Đã yêu cầu" in keeper.page and "chờ chạy ngay" in keeper.page
    assert "Chạy ngay</button>" not in keeper.page
    with world.store.transaction(writing=False) as tx:
        asked = tx.execute(select(job_state)).one()
    assert asked.last_at is None and asked.asked_by is not None
    assert keeper.post("/operations/jobs/recount_timers/now", {}).status_code == 409
    assert run_job(world.store, sweep, lambda: noon(world.today)) == Done()
    keeper.get("/operations/jobs/recount_timers")
    assert "Chạy ngay" in keeper.page and "0 mục" in keeper.page
    with world.store.transaction(writing=False) as tx:
        assert tx.execute(select(timer.c.id)).all() == []
