"""`ketnap serve` and `ketnap worker`: the two processes that an operator keeps running."""

from typing import TYPE_CHECKING

import click

from engine.errors import Text
from engine.time import VIETNAM
from web.commands.answers import in_words, refuse
from web.opening import open_store
from web.settings import Settings

if TYPE_CHECKING:
    from datetime import datetime

    from engine.jobs import Done, Job
    from engine.scheduler import Happened
    from engine.transactions import Store

OUTSIDE = (
    "Địa chỉ {host} có thể bị truy cập từ máy khác nên phải được mã hóa. Hãy đặt KETNAP_CERTIFICATE và "
    "KETNAP_CERTIFICATE_KEY (chứng thư và khóa TLS), hoặc đặt KETNAP_PROXY=1 nếu đã có máy chủ trung gian "
    "mã hóa ở phía trước, hoặc chỉ mở tại máy này với KETNAP_HOST=127.0.0.1."
)


def check_address(settings: Settings) -> None:
    """A page with pupils' data never leaves this machine unencrypted."""
    if settings.loopback or settings.proxy or (settings.certificate and settings.certificate_key):
        return
    refuse(str(Text(OUTSIDE, host=settings.host)))


@click.command()
@click.option("--threads", default=8, show_default=True, help="Số luồng của mỗi tiến trình.")
@click.option("--processes", default=1, show_default=True, help="Số tiến trình web.")
@in_words
def serve(threads: int, processes: int) -> None:
    """Chạy máy chủ web."""
    from web.server import run

    settings = Settings.read()
    check_address(settings)
    open_store(settings).engine.dispose()  # says what is wrong before the first process is forked
    run(settings, threads=threads, processes=processes)


@click.command()
@click.option("--quiet", is_flag=True, help="Không in từng việc đã làm.")
@in_words
def worker(quiet: bool) -> None:
    """Chạy tiến trình nền: mốc thời gian đến hạn, thư chờ gửi, niêm phong nhật ký."""
    from engine.runs import Hand
    from engine.scheduler import run_worker, until_told_to_end
    from engine.turns import give_way
    from workflows.sandbox.moving import jobs_of

    stop = until_told_to_end()
    store, hand = open_store(Settings.read()), Hand()
    give_way(store)
    jobs, say = jobs_of(store, worker_jobs(), hand), _say_nothing if quiet else click.echo
    say(f"Tiến trình nền {hand.name} bắt đầu, {len(jobs)} việc. Dừng: Ctrl+C.")
    run_worker(
        store,
        jobs,
        stop=stop,
        clock=store.clock,
        hand=hand,
        tell=lambda happened: say(line_of(happened)),
    )
    say("Tiến trình nền đã dừng.")


def _say_nothing(line: str) -> None:
    """For who runs it beside other things."""


def line_of(happened: "Happened") -> str:
    """What a worker did, on one line of a terminal."""
    run, name = happened.run, happened.job.label or happened.job.name
    parts = [f"{run.done.items} mục"]
    if run.done.failed:
        parts.append(f"{run.done.failed} mục lỗi")
    if run.done.left:
        parts.append("còn nữa")
    said = f"chưa làm được ({run.error}), sẽ thử lại" if run.error else ", ".join(parts)
    took = f"{run.seconds:.1f}".replace(".", ",")
    return f"{run.at.astimezone(VIETNAM):%d/%m/%Y %H:%M:%S}  {name}: {said} ({took} giây)"


def _draw_letters(store: "Store", now: "datetime") -> "Done":
    """Reads the pages only where there is something to draw: a worker starts sooner."""
    from web.letters import draw_letters

    return draw_letters(store, now)


def worker_jobs() -> "tuple[Job, ...]":
    """What a worker on this machine does: mail too, where a server for it is named."""
    from web.mail import Post
    from workflows.jobs import JOBS, drawing_job, post_job

    jobs, mail = (*JOBS, drawing_job(_draw_letters)), Post.read()
    return (*jobs, post_job(mail.open_line)) if mail else jobs
