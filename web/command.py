"""The command `ketnap`: one group, one file a subject under `web/commands/`."""

from collections.abc import Mapping
from importlib import import_module

import click

# Command → the file under `web/commands/` that has it. Read when it is asked for: a worker starts sooner.
COMMANDS: Mapping[str, str] = {
    "demo": "demonstration",
    "serve": "serving",
    "worker": "serving",
    "db": "database",
    "found": "founding",
    "account": "accounts",
    "import": "lists",
    "adopt": "lists",
    "models": "models",
    "rules": "rules",
    "doctor": "health",
    "sandbox": "sandbox",
}


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        file = import_module(f"web.commands.{COMMANDS[cmd_name]}")
        commands = (one for one in vars(file).values() if isinstance(one, click.Command))
        return next(one for one in commands if one.name == cmd_name)


@click.group(
    cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(package_name="ketnap", message="ketnap %(version)s")
def main() -> None:
    """Kết nạp: quản lý công tác kết nạp đảng viên là học sinh, sinh viên.

    Nơi đặt dữ liệu, khóa và địa chỉ lấy từ các biến môi trường KETNAP_DATA, KETNAP_KEY_FILE,
    KETNAP_DATABASE_URL, KETNAP_HOST, KETNAP_PORT (xem README).
    """


if __name__ == "__main__":
    main()
