"""First passwords: made here once, hashed as signing in expects, printed on slips and kept nowhere else."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from argon2 import PasswordHasher

LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"  # none that looks like another on paper
GROUPS, GROUP = 4, 4  # about 79 bits
CUT: Final = "- - - - - - - - - - - - - - - - - - - - - - - - - - - - - -"


@dataclass(frozen=True)
class Slip:
    """`password` never shows in a repr, and so in no log."""

    username: str
    name: str
    password: str = field(repr=False)
    hashed: str = field(repr=False)


def make_slip(username: str, name: str) -> Slip:
    """A random password; slow, as every hash of a password is: call it outside of a transaction."""
    groups = ("".join(secrets.choice(LETTERS) for _ in range(GROUP)) for _ in range(GROUPS))
    password = "-".join(groups)
    return Slip(username, name, password, PasswordHasher().hash(password))


def sheet_of(slips: Iterable[Slip], address: str) -> str:
    """The text to print and cut: one slip for each account."""
    return "".join(
        f"KẾT NẠP – phiếu cấp tài khoản, giao tận tay: {slip.name}\n"
        f"Địa chỉ:       {address}\n"
        f"Tên đăng nhập: {slip.username}\n"
        f"Mật khẩu:      {slip.password}\n"
        "Dùng một lần trong 14 ngày: đăng nhập, chọn mật khẩu của mình, rồi hủy phiếu này.\n"
        f"{CUT}\n"
        for slip in slips
    )
