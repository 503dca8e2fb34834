"""`ketnap import` and `ketnap adopt`: whole lists from files, a dry run first."""

from pathlib import Path

import click

from engine.time import day_of, utcnow
from web.commands.answers import in_words, json_option, refuse, tell
from web.commands.progress import shown
from web.opening import open_store
from web.settings import Settings

list_file = click.Path(path_type=Path, exists=True, dir_okay=False)
commit_option = click.option("--commit", is_flag=True, help="Ghi thật; không có cờ này thì chỉ đọc thử.")
error_option = click.option("--errors", type=click.Path(path_type=Path), help="Ghi các dòng lỗi ra tệp .xlsx này.")
by_option = click.option("--by", "username", required=True, help="Tên đăng nhập của người chịu trách nhiệm nhập.")
