"""`ketnap demo`: a made-up province in its own folder, with the web server and the worker on this machine.

With `--sandbox` it is one whose day can be moved forward, in a folder and a database of its own.
"""

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.client import HTTPConnection
from pathlib import Path

import click

from engine.errors import Failure
from engine.secrets import Keys
from engine.time import day_of, utcnow
from engine.transactions import Store
from web.commands.answers import in_words, refuse
from web.commands.progress import shown
from web.opening import make_database, open_database, open_store
from web.settings import Settings
from workflows import schema
from workflows.admission.registry import registry
from workflows.beginnings import begin
from workflows.demo.building import build
from workflows.sandbox.asking import make
from workflows.sandbox.clock import is_sandbox

START_SECONDS = 30
STOP_SECONDS = 25
SCALE, SANDBOX_SCALE = 1.0, 0.05


@click.command()
@click.option("--port", type=int, help="Cổng của trang web (mặc định 8470).")
@click.option("--sandbox", is_flag=True, help="Hộp cát: một tỉnh nhỏ mà ngày chuyển tới được, để tập.")
@click.option("--anew", is_flag=True, help="Bỏ hộp cát cũ, tạo lại từ đầu (chỉ với --sandbox).")
@click.option(
    "--scale", type=float, help="Cỡ của tỉnh: 1 là cả tỉnh (mặc định), 0.05 là vài trường (mặc định hộp cát)."
)
@click.option("--seed", default=2026, show_default=True, help="Hạt giống của dữ liệu bịa.")
@click.option("--only-build", is_flag=True, help="Chỉ tạo dữ liệu, không mở trang web.")
@in_words
def demo(
    port: int | None, sandbox: bool, anew: bool, scale: float | None, seed: int, only_build: bool
) -> None:
    """Tạo tỉnh minh họa (mọi người và tên trường đều bịa) rồi mở trang web và tiến trình nền tại máy này."""
    if anew and not sandbox:
        refuse("--anew chỉ đi với --sandbox.")
    settings = demonstration_settings(Settings.read(), port, "sandbox" if sandbox else "demo")
    accounts = settings.data / "accounts.json"
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _alone(settings):
        if anew:
            _throw_away(settings, accounts)
        if not accounts.exists():
            size = scale if scale is not None else SANDBOX_SCALE if sandbox else SCALE
            _build(settings, accounts, scale=size, seed=seed, sandbox=sandbox)
        if not only_build:
            _run(settings, accounts, sandbox=sandbox)


def demonstration_settings(settings: Settings, port: int | None, name: str = "demo") -> Settings:
    """A demonstration has a folder, a database and a key of its own, and is only seen from this machine."""
    data = settings.data / name
    return replace(
        settings,
        data=data,
        key_file=settings.key_file.with_name(f"{name}.key"),
        database_url=f"sqlite:///{data / 'ketnap.db'}",
        host="127.0.0.1",
        port=port or settings.port,
    )


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """One command at a time has the folder, so that none builds or throws away what another runs on."""
    with (settings.data / "running").open("w") as mark:
        try:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            refuse(f"{settings.data} đang được một lệnh khác dùng. Hãy dừng lệnh ấy (Ctrl+C) rồi chạy lại.")
        yield


def _throw_away(settings: Settings, accounts: Path) -> None:
    """Only what is surely a sandbox, or was never built to its end."""
    if accounts.exists():
        try:
            engine = open_database(settings)  # of any age: it is thrown away
            known = is_sandbox(Store(engine, registry=registry(), keys=Keys.load(settings.key_file)))
            engine.dispose()
        except Failure as failure:
            refuse(f"Không xem được đây có phải hộp cát không nên giữ nguyên: {failure}")
        if not known:
            refuse(f"Cơ sở dữ liệu ở {settings.data} không phải hộp cát nên được giữ nguyên.")
    accounts.unlink(missing_ok=True)


def _build(settings: Settings, accounts: Path, *, scale: float, seed: int, sandbox: bool) -> None:
    for left in settings.data.glob("ketnap.db*"):  # a build that was broken off starts anew
        left.unlink()
    engine, keys, _ = make_database(settings)
    schema.upgrade(engine)
    now = utcnow()
    store = Store(engine, registry=registry(), keys=keys)
    with store.transaction() as tx:
        if sandbox:
            make(tx, day_of(now), now=now)
        begin(tx, now=now)
    with shown() as progress:
        world = build(store, seed=seed, progress=progress, today=day_of(now), scale=scale)
    engine.dispose()
    rows = [
        {"username": a.username, "password": a.password, "role": a.role, "organisation": a.organisation}
        for a in world.accounts
    ]
    unfinished = accounts.with_suffix(".part")
    unfinished.write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")
    unfinished.rename(accounts)


def _run(settings: Settings, accounts: Path, *, sandbox: bool) -> None:
    store = open_store(settings)
    if sandbox and not is_sandbox(store):  # put in its place from elsewhere
        refuse(f"Cơ sở dữ liệu ở {settings.data} không phải hộp cát nên không mở ở đây, và được giữ nguyên.")
    store.engine.dispose()
    environment = os.environ | {
        "KETNAP_DATA": str(settings.data),
        "KETNAP_KEY_FILE": str(settings.key_file),
        "KETNAP_DATABASE_URL": settings.database_url,
        "KETNAP_HOST": settings.host,
        "KETNAP_PORT": str(settings.port),
        "KETNAP_SECOND_FACTOR": os.environ.get("KETNAP_SECOND_FACTOR", "off"),
    }
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    processes = [
        subprocess.Popen([sys.executable, "-m", "web.command", *words], env=environment)
        for words in (("serve",), ("worker", "--quiet"))
    ]
    try:
        _wait_until_up(settings, processes[0])
        _greet(settings, accounts)
        while all(process.poll() is None for process in processes):
            time.sleep(0.5)
        refuse("Một tiến trình đã dừng ngoài ý muốn; xem lời báo ở trên.")
    except KeyboardInterrupt:
        click.echo("\nĐã dừng. Dữ liệu vẫn còn; chạy lại lệnh này để mở tiếp.")
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(STOP_SECONDS)


def _wait_until_up(settings: Settings, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            refuse(f"Trang web không mở được; cổng {settings.port} có thể đang bận (dùng --port).")
        try:
            connection = HTTPConnection(settings.host, settings.port, timeout=1)
            connection.request("GET", "/health")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.2)
    refuse("Trang web không trả lời trong 30 giây.")


def _greet(settings: Settings, accounts: Path) -> None:
    rows = json.loads(accounts.read_text(encoding="utf-8"))
    click.echo(f"\nKết nạp đang chạy: http://{settings.host}:{settings.port}/   (Ctrl+C để dừng)\n")
    width = max(len(row["username"]) for row in rows)
    for row in rows:
        click.echo(f"  {row['username']:<{width}}  {row['password']}  {row['role']} – {row['organisation']}")
    click.echo("\nMọi người và mọi tên trường ở đây đều do máy bịa ra.")
    if os.environ.get("KETNAP_SECOND_FACTOR", "off") == "off":
        click.echo("Bản minh họa không bắt xác thực hai bước; đặt KETNAP_SECOND_FACTOR=on để thử.")
    if settings.data.name == "sandbox":
        click.echo("Hộp cát: quản trị viên chuyển ngày trên trang web; hoặc: ketnap sandbox move 2027-03-05")
