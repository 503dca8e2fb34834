"""The closed lists of the season with their labels, and what follows where nothing is done. Pure."""

from collections.abc import Mapping
from typing import Final

from engine.errors import Text

# Why somebody leaves who has nowhere to be handed to yet. Each keeps the person with the present cell.
REASONS: Final = (
    ("undecided", "Chưa chọn nơi học, nơi làm việc; chi bộ đang quản lý tiếp tục theo dõi"),
    ("stays", "Học tiếp tại trường"),
    ("abroad", "Ra nước ngoài, đang chờ hướng dẫn nơi tiếp nhận"),
    ("unreachable", "Chưa liên lạc được, chi bộ đang tìm"),
)

UNKNOWN, NAMED, KNOWN, PREPARED, OFFERED = "unknown", "named", "known", "prepared", "offered"
RETURNED, ACCEPTED, DONE = "returned", "accepted", "done"
# Where a leaver stands, in the order of the path; from ACCEPTED on another organisation answers.
STATES: Final[Mapping[str, str]] = {
    UNKNOWN: "Chưa biết nơi đến",
    NAMED: "Chưa có nơi đến, đã ghi lý do",
    KNOWN: "Đã biết nơi đến, chưa chuẩn bị",
    RETURNED: "Bị trả lại hoặc thu hồi",
    PREPARED: "Đã chuẩn bị, chờ cấp giới thiệu",
    OFFERED: "Đã gửi giấy, chờ nơi nhận trả lời",
    ACCEPTED: "Đã được tiếp nhận",
    DONE: "Đã chuyển giao xong",
}
WAITING: Final = (UNKNOWN, NAMED, KNOWN, RETURNED, PREPARED, OFFERED)  # the school still answers
TO_PREPARE: Final = (UNKNOWN, NAMED, KNOWN, RETURNED)
LOST: Final = (UNKNOWN,)  # red

# State → what follows where nobody does anything. `day`: the last day at school, `holder`: who answers.
OTHERWISE: Final[Mapping[str, Text]] = {
    UNKNOWN: Text(
        "Ngày {day} rời trường mà không ai biết đi đâu: không ghi rời trường được; báo cấp trên, báo tỉnh."
    ),
    NAMED: Text("{holder} vẫn phải theo dõi, dù người này đã rời trường ngày {day}."),
    KNOWN: Text("{holder} vẫn phải trả lời sau ngày {day}, nơi đến không được báo."),
    RETURNED: Text("{holder} vẫn phải trả lời; phải chọn nơi khác và giới thiệu lại."),
    PREPARED: Text("Giấy giới thiệu quá hạn; {holder} vẫn phải trả lời."),
    OFFERED: Text("{holder} vẫn phải trả lời đến khi nơi nhận tiếp nhận; quá hạn thì báo cấp trên nơi nhận."),
}
