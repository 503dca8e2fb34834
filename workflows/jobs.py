"""What the worker does, as one table: the engine's jobs and ours. Each may be repeated without harm."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import String, cast, select

from engine import cases
from engine.records import case, outbox, task, timer
from engine.rows import TASK_COLUMNS, open_task_of
from engine.scheduler import ENGINE_JOBS, Done, Job
from engine.sweeping import sweep
from engine.time import day_of
from engine.transactions import Store, Transaction
from workflows.administration.placing import place_daily
from workflows.administration.unmanned import raise_unmanned
from workflows.admission.notices import tell_opened
from workflows.admission.recalculation import counted_otherwise, recount_case
from workflows.bulk.running import continue_resting, forget_old
from workflows.forecast.reckoning import reckon
from workflows.forecast.reminding import remind_of_age
from workflows.reminders.distributing import distribute, forget_read
from workflows.reminders.mailing import OpenLine, post, write_digests, write_urgent
from workflows.reminders.raising import remind
from workflows.reminders.settling import settle
from workflows.reorganisation.carrying import carry_due
from workflows.season.letters import JOB as DRAW
from workflows.season.letters import some_to_draw
from workflows.season.rising import raise_leavers
from workflows.transfers.alarms import raise_unhelped

AT_ONCE = 500


def tell_untold(store: Store, now: datetime) -> Done:
    """A task that a timer opened has no person who could have told its organisation: this does."""
    key = "task:" + cast(task.c.id, String)
    known = select(outbox.c.id).where(outbox.c.key == key).exists()
    untold = select(*TASK_COLUMNS).where(~known, task.c.organisation_id.is_not(None))
    with store.transaction(writing=False) as tx:
        rows = [open_task_of(row) for row in tx.execute(untold.order_by(task.c.id).limit(AT_ONCE))]
    if not rows:
        return Done()
    with store.transaction() as tx:
        told = tell_opened(tx, rows, now=now)
    return Done(told, left=int(told == AT_ONCE))


def recount_timers(store: Store, now: datetime) -> Done:
    """Ask every waiting timer for its day again, a transaction a case: editions, calendars, rolls change."""
    waiting = select(case.c.id).where(case.c.id.in_(select(timer.c.case_id))).order_by(case.c.id)
    with store.transaction(writing=False) as tx:
        found = list(tx.execute(waiting).scalars())

    def recount(tx: Transaction, case_id: int) -> list[str]:
        return cases.reschedule(tx, case_id, on=day_of(now), now=now, why="daily")

    return sweep(store, found, recount, job="recount_timers", now=now)


def recount_clocks(store: Store, now: datetime) -> Done:
    """After a change of the calendar: every running clock anew, a transaction a case."""

    def recount(tx: Transaction, case_id: int) -> list[str]:
        return recount_case(tx, case_id, on=day_of(now), now=now)

    done, beyond = Done(), 0
    while not done.left:
        with store.transaction(writing=False) as tx:
            found = counted_otherwise(tx, beyond=beyond)
        if not found:
            break
        done, beyond = done + sweep(store, found, recount, job="recount_clocks", now=now), found[-1]
    return done


JOBS = (
    *ENGINE_JOBS,
    Job("tell_untold", 60, tell_untold, alone=True, label="Báo việc mới cho tổ chức"),
    Job("recount_clocks", 60, recount_clocks, alone=True, label="Tính lại thời hạn theo lịch mới"),
    Job("recount_timers", 1800, recount_timers, daily=True, label="Tính lại mốc thời gian"),
    Job("place_tasks", 1800, place_daily, daily=True, label="Chuyển việc theo tổ chức mới"),
    Job("bulk", 5, continue_resting, label="Làm tiếp việc làm cùng lúc"),
    Job("forget_bulk", 3600, forget_old, daily=True, label="Dọn việc làm cùng lúc đã xong"),
    Job("reorganise", 10, carry_due, alone=True, label="Thực hiện phương án sắp xếp tổ chức"),
    Job("remind", 1800, remind, daily=True, label="Nhắc thời hạn"),
    Job("remind_of_age", 1800, remind_of_age, daily=True, label="Nhắc tuổi, thời gian, tốt nghiệp"),
    Job("raise_unhelped", 1800, raise_unhelped, daily=True, label="Báo người chuyển đến chưa ai giúp đỡ"),
    Job("raise_unmanned", 1800, raise_unmanned, daily=True, label="Báo việc không ai làm được"),
    Job("raise_leavers", 1800, raise_leavers, daily=True, label="Báo người ra trường chưa biết đi đâu"),
    Job("forecast", 1800, reckon, daily=True, label="Tính dự báo nguồn"),
    Job("distribute", 10, distribute, label="Chuyển thông báo đến từng người"),
    Job("settle_notices", 60, settle, alone=True, label="Cất thông báo về việc đã xong"),
    Job("forget_notices", 3600, forget_read, daily=True, label="Dọn thông báo đã đọc từ lâu"),
    Job("urgent_mail", 30, write_urgent, alone=True, label="Soạn thư về việc không chờ được"),
    Job("digest", 60, write_digests, at="07:00", working_days=True, label="Soạn thư gộp buổi sáng"),
)


def drawing_job(draw_letters: Callable[[Store, datetime], Done]) -> Job:
    """Letters of handovers, drawn by whoever knows how papers look."""

    def draw_what_waits(store: Store, now: datetime) -> Done:
        with store.transaction(writing=False) as tx:
            waits = some_to_draw(tx, now)
        return draw_letters(store, now) if waits else Done()

    return Job(DRAW, 15, draw_what_waits, label="Soạn sẵn giấy giới thiệu để in")


def post_job(open_line: OpenLine) -> Job:
    """Only where the operator has named a mail server: `open_line` connects to it."""
    return Job(
        "post", 20, lambda store, now: post(store, now, open_line), alone=True, label="Gửi thư điện tử"
    )
