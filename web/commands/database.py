"""`ketnap db`: bring the tables to the form that this program expects."""

from pathlib import Path

import click

from engine.backup import back_up
from engine.database import place_of
from engine.secrets import Keys
from engine.transactions import Store
from web.commands.answers import in_words, json_option, tell
from web.opening import make_database, open_database
from web.settings import Settings
from workflows import schema
from workflows.admission.registry import registry
from workflows.beginnings import begin
from workflows.sandbox.clock import clock_of


@click.group()
def db() -> None:
    """Cơ sở dữ liệu: nâng cấp cấu trúc."""


@db.command()
@json_option
@in_words
def upgrade(as_json: bool) -> None:
    """Tạo mới hoặc nâng cấp cấu trúc cơ sở dữ liệu đến bản của chương trình này.

    Lần đầu, lệnh này cũng tạo khóa mã hóa và in phiếu khôi phục khóa để cất giữ.
    """
    engine, keys, new = make_database(Settings.read())
    if new:
        click.echo(keys.recovery_sheet(place_of(engine)), err=True)
    before, after = schema.upgrade(engine)
    store = Store(engine, registry=registry(), keys=keys)
    now = clock_of(store)()
    with store.transaction() as tx:
        begin(tx, now=now)
    lines = [f"Đã ở bản {after}, không phải làm gì." if before == after else f"Đã nâng cấp lên bản {after}."]
    tell(as_json, {"before": before, "after": after}, lines)


@db.command()
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
@json_option
@in_words
def backup(target: Path, as_json: bool) -> None:
    """Sao lưu cơ sở dữ liệu nhúng ra tệp TARGET trong khi mọi người vẫn làm việc (cùng khóa mở được)."""
    settings = Settings.read()
    size = back_up(open_database(settings), Keys.load(settings.key_file).database, target)
    tell(as_json, {"target": str(target), "bytes": size}, [f"Đã sao lưu ra {target} ({size} byte)."])
