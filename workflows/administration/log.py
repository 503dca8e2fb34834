"""The log of administration: one journal entry outside of cases for every change, and how it is read.

Facts hold ids: `user` and `organisation` are whom and where it was about, `for_user` whom somebody is to
stand in for, `stood_in_for` in whose seat the entry was made; names are looked up when it is shown. The
journal is sealed and never changed.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, or_, select

from engine import journal
from engine.errors import Text
from engine.records import journal as entry
from engine.time import day_of
from engine.transactions import Transaction
from workflows.access.seats import acting_for
from workflows.organisations.queries import tree_of
from workflows.organisations.records import organisation
from workflows.people.names import search_key
from workflows.people.records import member, user_account
from workflows.people.words import MEMBER_STATUSES, POSITIONS
from workflows.schedules.duties import DUTIES

PAGE = 50
USERS = ("user", "for_user", "stood_in_for")  # facts that are accounts
# What happened → the sentence; its places are filled from the facts, ids as names.
KINDS: Mapping[str, str] = {
    "account_opened": "Mở tài khoản {username} cho đồng chí {user}.",
    "account_slip": "Cấp phiếu đăng nhập mới cho tài khoản {username} của đồng chí {user}.",
    "account_closed": "Khóa tài khoản {username} của đồng chí {user}.",
    "account_reopened": "Mở khóa tài khoản {username} của đồng chí {user}.",
    "sessions_ended": "Kết thúc {count} phiên đăng nhập của tài khoản {username} (đồng chí {user}).",
    "account_changed": "Sửa thông tin tài khoản {username} của đồng chí {user}.",
    "position_given": "Giao chức vụ {position} cho đồng chí {user}, từ {since}.",
    "position_ended": "Đồng chí {user} thôi chức vụ {position} từ {until}.",
    "position_withdrawn": "Rút chức vụ {position} vừa giao cho đồng chí {user}.",
    "deputy_named": "Đồng chí {user} thay đồng chí {for_user} ({position}) từ {since} đến hết {last}. "
    "Lý do: {reason}",
    "deputy_ended": "Đồng chí {user} thôi thay đồng chí {for_user} ({position}) từ {until}.",
    "organisation_founded": "Lập tổ chức {name}, từ {since}.",
    "organisation_renamed": "Đổi tên {before} thành {name}, từ {since}.",
    "organisation_moved": "Chuyển {name} về trực thuộc {parent}, từ {since}.",
    "organisation_power": "Thẩm quyền quyết định kết nạp của {name}: {power}, từ {since}.",
    "organisation_coded": "Ghi mã tổ chức của {name}: {code}.",
    "organisation_ended": "Kết thúc {name} từ {since}.",
    "reorganisation_made": "Lập phương án sắp xếp “{name}” ({number}), hiệu lực {since}.",
    "reorganisation_submitted": "Trình duyệt phương án sắp xếp “{name}” ({number}).",
    "reorganisation_approved": "Duyệt phương án sắp xếp “{name}” ({number}), hiệu lực {since}.",
    "reorganisation_returned": "Trả lại phương án sắp xếp “{name}” ({number}).",
    "reorganisation_cut": "Bỏ những thay đổi chưa làm của phương án sắp xếp “{name}” ({number}).",
    "reorganisation_withdrawn": "Bỏ phương án sắp xếp “{name}” ({number}).",
    "reorganised_found": "Lập {name} từ {since}, theo {number}.",
    "reorganised_rename": "Đổi tên thành {name} từ {since}, theo {number}.",
    "reorganised_move": "Chuyển {name} về cấp trên khác từ {since}, theo {number}.",
    "reorganised_power": "Thẩm quyền, mô hình của {name} đổi từ {since}, theo {number}.",
    "reorganised_merge": "{name} sáp nhập từ {since}, theo {number}.",
    "reorganised_split": "Chia, tách {name} từ {since}, theo {number}.",
    "reorganised_end": "Kết thúc {name} từ {since}, theo {number}.",
    "reorganised": "Thực hiện xong phương án sắp xếp “{name}” ({number}).",
    "institution_added": "Thêm trường {name}.",
    "institution_changed": "Sửa thông tin trường {name}.",
    "body_sized": "Số ủy viên của {body}: {members}, từ {since}.",
    "member_tied": "Ghi đảng viên {member} là người trong danh sách học sinh, sinh viên.",
    "member_added": "Ghi đảng viên {member} vào danh sách, {status}, từ {since}.",
    "member_placed": "Đảng viên {member}: {status}, từ {since}.",
    "member_moved": "Đảng viên {member} chuyển đến {to}, {status}, từ {since}.",
    "member_left": "Đảng viên {member} ra khỏi danh sách từ {since}.",
    "organisations_founded": "Nhập dữ liệu ban đầu: {new} tổ chức.",
    "schools_founded": "Nhập dữ liệu ban đầu: {new} trường.",
    "members_founded": "Nhập dữ liệu ban đầu: {new} đảng viên.",
    "accounts_founded": "Nhập dữ liệu ban đầu: {new} tài khoản.",
    "calendar_changed": "Sửa {days} ngày trong lịch làm việc (bản số {version}). Căn cứ: {source}",
    "calendar_confirmed": "Xác nhận lịch nghỉ năm {year} (bản số {version}). Căn cứ: {source}",
    "calendar_forecast": "Thêm lịch nghỉ dự kiến năm {year} (bản số {version}).",
    "meeting_day_kept": "Ghi ngày sinh hoạt định kỳ của {name}, từ {since}.",
    "school_period_kept": "Ghi “{name}” vào lịch năm học của {school}.",
    "school_period_withdrawn": "Rút “{name}” khỏi lịch năm học của {school}.",
    "school_period_kept_for_all": "Ghi “{name}” vào lịch năm học chung của tỉnh.",
    "school_period_withdrawn_for_all": "Rút “{name}” khỏi lịch năm học chung của tỉnh.",
    "duty_done": "Ghi việc định kỳ đã làm: {duty}, kỳ {period}, văn bản {number}.",
    "duty_withdrawn": "Rút việc định kỳ ghi nhầm: {duty}, kỳ {period}, văn bản {number}.",
    "portal_declared": "Ghi thủ tục làm trên Cổng dịch vụ của Đảng ở {name}, từ {since}. Căn cứ: {source}",
    "communes_kept": "Nhập danh mục {new} xã, phường.",
}
BODIES: Mapping[str, str] = {
    "standing": "Ban Thường vụ",
    "plenum": "Ban Chấp hành",
    "union_exec": "Ban Chấp hành Đoàn",
}
DUTY_WORDS: Mapping[str, str] = {name: duty.label for name, duty in DUTIES.items()}
POWERS: Mapping[str, str] = {
    "": "không quyết định",
    "standing": "Ban Thường vụ quyết định",
    "plenum": "Ban Chấp hành quyết định",
}


def note(
    tx: Transaction,
    kind: str,
    *,
    organisation_id: int | None,
    user_id: int | None = None,
    on: date,
    by: int | None,
    now: datetime,
    key: str | None = None,
    **facts: object,
) -> None:
    """One entry. `key`: that of the form, so that a form sent twice is known again."""
    stood_in = _stood_in_for(tx, by, organisation_id, day_of(now)) if by is not None else None
    told = {"organisation": organisation_id, "user": user_id, "key": key, "stood_in_for": stood_in, **facts}
    kept = {name: _plain(value) for name, value in told.items() if value is not None}
    journal.append(tx, None, kind, on=on, by=by, now=now, facts=kept)


def _stood_in_for(tx: Transaction, by: int, organisation_id: int | None, on: date) -> int | None:
    """Whose seat somebody acts in who sits at the organisation, or nearest above it, only as a deputy."""
    seats = acting_for(tx, by, on)
    line = [organisation_id, *tree_of(tx).ancestors_on(organisation_id, on)] if organisation_id else []
    places = (one for one in line if any(seat.organisation_id == one for seat in seats))
    nearest = next(places, None)
    fitting = [seat for seat in seats if nearest in (None, seat.organisation_id)]
    return fitting[0].deputises if fitting else None  # one's own seats come first


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def noted(tx: Transaction, by: int, key: str | None) -> Mapping[str, Any] | None:
    """The facts of what this person's form did the first time; None for a new form."""
    if not key:
        return None
    found = select(entry.c.facts).where(
        entry.c.case_id.is_(None), entry.c.by == by, entry.c.facts["key"].as_string() == key
    )
    facts: Mapping[str, Any] | None = tx.execute(found.limit(1)).scalar()
    return facts


@dataclass(frozen=True)
class Wanted:
    """Filters of the page: days of recording, a person (who did or to whom), an organisation; a page."""

    since: date | None = None
    until: date | None = None
    person: str = ""
    organisation: str = ""
    after: int | None = None


class Line(NamedTuple):
    """One entry in words."""

    id: int
    on: date
    recorded_at: datetime
    who: str
    text: Text
    organisation: str
    stood_in_for: str | None


@dataclass(frozen=True)
class Log:
    """One page, newest first; `next` is the key of the page after."""

    lines: list[Line]
    next: int | None


def read(tx: Transaction, scope: Collection[int] | None, wanted: Wanted) -> Log:
    """Entries about these organisations; None: of everything, the founding included."""
    found = _query(scope, wanted)
    rows = list(tx.execute(found.order_by(entry.c.id.desc()).limit(PAGE + 1)).all())
    page, names = rows[:PAGE], _Names(tx, rows)
    lines = [
        Line(
            row.id,
            row.on,
            row.recorded_at,
            names.users.get(row.by, ""),
            names.sentence(row.kind, row.facts),
            names.organisations.get(row.facts.get("organisation"), ""),
            names.users.get(row.facts.get("stood_in_for")),
        )
        for row in page
    ]
    return Log(lines, page[-1].id if len(rows) > PAGE else None)


def _query(scope: Collection[int] | None, wanted: Wanted) -> Select[Any]:
    c = entry.c
    found = select(c.id, c.kind, c.on, c.recorded_at, c.by, c.facts).where(
        c.case_id.is_(None), c.kind.in_(list(KINDS)), *_filters(wanted)
    )
    if scope is not None:
        found = found.where(c.facts["organisation"].as_integer().in_(sorted(scope)))
    return found if wanted.after is None else found.where(c.id < wanted.after)


def _filters(wanted: Wanted) -> list[ColumnElement[bool]]:
    c, found = entry.c, []
    if wanted.since is not None:
        found.append(c.on >= wanted.since)
    if wanted.until is not None:
        found.append(c.on <= wanted.until)
    if folded := search_key(wanted.person):
        a = user_account.c
        people = select(a.id).where(or_(a.search_key.contains(folded, autoescape=True), a.username == folded))
        found.append(
            or_(
                c.by.in_(people),
                c.facts["user"].as_integer().in_(people),
                *(c.facts[name].as_integer().in_(people) for name in ("for_user", "stood_in_for")),
            )
        )
    if folded := search_key(wanted.organisation):
        named = select(organisation.c.id).where(organisation.c.name_key.contains(folded, autoescape=True))
        found.append(c.facts["organisation"].as_integer().in_(named))
    return found


class _Names:
    """Names of everybody and everything that some entries are about, in three queries."""

    def __init__(self, tx: Transaction, rows: list[Any]) -> None:
        facts = [row.facts for row in rows]
        users = {one.get(name) for one in facts for name in USERS} | {row.by for row in rows}
        places = {one.get(name) for one in facts for name in ("organisation", "parent", "to")}
        self.users = _names(tx, user_account, users, "name")
        self.organisations = _names(tx, organisation, places, "name")
        self.members = _members(tx, {one.get("member") for one in facts})

    def sentence(self, kind: str, facts: Mapping[str, Any]) -> Text:
        words: dict[str, object] = dict(facts)
        for name in ("user", "for_user"):
            words[name] = self.users.get(facts.get(name), "")
        for name in ("parent", "to"):
            words[name] = self.organisations.get(facts.get(name), "")
        words["member"] = self.members.get(facts.get("member"), "")
        words["position"] = Text(POSITIONS.get(str(facts.get("position")), ""))
        words["status"] = Text(MEMBER_STATUSES.get(str(facts.get("status")), ""))
        words["power"] = Text(POWERS.get(str(facts.get("power", "")), ""))
        words["body"] = Text(BODIES.get(str(facts.get("body")), ""))
        words["duty"] = Text(DUTY_WORDS.get(str(facts.get("duty")), ""))
        for name in ("since", "until", "last"):
            words[name] = _day(facts.get(name))
        return Text(KINDS[kind], **words)


def _day(value: object) -> object:
    return date.fromisoformat(value) if isinstance(value, str) else ""


def _names(tx: Transaction, table: Any, ids: set[Any], column: str) -> dict[Any, str]:
    wanted = [one for one in ids if one is not None]
    if not wanted:
        return {}
    rows = tx.execute(select(table.c.id, table.c[column].label("shown")).where(table.c.id.in_(wanted)))
    return {row.id: str(row.shown) for row in rows}


def _members(tx: Transaction, ids: set[Any]) -> dict[Any, str]:
    wanted = [one for one in ids if one is not None]
    if not wanted:
        return {}
    m = member.c
    rows = tx.execute(select(m.id, m.family_name, m.middle_name, m.given_name).where(m.id.in_(wanted)))
    return {row[0]: " ".join(part for part in tuple(row)[1:] if part) for row in rows}
