"""`ketnap sandbox`: the day of the sandbox of `ketnap demo --sandbox`, shown and moved on the server."""

import time
from datetime import date, datetime

import click

from engine.errors import InvalidAnswers
from engine.runs import Hand
from engine.scheduler import run_job
from engine.time import utcnow
from engine.transactions import Store
from web.commands.answers import in_words, json_option, refuse, tell
from web.commands.demonstration import demonstration_settings
from web.commands.progress import Step, shown
from web.commands.serving import worker_jobs
from web.language import words
from web.opening import open_store
from web.settings import Settings
from workflows.sandbox import asking, queries
from workflows.sandbox.moving import Mover

LOOK = 0.5  # seconds between looks at what another process does
PATIENCE = 150  # seconds without a day more: longer than the claim of a process that died holds
NONE = "Chưa có hộp cát nào ở đây. Hãy tạo bằng “ketnap demo --sandbox”."
STUCK = "Việc chuyển ngày không tiến thêm. Hãy xem mục Vận hành trên trang web; những ngày đã qua vẫn giữ."


@click.group()
def sandbox() -> None:
    """Hộp cát: xem và chuyển ngày (tạo bằng “ketnap demo --sandbox”)."""


@sandbox.command()
@json_option
@in_words
def show(as_json: bool) -> None:
    """Hôm nay của hộp cát, và những lần đã chuyển ngày."""
    store = _opened()
    with store.transaction(writing=False) as tx:
        today, found = queries.day_now(tx), queries.moves(tx)
    rows = [
        {"from": m.from_day, "to": m.to_day, "reached": m.reached, "open": m.done_at is None} for m in found
    ]
    lines = [f"Hôm nay trong hộp cát: {today:%d/%m/%Y}"]
    lines += [
        f"  {m.from_day:%d/%m/%Y} → {m.reached:%d/%m/%Y} ({m.who or 'lệnh trên máy chủ'})" for m in found
    ]
    tell(as_json, {"day": today, "moves": rows}, lines)


@sandbox.command()
@click.argument("day", type=click.DateTime(["%Y-%m-%d", "%d/%m/%Y"]))
@json_option
@in_words
def move(day: datetime, as_json: bool) -> None:
    """Chuyển ngày của hộp cát tới DAY (2027-03-05 hoặc 05/03/2027) và làm đủ việc của từng ngày.

    Lần chuyển đang dở tới chính ngày ấy thì làm tiếp.
    """
    store = _opened()
    try:
        number = _ask(store, day.date())
    except InvalidAnswers as wrong:
        refuse(words(wrong.fields["day"][0]))
    with shown(quiet=as_json) as progress:
        _until_there(store, number, progress)
    with store.transaction(writing=False) as tx:
        today = queries.day_now(tx)
    tell(as_json, {"day": today}, [f"Hôm nay trong hộp cát: {today:%d/%m/%Y}"])


def _opened() -> Store:
    settings = demonstration_settings(Settings.read(), None, "sandbox")
    if not (settings.data / "accounts.json").exists():
        refuse(NONE)
    return open_store(settings)


def _ask(store: Store, day: date) -> int:
    with store.transaction() as tx:
        under_way = queries.open_move(tx)
        if under_way is not None and under_way.to_day == day:
            return under_way.id
        return asking.ask(tx, day, by=None, now=utcnow())


def _until_there(store: Store, number: int, progress: Step) -> None:
    """Runs the days, or looks on where a worker is quicker to take the move up."""
    hand, patience, reached = Hand(), time.monotonic() + PATIENCE, None
    job = Mover(worker_jobs(), hand).job()
    while (move := _open(store, number)) is not None:
        progress("Ngày đã qua", move.passed, move.days)
        if move.reached != reached:
            reached, patience = move.reached, time.monotonic() + PATIENCE
        if time.monotonic() > patience:
            refuse(STUCK)
        if run_job(store, job, store.clock, hand=hand) is None:
            time.sleep(LOOK)


def _open(store: Store, number: int) -> queries.Move | None:
    with store.transaction(writing=False) as tx:
        move = queries.open_move(tx)
    return move if move is not None and move.id == number else None
