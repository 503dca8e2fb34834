"""`ketnap account`: a way in again, on the server itself, for an administrator whom nobody else can help."""

from pathlib import Path

import click

from engine.errors import NotFound, Text
from engine.time import day_of
from web.commands.answers import in_words, json_option, tell
from web.commands.founding import slips_on_paper, web_address
from web.opening import open_store
from web.settings import Settings
from workflows.access import second_factor
from workflows.access.accounts import SLIP_LASTS, find_account, issue_slip
from workflows.administration.log import note
from workflows.founding import make_slip
from workflows.people.users import username_of


@click.group()
def account() -> None:
    """Tài khoản: cấp lại phiếu đăng nhập ngay tại máy chủ."""


@account.command()
@click.argument("username")
@click.option(
    "--slips", type=click.Path(path_type=Path, dir_okay=False), required=True, help="Ghi phiếu ra tệp này."
)
@click.option(
    "--second-factor", "factor", is_flag=True, help="Bỏ cả khóa xác thực hai bước (mất điện thoại)."
)
@click.option("--address", help="Địa chỉ trang web ghi trên phiếu (mặc định theo KETNAP_HOST, KETNAP_PORT).")
@json_option
@in_words
def reset(username: str, slips: Path, factor: bool, address: str | None, as_json: bool) -> None:
    """Cấp phiếu mới cho tài khoản USERNAME; mọi phiên của tài khoản ấy kết thúc.

    Dùng khi quản trị viên duy nhất không vào được; bình thường quản trị viên cấp phiếu trên trang web.
    """
    settings = Settings.read()
    store = open_store(settings)
    now = store.clock()
    with store.transaction(writing=False) as tx:
        found = find_account(tx, "username", username_of(username))
    if found is None or not found.active:
        raise NotFound(Text("Không có tài khoản đang mở nào tên {username}.", username=username))
    slip = make_slip(found.username, found.name)
    with slips_on_paper(slips, [slip], address or web_address(settings)) as keep, store.transaction() as tx:
        issue_slip(tx, found.id, hashed=slip.hashed, expires_at=now + SLIP_LASTS, now=now)
        if factor:
            second_factor.drop(tx, found.id)
        facts = {"username": found.username, "new_factor": factor or None}
        note(
            tx,
            "account_slip",
            organisation_id=None,
            user_id=found.id,
            on=day_of(now),
            by=None,
            now=now,
            **facts,
        )
        keep()
    lines = [f"Phiếu của {found.username} ở {slips}: in ra, dùng trong 14 ngày, rồi xóa tệp."]
    tell(as_json, {"username": found.username, "slips": str(slips), "second_factor": factor}, lines)
