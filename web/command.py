"""The command `ketnap`: one group, one file a subject under `web/commands/`."""

import click

from web.commands import (
    accounts,
    database,
    demonstration,
    founding,
    health,
    lists,
    models,
    rules,
    sandbox,
    serving,
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="ketnap", message="ketnap %(version)s")
def main() -> None:
    """Kết nạp: quản lý công tác kết nạp đảng viên là học sinh, sinh viên.

    Nơi đặt dữ liệu, khóa và địa chỉ lấy từ các biến môi trường KETNAP_DATA, KETNAP_KEY_FILE,
    KETNAP_DATABASE_URL, KETNAP_HOST, KETNAP_PORT (xem README).
    """


for command in (
    demonstration.demo,
    serving.serve,
    serving.worker,
    database.db,
    founding.found,
    accounts.account,
    lists.import_list,
    lists.adopt,
    models.models,
    rules.rules,
    health.doctor,
    sandbox.sandbox,
):
    main.add_command(command)

if __name__ == "__main__":
    main()
