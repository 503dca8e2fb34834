"""What is said of a forecast: to colleagues in the program, and in plain words to a student and the family.

The words for a family say nothing of the file: no verification, no opinions, no family, no remarks; only the
age, the class, the months still needed, what can be prepared at home.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from engine.errors import Text
from workflows.forecast.lead_times import Lead
from workflows.forecast.outlook import DECIDED, NOT_VOTED, OFFICIAL, PROBATION, VOTED, Outlook
from workflows.rules.ages import whole_months
from workflows.rules.editions import Edition, edition_on

# Where the student stands on the last day of school → what then happens to the file.
AT_GRADUATION: Final[Mapping[str, str]] = {
    NOT_VOTED: (
        "Ra trường khi chi bộ chưa xét: cấp ủy cơ sở cấp giấy chứng nhận đang được giúp đỡ, xem xét kết nạp; "
        "nơi đến phân công người giúp đỡ khác, không tính lại thời gian cùng công tác."
    ),
    VOTED: (
        "Ra trường khi chi bộ đã xét mà có thể chưa có quyết định: hồ sơ chuyển đến nơi mới, "
        "nơi đó xét và đề nghị lại."
    ),
    DECIDED: (
        "Ra trường khi có thể đã có quyết định mà chưa làm lễ: quyết định và hồ sơ chuyển đến nơi mới, "
        "nơi đó tổ chức lễ kết nạp."
    ),
    PROBATION: "Ra trường khi đang là đảng viên dự bị: chuyển sinh hoạt đảng; thời gian dự bị vẫn tính tiếp.",
    OFFICIAL: "Ra trường khi đã là đảng viên chính thức: chuyển sinh hoạt đảng.",
}
# The acts after the vote, in their order: the field of the road and what it is called.
ROAD: Final[Mapping[str, str]] = {
    "decision_by": "Có quyết định kết nạp, muộn nhất",
    "ceremony_by": "Tổ chức lễ kết nạp, muộn nhất",
    "probation_ends": "Hết thời gian dự bị",
    "review_by": "Chi bộ xét công nhận chính thức, muộn nhất",
    "recognised_by": "Có quyết định công nhận chính thức, muộn nhất",
}


def length_of(lead: Lead, edition: Edition, *, abroad: bool) -> Text:
    """How long a step takes, as a sentence."""
    length = lead.length(edition, abroad=abroad)
    if lead.waits:
        return Text("{count} tháng", count=length)
    if not length:
        return Text("trong cùng kỳ họp") if lead.meeting else Text("làm ngay")
    if lead.meeting:
        return Text("{count} ngày làm việc trước kỳ họp", count=length)
    if lead.school:
        return Text("{count} ngày làm việc, không tính ngày thi, ngày nghỉ của trường", count=length)
    return Text("{count} ngày làm việc", count=length)


@dataclass(frozen=True)
class ForFamily:
    """The page that goes home: what is reached and lacking, then what may be prepared."""

    have: list[Text]
    need: list[Text]
    when: list[Text]
    prepare: list[Text]


# Nothing here depends on the person: it says what everybody needs.
PREPARE: Final = (
    Text("Căn cước, giấy khai sinh, học bạ hoặc bằng cấp: để sẵn bản chính, chép đúng họ tên, ngày sinh."),
    Text("Hỏi ông bà, cha mẹ để biết họ tên, năm sinh, quê quán, nơi ở, nghề nghiệp: lý lịch do chính "
         "người vào Đảng viết tay."),
    Text("Địa chỉ thường trú và nơi ở hiện nay, để nơi cư trú cho ý kiến nhận xét."),
    Text("Nếu sắp đổi trường, đổi nơi ở: báo cho trường trước khi đi, để hồ sơ đi theo."),
)  # fmt: skip


def for_family(seen: Outlook, *, followed: bool) -> ForFamily:
    """`followed`: the student is in the pool or has a case; otherwise the roll alone is known."""
    edition = edition_on(seen.first_day or seen.today)
    have: list[Text] = []
    need: list[Text] = []
    for line, reached in (
        _age(seen, edition),
        *([_class(seen, edition), *_months(seen)] if followed else []),
    ):
        (have if reached else need).append(line)
    return ForFamily(have, need, _when(seen), list(PREPARE))


def _age(seen: Outlook, edition: Edition) -> tuple[Text, bool]:
    years = edition.number("min_age")
    since = next((one.since for one in seen.standing if one.condition == "age"), None)
    if since is None:
        return Text("Trường chưa có ngày sinh."), False
    if since <= seen.today:
        return Text("Đủ {years} tuổi từ ngày {day}.", years=years, day=since), True
    months = Text("Còn {count} tháng nữa mới đủ {years} tuổi: từ ngày {day}.",
                  count=_months_to(seen.today, since), years=years, day=since)  # fmt: skip
    return months, False


def _class(seen: Outlook, edition: Edition) -> tuple[Text, bool]:
    until = next((one.until for one in seen.standing if one.condition == "certificate"), None)
    if until is None:
        return (
            Text("Cần học lớp bồi dưỡng nhận thức về Đảng: 4 đến 5 ngày, ngoài giờ học; trường báo lịch."),
            False,
        )
    if until < (seen.vote_on or seen.today):
        return Text(
            "Giấy chứng nhận lớp nhận thức về Đảng chỉ dùng đến ngày {day}: cần học lại.", day=until
        ), False
    return Text("Có giấy chứng nhận lớp nhận thức về Đảng, dùng đến hết ngày {day}.", day=until), True


def _months(seen: Outlook) -> list[tuple[Text, bool]]:
    """The time with the helper, once there is a helper."""
    found = []
    for one in seen.standing:
        if one.condition not in ("shared_time", "mentored_time") or one.since is None:
            continue
        if one.since <= seen.today:
            found.append((Text("Đủ thời gian với người giúp đỡ từ ngày {day}.", day=one.since), True))
        else:
            count = _months_to(seen.today, one.since)
            text = Text("Còn {count} tháng nữa mới đủ thời gian với người giúp đỡ: từ ngày {day}.",
                        count=count, day=one.since)  # fmt: skip
            found.append((text, False))
    return found


def _when(seen: Outlook) -> list[Text]:
    if seen.vote_on is None:
        return [Text("Chưa nói được ngày nào: hãy hỏi trường.")]
    found = [
        Text(
            "Chỉ tính tuổi và thời gian, chi bộ có thể xét sớm nhất vào kỳ họp ngày {day}. Đó là ngày sớm "
            "nhất theo quy định, không phải lời hứa.",
            day=seen.vote_on,
        )
    ]
    if seen.before_graduation is True:
        found.append(Text("Kỳ họp đó trước ngày ra trường ({day}).", day=seen.graduation_on))
    if seen.before_graduation is False:
        found.append(
            Text(
                "Kỳ họp đó sau ngày ra trường ({day}): trường giới thiệu đến nơi học, nơi làm việc hoặc nơi "
                "cư trú mới để được giúp đỡ tiếp; những gì đã làm không mất.",
                day=seen.graduation_on,
            )
        )
    return found


def _months_to(today: date, day: date) -> int:
    """Months still needed, a begun one counted whole."""
    return whole_months(today, day - timedelta(days=1)) + 1
