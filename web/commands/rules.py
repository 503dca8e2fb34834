"""`ketnap rules`: check and show the dated rules."""

import click

from web.commands.answers import in_words, json_option, tell
from workflows.rules.editions import check as check_rules
from workflows.rules.editions import editions


@click.group()
def rules() -> None:
    """Quy định theo ngày hiệu lực."""


@rules.command()
@json_option
@in_words
def check(as_json: bool) -> None:
    """Kiểm tra các bản quy định: đủ giá trị, có nguồn, có mức tin cậy, nối ngày liên tục."""
    findings = check_rules()
    known = editions()
    rows = [str(finding) for finding in findings]
    summary = f"{len(known)} bản quy định, từ {known[0].in_force_from:%d/%m/%Y}: không có lỗi."
    tell(as_json, {"editions": len(known), "findings": rows}, rows or [summary])
    if findings:
        raise SystemExit(1)
