"""Whether an act is lawful: the facts are gathered here, the rules answer, a refusal is a list of `Unmet`.

`unmet_for_vote` is the one answer behind the vote's guard, "why not yet" and the forecast.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import select

from engine.clocks import open_clocks
from engine.errors import Text, Unmet
from engine.rows import CaseRow
from engine.transactions import Transaction
from workflows.admission import certificates, mentoring, services
from workflows.admission.acting import Acting
from workflows.admission.vote_facts import Asked, facts_of_many
from workflows.people.consents import SOURCE, has_consent
from workflows.people.members import roll_on
from workflows.people.records import student
from workflows.rules import ages, eligibility
from workflows.rules.editions import Edition, edition_on
from workflows.rules.standing import Standing
from workflows.rules.standing import standing as standing_of_vote
from workflows.transfers.offers import letter_under_way

Guard = Callable[[Acting], list[Unmet]]


def facts_for_vote(tx: Transaction, case: CaseRow, on: date) -> eligibility.Facts:
    """What is known of the person, the file and the cell, as the rules ask for it."""
    return facts_of_many(tx, [case], on)[case.id]


def unmet_for_vote(tx: Transaction, case: CaseRow, on: date) -> list[Unmet]:
    """What stands against a vote of the cell on that day; empty: it may vote."""
    return eligibility.unmet(facts_for_vote(tx, case, on), edition_on(on), on)


def first_lawful_day(tx: Transaction, case: CaseRow, on: date | None = None) -> date | None:
    """The first day on which age and shared time allow a vote; None where waiting does not help."""
    asked = on or case.opened_on
    return eligibility.first_lawful_day(facts_for_vote(tx, case, asked), edition_on(asked))


def until_the_vote(
    tx: Transaction, cases: Sequence[Asked], on: date
) -> dict[int, tuple[list[Unmet], date | None]]:
    """Case → both of the above, read for them all at once."""
    edition, facts = edition_on(on), facts_of_many(tx, cases, on)
    return {
        number: (eligibility.unmet(one, edition, on), eligibility.first_lawful_day(one, edition))
        for number, one in facts.items()
    }


def of_age(tx: Transaction, case: CaseRow, on: date) -> date:
    """When a complete file goes to the cell: what may lapse meanwhile is asked anew then."""
    edition = edition_on(on)
    facts = replace(facts_for_vote(tx, case, on), certificate_on=None, file_completed_on=None)
    first = eligibility.first_lawful_day(facts, edition)
    if first is not None:
        return first
    born = facts.birth_date
    return eligibility.first_day_of_admission_age(born, edition) if born is not None else on


def probation_end(tx: Transaction, case: CaseRow, on: date) -> date:
    return services.probation_ends(tx, case.id)


def complaint(tx: Transaction, case: CaseRow, on: date) -> date:
    """The day after the last day for a complaint."""
    due = next((clock.due_on for clock in open_clocks(tx, case.id) if clock.name == "complaint"), on)
    return date.fromordinal(due.toordinal() + 1)


DUES: Mapping[str, Callable[[Transaction, CaseRow, date], date]] = {
    "of_age": of_age,
    "probation_end": probation_end,
    "complaint": complaint,
}


def vote(acting: Acting) -> list[Unmet]:
    if acting.outcome not in ("carried", "failed"):
        return []
    return unmet_for_vote(acting.tx, acting.case, acting.on)


TURNED_AWAY = frozenset({"returned", "postponed", "refused", "recheck"})  # nothing goes on by these


def consent(acting: Acting) -> list[Unmet]:
    """Beyond the school roll nothing is held of somebody who has not said yes, or says yes no more."""
    if acting.outcome in TURNED_AWAY or has_consent(acting.tx, acting.student_id, "political", acting.on):
        return []
    return [Unmet("consent", Text("Chưa có sự đồng ý của học sinh, sinh viên."), SOURCE, "second_hand")]


def helper(acting: Acting) -> list[Unmet]:
    now = mentoring.current(acting.tx, acting.main_case_id)
    if now is not None:
        return []
    text = Text("Chưa có đảng viên giúp đỡ: chi bộ phải phân công trước.")
    return [_no(acting.edition, "shared_unit_months_min", "helper", text)]


def cell_members(acting: Acting) -> list[Unmet]:
    roll = roll_on(acting.tx, acting.case.custodian_id, acting.on)
    count, least = (
        len(roll.official) + len(roll.exempt) + len(roll.away),
        acting.edition.number("min_official_members"),
    )
    if count >= least or acting.outcome in ("deferred", "strike_off"):
        return []
    text = Text("Chi bộ có {count} đảng viên chính thức, cần ít nhất {least}.", count=count, least=least)
    return [_no(acting.edition, "min_official_members", "official_members", text)]


def class_age(acting: Acting) -> list[Unmet]:
    least = acting.edition.optional_number("class_min_age")
    born = acting.tx.execute(
        select(student.c.birth_date).where(student.c.id == acting.student_id)
    ).scalar_one()
    if least is None or ages.birthday(born, least) <= acting.on:
        return []
    text = Text("Chưa đủ {years} tuổi để học lớp.", years=least)
    return [_no(acting.edition, "class_min_age", "class_age", text, ages.birthday(born, least))]


def probation_over(acting: Acting) -> list[Unmet]:
    ends = services.probation_ends(acting.tx, acting.case.id)
    if acting.on >= ends or acting.outcome == "strike_off":
        return []
    text = Text("Thời gian dự bị đến {day} mới hết.", day=f"{ends:%d/%m/%Y}")
    return [_no(acting.edition, "probation_months", "probation_over", text, ends)]


def not_referred(acting: Acting) -> list[Unmet]:
    """Who is referred elsewhere with the file, or with the decision, is decided on and admitted there; until
    an answer comes the letter may be recalled."""
    form = REFERRED.get(acting.element)
    offered = letter_under_way(acting.tx, acting.case.id) if form is not None else None
    if offered is None or offered != form or acting.outcome == "refused":
        return []
    text = Text("Đã giới thiệu sang nơi khác: muốn làm ở đây thì thu hồi công văn giới thiệu trước.")
    return [Unmet("not_referred", text, REFERRAL_SOURCE, "second_hand")]


def new_member_certificate(acting: Acting) -> list[Unmet]:
    if acting.outcome != "recognised" or certificates.latest(acting.tx, acting.student_id, "new_member"):
        return []
    text = Text("Chưa có giấy chứng nhận học lớp đảng viên mới.")
    return [_no(acting.edition, "probation_months", "new_member_certificate", text)]


# Step → the form of referral under which it is no longer done here (regulations §3.1 b2, c).
REFERRED: Mapping[str, str] = {"admission_decision": "b2", "admission_ceremony": "c"}
REFERRAL_SOURCE = "Hướng dẫn 01-HD/TW ngày 28/9/2021, mục 6"

GUARDS: Mapping[str, Guard] = {
    guard.__name__: guard
    for guard in (
        vote,
        consent,
        helper,
        cell_members,
        class_age,
        not_referred,
        probation_over,
        new_member_certificate,
    )
}
# Guard → how a list of conditions names it, and the value it rests on; those of the vote name themselves.
TITLES: Mapping[str, tuple[str, str | None]] = {
    "consent": ("Sự đồng ý của học sinh, sinh viên", None),
    "helper": ("Đảng viên chính thức giúp đỡ", "shared_unit_months_min"),
    "cell_members": ("Số đảng viên chính thức của chi bộ", "min_official_members"),
    "class_age": ("Tuổi được học lớp", "class_min_age"),
    "not_referred": ("Chưa giới thiệu sang nơi khác", None),
    "probation_over": ("Hết thời gian dự bị", "probation_months"),
    "new_member_certificate": ("Giấy chứng nhận học lớp đảng viên mới", "probation_months"),
}
SOURCES: Mapping[str, str] = {"consent": SOURCE, "not_referred": REFERRAL_SOURCE}  # of those without a value
# What adoption cannot know of the time before the program: rolls and consents of then.
UNKNOWN_BEFORE = frozenset({"consent", "cell_members", "official_members", "quorum", "helper"})


def _no(edition: Edition, key: str, condition: str, text: Text, first_day: date | None = None) -> Unmet:
    return Unmet(condition, text, edition.source(key), edition.rating(key), first_day)


def standing(acting: Acting, guards: tuple[str, ...]) -> list[Standing]:
    """Every condition of an act, met or not, by the same functions that refuse it."""
    found = []
    for name in guards:
        if name == "vote":
            facts = facts_for_vote(acting.tx, acting.case, acting.on)
            found += standing_of_vote(facts, acting.edition, acting.on)
            continue
        title, key = TITLES[name]
        against = next(iter(GUARDS[name](acting)), None)
        source = acting.edition.source(key) if key else SOURCES[name]
        rating = acting.edition.rating(key) if key else "second_hand"
        found.append(Standing(name, title, source, rating, against))
    return found


def unmet(acting: Acting, guards: tuple[str, ...]) -> list[Unmet]:
    """Everything that stands against the act; in adoption without what nobody can know any more."""
    found = [one for name in guards for one in GUARDS[name](acting)]
    if acting.before_system:
        found = [one for one in found if one.condition not in UNKNOWN_BEFORE]
    return found
