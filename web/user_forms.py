"""The forms of an account: opening it, its details, its seats, who stands in, a new slip."""

from typing import Any

from workflows.admission.fields import Sheet, choice, day, line, one_of, tick
from workflows.people.words import POSITIONS

GIVEN = [(word, label) for word, label in POSITIONS.items()]


class Opening(Sheet):
    """A new account with its first seat."""

    name = line("Họ và tên", required=True, longest=160)
    position = choice("Chức vụ", GIVEN, required=True, widget="select")
    since = day("Giữ chức vụ từ ngày", required=True)
    username = line(
        "Tên đăng nhập",
        longest=64,
        help="Để trống thì chương trình đặt theo tên, ví dụ Nguyễn Văn Thử: thu.nv.",
    )
    member = line(
        "Là đảng viên", longest=160, help="Họ tên trong danh sách đảng viên; bắt buộc với người giúp đỡ."
    )
    member_chosen = one_of("Đảng viên nào?", "member_chosen")
    email = line(
        "Thư điện tử", longest=255, help="Không bắt buộc. Thư chỉ báo có việc, không mang thông tin cá nhân."
    )


class Details(Sheet):
    """Name, e-mail, and which member's account it is."""

    name = line("Họ và tên", required=True, longest=160)
    email = line("Thư điện tử", longest=255, help="Không bắt buộc.")
    member = line(
        "Là đảng viên", longest=160, help="Họ tên trong danh sách đảng viên. Để trống nếu không phải."
    )
    member_chosen = one_of("Đảng viên nào?", "member_chosen")


class Giving(Sheet):
    """Another seat."""

    organisation = line("Tổ chức", required=True, help="Tên hoặc mã, không cần dấu.")
    organisation_chosen = one_of("Tổ chức nào?", "organisation_chosen")
    position = choice("Chức vụ", GIVEN, required=True, widget="select")
    since = day("Từ ngày", required=True)
    until = day("Đến trước ngày", help="Để trống nếu chưa biết.")


class Ending(Sheet):
    """The first day a seat is no longer held."""

    seat = one_of("Chức vụ", "seats", required=True)
    until = day("Thôi giữ từ ngày", required=True, help="Ngày đầu tiên không còn giữ.")


class Standing(Sheet):
    """Somebody who stands in."""

    seat = one_of("Thay ở chức vụ", "seats", required=True)
    deputy = line("Tên đăng nhập của người thay", required=True, longest=64)
    since = day("Từ ngày", required=True)
    last = day("Đến hết ngày", required=True)
    reason = line("Lý do", required=True, longest=200, help="Ví dụ: đi học, nghỉ phép, đi công tác.")


class Slipping(Sheet):
    """A new slip."""

    new_factor = tick("Bỏ cả mã xác thực hai bước (khi mất điện thoại)")


FORMS: dict[str, Any] = {
    "details": Details,
    "giving": Giving,
    "ending": Ending,
    "standing": Standing,
    "slipping": Slipping,
}
