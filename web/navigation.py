"""The places of the program at the left of every page: one table, in the order of the screen.

A place is seen by whoever holds one of its positions on the day; where the page does not exist the entry is
left out. The label is the users' own word for the place.
"""

from collections.abc import Collection
from dataclasses import dataclass

from workflows.access.permissions import CLERKS, EVERYBODY, HELPER, PERMISSIONS

WORK, PEOPLE, WATCH, RUN = "Công việc", "Con người", "Theo dõi", "Quản trị"


def holders(permission: str) -> frozenset[str]:
    """The positions that have a permission; none where the permission does not exist."""
    row = PERMISSIONS.get(permission)
    return row.positions if row else frozenset()


@dataclass(frozen=True)
class Place:
    """One entry. `group` is its heading; `own_file` is for the account of a student, and for no other."""

    endpoint: str
    label: str
    icon: str
    positions: frozenset[str]
    group: str = WORK
    of_school: bool = False  # only for those whose organisation belongs to an institution
    own_file: bool = False
    everybody: bool = False  # for the account of a student too
    of_root: bool = False  # only for those who sit at the root of the tree


PLACES = (
    Place("own_file.show", "Hồ sơ của tôi", "file-earmark-text", frozenset(), own_file=True),
    Place("tasks.inbox", "Việc cần làm", "inbox", CLERKS | HELPER),
    Place("notices.index", "Thông báo", "bell", EVERYBODY, everybody=True),
    Place("meetings.index", "Cuộc họp", "calendar-event", holders("meetings.list")),
    Place("duties.index", "Việc định kỳ", "arrow-repeat", holders("duties.list")),
    Place("bulk.index", "Làm cùng lúc", "check2-square", holders("bulk.list")),
    Place("deputies.index", "Người thay", "person-check", holders("deputies.own")),
    Place("cases.index", "Hồ sơ", "folder2-open", holders("cases.list")),
    Place("transfers.index", "Chuyển giao", "arrow-left-right", holders("transfers.list")),
    Place("season.index", "Mùa tốt nghiệp", "mortarboard", holders("season.list")),
    Place("starting.index", "Bắt đầu trong tháng", "play-circle", holders("starting.list")),
    Place("pool.index", "Nguồn", "person-plus", holders("students.list"), PEOPLE, of_school=True),
    Place("students.index", "Học sinh, sinh viên", "people", holders("students.list"), PEOPLE, True),
    Place("forecast.index", "Dự báo nguồn", "bar-chart", holders("forecast.list"), PEOPLE),
    Place("mentees.index", "Người được giúp đỡ", "people", holders("mentees.list"), PEOPLE),
    Place("requests.index", "Đề nghị của học sinh", "chat-left-text", holders("requests.list"), PEOPLE),
    Place("imports.start", "Nhập danh sách", "upload", holders("students.import"), PEOPLE, of_school=True),
    Place("adoption.start", "Hồ sơ giấy", "journal-text", holders("cases.adopt"), PEOPLE, of_school=True),
    Place("organisations.index", "Tổ chức", "diagram-3", holders("organisations.list"), WATCH),
    Place("rules.index", "Quy định", "book", holders("rules.list"), WATCH),
    Place("school_years.index", "Năm học", "mortarboard", holders("school_years.list"), WATCH),
    Place("calendar.index", "Ngày làm việc", "calendar-week", holders("calendar.list"), WATCH),
    Place("users.index", "Tài khoản", "key", holders("users.list"), RUN),
    Place("institutions.index", "Trường", "mortarboard", holders("institutions.list"), RUN),
    Place("reorganisation.index", "Sắp xếp tổ chức", "arrow-left-right", holders("reorganisation.list"), RUN),
    Place("administration.entries", "Nhật ký quản trị", "journal-text", holders("administration.log"), RUN),
    Place("operations.index", "Vận hành", "gear", holders("operations.see"), RUN, of_root=True),
    Place("mandates.index", "Kiểm tra, giám sát", "shield", holders("mandates.list"), RUN),
    Place("glass.index", "Mở hồ sơ khẩn cấp", "unlock", holders("glass.list"), RUN),
)


def places(
    held: Collection[str], pages: Collection[str], *, of_school: bool, of_root: bool, own_file: bool
) -> tuple[Place, ...]:
    """The places of somebody: the positions held today, the endpoints that exist, a school's or not."""
    if own_file and not held:
        own = [place for place in PLACES if place.own_file or place.everybody]
        return tuple(place for place in own if place.endpoint in pages)
    return tuple(
        place
        for place in PLACES
        if place.endpoint in pages
        and (own_file if place.own_file else place.positions & set(held))
        and (of_school or not place.of_school)
        and (of_root or not place.of_root)
    )
