"""Words of the inbox: groups, states, orders, and the columns of its sheet."""

from collections.abc import Mapping
from typing import Any

from web.language import day, words
from workflows.desk.export import Column
from workflows.desk.inbox import Inbox, Option
from workflows.desk.inbox_filters import BY_DUE, BY_NAME
from workflows.desk.inbox_groups import BEHALF, CONFIRM, DEPUTY, MINE, OURS

GROUPS = (
    (OURS, "Của tổ chức mình"),
    (MINE, "Đồng chí đã nhận"),
    (DEPUTY, "Thay đồng chí khác"),
    (BEHALF, "Làm thay nơi chưa có tài khoản"),
    (CONFIRM, "Chờ đồng chí xác nhận"),
)
DUES = {
    "late": "Quá hạn",
    "soon": "Sắp đến hạn",
    "ontime": "Đúng hạn",
    "paper": "Chờ văn bản",
    "none": "Không có hạn",
}
FOLLOWS = {"now": "Đã đến ngày hẹn", "later": "Hẹn ngày khác", "no": "Không hẹn"}
HANDS = {"me": "Đồng chí nhận", "others": "Người khác nhận", "nobody": "Chưa ai nhận"}
SORTS = {BY_DUE: "Theo thời hạn", BY_NAME: "Theo tên"}
COLUMNS = (
    Column("Việc", 40),
    Column("Họ và tên", 28),
    Column("Ngày sinh", 12),
    Column("Lớp, khóa", 12),
    Column("Trường", 36),
    Column("Nơi quản lý hồ sơ", 36),
    Column("Nơi làm việc này", 36),
    Column("Giai đoạn", 30),
    Column("Mở ngày", 12),
    Column("Thời hạn", 12),
    Column("Tình trạng", 16),
    Column("Hẹn lại ngày", 12),
    Column("Người nhận việc", 24),
    Column("Số hồ sơ", 10),
)

Choices = list[tuple[str, str, int]]


def choices_of(inbox: Inbox, labels: Mapping[str, str]) -> dict[str, Any]:
    """The filters' lists: (value, words, how many), only what occurs."""
    known = {"due": DUES, "follow": FOLLOWS, "hand": HANDS, "step": labels, "stage": labels}
    found: dict[str, Any] = {
        name: [(one.word, words(texts.get(one.word, one.word)), one.number) for one in inbox.options[name]]
        for name, texts in known.items()
    }
    found |= {name: _in_order(found[name], texts) for name, texts in known.items() if len(texts) < 9}
    found["school"] = [(one.word, one.label, one.number) for one in inbox.options["school"]]
    found["meeting"] = [(one.word, _meeting(one)) for one in inbox.options["meeting"]]
    found["sort"] = [(word, words(text)) for word, text in SORTS.items()]
    return found


def _in_order(found: Choices, texts: Mapping[str, str]) -> Choices:
    places = list(texts)
    return sorted(found, key=lambda one: places.index(one[0]))


def _meeting(one: Option) -> str:
    return words("Họp ngày {day}", day=day(one.label))
